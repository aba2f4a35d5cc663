"""What dependencies do: around `yield`, in their bodies, in the thread they run in."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_fastapi.knowledge import framework
from flake8_fastapi.knowledge.errors import BROAD, HTTP_EXCEPTION
from flake8_fastapi.semantics import classes, deeds, facts, flow, used
from flake8_fastapi.semantics.code import Code, start
from flake8_fastapi.semantics.errors import exceptions
from flake8_fastapi.semantics.facts import Position
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.structure import sizes
from flake8_fastapi.semantics.things import Bound, ClassThing, FunctionThing, Generator, Instance, Library, Thing
from flake8_fastapi.visitor import Finding, check, short

_RERAISES_ANYWAY = (0, 110)
"""Before this version FastAPI raised the exception of the route again, whatever a dependency made of it."""
_EXITS_EARLY, _EXITS_LATE = (0, 106), (0, 118)
"""Between these versions what follows `yield` ran before the response was sent."""
_NO_ERRORS = frozenset(
    {
        *("asyncio.CancelledError", "builtins.GeneratorExit", "builtins.KeyboardInterrupt", "builtins.SystemExit"),
        *("anyio.get_cancelled_exc_class", "builtins.StopIteration", "builtins.StopAsyncIteration"),
        *("fastapi.WebSocketDisconnect", "starlette.websockets.WebSocketDisconnect"),
    }
)
"""Exceptions that end something, and for which nobody waits for a response."""
_SUPPRESS = Library("contextlib.suppress")
_LEAVING = frozenset({"abort", "exit", "_exit", "quit", "fail", "reraise", "skip"})
"""Last names of functions that do not return, wherever they come from."""
_TELLING = frozenset(
    {
        *("debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log", "print", "success"),
        *("capture_exception", "capture_message", "record_exception", "set_status", "notice_error", "add_note"),
        *("print_exc", "print_exception", "format_exc", "format_exception", "str", "repr", "type", "isinstance"),
        *("append", "put", "put_nowait", "rollback", "close", "aclose", "add", "set", "write", "set_exception"),
    }
)
"""Last names of functions that may be given an exception and do not raise it."""
_LONGEST = 40
"""Of 1,062 dependencies of real projects three have more statements (95 % have at most 15)."""
_WEBSOCKET = ("fastapi.WebSocket", "starlette.websockets.WebSocket")


@check
def swallowing_dependency(function: Function) -> Iterator[Finding]:
    """An `except` (or `suppress`) around `yield` keeps the exception of the route: FastAPI has no response then.

    Since FastAPI 0.110 every request that fails while such a dependency is open ends with 500: a 404 raised by the
    route, an error for which the app has an exception handler. The log names neither. Catch it to clean up, then
    raise it again, or raise an `HTTPException` instead.

    Not reported: dependencies of websockets, and handlers that look at the exception to decide.

    Bad::

        def get_db() -> Iterator[Session]:
            db = Session()
            try:
                yield db
            except Exception:  # FAP004
                db.rollback()
            finally:
                db.close()

        @app.get("/users")
        def users(db: Session = Depends(get_db)) -> int:
            return len(db.dirty)

    Good::

        def get_db() -> Iterator[Session]:
            db = Session()
            try:
                yield db
            except Exception:
                db.rollback()
                raise
            finally:
                db.close()

        @app.get("/users")
        def users(db: Session = Depends(get_db)) -> int:
            return len(db.dirty)
    """
    version = function.project.fastapi_version
    if not function.facts.is_generator or (version is not None and version < _RERAISES_ANYWAY):
        return
    code = function.code
    found = list(_swallowed(function, code)) if code is not None else []
    if code is None or not found or not _is_around_routes(function, code):
        return
    kind = "dependency" if function.is_dependency else "context manager"
    for position, text, catches_http in found:
        where = f"{text} in {kind} `{short(used.name_of(function))}` swallows"
        happens = "an HTTPException: a 404 becomes a 500" if catches_http else "an error: no exception handler sees it"
        yield Finding(position, f"{where} {happens}; re-raise it")


def _is_around_routes(function: Function, code: Code) -> bool:
    """Whether the exception of an HTTP route comes in at its `yield`: of a dependency, or of what one enters."""
    if _takes_websocket(function):
        return False
    if function.is_dependency:
        return True
    if function.traits.isdisjoint(framework.CONTEXT_MANAGERS):
        return False
    return any(_enters(code, other, function.thing) for other in used.dependencies_in(function))


def _takes_websocket(function: Function) -> bool:
    names = [parameter.name for parameter in function.facts.parameters if _is_websocket(function, parameter)]
    return bool(names)


def _is_websocket(function: Function, parameter: facts.Parameter) -> bool:
    thing = function.ev.certain(parameter, used.frame_of(function))
    return isinstance(thing, Instance) and classes.is_a(function.ev, thing.type, *_WEBSOCKET)


def _enters(code: Code, other: Code, manager: FunctionThing) -> bool:
    """Whether a generator function enters this context manager around its `yield`."""
    for node in _yields(other):
        for around in other.ancestors(node):
            for item in around.items if isinstance(around, (ast.With, ast.AsyncWith)) else ():
                thing = code.source.thing(item.context_expr)
                if isinstance(thing, Generator) and thing.function.qualname == manager.qualname:
                    return thing.function.path == manager.path
    return False


def _yields(code: Code) -> list[ast.AST]:
    return [node for node in code.own if isinstance(node, (ast.Yield, ast.YieldFrom))]


def _swallowed(function: Function, code: Code) -> Iterator[tuple[Position, str, bool]]:
    """Where an exception that comes in at a `yield` ends: place, text, and whether that may be an HTTPException."""
    seen: set[ast.AST] = set()
    for node in _yields(code):
        inner = node
        for around in code.ancestors(node):
            if around in seen:
                break
            tried = flow.as_try(around)
            if tried is not None and inner in tried.body:
                seen.add(around)
                yield from _swallowed_by_try(function, code, tried)
            elif isinstance(around, (ast.With, ast.AsyncWith)):
                seen.add(around)
                yield from _swallowed_by_with(code, around)
            inner = around


def _swallowed_by_try(function: Function, code: Code, statement: ast.Try) -> Iterator[tuple[Position, str, bool]]:
    http_is_left = True
    for handler in statement.handlers:
        caught = _caught(code, handler.type)
        catches_http = http_is_left and any(_catches_http(code, thing) for thing in caught)
        errors = [thing for thing in caught if not _is_no_error(thing)]
        falls_back = not catches_http and _has_yield(code, handler.body)
        if errors and not falls_back and _ends_here(function, code, statement, handler):
            shown = f"`except {short(_shown(handler.type))}`" if handler.type is not None else "`except:`"
            yield start(handler), shown, catches_http
        if any(_is_library(thing, *BROAD) for thing in caught):
            return
        http_is_left = http_is_left and not any(_is_library(thing, *_HTTP_EXCEPTIONS) for thing in caught)


def _caught(code: Code, written: ast.expr | None) -> list[Thing]:
    """What an `except` catches; empty if part of it is unknown."""
    if written is None:
        return [Library("builtins.BaseException")]
    parts = written.elts if isinstance(written, ast.Tuple) else [written]
    things = [code.thing(part) for part in parts]
    return [thing for thing in things if isinstance(thing, (Library, ClassThing))] if None not in things else []


_HTTP_EXCEPTIONS = frozenset({HTTP_EXCEPTION, "fastapi.HTTPException"})


def _is_library(thing: Thing, *names: str) -> bool:
    return isinstance(thing, Library) and thing.name in names


def _catches_http(code: Code, thing: Thing) -> bool:
    return _is_library(thing, *BROAD) or exceptions.is_http(code.source.ev, exceptions.cls_of(thing))


def _is_no_error(thing: Thing) -> bool:
    return _is_library(thing, *_NO_ERRORS)


def _shown(written: ast.expr) -> str:
    """An exception as a message shows it: without the module, and of several the first."""
    if isinstance(written, ast.Tuple):
        return f"({_shown(written.elts[0])}, …)" if written.elts else "()"
    return written.attr if isinstance(written, ast.Attribute) else ast.unparse(written)


def _swallowed_by_with(code: Code, around: ast.With | ast.AsyncWith) -> Iterator[tuple[Position, str, bool]]:
    for item in around.items:
        call = item.context_expr
        if not isinstance(call, ast.Call) or code.thing(call.func) != _SUPPRESS or _raises_after(code, around, around):
            continue
        things = [code.thing(argument) for argument in call.args]
        errors = [thing for thing in things if thing is not None and not _is_no_error(thing)]
        if errors and None not in things:
            catches_http = any(_catches_http(code, thing) for thing in errors)
            shown = ", ".join(_shown(each) for each in call.args)
            yield start(call), f"`suppress({short(shown)})`", catches_http


# -- how an `except` ends


def _ends_here(function: Function, code: Code, statement: ast.Try, handler: ast.ExceptHandler) -> bool:
    """Whether there is certainly a way through the handler, and out of the function, on which nothing is raised."""
    calls = [node for part in handler.body for node in ast.walk(part) if isinstance(node, ast.Call)]
    if any(_may_raise_it(function, code, call, handler.name) for call in calls):
        return False
    ends = flow.outcomes(handler.body, lambda call: _never_returns(function, code, call))
    if ends <= {"raise"} or ("raise" in ends and _decides_by_it(handler)):
        return False
    return not _raises_after(code, statement, handler)


def _decides_by_it(handler: ast.ExceptHandler) -> bool:
    """Whether a branch of the handler depends on the exception."""
    tests = [node.test for node in ast.walk(handler) if isinstance(node, (ast.If, ast.IfExp))]
    tests += [node.subject for node in ast.walk(handler) if isinstance(node, ast.Match)]
    names = {node.id for test in tests for node in ast.walk(test) if isinstance(node, ast.Name)}
    return handler.name is not None and handler.name in names


def _raises_after(code: Code, statement: ast.stmt, ended: ast.AST) -> bool:
    """Whether something may be raised after a handler has come to its end."""
    aside = {id(node) for node in ast.walk(ended)}
    tried = flow.as_try(statement)
    for part in (*tried.handlers, *tried.orelse, *tried.body) if tried is not None else ():
        aside |= {id(node) for node in ast.walk(part)}
    later = [node for node in code.own if isinstance(node, ast.Raise) and id(node) not in aside]
    return any(node.lineno > statement.lineno for node in later if not _is_in_other_handler(code, node, statement))


def _is_in_other_handler(code: Code, node: ast.AST, statement: ast.stmt) -> bool:
    """Whether a node stands in an `except` of a `try` around the statement: nothing comes there any more."""
    handlers = [around for around in code.ancestors(node) if isinstance(around, ast.ExceptHandler)]
    outer = [around for around in code.ancestors(statement) if flow.as_try(around) is not None]
    return any(code.parent(handler) is around for handler in handlers for around in outer)


def _never_returns(function: Function, code: Code, call: ast.Call) -> bool:
    """Whether a call certainly raises: `sys.exit()`, a function annotated `NoReturn`, one that ends so."""
    if _last_name(call) in _LEAVING:
        return True
    callee = _function_called(code, call)
    found = function.ev.function(callee) if callee is not None else None
    if callee is None or found is None or found.is_generator:
        return False
    return found.never_returns or _says_no_return(function, callee, found)


def _says_no_return(function: Function, callee: FunctionThing, found: facts.FunctionFacts) -> bool:
    if found.returns is None:
        return False
    thing = function.ev.certain(found.returns, function.ev.frame_of(callee))
    return isinstance(thing, Library) and thing.last in ("NoReturn", "Never")


def _function_called(code: Code, call: ast.Call) -> FunctionThing | None:
    thing = code.thing(call.func)
    if isinstance(thing, Bound):
        thing = thing.function
    return thing if isinstance(thing, FunctionThing) else None


def _last_name(call: ast.Call) -> str:
    func = call.func
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def _may_raise_it(function: Function, code: Code, call: ast.Call, name: str | None) -> bool:
    """Whether a call says that it raises, or is given the exception and may raise it or one made of it."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    is_given = any(isinstance(argument, ast.Name) and argument.id == name for argument in given)
    if not is_given and not _last_name(call).startswith("raise"):
        return False
    if _last_name(call) in _TELLING or _never_returns(function, code, call):
        return False
    callee = _function_called(code, call)
    other = code.source.code(callee.qualname) if callee is not None and callee.path == code.source.path else None
    return other is None or any(isinstance(node, ast.Raise) for node in other.own)


# -- after `yield`


@check
def raise_after_yield(function: Function) -> Iterator[Finding]:
    """An `HTTPException` raised after `yield`: by then the response is sent, and nobody gets the exception.

    Since FastAPI 0.118, and before 0.106, what follows `yield` runs after the response; between these versions it ran
    before, and nothing is reported there. `Depends(…, scope="function")` (0.121) runs it before the response.

    Raised in an `except` around `yield` it answers the failure of the route, which is right in every version.

    Bad::

        def get_db() -> Iterator[Session]:
            with Session() as db:
                yield db
                if db.dirty:
                    raise HTTPException(409)  # FAP004

        @app.get("/users")
        def users(db: Session = Depends(get_db)) -> int:
            return len(db.dirty)

    Good::

        def get_db() -> Iterator[Session]:
            with Session() as db:
                yield db
                if db.dirty:
                    raise HTTPException(409)

        @app.get("/users")
        def users(db: Session = Depends(get_db, scope="function")) -> int:
            return len(db.dirty)
    """
    version = function.project.fastapi_version
    if not function.facts.is_generator or (version is not None and _EXITS_EARLY <= version < _EXITS_LATE):
        return
    code = function.code
    raised = [node for node in code.own if isinstance(node, ast.Raise)] if code is not None else []
    late = [node for node in raised if code is not None and _is_too_late(code, node) and _http_exception(code, node)]
    if code is None or not late or not function.is_dependency:
        return
    if _takes_websocket(function) or used.ends_with_function(function):
        return
    for node in late:
        yield Finding(
            start(node),
            f"`{short(_http_exception(code, node))}` raised after `yield` in dependency "
            f"`{short(used.name_of(function))}`: the client has its 200 by then; raise it before",
        )


def _http_exception(code: Code, raised: ast.Raise) -> str:
    """The class of an HTTPException that is raised; empty for anything else."""
    cls = exceptions.cls_of(code.thing(raised.exc) if raised.exc is not None else None)
    if cls is None or not exceptions.is_http(code.source.ev, cls):
        return ""
    return cls.last if isinstance(cls, Library) else cls.qualname.rpartition(".")[2]


def _is_yield(node: ast.AST) -> bool:
    return isinstance(node, (ast.Yield, ast.YieldFrom))


def _has_yield(code: Code, statements: Sequence[ast.stmt]) -> bool:
    own = {id(node) for node in _yields(code)}
    return any(id(node) in own for statement in statements for node in ast.walk(statement))


def _is_too_late(code: Code, raised: ast.Raise) -> bool:
    """Whether something has certainly been yielded before, and the exception answers no failure of the route."""
    is_after = False
    inner: ast.AST = raised
    for around in (*code.ancestors(raised), code.node):
        if isinstance(around, ast.ExceptHandler) and _is_around_yield(code, around):
            return False
        if isinstance(around, ast.If) and _tells_of_failure(code, around.test):
            return False
        tried = flow.as_try(around)
        if tried is not None:
            if inner in tried.body and _is_caught(code, tried):
                return False
            is_after = is_after or _comes_after_body(tried, inner)
        is_after = is_after or any(
            flow.certainly(block[: _place(block, inner)], _is_yield)
            for _, block in flow.blocks(around)
            if any(each is inner for each in block)
        )
        inner = around
    return is_after


def _place(block: Sequence[ast.stmt], node: ast.AST) -> int:
    return next(place for place, each in enumerate(block) if each is node)


def _is_around_yield(code: Code, handler: ast.ExceptHandler) -> bool:
    tried = flow.as_try(code.parent(handler))
    return tried is not None and _has_yield(code, tried.body)


def _is_caught(code: Code, statement: ast.Try) -> bool:
    """Whether a `try` catches an HTTPException, or something that nobody knows."""
    for handler in statement.handlers:
        caught = _caught(code, handler.type)
        if not caught or any(_catches_http(code, thing) for thing in caught):
            return True
    return False


def _comes_after_body(statement: ast.Try, inner: ast.AST) -> bool:
    return inner in (*statement.orelse, *statement.finalbody) and flow.certainly(statement.body, _is_yield)


def _tells_of_failure(code: Code, test: ast.expr) -> bool:
    """Whether a condition asks for something that an `except` around `yield` has set."""
    names = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
    for node in code.own:
        if isinstance(node, ast.ExceptHandler) and _is_around_yield(code, node):
            stored = {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and _is_stored(each)}
            if names & stored:
                return True
    return False


def _is_stored(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


# -- size


@check
def fat_dependency(function: Function) -> Iterator[Finding]:
    """A dependency that does the work of a service: it writes and commits data of its own, sends mail, or is very long.

    FastAPI calls a dependency before the route, for every route that names it, and nothing in the route says so.
    Reported are more than 40 statements (of real dependencies 0.3 %; docstrings, logging and `with` do not count),
    data that is written and committed whatever the request, and mail.

    Not reported: authentication; sessions that commit after `yield`; what is created where it was missing; requests to
    other services, which guards (a captcha, a token) have to make.

    Bad::

        def get_db() -> Iterator[Session]:
            with Session() as db:
                yield db

        def place_order(name: str, db: Session = Depends(get_db)) -> None:  # FAP004
            db.add(Order(name=name))
            db.commit()

        @app.post("/orders", dependencies=[Depends(place_order)])
        def orders() -> None: ...

    Good::

        def get_db() -> Iterator[Session]:
            with Session() as db:
                yield db

        def place_order(name: str, db: Session) -> None:
            db.add(Order(name=name))
            db.commit()

        @app.post("/orders")
        def orders(name: str, db: Session = Depends(get_db)) -> None:
            place_order(name, db)
    """
    may_do = used.calls_any(function, deeds.TELLING)
    if not (may_do or function.facts.lines > _LONGEST) or not used.is_dependency(function):
        return
    code = function.code
    if code is None or isinstance(code.node, ast.Lambda):
        return
    statements = sizes.statements(code)
    done = deeds.done_by(code) if may_do else []
    if (statements <= _LONGEST and not done) or deeds.authenticates(function, code):
        return
    name = used.name_of(function)
    cure = "this belongs in a service that the route calls"
    if done:
        yield Finding(
            function.position, f"dependency `{short(name)}` {' and '.join(done)} before the route runs; {cure}"
        )
    else:
        yield Finding(
            function.position,
            f"dependency `{short(name)}` has {statements} statements (more than {_LONGEST}); {cure}",
        )


# -- context


@check
def sync_contextvar_dependency(function: Function) -> Iterator[Finding]:
    """A `ContextVar` set in a `def` dependency: the thread it runs in has a copy of the context, so it is set nowhere.

    The route, other dependencies and what they call still read the old value, in every version of FastAPI. An
    `async def` dependency runs on the event loop, in the context of the request. Reported only where another function
    reads the variable.

    Bad::

        from contextvars import ContextVar
        from fastapi import Header

        tenant: ContextVar[str] = ContextVar("tenant", default="public")

        def set_tenant(x_tenant: Annotated[str, Header()]) -> None:
            tenant.set(x_tenant)  # FAP004

        @app.get("/name", dependencies=[Depends(set_tenant)])
        def name() -> str:
            return tenant.get()

    Good::

        from contextvars import ContextVar
        from fastapi import Header

        tenant: ContextVar[str] = ContextVar("tenant", default="public")

        async def set_tenant(x_tenant: Annotated[str, Header()]) -> None:
            tenant.set(x_tenant)

        @app.get("/name", dependencies=[Depends(set_tenant)])
        def name() -> str:
            return tenant.get()
    """
    if function.facts.is_async or not function.project.files.mentioning("ContextVar"):
        return
    for site, text, variable in used.variables_set(function):
        if not used.is_dependency(function):
            return
        if used.is_read_elsewhere(function, variable):
            yield Finding(
                site.start,
                f"`{short(text)}` in sync dependency `{short(used.name_of(function))}` is lost: "
                "a thread has a copy of the context; make it `async def`",
            )
