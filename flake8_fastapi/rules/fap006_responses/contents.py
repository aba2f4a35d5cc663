"""What a response is made of: objects that cannot be sent, text that is encoded twice, whole files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import encoding, framework, libraries
from flake8_fastapi.semantics import classes, effects, encoded, facts, origins, schemas, served, types, wholes, writable
from flake8_fastapi.semantics.code import start
from flake8_fastapi.semantics.facts import Position, Value
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import ClassThing, Frame, Instance, Library
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.semantics.values import Evaluator
from flake8_fastapi.semantics.writable import Fault
from flake8_fastapi.visitor import Finding, check, fitting

_FILE_SENDERS = ("starlette.responses.StreamingResponse", "starlette.responses.PlainTextResponse", framework.RESPONSE)
"""Responses in whose place a `FileResponse` could stand; a page of HTML is small."""
_JSON_TYPES = ("builtins.dict", "builtins.list", framework.PYDANTIC_MODEL)


class _Made(NamedTuple):
    """A response that a function builds."""

    call: facts.Call
    cls: ClassThing | Library
    content: Value

    @property
    def name(self) -> str:
        return self.cls.last if isinstance(self.cls, Library) else self.cls.qualname.rpartition(".")[2]


def _frame(function: Function) -> Frame:
    return Frame(function.thing.path, function.thing.qualname)


def _built(function: Function) -> Iterator[_Made]:
    """The responses that a function of the project builds, tests aside."""
    ev, frame = function.ev, _frame(function)
    for site in function.facts.sites:
        if site.kind != "call" or not isinstance(site.value, facts.Call):
            continue
        cls = ev.certain(site.value.func, frame)
        if not isinstance(cls, (Library, ClassThing)) or not classes.is_a(ev, cls, framework.RESPONSE):
            continue
        content = writable.content(site.value)
        if content is not None and not function.project.files.is_test(function.thing.path):
            yield _Made(site.value, cls, content)


def _returned(route: Route) -> Iterator[tuple[Value, Frame]]:
    """What the handler returns, where FastAPI gets it as it is."""
    found = route.function
    if found is None or found.is_generator or not served.is_api(route) or not route.is_handler_at_hand:
        return
    if route.is_plain:
        frame = route.ev.frame_of(route.registration.function)
        yield from ((value, frame) for value in found.returned)


def _places(route: Route) -> Iterator[tuple[Position, Value, Frame]]:
    """The same with the `return` statements. Costly: reads the code."""
    for node in route.code.returns() if route.code is not None else ():
        if node.value is not None:
            yield start(node), route.source.value(node.value), route.source.frame(node.value)


@check
def foreign_response(route: Route) -> Iterator[Finding]:
    """The handler returns the answer of another server as its HTTP client gave it.

    FastAPI cannot make JSON of an answer of `requests`, `httpx` or `aiohttp`: every such request ends in a 500. Of
    those of `urllib` it sends the attributes, not the body. Silent where the response model reads attributes of it.

    Bad::

        @app.get("/weather")
        def weather() -> Any:
            return requests.get("https://example.com/weather", timeout=5)  # FAP006

    Good::

        @app.get("/weather")
        def weather() -> Any:
            return requests.get("https://example.com/weather", timeout=5).json()
    """
    if not any(_foreign(route.ev, value, frame) for value, frame in _returned(route)) or _is_read(route):
        return
    for position, value, frame in _places(route):
        name = _foreign(route.ev, value, frame)
        if not name:
            continue
        how = (
            "FastAPI sends its attributes, not its body"
            if name in encoding.INSIDES_SENT
            else "FastAPI cannot encode it and answers 500"
        )
        yield Finding(
            position,
            fitting(
                f"{served.named(route)} returns a `{name}`: {how}; return its JSON, or a `Response` of its content",
                f"{served.named(route)} returns a `{name}`: {how}; return its JSON or content",
                f"a `{name}` is returned: {how}; return its JSON or content",
            ),
        )


def _foreign(ev: Evaluator, value: Value, frame: Frame) -> str:
    """The class of the answer that a value certainly is, or holds; empty for anything else."""
    if isinstance(value, facts.Table):
        return next((name for _, item in value.items if (name := _foreign(ev, item, frame))), "")
    if isinstance(value, facts.Display):
        return next((name for item in value.items if (name := _foreign(ev, item, frame))), "")
    if isinstance(value, facts.Constant):
        return ""
    thing = ev.certain(value, frame)
    if isinstance(thing, Instance):
        return next((name for name in classes.library_types(ev, thing.type) if name in encoding.FOREIGN_RESPONSES), "")
    found = [_awaited(ev, each, where) for each, where, _ in origins.of(ev, value, frame)]
    return found[0] if found and all(found) else ""


def _awaited(ev: Evaluator, value: Value, frame: Frame) -> str:
    """`await session.get(url)` of aiohttp, which is meant for `async with`."""
    call = value.of if isinstance(value, facts.Awaited) else None
    name = encoded.name_of(ev, call.func, frame) if isinstance(call, facts.Call) else ""
    entered = libraries.ENTERS.get(name, "")
    return entered if entered in encoding.FOREIGN_RESPONSES else ""


def _is_read(route: Route) -> bool:
    """Whether the response model takes its fields from attributes of such an answer."""
    found = schemas.nested(route.ev, route.response.type) if route.response.type is not None else ()
    return any(field.name in encoding.RESPONSE_FIELDS for schema in found for field in schema.fields)


@check
def double_encoded(subject: Route | Function) -> Iterator[Finding]:
    """JSON text is given to what makes JSON of it once more: clients get one long quoted string.

    Where the route declares a model, the text does not fit it and every request ends in a 500. Silent for responses
    that send text as it is: `Response(text, media_type="application/json")`, `response_class=PlainTextResponse`.

    Bad::

        @app.get("/prices")
        def prices():
            return json.dumps({"apple": 3})  # FAP006

    Good::

        @app.get("/prices")
        def prices():
            return {"apple": 3}
    """
    if isinstance(subject, Function):
        for made in _built(subject):
            if writable.writer(subject.ev, made.cls) in ("json", "orjson") and encoded.is_encoded(
                subject.ev, made.content, _frame(subject)
            ):
                what = _written(made.content) or "the content"
                yield Finding(
                    made.call.start,
                    f"{what} is JSON text, and `{made.name}` encodes it again: clients get a quoted string; "
                    "give it the data itself",
                )
        return
    if not any(encoded.is_encoded(subject.ev, value, frame) for value, frame in _returned(subject)):
        return
    if served.sends_json(subject) and not _writes_itself(subject):
        for position, value, frame in _places(subject):
            if encoded.is_encoded(subject.ev, value, frame):
                yield Finding(position, _quoted(subject, value))


def _quoted(route: Route, value: Value) -> str:
    what = _written(value) or "what is returned"
    if _is_structured(route):
        declared = served.declared(route)
        return fitting(
            f"{what} is JSON text, and {served.named(route)} declares `{declared}`: the answer is a 500; "
            "return the data itself",
            f"{what} is JSON text where `{declared}` is declared: the answer is a 500; return the data itself",
        )
    return f"{what} is JSON text, and FastAPI encodes it again: clients get a quoted string; return the data itself"


def _written(value: Value) -> str:
    text = effects.written(value)
    return f"`{served.clipped(text)}`" if text else ""


def _is_structured(route: Route) -> bool:
    """Whether the declared answer is certainly no text."""
    type_ = route.response.type
    if type_ is None or not types.is_known(type_):
        return False
    return all(_is_container(route.ev, member) for member in types.members(type_))


def _is_container(ev: Evaluator, type_: Type) -> bool:
    return types.is_a(ev, type_, *_JSON_TYPES)


def _writes_itself(route: Route) -> bool:
    """Whether a response class of the project, which may send text as it is, writes what the handler returns."""
    classes_ = [route.response_class, *(operation.response_class for operation in route.operations)]
    return any(isinstance(cls, ClassThing) and writable.writer(route.ev, cls) is None for cls in classes_)


@check
def unserializable_response(function: Function) -> Iterator[Finding]:
    """A response that is built by hand is given something that it cannot write: the request ends in a 500.

    `JSONResponse` takes what `json.dumps` takes: no models, dates, UUIDs, decimals, sets or bytes, however deep inside.
    `ORJSONResponse` writes dates, UUIDs, dataclasses and enumerations, but no models, decimals, sets or bytes. A plain
    `Response` takes text and bytes only. What a response class with a `render` of its own can write is its own affair.

    Bad::

        @app.get("/now")
        def now() -> JSONResponse:
            return JSONResponse({"now": datetime.now()})  # FAP006

    Good::

        @app.get("/now")
        def now() -> JSONResponse:
            return JSONResponse(jsonable_encoder({"now": datetime.now()}))
    """
    for made in _built(function):
        by = writable.writer(function.ev, made.cls)
        found = writable.fault(function.ev, made.content, _frame(function), by) if by is not None else None
        if found is not None:
            yield Finding(made.call.start, _unserializable(made, found, by == "text"))


def _unserializable(made: _Made, found: Fault, is_text: bool) -> str:
    kind = served.clipped(found.kind, 30)
    if is_text:
        return f"`{made.name}` sends text or bytes, and gets a `{kind}`: the request ends in a 500; use `JSONResponse`"
    what = _written(found.value)
    if found.field:
        cure = '`mode="json"`' if ".model_dump(" in what else "`jsonable_encoder`"
        return fitting(
            f"{what} keeps `{found.field}` a `{kind}`, which `{made.name}` cannot write: "
            f"the request ends in a 500; use {cure}",
            f"`{found.field}` stays a `{kind}`, which `{made.name}` cannot write: a 500; use {cure}",
        )
    subject = f"{what} is a `{kind}`, which" if what else f"a `{kind}` is in the content, which"
    cure = "send them with `Response`" if kind == "bytes" else "use `jsonable_encoder`"
    return fitting(
        f"{subject} `{made.name}` cannot write: the request ends in a 500; {cure}",
        f"{subject} `{made.name}` cannot write: a 500; {cure}",
    )


@check
def whole_file_response(subject: Route | Function) -> Iterator[Finding]:
    """A file is read into memory to be sent: as many copies of it as there are requests, and nothing is streamed.

    `FileResponse` sends it in pieces, from a thread, with length, etag and ranges. Silent for pages of HTML, for files
    that are always the same (templates), thumbnails and icons, and temporary ones. A table that is read from a file and
    returned with every row is reported too.

    Bad::

        @app.get("/files/{name}")
        def download(name: str) -> Response:
            data = Path("files", name).read_bytes()
            return Response(data, media_type="application/pdf")  # FAP006

    Good::

        @app.get("/files/{name}")
        def download(name: str) -> FileResponse:
            return FileResponse(Path("files", name), media_type="application/pdf")
    """
    if isinstance(subject, Function):
        yield from _files(subject)
        return
    if not any(_table(subject.ev, value, frame) for value, frame in _returned(subject)):
        return
    for position, value, frame in _places(subject):
        text = _table(subject.ev, value, frame)
        if text:
            yield Finding(
                position,
                f"`{served.clipped(text)}` sends every row of a file, read anew by each request; "
                "send a page of it, or the file with `FileResponse`",
            )


def _files(function: Function) -> Iterator[Finding]:
    ev, frame = function.ev, _frame(function)
    for made in _built(function):
        if next((name for name in classes.library_types(ev, made.cls) if name in _SENDERS), "") not in _FILE_SENDERS:
            continue
        found = wholes.content(ev, made.content, frame)
        path = wholes.path(ev, found.value, found.frame) if found is not None else None
        if found is None or path is None or wholes.is_small(function.name, path):
            continue
        is_stream = "Streaming" in made.name
        if not is_stream and not wholes.is_chosen(ev, path.value, path.frame):
            continue
        if not wholes.is_temporary(ev, function.facts, frame):
            text = served.clipped(effects.written(found.value))
            yield Finding(
                made.call.start,
                f"`{made.name}` sends a file that `{text}` reads whole into memory, once per request; "
                "use `FileResponse(path)`",
            )


_SENDERS = (*_FILE_SENDERS, "starlette.responses.HTMLResponse", encoding.JSON_RESPONSE)


def _table(ev: Evaluator, value: Value, frame: Frame) -> str:
    """The call that writes all of a table read from a file, as text; empty for anything else."""
    items = [item for _, item in value.items] if isinstance(value, facts.Table) else [value]
    found = (wholes.table(ev, item, frame) for item in items)
    return next((effects.written(each.value) for each in found if each is not None), "")
