"""What an app or router serves, and in which order it was registered.

The order is certain for what one run of a function (or of the top level of a module) registers, with the functions it
calls. Between modules that register on the same app it depends on who is imported first, which is not followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import classes, facts, holders, tree
from flake8_fastapi.semantics.facts import Position
from flake8_fastapi.semantics.graph import Graph, Inclusion
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.structure import patterns
from flake8_fastapi.semantics.structure.branches import Branches, Span
from flake8_fastapi.semantics.structure.patterns import Pattern
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
)
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_CHANGEABLE = ("add_api_route", "add_api_websocket_route", "add_route", "include_router", "mount", "__call__")
"""A class of the project that overrides one of these registers in a way of its own."""
_OWN_PAGES = {"openapi_url": "/openapi.json", "docs_url": "/docs", "redoc_url": "/redoc"}
"""What FastAPI serves itself, registered when the app is made: keyword -> default."""
_VERSIONED = "version"
"""A decorator with this in its name has the same path served several times, one for each version."""
_Turn = tuple[int, int, int]


class Place(NamedTuple):
    """When something is registered."""

    root: Frame
    """The function, or top level of a module, by whose run it is."""
    turn: tuple[_Turn, ...]
    """Its turn in that run."""
    code: frozenset[tuple[str, str]]
    """The root, and the functions called on the way: path and qualified name."""
    conditions: frozenset[tuple[str, Span]]
    loops: frozenset[tuple[str, Span]]

    def within(self, inner: Place) -> Place:
        """The same moment, for something that also depends on the conditions of another."""
        return self._replace(conditions=self.conditions | inner.conditions)


class Entry(NamedTuple):
    """One thing that an app or router serves at one path, itself or by including another."""

    pattern: Pattern
    methods: frozenset[str] | None
    """None for something mounted, which takes all, and websockets too."""
    made: Made
    """The call that registers it: of the decorator, of `mount`; for FastAPI's own pages, of the app."""
    place: Place | None
    """When it comes to the app or router; None for the moment in which that is made."""
    route: Route | None = None
    chain: tuple[Inclusion, ...] = ()
    """The inclusions between it and the app or router, outermost first."""
    is_settled: bool = True
    """It is certainly on its own router when that is included."""
    own_page: str = ""
    """The keyword of the app that turns off a page of FastAPI."""

    @property
    def is_mount(self) -> bool:
        """Whether it is something mounted."""
        return self.methods is None

    @property
    def is_wide(self) -> bool:
        """Whether it takes everything below its path."""
        return self.is_mount or self.pattern.takes_rest

    @property
    def step(self) -> tuple[int, Frame]:
        """What identifies the call by which it comes to the app or router."""
        outermost = self.chain[0] if self.chain else self.made
        return id(outermost.call), outermost.frame


class Serving:
    """What each app and router of a project serves."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.ev: Evaluator = project.evaluator
        self.graph: Graph = project.graph
        self._branches: dict[str, Branches | None] = {}
        self._decorated: dict[str, dict[int, tuple[Position, int]]] = {}

    def entries(self, holder: Instance) -> Iterator[Entry]:
        """What it serves, with its own prefix; without, where that is unknown."""
        if holder.origin is None or not self._is_plain(holder):
            return
        prefix = holders.prefix(self.ev, holder)
        yield from self._own_pages(holder)
        yield from self._mounts(holder)
        plain = "" if prefix is not None else None
        yield from self._below(holder, prefix or "", plain, (), frozenset({holder.origin}))

    def _is_plain(self, holder: Instance) -> bool:
        """Whether it registers as FastAPI does."""
        cls = holder.type
        if not isinstance(cls, ClassThing):
            return True
        return all(classes.method(self.ev, cls, name) is None for name in _CHANGEABLE)

    # -- its own

    def _own_pages(self, holder: Instance) -> Iterator[Entry]:
        if holder.type != Library(framework.FASTAPI) or holder.made is None:
            return
        given = {name: holders.constructor_argument(self.ev, holder, name) for name in _OWN_PAGES}
        found = {name: LiteralThing(_OWN_PAGES[name]) if thing is None else thing for name, thing in given.items()}
        if not all(isinstance(thing, LiteralThing) for thing in found.values()):
            return
        values = {name: thing.value for name, thing in found.items() if isinstance(thing, LiteralThing)}
        for name, value in values.items() if values["openapi_url"] else ():
            pattern = patterns.of(value) if isinstance(value, str) and value else None
            if pattern is not None:
                yield Entry(pattern, frozenset({"GET", "HEAD"}), holder.made, None, own_page=name)

    def _mounts(self, holder: Instance) -> Iterator[Entry]:
        """What is mounted on an app. In many versions of FastAPI a router that is included loses its mounts."""
        if not holders.is_application(self.ev, holder):
            return
        for mount in self.graph.mounts(holder):
            made = Made(mount.call, mount.frame)
            place = self._place(made, holder)
            pattern = patterns.of(f"{mount.prefix}/{{path:path}}") if mount.prefix is not None else None
            if pattern is not None and place is not None:
                yield Entry(pattern, None, made, place)

    def _below(
        self,
        holder: Instance,
        base: str,
        plain: str | None,
        chain: tuple[Inclusion, ...],
        around: frozenset[Origin],
    ) -> Iterator[Entry]:
        """What stands on a router: under `base`, with its prefix, and the plain routes of Starlette under `plain`.

        These do not get the prefix of their router; those of the routers around it in some versions only.
        """
        for registration in self.graph.routes(holder):
            route = Route(self.ev, registration, holder, self.project)
            front = base if route.is_operation else plain
            if front is not None:
                yield from self._routed(route, front, chain)
        is_same = plain is not None and holders.prefix(self.ev, holder) == ""
        for inclusion in self.graph.inclusions(holder):
            child = inclusion.child
            prefix = holders.prefix(self.ev, child)
            if inclusion.is_mount or not inclusion.is_certain or inclusion.prefix is None or prefix is None:
                continue
            if child.origin is not None and child.origin not in around and self._is_plain(child):
                below = base + inclusion.prefix
                inner = below if is_same else None
                yield from self._below(child, below + prefix, inner, (*chain, inclusion), around | {child.origin})

    def _routed(self, route: Route, base: str, chain: tuple[Inclusion, ...]) -> Iterator[Entry]:
        methods = _methods(self.ev, route)
        made = Made(route.call, route.frame)
        places = [self._place(Made(each.call, each.frame), each.holder) for each in chain]
        places.append(self._place(made, route.holder))
        known = [place for place in places if place is not None]
        if not methods or len(known) < len(places) or _is_versioned(route):
            return
        settled = all(map(_is_settled, known[1:], known, (each.child for each in chain)))
        place = known[0]
        for inner in known[1:]:
            place = place.within(inner)
        for path in holders.paths(self.ev, route.registration):
            pattern = patterns.of(base + path) if path is not None else None
            if pattern is not None:
                yield Entry(pattern, methods, made, place, route, chain, settled)

    # -- when

    def _place(self, made: Made, holder: Instance) -> Place | None:
        """When a call registers on an app or router; None if that may be another one made by the same code."""
        turns: list[_Turn] = []
        frames: list[Frame] = []
        spans: set[tuple[str, Span]] = set()
        current: Made | None = made
        while current is not None and current.frame not in frames:
            turns.insert(0, self._turn(current))
            frames.append(current.frame)
            spans.update((current.frame.path, span) for span in self._around(current))
            current = self._entry(current.frame)
        home = holder.made.frame if holder.made is not None else None
        code = frozenset((frame.path, frame.function) for frame in frames)
        if home is None or (home.function != facts.MODULE and home[:2] not in code and self._entry(home) is None):
            return None
        conditions = frozenset(each for each in spans if not each[1].is_loop)
        return Place(frames[-1], tuple(turns), code, conditions, frozenset(spans - conditions))

    def _entry(self, frame: Frame) -> Made | None:
        """The only call by which a function was entered."""
        entries = self.graph.entries.get(frame, [])
        return entries[0] if len({(id(each.call), each.frame) for each in entries}) == 1 else None

    def _around(self, made: Made) -> frozenset[Span]:
        path = made.frame.path
        if path not in self._branches:
            text = self.project.files.text(path)
            module = tree.read(text, path) if text is not None else None
            self._branches[path] = Branches(module) if module is not None else None
        branches = self._branches[path]
        return branches.around(made.call.start) if branches is not None else frozenset()

    def _turn(self, made: Made) -> _Turn:
        """A call has run when it ends; decorators run from the lowest up, once the function is there."""
        path = made.frame.path
        if path not in self._decorated:
            module = self.ev.module(path)
            self._decorated[path] = {
                id(decorator): (function.position, -index)
                for function in (module.functions.values() if module is not None else ())
                for index, decorator in enumerate(function.decorators)
            }
        found = self._decorated[path].get(id(made.call))
        return (*found[0], found[1]) if found is not None else (*made.call.end, 0)


def _is_settled(place: Place, inclusion: Place, router: Instance) -> bool:
    """Whether something is on its router before that is included; in many versions it is too late afterwards."""
    if place.root == inclusion.root:
        return place.turn < inclusion.turn
    if place.root == Frame(inclusion.root.path):
        # The top level of a module is through before its functions are called by others.
        return True
    return router.made is not None and router.made.frame[:2] in place.code


def _methods(ev: Evaluator, route: Route) -> frozenset[str]:
    """The methods that a route takes; empty if they are not certain."""
    thing = route.option("methods")
    if isinstance(thing, Items) and (thing.repeated or len(route.methods) < len(thing.values)):
        return frozenset()
    if route.is_operation or route.is_websocket:
        return route.methods
    taken = len(route.call.args) > (2 if route.registration.method == "add_route" else 1)
    if taken or not isinstance(route.registration.endpoint, (FunctionThing, Bound)):
        return frozenset()
    return route.methods | {"HEAD"} if "GET" in route.methods else route.methods


def _is_versioned(route: Route) -> bool:
    """Whether a decorator has it served under several versions."""
    function = route.function
    for decorator in function.decorators if function is not None else ():
        func = decorator.func if isinstance(decorator, facts.Call) else decorator
        if isinstance(func, (facts.Name, facts.Local, facts.Attribute)) and _VERSIONED in func.name.lower():
            return True
    return False
