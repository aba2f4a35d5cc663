"""The application graph: which app or router holds which routes, and includes or mounts which others.

Registration is followed as it would run: from the top level of every module, and from lifespans, into the functions,
constructors and methods that register, with their arguments, so that `register(app)`, `make_router("/a")` and
`self.router` mean the app or router they are given. Functions that nobody calls (`create_app`, started by a server)
are read as they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

from flake8_fastapi.semantics import arguments, classes, facts, holders, registrations
from flake8_fastapi.semantics.facts import MODULE, Site
from flake8_fastapi.semantics.holders import Level
from flake8_fastapi.semantics.loops import turns
from flake8_fastapi.semantics.operations import Operation
from flake8_fastapi.semantics.registering import Registering
from flake8_fastapi.semantics.registrations import ROUTE_ROLES, Registration
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Instance,
    Library,
    Made,
    Origin,
    Thing,
    only,
    only_text,
)
from flake8_fastapi.semantics.values import Evaluator

_T = TypeVar("_T")
_MOST_FRAMES = 5_000
"""How many calls are followed; what lies beyond is not in the graph."""
_DEEPEST = 20
"""How deep calls are followed into each other."""
_MOST_WAYS = 64
"""In how many ways a router may be reached; what lies beyond is not looked at."""


class Inclusion(NamedTuple):
    """A router included, or an application mounted."""

    holder: Instance
    child: Instance
    prefix: str | None
    call: facts.Call
    frame: Frame
    is_mount: bool
    is_certain: bool = True
    """Whether it is this one, not one of several."""


class Mount(NamedTuple):
    """Something mounted on an app, whatever it is."""

    prefix: str | None
    call: facts.Call
    frame: Frame


class Application(NamedTuple):
    """An application with everything that it serves, what it includes and mounts too."""

    operations: tuple[Operation, ...]


class Graph:
    """Which app or router holds which routes and includes which routers, in one project."""

    def __init__(self, ev: Evaluator) -> None:
        self.ev = ev
        self._routes: dict[Origin, list[Registration]] = {}
        self._inclusions: dict[Origin, list[Inclusion]] = {}
        self._parents: dict[Origin, list[Inclusion]] = {}
        self._mounts: dict[Origin, list[Mount]] = {}
        self.holders: dict[Origin, Instance] = {}
        """The apps and routers that hold anything."""
        self.entries: dict[Frame, list[Made]] = {}
        """The calls by which each function that registers something was entered."""
        self.memo: dict[str, Any] = {}
        """What other modules of `semantics` found out from the graph."""
        self._seen: set[Frame] = set()
        self._functions: set[tuple[str, str]] = set()
        self._registering = Registering(ev)
        self._build()

    def application(self, app: Instance) -> Application:
        """Everything an app serves, each once."""
        return Application(tuple(dict.fromkeys(self._of(app, (), "", "", frozenset()))))

    def operations(self, route: Route) -> tuple[Operation, ...]:
        """Every way in which a route is served: by the app it stands on, or by those that include its router.

        Empty if no way from an application to it was found.
        """
        origin = route.holder.origin
        if origin is None:
            return ()
        found: list[Operation] = []
        for levels, prefix, mount in self._ways(route.holder, (), "", frozenset(), route.is_operation):
            for path in holders.paths(self.ev, route.registration):
                whole = None if prefix is None or mount is None or path is None else mount + prefix + path
                found.append(Operation(route, whole, levels, mount))
        return tuple(dict.fromkeys(found))

    # -- collecting

    def _build(self) -> None:
        for path in self._registering.modules:
            self._visit(Frame(path), 0)
        for lifespan, made in [*self._registering.lifespans()]:
            self._start(lifespan, made)
        for path, qualname in self._registering.functions:
            if (path, qualname) not in self._functions:
                self._visit(Frame(path, qualname), 0)

    def _start(self, lifespan: FunctionThing, made: Made) -> None:
        """Go into a lifespan, whose parameter is the app that is made with it."""
        function = self.ev.function(lifespan)
        app = only(self.ev.evaluate(made.call, made.frame))
        if function is not None and app is not None:
            self._visit(self.ev.frame_of(lifespan, ((function.parameters[0].name, app),)), 0)

    def _visit(self, frame: Frame, depth: int) -> None:
        if frame in self._seen or len(self._seen) >= _MOST_FRAMES or depth > _DEEPEST:
            return
        self._seen.add(frame)
        self._functions.add((frame.path, frame.function))
        module = self.ev.module(frame.path)
        if module is None or frame.function not in module.functions:
            return
        around = None if frame.function == MODULE else frame.function
        for nested in module.functions.values():
            if nested.decorators and nested.parent == around and nested.qualname != MODULE:
                self._keep(registrations.decorations(self.ev, nested, frame))
        for site in self._registering.sites(frame.path, frame.function):
            self._site(site, frame, depth)

    def _site(self, site: Site, frame: Frame, depth: int) -> None:
        assert isinstance(site.value, facts.Call)
        made = Made(site.value, frame)
        for callee in self.ev.evaluate(site.value.func, frame):
            if isinstance(callee, FunctionThing):
                self._enter(callee, made, None, depth, site.awaited)
            elif isinstance(callee, Bound) and isinstance(callee.function, FunctionThing):
                self._enter(callee.function, made, callee.owner, depth, site.awaited)
            elif isinstance(callee, ClassThing):
                self._construct(callee, site.value, made, depth)
            elif (
                isinstance(callee, Bound)
                and isinstance(callee.owner, Instance)
                and isinstance(callee.function, Library)
            ):
                self._include(callee.function.last, callee.owner, site.value, frame)
        self._keep(registrations.at(self.ev, site, frame))

    def _enter(
        self, function: FunctionThing, made: Made, owner: Thing | None, depth: int, is_awaited: bool = False
    ) -> None:
        if (function.path, function.qualname) not in self._registering.functions:
            return
        found = self.ev.function(function)
        if found is not None and found.is_async == is_awaited and not found.is_generator:
            frame = self.ev.frame_of(function, arguments.bind_all(self.ev, function, made, owner))
            self.entries.setdefault(frame, []).append(made)
            self._visit(frame, depth + 1)

    def _construct(self, cls: ClassThing, call: facts.Call, made: Made, depth: int) -> None:
        instance = only(self.ev.evaluate(call, made.frame))
        for name in ("__init__", "__post_init__"):
            method = classes.method(self.ev, cls, name)
            if method is not None:
                given = made if name == "__init__" else arguments.NO_ARGUMENTS
                self._enter(method, given, instance or Instance(cls), depth)

    def _keep(self, found: Iterable[Registration]) -> None:
        for registration in found:
            holder = registration.holder
            if registration.role in ROUTE_ROLES and holder is not None and holder.origin is not None:
                self.holders.setdefault(holder.origin, holder)
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
        self.holders.setdefault(holder.origin, holder)
        for routers, prefixes in turns(self.ev, (child, written), frame):
            prefix = "" if none else only_text(prefixes)
            if name == "mount" and prefix is not None:
                prefix = prefix.rstrip("/")
            if name == "mount":
                self._mounts.setdefault(holder.origin, []).append(Mount(prefix, call, frame))
            for thing in routers:
                if isinstance(thing, Instance) and thing.origin is not None:
                    inclusion = Inclusion(holder, thing, prefix, call, frame, name == "mount", len(routers) == 1)
                    self._inclusions.setdefault(holder.origin, []).append(inclusion)
                    self._parents.setdefault(thing.origin, []).append(inclusion)

    # -- reading

    def routes(self, holder: Instance) -> list[Registration]:
        """What is registered on an app or router itself, in no certain order."""
        return self._held(self._routes, holder.origin) if holder.origin is not None else []

    def inclusions(self, holder: Instance) -> list[Inclusion]:
        """What an app or router includes and mounts, in no certain order."""
        return self._held(self._inclusions, holder.origin) if holder.origin is not None else []

    def mounts(self, holder: Instance) -> list[Mount]:
        """What is mounted on an app, whether it is known or not, in no certain order."""
        return self._held(self._mounts, holder.origin) if holder.origin is not None else []

    def parents(self, holder: Instance) -> list[Inclusion]:
        """Where an app or router is included or mounted."""
        return self._held(self._parents, holder.origin) if holder.origin is not None else []

    def _of(
        self,
        holder: Instance,
        levels: tuple[Level, ...],
        prefix: str | None,
        plain: str | None,
        around: frozenset[Origin],
        mount: str | None = "",
    ) -> Iterator[Operation]:
        """Everything below a holder: `prefix` is what stands before its own one, `plain` before Starlette's routes.

        These do not get the prefix of their router. Whether they get those of the routers around it depends on the
        version of FastAPI.
        """
        origin = holder.origin
        if origin is None or origin in around:
            return
        own = holders.prefix(self.ev, holder)
        base = None if prefix is None or own is None else prefix + own
        here = (*levels, Level(holder))
        for registration in self._held(self._routes, origin):
            route = Route(self.ev, registration, holder)
            front = base if route.is_operation else plain
            for path in holders.paths(self.ev, registration):
                yield Operation(route, None if front is None or path is None else front + path, here, mount)
        for inclusion in self._held(self._inclusions, origin):
            below = None if base is None or inclusion.prefix is None else base + inclusion.prefix
            is_same = inclusion.is_mount or own == ""
            yield from self._of(
                inclusion.child,
                _passed(inclusion, here),
                below,
                below if is_same and plain is not None else None,
                around | {origin},
                below if inclusion.is_mount else mount,
            )

    def _ways(
        self,
        holder: Instance,
        below: tuple[Level, ...],
        path: str | None,
        around: frozenset[Origin],
        is_operation: bool = True,
    ) -> Iterator[tuple[tuple[Level, ...], str | None, str | None]]:
        """From a holder upwards to every application that serves it: levels, outermost first, prefix, mount path."""
        origin = holder.origin
        if origin is None or origin in around or len(around) > _DEEPEST:
            return
        own = holders.prefix(self.ev, holder)
        if not is_operation and own != "":
            own = None if below else ""
        whole = None if own is None or path is None else own + path
        levels = (Level(holder), *below)
        parents = self._held(self._parents, origin)[:_MOST_WAYS]
        if holders.is_application(self.ev, holder) and not parents:
            yield levels, whole, ""
        for inclusion in parents:
            if inclusion.is_mount:
                for _, outer, mount in self._ways(inclusion.holder, (), inclusion.prefix, around | {origin}):
                    yield levels, whole, None if outer is None or mount is None else mount + outer
                continue
            above = None if inclusion.prefix is None or whole is None else inclusion.prefix + whole
            inner = (Level(inclusion.child, inclusion.call, inclusion.frame), *levels)
            yield from self._ways(inclusion.holder, inner, above, around | {origin}, is_operation)

    def _held(self, table: dict[Origin, list[_T]], origin: Origin) -> list[_T]:
        """What is held by the app or router made here; by any made at this place where its arguments were not seen."""
        exact = table.get(origin)
        if exact is not None:
            return exact
        return [item for key, held in table.items() if key[:2] == origin[:2] and not key.env for item in held]


def _passed(inclusion: Inclusion, here: tuple[Level, ...]) -> tuple[Level, ...]:
    """The levels that hold inside an inclusion. What a parent asks for does not hold in a mounted application."""
    return () if inclusion.is_mount else (*here, Level(inclusion.child, inclusion.call, inclusion.frame))
