"""What runs around a route: background tasks after it, decorators before it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_fastapi.knowledge import framework
from flake8_fastapi.knowledge.blocking import blocking
from flake8_fastapi.semantics import attached, classes, wrappers
from flake8_fastapi.semantics.code import Code, start
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import (
    Bound,
    Coroutine,
    FunctionThing,
    Generator,
    Instance,
    Items,
    Library,
    LiteralThing,
    TableThing,
    Thing,
)
from flake8_fastapi.semantics.used import calls_any
from flake8_fastapi.visitor import Finding, check, short

_ADD_TASK = Library(f"{framework.BACKGROUND_TASKS}.add_task")
_TASK = Library(framework.BACKGROUND_TASK)
_WITHOUT_RESULT = frozenset({"builtins.print", "builtins.setattr"})
_PLAIN_BASES = frozenset({"builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol", "pydantic.BaseModel"})
"""Library classes that have no `__call__`."""


# -- background tasks


@check
def eager_background_task(function: Function) -> Iterator[Finding]:
    """`add_task(send())`: the function is called here and now, and the task is what it returned.

    A `def` function holds up the request, and afterwards calling its result fails; a coroutine is never run, as it is
    no function. The client sees nothing of either. Calls that give something callable are right.

    Bad::

        def write_log(text: str) -> None:
            print(text)

        @app.post("/orders")
        def order(tasks: BackgroundTasks) -> None:
            tasks.add_task(write_log("ordered"))  # FAP004

    Good::

        def write_log(text: str) -> None:
            print(text)

        @app.post("/orders")
        def order(tasks: BackgroundTasks) -> None:
            tasks.add_task(write_log, "ordered")
    """
    code = _code_with(function, "add_task", "BackgroundTask")
    for call in code.calls() if code is not None else ():
        target = _target(code, call)
        given = _given(call)
        happens = _what_was_made(code, given) if target in (_TASK, _ADD_TASK) else ""
        if happens:
            text = _shown(code, given.value if isinstance(given, ast.Await) else given)
            taker = "add_task" if target == _ADD_TASK else "BackgroundTask"
            cure = f"give the function: `{taker}({text.removesuffix('()')}, …)`"
            yield Finding(start(call), f"{happens.format(text)}; {cure}")


def _code_with(function: Function, *names: str) -> Code | None:
    """The code of a function that calls something under one of these names."""
    return function.code if calls_any(function, frozenset(names)) else None


def _target(code: Code | None, call: ast.Call) -> Library | None:
    """The library function, class or method that is called."""
    thing = code.thing(call.func) if code is not None else None
    if isinstance(thing, Bound):
        thing = thing.function
    return thing if isinstance(thing, Library) else None


def _given(call: ast.Call) -> ast.expr | None:
    """What is to be the task."""
    if call.args:
        return call.args[0]
    return next((keyword.value for keyword in call.keywords if keyword.arg == "func"), None)


def _shown(code: Code | None, call: ast.expr | None) -> str:
    assert code is not None
    assert call is not None
    return short(written(code.source.value(call)) or "…()")


def _what_was_made(code: Code | None, given: ast.expr | None) -> str:
    """What a call has given instead of a function, in words; empty if it may be something callable."""
    call = given.value if isinstance(given, ast.Await) else given
    if code is None or given is None or not isinstance(call, ast.Call):
        return ""
    things = code.things(given)
    if len(things) == 1 and isinstance(things[0], Coroutine):
        return "`{}` gives a coroutine, which nobody awaits"
    certain = bool(things) and all(_cannot_be_called(code, thing) for thing in things)
    if certain or _returns_nothing(code, call, isinstance(given, ast.Await)):
        return "`{}` runs at once, and nothing is left to call"
    return ""


def _cannot_be_called(code: Code, thing: Thing) -> bool:
    if isinstance(thing, (LiteralThing, Generator, Items, TableThing)):
        return True
    if not isinstance(thing, Instance):
        return False
    if isinstance(thing.type, Library):
        return thing.type.name.startswith("builtins.") and thing.type.last != "type"
    order, complete = classes.mro(code.source.ev, thing.type)
    libraries = {base.name for base in order if isinstance(base, Library)}
    found = classes.facts_of(code.source.ev, thing.type)
    if not complete or not libraries <= _PLAIN_BASES or found is None or found.decorators or found.keywords:
        return False
    return classes.lookup(code.source.ev, thing.type, "__call__") is None


def _returns_nothing(code: Code, call: ast.Call, is_awaited: bool) -> bool:
    """Whether the call gives None: `print()`, I/O of a library, a function of the project without `return`."""
    thing = code.thing(call.func)
    if isinstance(thing, Bound):
        thing = thing.function
    if isinstance(thing, Library):
        return thing.name in _WITHOUT_RESULT or blocking(thing.name) is not None
    found = code.source.ev.function(thing) if isinstance(thing, FunctionThing) else None
    if found is None or found.is_async != is_awaited or found.is_generator or found.decorators:
        return False
    is_stub = found.owner is not None and not found.sites
    return found.returns is None and not found.returned and not is_stub and found.name != "lambda"


@check
def awaited_add_task(function: Function) -> Iterator[Finding]:
    """`await tasks.add_task(…)`: it returns None, which cannot be awaited, so the request ends with 500.

    Bad::

        async def send_mail() -> None: ...

        @app.post("/orders")
        async def order(tasks: BackgroundTasks) -> None:
            await tasks.add_task(send_mail)  # FAP004

    Good::

        async def send_mail() -> None: ...

        @app.post("/orders")
        async def order(tasks: BackgroundTasks) -> None:
            tasks.add_task(send_mail)
    """
    code = _code_with(function, "add_task") if function.facts.is_async else None
    for node in code.own if code is not None else ():
        if isinstance(node, ast.Await) and isinstance(node.value, ast.Call) and _target(code, node.value) == _ADD_TASK:
            yield Finding(
                start(node.value),
                f"`{_shown(code, node.value)}` gives None: awaiting that ends the request with 500; leave out `await`",
            )


@check
def lost_background_tasks(function: Function) -> Iterator[Finding]:
    """Background tasks that nobody runs: on an object made by hand, or beside a response with tasks of its own.

    FastAPI runs the tasks of the `BackgroundTasks` that it injects, and those of the returned response. It adds the
    former to the latter only where the response has none. Of a `Response` that is injected, `background` is not taken.

    Bad::

        async def send_mail() -> None: ...

        @app.post("/orders")
        def order() -> None:
            tasks = BackgroundTasks()  # FAP004
            tasks.add_task(send_mail)

    Good::

        async def send_mail() -> None: ...

        @app.post("/orders")
        def order(tasks: BackgroundTasks) -> None:
            tasks.add_task(send_mail)
    """
    code = _code_with(function, "BackgroundTasks", "BackgroundTask", "add_task")
    if code is None:
        return
    by_hand = [made for made in attached.made_by_hand(code) if attached.is_lost(function, code, made)]
    for made in (*by_hand, *attached.made_for_all(function, code)):
        name = f"`{short(made.name)}`" if made.name else f"`{_shown(code, made.call)}`"
        yield Finding(
            start(made.call),
            f"{name} is attached to no response and never runs; "
            "take `BackgroundTasks` as a parameter, or give it to a response",
        )
    if function.is_handler:
        for node, name in attached.overruled(function, code):
            yield Finding(
                start(node),
                f"the tasks of `{short(name)}` are never run: the returned response has background tasks of its own; "
                "add them there",
            )


# -- decorators


@check
def unwrapped_decorator(route: Route) -> Iterator[Finding]:
    """A decorator below the route's hides the signature: its `*args, **kwargs` become query parameters.

    FastAPI inspects what the decorator returns. Without `functools.wraps` it sees two required query parameters,
    `args` and `kwargs`, and answers every request with 422. A wrapper that declares its own parameters is right.

    Bad::

        def timed(function):
            async def wrapper(*args, **kwargs):
                return await function(*args, **kwargs)
            return wrapper

        @app.get("/items")
        @timed  # FAP004
        async def items(page: int = 1) -> int:
            return page

    Good::

        def timed(function):
            @functools.wraps(function)
            async def wrapper(*args, **kwargs):
                return await function(*args, **kwargs)
            return wrapper

        @app.get("/items")
        @timed
        async def items(page: int = 1) -> int:
            return page
    """
    for found in wrappers.hiding(route):
        variadic = " and ".join(f"`{short(name)}`" for name in found.parameters)
        become = "become query parameters" if len(found.parameters) > 1 else "becomes a query parameter"
        yield Finding(
            found.position,
            f"`{short(found.decorator)}` hides the signature of `{short(found.function)}`: {variadic} {become} "
            "(422); use `functools.wraps`",
        )
