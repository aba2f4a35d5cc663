"""FAP001: request bodies that no model describes, and what handlers do with them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_fastapi.knowledge import types as tables
from flake8_fastapi.semantics import code as codes
from flake8_fastapi.semantics import readings, types
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.readings import Reader, Reading
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import FunctionThing, Library
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.visitor import Finding, check

WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
MAPPINGS = tables.MAPPINGS - {"typing.TypedDict", "collections.Counter"}
_RECEIVERS = frozenset({"self", "cls"})
_LISTS = frozenset({"builtins.list", "collections.abc.Sequence", "collections.abc.MutableSequence"})


@check
def untyped_body(route: Route) -> Iterator[Finding]:
    """A request body is a bare `dict`, `list` or `Any`: nothing is checked, and the documentation shows nothing.

    Also reported, on POST, PUT and PATCH: a parameter without annotation (or `Any`, `object`) and without a marker. It
    looks like a body, but FastAPI reads it from the query string, where it is required.

    Silent where the data belongs to someone else, who takes it whole: a model that validates it, a proxy, JSON-RPC, a
    function that does not pick fields out of it. A closed mapping such as `dict[str, float]` is described well enough.

    Bad::

        @app.post("/orders")
        def create(payload: dict) -> None:  # FAP001
            print(payload["customer"], payload.get("total", 0))

    Good::

        class Order(BaseModel):
            customer: str
            total: float = 0

        @app.post("/orders")
        def create(order: Order) -> None:
            print(order.customer, order.total)
    """
    if route.is_websocket or not route.methods:
        return
    for parameter in route.parameters:
        if parameter.kind == "body" and _is_untyped_body(route, parameter):
            reading = _reading(route, parameter)
            if not reading.is_open and (reading.fields or not (reading.is_dynamic or _is_left_out(route, parameter))):
                yield Finding(route.place(parameter), _untyped(route, parameter, reading))
        elif is_bare_list(parameter) and route.methods & WITH_BODY:
            yield Finding(
                route.place(parameter),
                f"`{parameter.name}` of `{route.name}` is a list of no type: FastAPI reads uploaded files, not JSON; "
                "write `list[Model]`",
            )
        elif _looks_like_a_body(route, parameter):
            yield Finding(
                route.place(parameter),
                f"`{parameter.name}` of `{route.name}` has no type, so that it is a required query parameter; "
                "declare a model for the body",
            )


def _is_untyped_body(route: Route, parameter: Parameter) -> bool:
    if parameter.type is None:
        return _is_json(route, parameter)
    if parameter.marker is None and types.is_sequence(route.ev, parameter.type) and not route.methods & WITH_BODY:
        # Meant for the query string, of which `list-query-becomes-body` speaks.
        return False
    return _is_untyped(parameter.type) and _is_json(route, parameter)


def _is_left_out(route: Route, parameter: Parameter) -> bool:
    """Whether a request that needs no body has one that nothing reads."""
    return not route.methods & WITH_BODY and route.code is not None and not route.code.uses(parameter.name)


def _is_untyped(type_: Type) -> bool:
    members = list(types.members(type_))
    if type_.kind == "union":
        return bool(members) and all(_is_untyped(member) for member in members)
    if type_.kind == "any":
        return True
    if type_.is_named(*MAPPINGS):
        return len(type_.args) < 2 or _is_untyped(type_.args[1])
    if type_.is_named(*_LISTS):
        return all(_is_untyped(arg) for arg in type_.args)
    return False


def is_bare_list(parameter: Parameter) -> bool:
    """Whether this is a list without item types and without a marker: FastAPI takes it for uploaded files."""
    if parameter.kind != "file" or parameter.marker is not None or parameter.type is None:
        return False
    return any(member.is_named(*tables.SEQUENCES) and not member.args for member in types.members(parameter.type))


def _is_json(route: Route, parameter: Parameter) -> bool:
    """Whether the body is JSON, for all that is written: `Body(media_type="text/plain")` is not."""
    media_type = parameter.option("media_type")
    if media_type is None or parameter.marker is None or parameter.marker.made is None:
        return True
    found = route.ev.literal(media_type, parameter.marker.made.frame)
    return isinstance(found, str) and "json" in found


def _looks_like_a_body(route: Route, parameter: Parameter) -> bool:
    """Whether a parameter without a type is taken from the query string of a request that has a body."""
    return (
        parameter.kind == "query"
        and parameter.marker is None
        and parameter.required is True
        and parameter.declaration.kind in ("positional", "keyword")
        and (parameter.type is None or parameter.type.kind == "any")
        and route.methods <= WITH_BODY
        and route.is_plain
        and not _is_receiver(route, parameter)
    )


def _is_receiver(route: Route, parameter: Parameter) -> bool:
    """Whether this is the `self` of a method, which nobody means to be a body."""
    function = route.function
    if function is None or function.owner is None or not function.parameters:
        return False
    first = function.parameters[0]
    return first.name == parameter.name and first.name in _RECEIVERS and first.annotation is None


def _reading(route: Route, parameter: Parameter) -> Reading:
    """What the handler does with a body."""
    if route.code is None:
        function = route.registration.function
        return readings.read_by(route.ev, FunctionThing(function.path, function.qualname), parameter.name, False)
    entries = parameter.type is None or not any(
        member.is_named(*tables.MAPPINGS) for member in types.members(parameter.type)
    )
    reader = Reader(route.code, entries)
    reader.variable(parameter.name)
    return reader.found


def _untyped(route: Route, parameter: Parameter, reading: Reading) -> str:
    declared = types.text(route.ev, parameter.type) if parameter.type is not None else "untyped"
    declared = declared if len(declared) <= 30 else declared.partition("[")[0]
    begin = f"body `{parameter.name}: {declared}`" if parameter.type is not None else f"untyped body `{parameter.name}`"
    if not reading.fields:
        return f"{begin} accepts anything and documents nothing; declare a model"
    return f"{begin} is read ({_fields(reading)}) without validation; declare a model with these fields"


def _fields(reading: Reading) -> str:
    """The first fields that are read, in words."""
    names = reading.fields
    shown = [name for name in names[:3] if name.isprintable() and len(name) <= 24 and "`" not in name]
    if len(shown) < len(names):
        return ", ".join(f"`{name}`" for name in shown[:2]) + " and more" if shown else "a field"
    return ", ".join(f"`{name}`" for name in shown)


@check
def raw_request_json(route: Route) -> Iterator[Finding]:
    """The handler parses the JSON of the request itself and picks its fields out.

    A missing field is then no 422 but whatever the code makes of it, and the documentation knows no body.

    Silent for webhooks and whatever else needs the raw bytes (a signature is checked), for proxies, JSON-RPC, bodies
    that may also be a form, and for data that is handed whole to a model.

    Bad::

        @app.post("/orders")
        async def create(request: Request) -> None:
            data = await request.json()  # FAP001
            print(data["customer"])

    Good::

        class Order(BaseModel):
            customer: str

        @app.post("/orders")
        async def create(order: Order) -> None:
            print(order.customer)
    """
    code = route.code
    if code is None or not route.methods <= WITH_BODY or not route.methods or _is_foreign(route, code):
        return
    for call, value in parsed(code):
        reader = Reader(code, True)
        reader.expression(value)
        reading = reader.found
        if reading.fields and not reading.is_open and _EVENTS.isdisjoint(reading.fields):
            yield Finding(
                codes.start(call),
                f"`{route.name}` parses JSON itself and reads {_fields(reading)}: nothing is validated or documented; "
                "take a model as parameter",
            )


_FOREIGN = ("signature", "hmac", "webhook", "callback", "hook")
_EVENTS = frozenset({"event", "event_type", "events", "notification_type", "topic"})
"""Fields by which the notifications of other services are told apart."""
_RAW = frozenset({"form", "stream"})


def _is_foreign(route: Route, code: Code) -> bool:
    """Whether the body is not for a model: someone else's (a webhook), checked as bytes, a form as well, any path."""
    path = (route.written_path or "").lower()
    if ":path}" in path or any(parameter.kind in ("body", "form", "file") for parameter in route.parameters):
        return True
    names = {path, route.name, *(dependency.name for dependency in route.every_dependency())}
    for node in code.everything:
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 40:
            names.add(node.value)
    names.update(parameter.name for parameter in route.parameters)
    if any(word in name.lower() for word in _FOREIGN for name in names):
        return True
    return "content-type" in {name.lower() for name in names} or _uses_bytes(code)


def _uses_bytes(code: Code) -> bool:
    """Whether the request is read as something else too: a form, a stream, bytes that are not only parsed."""
    for call in code.calls():
        if isinstance(call.func, ast.Attribute) and readings.is_request(code.source.ev, code.thing(call.func.value)):
            if call.func.attr in _RAW:
                return True
            if call.func.attr == "body" and not _is_only_parsed(code, call):
                return True
    return False


def _is_only_parsed(code: Code, call: ast.Call) -> bool:
    awaited = code.parent(call)
    holder = code.parent(awaited) if awaited is not None else None
    if isinstance(holder, ast.Assign) and all(isinstance(target, ast.Name) for target in holder.targets):
        names = [target.id for target in holder.targets if isinstance(target, ast.Name)]
        return all(_is_parsed(code, use) for name in names for use in code.uses(name))
    return isinstance(awaited, ast.expr) and _is_parsed(code, awaited)


def _is_parsed(code: Code, node: ast.expr) -> bool:
    around = code.parent(node)
    if isinstance(around, ast.Attribute) and around.attr == "decode":
        call = code.parent(around)
        return isinstance(call, ast.Call) and _is_parsed(code, call)
    return isinstance(around, ast.Call) and _is_loads(code, around)


def _is_loads(code: Code, call: ast.Call) -> bool:
    thing = code.thing(call.func)
    return isinstance(thing, Library) and thing.name in ("json.loads", "orjson.loads", "ujson.loads")


def parsed(code: Code) -> Iterator[tuple[ast.Call, ast.expr]]:
    """The calls that give the parsed JSON of the request, and the expression that holds it."""
    for call in code.calls():
        if _is_loads(code, call) and call.args and _is_body(code, call.args[0]):
            yield call, call
        elif isinstance(call.func, ast.Attribute) and call.func.attr == "json" and not call.args:
            awaited = code.parent(call)
            if isinstance(awaited, ast.Await) and readings.is_request(code.source.ev, code.thing(call.func.value)):
                yield call, awaited


def _is_body(code: Code, node: ast.expr) -> bool:
    """`await request.body()`, the same decoded, or a variable that holds it."""
    if isinstance(node, ast.Name):
        given = [code.parent(target) for target in code.assigns(node.id)]
        return len(given) == 1 and isinstance(given[0], ast.Assign) and _is_body(code, given[0].value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "decode":
        return _is_body(code, node.func.value)
    if not isinstance(node, ast.Await) or not isinstance(node.value, ast.Call):
        return False
    func = node.value.func
    if not isinstance(func, ast.Attribute) or func.attr != "body":
        return False
    return readings.is_request(code.source.ev, code.thing(func.value))
