"""The routes of an application, with their full paths.

Registration is followed as it would run: from the top level of every module into the functions, constructors and
methods that it calls, with their arguments, so that `register(app)`, `make_router("/a")` and `self.router` mean the app
or router they are given. Functions that nobody calls (`create_app`, started by a server) are read as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import arguments, classes, facts, registrations
from flake8_fastapi.semantics.facts import MODULE, Site, Value
from flake8_fastapi.semantics.loops import turns
from flake8_fastapi.semantics.registrations import ROUTE_ROLES, Registration
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Instance,
    Items,
    Library,
    LiteralThing,
    Made,
    Origin,
    Thing,
    Things,
    only,
)
from flake8_fastapi.semantics.values import Evaluator

_T = TypeVar("_T")
_MOST_FRAMES = 5_000
"""How many calls are followed; what lies beyond is not in the graph."""
_WORDS = re.compile(
    rb"\b(?:get|post|put|patch|delete|head|options|trace|api_route|route|websocket|websocket_route|add_api_route"
    rb"|add_route|add_api_websocket_route|add_websocket_route|include_router|mount)\b"
)


class Route(NamedTuple):
    """One route of an application."""

    methods: frozenset[str]
    """Upper case; `WEBSOCKET` for a websocket."""
    path: str | None
    """With all prefixes; None if it is not certain."""
    handler: str
    registration: Registration


class Inclusion(NamedTuple):
    """A router included, or an application mounted."""

    holder: Instance
    child: Instance
    prefix: str | None


class Application(NamedTuple):
    """An application with the routes of everything it includes and mounts."""

    routes: tuple[Route, ...]


class Graph:
    """Which app or router holds which routes and includes which routers, in one project."""

    def __init__(self, ev: Evaluator) -> None:
        self.ev = ev
        self._routes: dict[Origin, list[Registration]] = {}
        self._inclusions: dict[Origin, list[Inclusion]] = {}
        self._seen: set[Frame] = set()
        self._functions: set[tuple[str, str]] = set()
        self._constants: list[Value] = []
        self._build()

    def application(self, app: Instance) -> Application:
        """The routes of an app, each once."""
        return Application(tuple(dict.fromkeys(self._of(app, "", frozenset()))))

    # -- collecting

    def _build(self) -> None:
        paths = [path for path in self.ev.files.paths() if _WORDS.search(self.ev.files.text(path) or b"")]
        for path in paths:
            self._visit(Frame(path))
        for path in paths:
            module = self.ev.module(path)
            for qualname in module.functions if module is not None else ():
                if (path, qualname) not in self._functions:
                    self._visit(Frame(path, qualname))

    def _visit(self, frame: Frame) -> None:
        if frame in self._seen or len(self._seen) >= _MOST_FRAMES:
            return
        self._seen.add(frame)
        self._functions.add((frame.path, frame.function))
        module = self.ev.module(frame.path)
        function = module.functions.get(frame.function) if module is not None else None
        if module is None or function is None:
            return
        around = None if frame.function == MODULE else frame.function
        for nested in module.functions.values():
            if nested.decorators and nested.parent == around and nested.qualname != MODULE:
                self._keep(registrations.decorations(self.ev, nested, frame))
        for site in function.sites:
            if site.kind == "call":
                self._site(site, frame)

    def _site(self, site: Site, frame: Frame) -> None:
        assert isinstance(site.value, facts.Call)
        made = Made(site.value, frame)
        for callee in self.ev.evaluate(site.value.func, frame):
            if isinstance(callee, FunctionThing):
                self._enter(callee, made, None)
            elif isinstance(callee, Bound) and isinstance(callee.function, FunctionThing):
                self._enter(callee.function, made, callee.owner)
            elif isinstance(callee, ClassThing):
                self._construct(callee, site.value, made)
            elif (
                isinstance(callee, Bound)
                and isinstance(callee.owner, Instance)
                and isinstance(callee.function, Library)
            ):
                self._include(callee.function.last, callee.owner, site.value, frame)
        self._keep(registrations.at(self.ev, site, frame))

    def _enter(self, function: FunctionThing, made: Made, owner: Thing | None) -> None:
        found = self.ev.function(function)
        if found is not None and not found.is_async and not found.is_generator:
            env = arguments.bind(self.ev, function, made, constants=True, owner=owner)
            self._visit(self.ev.frame_of(function, env))

    def _construct(self, cls: ClassThing, call: facts.Call, made: Made) -> None:
        instance = only(self.ev.evaluate(call, made.frame))
        for name in ("__init__", "__post_init__"):
            method = classes.method(self.ev, cls, name)
            if method is not None:
                self._enter(method, made if name == "__init__" else arguments.NO_ARGUMENTS, instance or Instance(cls))

    def _keep(self, found: Iterable[Registration]) -> None:
        for registration in found:
            holder = registration.holder
            if registration.role in ROUTE_ROLES and holder is not None and holder.origin is not None:
                self._routes.setdefault(holder.origin, []).append(registration)

    def _include(self, name: str, holder: Instance, call: facts.Call, frame: Frame) -> None:
        if holder.origin is None or name not in ("include_router", "mount"):
            return
        child = call.keyword("router" if name == "include_router" else "app")
        index = 0 if name == "include_router" else 1
        if child is None and index < len(call.args):
            child = call.args[index]
        if name == "mount":
            written = call.keyword("path") or (call.args[0] if call.args else None)
        else:
            written = call.keyword("prefix")
        none = written is None and not call.open
        for routers, prefixes in turns(self.ev, (child, written), frame):
            prefix = "" if none else _only_text(prefixes)
            for thing in routers:
                if isinstance(thing, Instance) and thing.origin is not None:
                    self._inclusions.setdefault(holder.origin, []).append(Inclusion(holder, thing, prefix))

    def _each(self, value: Value | None, frame: Frame) -> Iterator[Thing]:
        for thing in self.ev.evaluate(value, frame) if value is not None else ():
            if isinstance(thing, Items):
                for item in thing.values:
                    yield from self._each(item, thing.frame)
            else:
                yield thing

    # -- reading

    def _of(self, holder: Instance, prefix: str | None, around: frozenset[Origin]) -> Iterator[Route]:
        origin = holder.origin
        if origin is None or origin in around:
            return
        own = self._own_prefix(holder)
        base = None if prefix is None or own is None else prefix + own
        for registration in self._held(self._routes, origin):
            function = self.ev.function(registration.function)
            name = function.name if function is not None else ""
            for path in self._paths(registration):
                whole = None if base is None or path is None else base + path
                yield Route(self._methods(registration), whole, name, registration)
        for inclusion in self._held(self._inclusions, origin):
            below = None if base is None or inclusion.prefix is None else base + inclusion.prefix
            yield from self._of(inclusion.child, below, around | {origin})

    def _held(self, table: dict[Origin, list[_T]], origin: Origin) -> list[_T]:
        """What is held by the app or router made here; by any made at this place where its arguments were not seen."""
        exact = table.get(origin)
        if exact is not None:
            return exact
        return [item for key, held in table.items() if key[:2] == origin[:2] and not key.env for item in held]

    def _own_prefix(self, holder: Instance) -> str | None:
        if classes.is_a(self.ev, holder.type, framework.FASTAPI, framework.STARLETTE):
            return ""
        found = self.constructor_argument(holder, "prefix")
        if found is None:
            return ""
        return found.value if isinstance(found, LiteralThing) and isinstance(found.value, str) else None

    def constructor_argument(self, holder: Instance, keyword: str) -> Thing | None:
        """What a holder was given under this keyword, through constructors of subclasses; None if nothing.

        The answer `Thing()` stands for something unknown.
        """
        made = holder.made
        if made is None:
            return Thing()
        if isinstance(holder.type, Library):
            return self._keyword(made.call, keyword, made.frame)
        init = classes.method(self.ev, holder.type, "__init__")
        if init is None:
            return self._keyword(made.call, keyword, made.frame)
        return self._passed_up(holder, init, made, keyword, 0)

    def _passed_up(self, holder: Instance, init: FunctionThing, made: Made, keyword: str, depth: int) -> Thing | None:
        """The same where a constructor of the project stands between: what it passes to `super().__init__`."""
        found = self.ev.function(init)
        env = arguments.bind(self.ev, init, made, constants=True, owner=holder)
        frame = self.ev.frame_of(init, env)
        for site in found.sites if found is not None else ():
            call = site.value
            if not (isinstance(call, facts.Call) and isinstance(call.func, facts.Attribute)):
                continue
            if call.func.name != "__init__" or not isinstance(call.func.of, facts.Call):
                continue
            target = only(self.ev.evaluate(call.func, frame))
            if isinstance(target, Bound) and isinstance(target.function, FunctionThing) and depth < 5:
                given = self._forwarded(call, made, keyword)
                return self._passed_up(holder, target.function, Made(given, frame), keyword, depth + 1)
            return self._keyword(self._forwarded(call, made, keyword), keyword, frame)
        return None

    def _forwarded(self, call: facts.Call, made: Made, keyword: str) -> facts.Call:
        """The call with `**kwargs` replaced by the keyword that the caller really gave."""
        if call.keyword(keyword) is not None or all(key is not None for key, _ in call.keywords):
            return call
        value = made.call.keyword(keyword)
        things = self.ev.evaluate(value, made.frame) if value is not None else ()
        kept = tuple((key, item) for key, item in call.keywords if key is not None)
        literal = only(things)
        if isinstance(literal, LiteralThing):
            kept = (*kept, (keyword, self._constant(literal.value)))
        return facts.Call(call.func, call.args, kept, call.start, call.end)

    def _constant(self, value: object) -> Value:
        constant = facts.Constant(value)
        self._constants.append(constant)
        return constant

    def _keyword(self, call: facts.Call, keyword: str, frame: Frame) -> Thing | None:
        value = call.keyword(keyword)
        if value is None:
            return Thing() if any(key is None for key, _ in call.keywords) else None
        return only(self.ev.evaluate(value, frame)) or Thing()

    def _paths(self, registration: Registration) -> list[str | None]:
        """The path of a route; several where it is registered in a loop over paths."""
        call, frame = registration.call, registration.frame
        if call is None or frame is None:
            return [None]
        value = call.keyword("path")
        if value is None:
            # A wrapper decorator takes the router's method first: `@protected(router.get, "/x")`.
            index = next((place + 1 for place, arg in enumerate(call.args) if self._is_method(arg, frame)), 0)
            value = call.args[index] if index < len(call.args) else None
        return [_only_text(things) for (things,) in turns(self.ev, (value,), frame)]

    def _is_method(self, value: Value, frame: Frame) -> bool:
        thing = only(self.ev.evaluate(value, frame))
        return isinstance(thing, Bound) and isinstance(thing.function, Library)

    def _methods(self, registration: Registration) -> frozenset[str]:
        name = registration.method
        fixed = framework.ROUTE_DECORATORS.get(name) or framework.ROUTE_ADDERS.get(name)
        if fixed is not None:
            return fixed
        written = registration.call.keyword("methods") if registration.call is not None else None
        if written is None or registration.frame is None:
            return frozenset({"GET"})
        found = {thing.value for thing in self._each(written, registration.frame) if isinstance(thing, LiteralThing)}
        return frozenset(value.upper() for value in found if isinstance(value, str))


def _only_text(things: Things) -> str | None:
    found = only(things)
    return found.value if isinstance(found, LiteralThing) and isinstance(found.value, str) else None
