"""Exceptions that are made in a wrong way: returned, dropped, or without what makes an answer of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_fastapi.semantics import classes, effects, facts, served, types, writable
from flake8_fastapi.semantics.code import dotted, start
from flake8_fastapi.semantics.errors import exceptions, handled, made
from flake8_fastapi.semantics.errors.exceptions import ExceptionClass
from flake8_fastapi.semantics.errors.made import Exceptional
from flake8_fastapi.semantics.facts import FunctionFacts, Position, Raise, Site, Value
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.reached import thing_by_request
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import ClassThing, Frame, FunctionThing, Instance, Library, Thing
from flake8_fastapi.visitor import Finding, check, fitting, short


def _frame(function: Function) -> Frame:
    return Frame(function.thing.path, function.thing.qualname)


def _is_test(subject: Function) -> bool:
    return subject.project.files.is_test(subject.thing.path)


def _name(cls: ExceptionClass) -> str:
    """The class, for a message."""
    return short(cls.last if isinstance(cls, Library) else cls.qualname.rpartition(".")[2], 30)


def _raised_in(file: File) -> Iterator[tuple[Raise, Thing]]:
    """What the functions of a file raise, tests aside."""
    for function in file.facts.functions.values() if not file.project.files.is_test(file.path) else ():
        for raised in function.raises:
            if raised.value is not None:
                thing = file.ev.certain(raised.value, Frame(file.path, function.qualname))
                if thing is not None:
                    yield raised, thing


def _made_in(file: File) -> Iterator[tuple[FunctionFacts, Site, facts.Call]]:
    """The calls in a file that make an instance, as far as the name tells, tests aside."""
    for function in file.facts.functions.values() if not file.project.files.is_test(file.path) else ():
        for site in function.sites:
            call = site.value
            name = call.func.name if isinstance(call, facts.Call) and isinstance(call.func, _NAMED) else ""
            if isinstance(call, facts.Call) and name[:1].isupper():
                yield function, site, call


_NAMED = (facts.Name, facts.Local, facts.Attribute)


# -- returned


@check
def returned_exception(subject: Route | Function) -> Iterator[Finding]:
    """An exception is returned instead of raised: for FastAPI it is data like any other.

    The handler answers 200 with the attributes of the exception as its body; a dependency gives it to the handler as
    its value, and the request goes on. Helpers that make an exception for their caller to raise are right.

    Bad::

        @app.get("/items/{item_id}")
        def get_item(item_id: int) -> Any:
            if item_id > 100:
                return HTTPException(status_code=404, detail="Item not found")  # FAP005
            return load(item_id)

    Good::

        @app.get("/items/{item_id}")
        def get_item(item_id: int) -> Any:
            if item_id > 100:
                raise HTTPException(status_code=404, detail="Item not found")
            return load(item_id)
    """
    if isinstance(subject, Route):
        yield from _returned_by_route(subject)
    elif not subject.facts.is_generator and any(_returned(subject)):
        roles = {registration.role for registration in subject.registrations}
        if _is_test(subject) or not ("middleware" in roles or ("dependency" in roles and not _is_asked_for(subject))):
            return
        for position, found in _returned(subject):
            text = _returned_text(found)
            if "middleware" in roles:
                what = "it is no response, and the client gets 500"
                cure = "return a `JSONResponse`"
            else:
                what = f"`{short(subject.name)}` gives it to the handler, and the request goes on"
                cure = "`raise` it"
            yield Finding(position, fitting(f"{text}: {what}; {cure}", f"an exception is returned: {what}; {cure}"))


def _returned_by_route(route: Route) -> Iterator[Finding]:
    found = route.function
    if found is None or not served.is_api(route) or not route.is_handler_at_hand or found.is_generator:
        return
    frame = route.ev.frame_of(route.registration.function)
    if not any(_exception(route, found, value, frame) for value in found.returned) or not route.is_plain:
        return
    for node in route.code.returns() if route.code is not None else ():
        if node.value is None:
            continue
        value, where = route.source.value(node.value), route.source.frame(node.value)
        exception = _exception(route, found, value, where)
        if exception is not None:
            yield Finding(start(node), _returned_message(route, exception))


def _exception(subject: Route | Function, found: FunctionFacts, value: Value, frame: Frame) -> Exceptional | None:
    if made.is_told_apart(subject.ev, found, value, frame):
        return None
    return made.of(subject.ev, found, value, frame)


def _returned(function: Function) -> Iterator[tuple[Position, Exceptional]]:
    """The exceptions that a function returns. Reads the code only where there is one."""
    frame = _frame(function)
    if not any(_exception(function, function.facts, value, frame) for value in function.facts.returned):
        return
    for node in function.code.returns() if function.code is not None else ():
        value = function.source.value(node.value) if node.value is not None else facts.UNKNOWN
        exception = _exception(function, function.facts, value, frame)
        if exception is not None:
            yield start(node), exception


def _is_asked_for(function: Function) -> bool:
    """Whether somebody who may get the result asks whether it is an exception."""
    paths = (function.thing.path, *function.project.files.mentioning(function.name))
    return any(made.asks_what_it_gets(function.ev, path) for path in dict.fromkeys(paths))


def _returned_text(found: Exceptional) -> str:
    if found.helper:
        return f"what `{short(found.helper)}()` returns is an exception"
    return f"`{_name(found.cls)}` is returned, not raised" if found.cls is not None else "the exception is returned"


def _returned_message(route: Route, found: Exceptional) -> str:
    status = exceptions.status(route.ev, found.instance)
    instead = f", not {status}" if status is not None else ""
    text = _returned_text(found)
    declared = route.response.type
    if declared is not None and types.is_known(declared) and declared.kind != "any":
        lost = f": no client gets the {status}" if status is not None and status < 500 else ", not for an error"
        what = f"FastAPI takes it for the `{short(served.declared(route), 30)}`{lost}"
        return fitting(f"{text}, and {what}; `raise` it", f"{text}, and FastAPI takes it for data; `raise` it")
    return fitting(
        f"{text}: the client gets 200{instead}, with it as data; `raise` it",
        f"{text}: the client gets 200{instead}; `raise` it",
    )


# -- dropped


@check
def discarded_exception(file: File) -> Iterator[Finding]:
    """An exception is made and dropped, where it was meant to be raised: the request goes on as if all were well.

    Bad::

        @app.delete("/items/{item_id}")
        def delete_item(item_id: int) -> dict[str, bool]:
            if item_id > 100:
                HTTPException(status_code=404, detail="Item not found")  # FAP005
            return {"deleted": True}

    Good::

        @app.delete("/items/{item_id}")
        def delete_item(item_id: int) -> dict[str, bool]:
            if item_id > 100:
                raise HTTPException(status_code=404, detail="Item not found")
            return {"deleted": True}
    """
    for function, site, call in _made_in(file):
        frame = Frame(file.path, function.qualname)
        found = made.made(file.ev, call, frame) if site.role == "statement" and not site.awaited else None
        if found is None or found.made is None or found.made.call is not call:
            # What a helper makes may have been reported by it.
            continue
        thing = FunctionThing(file.path, function.qualname)
        if exceptions.is_http(file.ev, found.type) or thing_by_request(file.project, thing) is not None:
            status = exceptions.status(file.ev, found)
            instead = f"no client gets the {status}" if status is not None else "nobody hears of it"
            text = f"`{_name(found.type)}(…)` is made and dropped: the code goes on, and {instead}; `raise` it"
            yield Finding(site.start, text)


# -- without a status


@check
def bare_http_exception(file: File) -> Iterator[Finding]:
    """An `HTTPException` is raised without a status: making it fails, and the client gets 500.

    The same holds for a class of one's own whose constructor needs arguments.

    Bad::

        @app.get("/items/{item_id}")
        def get_item(item_id: int) -> dict[str, int]:
            if item_id > 100:
                raise HTTPException  # FAP005
            return {"id": item_id}

    Good::

        @app.get("/items/{item_id}")
        def get_item(item_id: int) -> dict[str, int]:
            if item_id > 100:
                raise HTTPException(status_code=404)
            return {"id": item_id}
    """
    for raised, thing in _raised_in(file):
        missing = _missing(file, thing)
        if missing:
            text = f"{missing}: the `raise` ends in a TypeError, and the client gets 500; give it a status"
            yield Finding(raised.start, text)


def _missing(file: File, thing: Thing) -> str:
    """What a `raise` of an HTTPException does not give, in words; empty if nothing is missing for certain."""
    cls = exceptions.cls_of(thing)
    if cls is None or not exceptions.is_http(file.ev, cls):
        return ""
    if isinstance(thing, Instance):
        call = thing.made.call if thing.made is not None else None
        is_given = call is None or call.open or bool(call.args) or call.keyword("status_code") is not None
        return "" if is_given or _constructor(file, cls) is not None else f"`{_name(cls)}` is made without a status"
    constructor = _constructor(file, cls)
    if constructor is not None and not _needs_arguments(constructor):
        return ""
    return f"`{_name(cls)}` is raised without its arguments"


def _constructor(file: File, cls: ExceptionClass) -> FunctionFacts | None:
    init = classes.method(file.ev, cls, "__init__") if isinstance(cls, ClassThing) else None
    return file.ev.function(init) if init is not None else None


def _needs_arguments(found: FunctionFacts) -> bool:
    given = [each for each in found.parameters[1:] if each.kind in ("positional", "keyword")]
    return any(each.default is None for each in given)


@check
def success_status_exception(file: File) -> Iterator[Finding]:
    """An `HTTPException` with status 200 or 201: clients take the error for a success.

    What runs on errors, such as the rollback of a session, runs all the same. Silent for 202 and 204, which are chosen
    on purpose.

    Bad::

        @app.post("/items")
        def create_item(name: str) -> dict[str, str]:
            if not name:
                raise HTTPException(status_code=200, detail="No name given")  # FAP005
            return {"name": name}

    Good::

        @app.post("/items")
        def create_item(name: str) -> dict[str, str]:
            if not name:
                raise HTTPException(status_code=422, detail="No name given")
            return {"name": name}
    """
    for raised, thing in _raised_in(file):
        status, cls = exceptions.status(file.ev, thing), exceptions.cls_of(thing)
        if cls is not None and status in (200, 201):
            yield Finding(
                raised.start,
                f"`{_name(cls)}` with {status} is raised: clients take the error for a success; give it a 4xx or "
                "5xx, or return the answer",
            )


# -- what cannot be sent


@check
def unserializable_detail(file: File) -> Iterator[Finding]:
    """The detail of an `HTTPException` cannot be written as JSON: the client gets 500 instead of the status.

    FastAPI writes the detail with `json.dumps`, which takes no exceptions, models, dates, UUIDs, sets or bytes. Silent
    where the project has a handler of its own for HTTP exceptions.

    Bad::

        @app.post("/items")
        def create_item(price: str) -> dict[str, float]:
            try:
                return {"price": float(price)}
            except ValueError as error:
                raise HTTPException(status_code=422, detail=error) from error  # FAP005

    Good::

        @app.post("/items")
        def create_item(price: str) -> dict[str, float]:
            try:
                return {"price": float(price)}
            except ValueError as error:
                raise HTTPException(status_code=422, detail="The price is no number") from error
    """
    for function, site, call in _made_in(file):
        kind = _unserializable(file, function, call)
        if kind and not _has_own_handler(file):
            status = exceptions.status(file.ev, file.ev.certain(call, Frame(file.path, function.qualname)))
            instead = f"500, not {status}" if status not in (None, 500) else "500 without it"
            text = f"{kind} in the `detail` is no JSON: the client gets {instead}"
            yield Finding(site.start, fitting(f"{text}; give it text, or use `jsonable_encoder`", f"{text}; use text"))


def _unserializable(file: File, function: FunctionFacts, call: facts.Call) -> str:
    """What in the detail of an HTTPException cannot be written, in words; empty if nothing certainly."""
    ev, frame = file.ev, Frame(file.path, function.qualname)
    detail = _detail(call)
    if detail is None or isinstance(detail, (facts.Constant, facts.Text)):
        return ""
    cls = ev.certain(call.func, frame)
    if not isinstance(cls, (ClassThing, Library)) or not exceptions.is_http(ev, cls):
        return ""
    if isinstance(cls, ClassThing) and classes.method(ev, cls, "__init__") is not None:
        return ""
    exception = made.within(ev, function, detail, frame)
    if exception is not None:
        text = effects.written(exception)
        return f"the exception `{short(text)}`" if text else "an exception"
    fault = writable.fault(ev, detail, frame, "json")
    if fault is None:
        return ""
    text = effects.written(fault.value)
    kind = short(fault.kind, 30)
    return f"`{short(text)}` (a `{kind}`)" if text else f"a `{kind}`"


def _detail(call: facts.Call) -> Value | None:
    if call.open:
        return None
    return call.keyword("detail") or (call.args[1] if len(call.args) > 1 else None)


def _has_own_handler(file: File) -> bool:
    """Whether the project answers HTTP exceptions itself, or may do so."""
    ev, project = file.ev, file.project
    own = (each for each in handled.of(project) if each.kind == "handler")
    return any(each.status is not None or exceptions.is_http(ev, each.cls) for each in own) or not handled.is_complete(
        project
    )


# -- optional


@check(optional=True)
def assert_in_handler(route: Route) -> Iterator[Finding]:
    """An `assert` tests what the client sent: it answers 500, and with `python -O` it is not run at all.

    Silent for tests that only tell the type checker something: `assert user is not None`, `assert isinstance(…)`; and
    where the project has an exception handler for AssertionError.

    Bad::

        @app.get("/items")
        def list_items(limit: int) -> list[int]:
            assert limit <= 100  # FAP005
            return list(range(limit))

    Good::

        @app.get("/items")
        def list_items(limit: int) -> list[int]:
            if limit > 100:
                raise HTTPException(status_code=422, detail="At most 100 items")
            return list(range(limit))
    """
    if not _asserts(route) or route.project.files.is_test(route.source.path):
        return
    if handled.handler_for(route.project, Library("builtins.AssertionError")) is not None:
        return
    sent = {parameter.name for parameter in route.parameters if parameter.kind in _SENT}
    for node in _asserts(route):
        name = next((each for part in _tested(node.test) for each in _names(part) if each in sent), "")
        if name:
            yield Finding(
                start(node),
                f"`assert` tests `{short(name)}`, which the client sends: it answers 500, and `python -O` skips it; "
                "raise `HTTPException`",
            )


_SENT = frozenset({"path", "query", "header", "cookie", "body", "form", "file"})


def _asserts(route: Route) -> list[ast.Assert]:
    found = route.function
    code = route.code if found is not None and found.parameters and route.is_handler_at_hand else None
    return [node for node in code.own if isinstance(node, ast.Assert)] if code is not None else []


def _tested(test: ast.expr) -> Iterator[ast.expr]:
    """The parts of a condition that say more than that something is there, or of what class it is."""
    if isinstance(test, ast.BoolOp):
        for part in test.values:
            yield from _tested(part)
        return
    is_none = isinstance(test, ast.Compare) and isinstance(test.ops[0], (ast.Is, ast.IsNot))
    is_class = isinstance(test, ast.Call) and dotted(test.func) in ("isinstance", "issubclass", "callable", "hasattr")
    if not (is_none or is_class or dotted(test)):
        yield test


def _names(node: ast.expr) -> Iterator[str]:
    return (each.id for each in ast.walk(node) if isinstance(each, ast.Name))
