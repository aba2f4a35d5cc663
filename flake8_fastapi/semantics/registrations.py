"""What a module hands to FastAPI: handlers, dependencies, middleware, exception handlers, hooks, tasks, streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import framework, libraries
from flake8_fastapi.semantics import arguments, calls, classes, facts
from flake8_fastapi.semantics.facts import MODULE, FunctionFacts, ModuleFacts, Site, Value
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Generator,
    Instance,
    Items,
    Library,
    Made,
    Partial,
    TableThing,
    Thing,
)
from flake8_fastapi.semantics.values import Evaluator

Role = Literal[
    "route",
    "websocket",
    "dependency",
    "middleware",
    "exception handler",
    "lifespan",
    "startup hook",
    "background task",
    "stream",
    "response class",
]
ROUTE_ROLES = frozenset({"route", "websocket"})


class Registration(NamedTuple):
    """A function of the project that FastAPI or Starlette will call."""

    role: Role
    function: FunctionThing
    on_loop: bool
    """Whether its own body runs on the event loop."""
    holder: Instance | None = None
    """For a route: the app or router."""
    call: facts.Call | None = None
    """For a route: the call with path and options."""
    frame: Frame | None = None
    method: str = ""
    """For a route: the name of the registering method, such as `get` or `add_api_route`."""
    position: facts.Position | None = None
    endpoint: Thing | None = None
    """For a route: what FastAPI is given, which decorators may have made of the function."""
    inner: Made | None = None
    """For a route that a decorator of the project registers: the call of the router's own method in that decorator."""


class Registrations:
    """The registrations of each module, found once."""

    def __init__(self, ev: Evaluator) -> None:
        self.ev = ev
        self._known: dict[str, tuple[Registration, ...]] = {}
        self._indexed: dict[str, tuple[tuple[Registration, ...], dict[tuple[str, str], list[Registration]]]] = {}
        """The same by function; a file of thousands of handlers asks for each of them."""

    def of(self, path: str) -> tuple[Registration, ...]:
        """What the module hands over, in the order of the source as far as it has one."""
        known = self._known.get(path)
        if known is None:
            self._known[path] = ()
            module = self.ev.module(path)
            known = self._known[path] = tuple(_scan(self.ev, module)) if module is not None else ()
        return known

    def roles(self, path: str, function: FunctionThing) -> Iterator[Registration]:
        """The registrations in a module that concern this function."""
        found = self.of(path)
        indexed = self._indexed.get(path)
        if indexed is None or indexed[0] is not found:
            indexed = self._indexed[path] = (found, _by_function(found))
        yield from indexed[1].get((function.path, function.qualname), ())


def _by_function(found: tuple[Registration, ...]) -> dict[tuple[str, str], list[Registration]]:
    table: dict[tuple[str, str], list[Registration]] = {}
    for each in found:
        table.setdefault((each.function.path, each.function.qualname), []).append(each)
    return table


def _scan(ev: Evaluator, module: ModuleFacts) -> Iterator[Registration]:
    for function in module.functions.values():
        if function.decorators:
            yield from decorations(ev, function, Frame(module.path, function.parent or MODULE))
    for cls in module.classes.values():
        yield from _class_registrations(ev, ClassThing(module.path, cls.qualname))
    for name, register in _BY_NAME.items():
        for qualname, site in module.mentions.get(name, ()):
            assert isinstance(site.value, facts.Call)
            frame = Frame(module.path, qualname)
            target = _library_target(ev, site.value.func, frame)
            if target is not None:
                yield from register(ev, target[0], target[1], site.value, frame)
    for qualname, site in module.mentions.get("()", ()):
        yield from _decorator_as_function(ev, site, Frame(module.path, qualname))
    for name in framework.RESPONSE_CLASS_TAKERS:
        for qualname, site in module.mentions.get(name, ()):
            yield from _response_class(ev, site, Frame(module.path, qualname))


def at(ev: Evaluator, site: Site, frame: Frame) -> Iterator[Registration]:
    """What one call registers."""
    assert isinstance(site.value, facts.Call)
    target = _library_target(ev, site.value.func, frame)
    register = _BY_NAME.get(target[0].rpartition(".")[2]) if target is not None else None
    if target is not None and register is not None:
        yield from register(ev, target[0], target[1], site.value, frame)
    elif target is None:
        yield from _decorator_as_function(ev, site, frame)


# -- decorators


class _Decoration(NamedTuple):
    """A decorator that hands a function to FastAPI."""

    role: Role
    holder: Instance | None
    call: facts.Call | None
    method: str
    inner: Made | None = None


def decorations(ev: Evaluator, function: FunctionFacts, frame: Frame) -> Iterator[Registration]:
    """What the decorators of a function register; the frame is that of the code around its `def`."""
    raw = FunctionThing(frame.path, function.qualname)
    for index, decorator in enumerate(function.decorators):
        found = _decoration(ev, decorator, frame)
        if found is not None:
            thing = _through(ev, raw, function.decorators[index + 1 :], frame)
            yield from _by_decoration(ev, found, thing, raw, frame)


def _by_decoration(
    ev: Evaluator, found: _Decoration, thing: Thing, raw: FunctionThing | None, frame: Frame
) -> Iterator[Registration]:
    for registration in _registered(ev, found.role, thing, raw, found.holder, found.call, frame, found.method):
        yield registration._replace(inner=found.inner)


def _decoration(ev: Evaluator, decorator: Value, frame: Frame) -> _Decoration | None:
    if isinstance(decorator, facts.Call):
        target = _library_target(ev, decorator.func, frame)
        if target is not None and target[1] is not None:
            holder, (owner, _, name) = target[1], target[0].rpartition(".")
            if not _is_holder(ev, holder) or owner not in framework.HOLDERS:
                # `@app.webhooks.post` documents, and registers nothing.
                return None
            if name in framework.ROUTE_DECORATORS:
                return _Decoration(_route_role(name), holder, decorator, name)
            roles: dict[str, Role] = {
                "middleware": "middleware",
                "exception_handler": "exception handler",
                "on_event": "startup hook",
            }
            return _Decoration(roles[name], holder, decorator, name) if name in roles else None
        return _wrapped_decorator(ev, decorator, frame)
    return _made_decorator(ev, decorator, decorator, frame)


def _made_decorator(ev: Evaluator, decorator: Value, value: Value, frame: Frame) -> _Decoration | None:
    """A name bound to `router.get("/x")`, or a call of a function that returns it."""
    thing = ev.certain(value, frame)
    if not (isinstance(thing, Instance) and thing.type == Library(framework.DECORATOR) and thing.made is not None):
        return None
    target = _library_target(ev, thing.made.call.func, thing.made.frame)
    if target is None:
        return None
    name = target[0].rpartition(".")[2]
    if isinstance(decorator, facts.Call):
        return _Decoration(_route_role(name), target[1], decorator, name, thing.made)
    return _Decoration(_route_role(name), target[1], thing.made.call, name)


def _wrapped_decorator(ev: Evaluator, decorator: facts.Call, frame: Frame) -> _Decoration | None:
    """`@protected(router.get, "/x", …)`: a decorator that is given the method of a router, or the router."""
    callee = ev.certain(decorator.func, frame)
    if isinstance(callee, Library):
        return None
    made = _made_decorator(ev, decorator, decorator, frame)
    if made is not None:
        return made
    for argument in decorator.args:
        if not isinstance(argument, facts.Attribute) or argument.name not in framework.ROUTE_DECORATORS:
            continue
        target = _library_target(ev, argument, frame)
        if target is not None and target[1] is not None and _is_holder(ev, target[1]):
            inner = _inner_call(ev, callee, Made(decorator, frame))
            return _Decoration(_route_role(argument.name), target[1], decorator, argument.name, inner)
    return None


def _inner_call(ev: Evaluator, callee: Thing | None, made: Made) -> Made | None:
    """Where a decorator of the project, or a function in it, calls the method of the router that it is given."""
    found = ev.function(callee) if isinstance(callee, FunctionThing) else None
    module = ev.module(callee.path) if isinstance(callee, FunctionThing) else None
    if found is None or module is None or not isinstance(callee, FunctionThing):
        return None
    outer = ev.frame_of(callee, arguments.bind_all(ev, callee, made))
    for function in module.functions.values():
        if function.qualname != found.qualname and function.parent != found.qualname:
            continue
        frame = outer if function.qualname == found.qualname else Frame(callee.path, function.qualname, (), outer)
        for site in function.sites:
            target = _library_target(ev, site.value.func, frame) if isinstance(site.value, facts.Call) else None
            if target is None or target[1] is None or not _is_holder(ev, target[1]):
                continue
            if target[0].rpartition(".")[2] in framework.ROUTE_DECORATORS and isinstance(site.value, facts.Call):
                return Made(site.value, frame)
    return None


def _decorator_as_function(ev: Evaluator, site: Site, frame: Frame) -> Iterator[Registration]:
    """`router.get("/x")(handler)`"""
    assert isinstance(site.value, facts.Call)
    inner = site.value.func
    if isinstance(inner, facts.Attribute) or not site.value.args:
        return
    found = _decoration(ev, inner, frame)
    if found is not None:
        for thing in ev.evaluate(site.value.args[0], frame):
            yield from _by_decoration(ev, found, thing, None, frame)


def _through(ev: Evaluator, raw: FunctionThing, below: tuple[Value, ...], frame: Frame) -> Thing:
    """What the decorators below a route decorator make of a function; the function itself where that is unknown."""
    thing: Thing = raw
    for decorator in reversed(below):
        results = calls.apply(ev, decorator, thing, frame)
        if len(results) != 1:
            return raw
        thing = results[0]
    return thing


def _route_role(name: str) -> Role:
    return "websocket" if "websocket" in name else "route"


# -- what a registered thing runs


def _registered(
    ev: Evaluator,
    role: Role,
    thing: Thing,
    raw: FunctionThing | None,
    holder: Instance | None = None,
    call: facts.Call | None = None,
    frame: Frame | None = None,
    method: str = "",
) -> Iterator[Registration]:
    """The functions that run when FastAPI calls a thing it was given."""
    position = call.start if call is not None else None
    function = _function_of(ev, thing)
    found = ev.function(function) if function is not None else None
    if raw is not None and (function is None or function.qualname != raw.qualname):
        on_loop = _raw_on_loop(ev, raw, function)
        yield Registration(role, raw, on_loop, holder, call, frame, method, position, thing)
        if function is not None and found is not None:
            wraps_async = _is_async(ev, raw) and "functools.wraps" in calls.traits(ev, function)
            yield Registration(role, function, found.is_async or wraps_async, None, None, None, method, position)
    elif function is not None and found is not None:
        on_loop = found.is_async or (role == "startup hook" and not found.is_generator) or _wraps_async(ev, function)
        yield Registration(role, function, on_loop, holder, call, frame, method, position, thing)


def _wraps_async(ev: Evaluator, wrapper: FunctionThing) -> bool:
    """Whether this is a wrapper, under `functools.wraps`, of an async function: FastAPI looks through it and awaits."""
    if wrapper.outer is None or "functools.wraps" not in calls.traits(ev, wrapper):
        return False
    return any(isinstance(thing, FunctionThing) and _is_async(ev, thing) for _, thing in wrapper.outer.env)


def _is_async(ev: Evaluator, function: FunctionThing) -> bool:
    found = ev.function(function)
    return found is not None and found.is_async


def _raw_on_loop(ev: Evaluator, raw: FunctionThing, wrapper: FunctionThing | None) -> bool:
    """An async handler runs on the loop; a sync one too where an async wrapper calls it directly."""
    if _is_async(ev, raw):
        return True
    found = ev.function(wrapper) if wrapper is not None else None
    if wrapper is None or found is None or not found.is_async:
        return False
    frame = ev.frame_of(wrapper)
    direct = [site.value for site in found.sites if isinstance(site.value, facts.Call) and not site.awaited]
    return any(ev.certain(call.func, frame) == raw for call in direct)


def _function_of(ev: Evaluator, thing: Thing | None) -> FunctionThing | None:
    """The function whose body runs when the thing is called (or, for a generator, iterated)."""
    if isinstance(thing, FunctionThing):
        return thing
    if isinstance(thing, Bound):
        return thing.function if isinstance(thing.function, FunctionThing) else None
    if isinstance(thing, Partial):
        return _function_of(ev, thing.function)
    if isinstance(thing, Generator):
        return thing.function
    if isinstance(thing, Instance) and isinstance(thing.type, ClassThing):
        return classes.method(ev, thing.type, "__call__")
    return classes.method(ev, thing, "__init__") if isinstance(thing, ClassThing) else None


# -- classes


def _class_registrations(ev: Evaluator, cls: ClassThing) -> Iterator[Registration]:
    if classes.is_a(ev, cls, framework.HTTP_MIDDLEWARE_BASE):
        found = classes.lookup(ev, cls, "dispatch")
        if found is not None and found[0] == cls:
            yield from _registered(ev, "middleware", classes.method(ev, cls, "dispatch") or cls, None)


# -- calls


def _is_holder(ev: Evaluator, thing: Instance) -> bool:
    """Whether an instance is an app or router."""
    return classes.is_a(ev, thing.type, *framework.HOLDERS)


def _library_target(ev: Evaluator, func: Value, frame: Frame) -> tuple[str, Instance | None] | None:
    """The library function or method that is called, by the class that defines it, and the instance it is called on."""
    thing = ev.certain(func, frame)
    if isinstance(thing, Partial):
        thing = thing.function
    if isinstance(thing, Library):
        return thing.name, None
    if isinstance(thing, Bound) and isinstance(thing.function, Library) and isinstance(thing.owner, Instance):
        return thing.function.name, thing.owner
    if isinstance(thing, ClassThing):
        for name in classes.library_types(ev, thing):
            if name in framework.HOLDERS or name in framework.STREAMS:
                return name, None
    return None


def _each(ev: Evaluator, value: Value | None, frame: Frame) -> Iterable[Thing]:
    """The things in a list or among the values of a dict; the thing itself if it is neither."""
    if value is None:
        return
    for thing in ev.evaluate(value, frame):
        if isinstance(thing, Items):
            for item in thing.values:
                yield from ev.evaluate(item, thing.frame)
        elif isinstance(thing, TableThing):
            for _, item in thing.items:
                yield from ev.evaluate(item, thing.frame)
        else:
            yield thing


def _route_adder(
    ev: Evaluator, name: str, owner: Instance | None, call: facts.Call, frame: Frame
) -> Iterator[Registration]:
    method = name.rpartition(".")[2]
    if owner is None or not _is_holder(ev, owner):
        return
    for thing in _each(ev, call.argument(1, "endpoint") or call.keyword("route"), frame):
        yield from _registered(ev, _route_role(method), thing, None, owner, call, frame, method)


def _dependency(
    ev: Evaluator, name: str, owner: Instance | None, call: facts.Call, frame: Frame
) -> Iterator[Registration]:
    if name in framework.DEPENDS:
        for thing in _each(ev, call.argument(0, "dependency"), frame):
            yield from _registered(ev, "dependency", thing, None)


def _task(ev: Evaluator, name: str, owner: Instance | None, call: facts.Call, frame: Frame) -> Iterator[Registration]:
    adds = name.rpartition(".")[0] == framework.BACKGROUND_TASKS
    if adds or name == framework.BACKGROUND_TASK:
        for thing in _each(ev, call.argument(0, "func"), frame):
            yield from _registered(ev, "background task", thing, None)


def _stream(ev: Evaluator, name: str, owner: Instance | None, call: facts.Call, frame: Frame) -> Iterator[Registration]:
    if framework.STREAMS.intersection(libraries.ancestors(name)):
        for thing in _each(ev, call.argument(0, "content"), frame):
            if isinstance(thing, Generator):
                yield from _registered(ev, "stream", thing, None)


def _middleware(
    ev: Evaluator, name: str, owner: Instance | None, call: facts.Call, frame: Frame
) -> Iterator[Registration]:
    """`app.add_middleware(Class, dispatch=…)` and `Middleware(Class)`."""
    if name != "starlette.middleware.Middleware" and (owner is None or not _is_holder(ev, owner)):
        return
    for thing in _each(ev, call.argument(0, "middleware_class"), frame):
        if isinstance(thing, ClassThing):
            method = classes.method(ev, thing, "__call__")
            yield from _registered(ev, "middleware", method or thing, None)
    for thing in _each(ev, call.keyword("dispatch"), frame):
        yield from _registered(ev, "middleware", thing, None)


def _exception_handler(
    ev: Evaluator, name: str, owner: Instance | None, call: facts.Call, frame: Frame
) -> Iterator[Registration]:
    if owner is not None and _is_holder(ev, owner):
        for thing in _each(ev, call.argument(1, "handler"), frame):
            yield from _registered(ev, "exception handler", thing, None)


def _event_handler(
    ev: Evaluator, name: str, owner: Instance | None, call: facts.Call, frame: Frame
) -> Iterator[Registration]:
    if owner is not None and _is_holder(ev, owner):
        for thing in _each(ev, call.argument(1, "func"), frame):
            yield from _registered(ev, "startup hook", thing, None)


def _response_class(ev: Evaluator, site: Site, frame: Frame) -> Iterator[Registration]:
    """`response_class=Slow`: FastAPI makes the response, and so calls its `render`, on the loop."""
    assert isinstance(site.value, facts.Call)
    for keyword in ("response_class", "default_response_class"):
        value = site.value.keyword(keyword)
        thing = ev.certain(value, frame) if value is not None else None
        if isinstance(thing, ClassThing) and classes.is_a(ev, thing, framework.RESPONSE):
            render = classes.method(ev, thing, "render")
            if render is not None:
                yield Registration("response class", render, True)


def _constructor(
    ev: Evaluator, name: str, owner: Instance | None, call: facts.Call, frame: Frame
) -> Iterator[Registration]:
    """`FastAPI(lifespan=…, on_startup=[…], exception_handlers={…})` and the same of a router."""
    if not framework.HOLDERS.intersection(libraries.ancestors(name)):
        return
    for keyword, role in _CONSTRUCTOR_ROLES.items():
        for thing in _each(ev, call.keyword(keyword), frame):
            yield from _registered(ev, role, thing, None)


_CONSTRUCTOR_ROLES: dict[str, Role] = {
    "lifespan": "lifespan",
    "on_startup": "startup hook",
    "on_shutdown": "startup hook",
    "exception_handlers": "exception handler",
}

_BY_NAME = {
    "add_api_route": _route_adder,
    "add_route": _route_adder,
    "add_api_websocket_route": _route_adder,
    "add_websocket_route": _route_adder,
    "Depends": _dependency,
    "Security": _dependency,
    "add_task": _task,
    "BackgroundTask": _task,
    "StreamingResponse": _stream,
    "EventSourceResponse": _stream,
    "add_middleware": _middleware,
    "Middleware": _middleware,
    "add_exception_handler": _exception_handler,
    "add_event_handler": _event_handler,
    "FastAPI": _constructor,
    "APIRouter": _constructor,
    "Starlette": _constructor,
}
"""How a call registers, by the last name of what is called; each confirms what the name really means."""
