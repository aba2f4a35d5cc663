"""Where errors are answered for a whole application: middleware and exception handlers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_fastapi.knowledge import encoding, framework
from flake8_fastapi.semantics import answers, classes, facts
from flake8_fastapi.semantics.code import Code, start
from flake8_fastapi.semantics.errors import exceptions, handled, made, raised
from flake8_fastapi.semantics.errors.handled import Handled
from flake8_fastapi.semantics.errors.raised import Raised
from flake8_fastapi.semantics.facts import FunctionFacts, Position
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.paths import Paths
from flake8_fastapi.semantics.things import ClassThing, Frame, FunctionThing, Instance, Library, function_of
from flake8_fastapi.semantics.thrown import Meanings
from flake8_fastapi.visitor import Finding, check, fitting, short

_ENTRIES = frozenset({"dispatch", "__call__"})
_ROUTE_LEVEL = ("Mount", "Route", "Router", "Host", "WebSocketRoute")
_ENVELOPE = frozenset({"code", "errcode", "err_code", "error_code", "errno", "jsonrpc", "ret", "status_code"})
"""Keys of a body that carries the status itself: such protocols answer 200."""
_NO_ERROR = ("Disconnect", "Redirect", "Cancel", "WebSocket", "Warning")
"""Words in the names of exceptions that are not answered with an error."""
_HTTP = Library("fastapi.HTTPException")
_STARLETTE_HTTP = Library("starlette.exceptions.HTTPException")
_PLAIN = frozenset({framework.RESPONSE, "starlette.responses.PlainTextResponse"})


# -- middleware


@check
def raised_in_middleware(function: Function) -> Iterator[Finding]:
    """Middleware runs outside of the exception handlers: an `HTTPException` raised there answers 500.

    The same holds for one that a function raises which the middleware calls. Silent where the middleware catches it
    itself, or where another one around it does.

    Bad::

        @app.middleware("http")
        async def check_key(request: Request, call_next):
            if "x-key" not in request.headers:
                raise HTTPException(status_code=401)  # FAP005
            return await call_next(request)

    Good::

        @app.middleware("http")
        async def check_key(request: Request, call_next):
            if "x-key" not in request.headers:
                return JSONResponse({"detail": "Unauthorized"}, status_code=401)
            return await call_next(request)
    """
    if not _may_be_middleware(function.facts) or function.project.files.is_test(function.thing.path):
        return
    if all(registration.role != "middleware" for registration in function.registrations):
        return
    found = [each for each in raised.escaping(function.ev, function.thing) if _is_answer(function, each)]
    if not found or _is_caught_outside(function) or _has_route_level(function):
        return
    for position, each in _first_at_each_place(function, found):
        status = exceptions.status(function.ev, each.thing)
        instead = f"500, not {status}" if status is not None else "500"
        what = f"`{short(each.via[0])}()` raises `{short(each.name, 30)}`" if each.via else f"`{short(each.name, 30)}`"
        text = f"{what} in middleware" if each.via else f"{what} is raised in middleware"
        yield Finding(
            position,
            fitting(
                f"{text}, where no exception handler answers it: the client gets {instead}; return a `JSONResponse`",
                f"{text}: the client gets {instead}; return a `JSONResponse`",
            ),
        )


def _is_answer(function: Function, found: Raised) -> bool:
    """Whether an exception is meant to give the client another status than the one that it gets."""
    return exceptions.is_http(function.ev, found.cls) and exceptions.status(function.ev, found.thing) != 500


def _may_be_middleware(found: FunctionFacts) -> bool:
    is_decorated = any(
        isinstance(each, facts.Call) and isinstance(each.func, facts.Attribute) and each.func.name == "middleware"
        for each in found.decorators
    )
    takes_next = "call_next" in [parameter.name for parameter in found.parameters]
    return found.is_async and (found.name in _ENTRIES or is_decorated or takes_next)


def _is_caught_outside(function: Function) -> bool:
    """Whether other middleware catches HTTP exceptions."""
    return any(
        each.kind == "middleware" and each.cls is not None and exceptions.is_a(function.ev, _HTTP, each.cls)
        for each in handled.of(function.project)
    )


def _has_route_level(function: Function) -> bool:
    """Whether the project gives middleware to routes or mounts: it runs inside of the exception handlers."""
    for name in _ROUTE_LEVEL:
        for path in function.project.files.mentioning(name):
            module = function.project.facts(path)
            for _, site in module.mentions.get(name, ()) if module is not None else ():
                if isinstance(site.value, facts.Call) and site.value.keyword("middleware") is not None:
                    return True
    return False


def _first_at_each_place(function: Function, found: list[Raised]) -> Iterator[tuple[Position, Raised]]:
    seen: set[Position] = set()
    for each in found:
        position = _call_of(function, each) if each.via else each.start
        if position is not None and position not in seen and not _is_suppressed(function, position):
            seen.add(position)
            yield position, each


def _call_of(function: Function, found: Raised) -> Position | None:
    """The call by which the exception comes."""
    frame = Frame(function.thing.path, function.thing.qualname)
    places: list[tuple[int, Position]] = []
    for site in function.facts.sites:
        callee = (
            function_of(function.ev.certain(site.value.func, frame)) if isinstance(site.value, facts.Call) else None
        )
        called = function.ev.function(callee) if callee is not None else None
        if called is not None and called.name == found.via[0]:
            places.append((len(site.guards), site.start))
    return min(places)[1] if places else None


def _is_suppressed(function: Function, position: Position) -> bool:
    """Whether what stands there stands in a `with suppress(…):`."""
    module = function.project.facts(function.thing.path)
    code = function.code if module is not None and "suppress" in module.mentions else None
    if code is None:
        return False
    return any(
        isinstance(node, (ast.With, ast.AsyncWith))
        and start(node) <= position <= _end(node)
        and any(Meanings(code).suppressed(item.context_expr) for item in node.items)
        for node in code.own
    )


def _end(node: ast.stmt) -> Position:
    return Position(node.end_lineno or node.lineno, node.end_col_offset or 0)


# -- exception handlers


@check
def bad_exception_handler(file: File) -> Iterator[Finding]:
    """An exception handler must give a response, on every way through it, and one that says that something failed.

    What it returns is sent as it is: a dict, an exception or nothing ends in a 500, whatever the handler is for. A
    response without a status is a 200, which clients take for a success. Raising again is right.

    Bad::

        @app.exception_handler(KeyError)
        def missing(request: Request, error: KeyError) -> dict[str, str]:
            return {"detail": "Not found"}  # FAP005

    Good::

        @app.exception_handler(KeyError)
        def missing(request: Request, error: KeyError) -> JSONResponse:
            return JSONResponse({"detail": "Not found"}, status_code=404)
    """
    if not any(map(_may_answer, file.facts.functions.values())) or file.project.files.is_test(file.path):
        return
    for each in handled.of(file.project):
        function = _function_of(file, each)
        found = file.facts.functions.get(function.qualname) if function is not None else None
        if function is None or found is None or function.path != file.path or not _answers_http(file, found, each):
            continue
        code = file.source.code(function.qualname)
        if code is not None and not isinstance(code.node, ast.Lambda):
            yield from _of_handler(file, found, code, each)


def _may_answer(found: FunctionFacts) -> bool:
    """Whether a function takes a request and an exception, as far as a look at its parameters tells."""
    names = [each.name for each in found.parameters if found.owner is None or each.index != 0]
    return len(names) == 2 and names[1] != "call_next"


def _function_of(file: File, entry: Handled) -> FunctionThing | None:
    """The function that runs, also where it is the method of an object that can be called."""
    if isinstance(entry.thing, Instance) and isinstance(entry.thing.type, ClassThing):
        return classes.method(file.ev, entry.thing.type, "__call__")
    return entry.function


def _answers_http(file: File, found: FunctionFacts, entry: Handled) -> bool:
    """Whether this is a handler of requests as it is written: no websockets, no decorators that change it."""
    if entry.kind != "handler" or found.is_generator:
        return False
    own = [each for each in found.decorators if isinstance(each, facts.Call) and _is_registration(each)]
    if len(own) != len(found.decorators):
        return False
    given = [parameter for parameter in found.parameters if found.owner is None or parameter.index != 0]
    connection = file.ev.certain(given[0], Frame(file.path, found.qualname)) if given else None
    is_websocket = isinstance(connection, Instance) and connection.type == Library("fastapi.WebSocket")
    return not is_websocket and "WebSocket" not in _name(entry)


def _is_registration(decorator: facts.Call) -> bool:
    return isinstance(decorator.func, facts.Attribute) and decorator.func.name == "exception_handler"


def _name(entry: Handled) -> str:
    cls = entry.cls
    return "" if cls is None else cls.last if isinstance(cls, Library) else cls.qualname.rpartition(".")[2]


def _of_handler(file: File, found: FunctionFacts, code: Code, entry: Handled) -> Iterator[Finding]:
    named = f"`{short(_shown(found), 30)}`"
    is_silent = False
    for node in code.returns():
        what = _no_response(file, found, code, node)
        if what:
            yield Finding(
                start(node),
                f"exception handler {named} returns {what}, no response: the client gets 500; return a `JSONResponse` "
                "with a status",
            )
        elif node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None):
            is_silent = True
        elif _keeps_200(file, found, code, node) and not any(word in _name(entry) for word in _NO_ERROR):
            yield Finding(
                start(node),
                f"exception handler {named} answers with 200: clients take the error for a success; give the response "
                "a `status_code`",
            )
    exits = Paths.of(code, only_errors=True).exits() if not is_silent else None
    if is_silent or (exits is not None and "end" in exits):
        yield Finding(
            found.position,
            f"exception handler {named} may end without a response: the client gets 500; return one on every way, "
            "or `raise`",
        )


def _shown(found: FunctionFacts) -> str:
    owner = found.owner
    return owner.rpartition(".")[2] if owner is not None and found.name == "__call__" else found.name


def _no_response(file: File, found: FunctionFacts, code: Code, node: ast.Return) -> str:
    """What a `return` gives that certainly is no response, in words; empty if it may be one."""
    if node.value is None:
        return ""
    if isinstance(node.value, ast.Tuple):
        return "a tuple"
    value, frame = file.source.value(node.value), file.source.frame(node.value)
    if made.of(file.ev, found, value, frame) is not None:
        return "an exception"
    if isinstance(node.value, (ast.Name, ast.Attribute)) and not answers.of_node(code, node.value) & {"data"}:
        return ""
    given = answers.of_node(code, node.value)
    if given and given <= {"data", "constant"}:
        return "a dict" if isinstance(node.value, ast.Dict) else "data"
    return ""


def _keeps_200(file: File, found: FunctionFacts, code: Code, node: ast.Return) -> bool:
    """Whether a `return` gives a response without a status, and none is set later."""
    assert node.value is not None
    thing = code.thing(node.value)
    if not isinstance(thing, Instance) or thing.made is None or thing.made.frame.path != file.path:
        return False
    call = thing.made.call
    if isinstance(node.value, ast.Name) and (node.value.id, ".status_code") in found.changed:
        return False
    if not isinstance(node.value, ast.Name) and call.start != start(node.value):
        return False
    return not call.open and _is_sent_as_200(file, thing.type, call)


def _is_sent_as_200(file: File, cls: ClassThing | Library, call: facts.Call) -> bool:
    ev = file.ev
    if isinstance(cls, ClassThing) and classes.method(ev, cls, "__init__") is not None:
        return False
    is_plain = isinstance(cls, Library) and cls.name in _PLAIN
    if not is_plain and not classes.is_a(ev, cls, encoding.JSON_RESPONSE):
        return False
    if len(call.args) > 1 or call.keyword("status_code") is not None:
        return False
    content = call.args[0] if call.args else call.keyword("content")
    if content is None or not isinstance(content, facts.Table):
        return isinstance(content, (facts.Constant, facts.Text)) or content is None
    items = [(ev.literal(key, Frame(file.path)), value) for key, value in content.items if key is not None]
    if len(items) < len(content.items) or not _ENVELOPE.isdisjoint(str(key) for key, _ in items):
        return False
    return not any(key == "status" and isinstance(ev.literal(value, Frame(file.path)), int) for key, value in items)


@check(optional=True)
def fastapi_only_exception_handler(file: File) -> Iterator[Finding]:
    """A handler for FastAPI's HTTPException does not get the errors that Starlette raises itself.

    404 for an unknown path and 405 for a wrong method are Starlette's HTTPException, of which FastAPI's is a subclass:
    they are answered in the default form.

    Bad::

        @app.exception_handler(HTTPException)  # FAP005
        def answer(request: Request, error: HTTPException) -> JSONResponse:
            return JSONResponse({"message": error.detail}, error.status_code)

    Good::

        from starlette.exceptions import HTTPException


        @app.exception_handler(HTTPException)
        def answer(request: Request, error: HTTPException) -> JSONResponse:
            return JSONResponse({"message": error.detail}, error.status_code)
    """
    every = handled.of(file.project)
    if any(each.status == 404 or each.cls == _STARLETTE_HTTP for each in every):
        return
    for each in every:
        if each.path == file.path and each.kind == "handler" and each.cls == _HTTP:
            yield Finding(
                each.position,
                "a handler for FastAPI's `HTTPException` never sees the 404 of an unknown path: register Starlette's",
            )
