"""Which sessions of a function a call works with once it runs: given as arguments, closed over, or held by an object.

A session is named as the function names it that hands it over: `db` in `notify(db)`, whatever the parameters of the
functions below are called.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import framework, libraries
from flake8_fastapi.knowledge import sessions as tables
from flake8_fastapi.semantics import arguments, classes, facts
from flake8_fastapi.semantics.data import resources
from flake8_fastapi.semantics.data.resources import Resource
from flake8_fastapi.semantics.facts import FunctionFacts, Position, Value
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Coroutine,
    Frame,
    FunctionThing,
    Instance,
    Library,
    Made,
    Partial,
    Thing,
)
from flake8_fastapi.semantics.values import Evaluator

KINDS = frozenset({"session", "connection"})
"""What one request works with; a registry, an engine or a pool belongs to all."""
_DEEPEST = 5
"""How many functions a session is followed into."""
_MOST_CALLS = 600
"""So many calls are looked at for one question."""
_LOCKS = frozenset({"asyncio.Lock", "asyncio.locks.Lock", "anyio.Lock"})


class Held(NamedTuple):
    """A session as a function names it: a variable, and attributes of it."""

    root: facts.Local
    path: tuple[str, ...]
    resource: Resource

    @property
    def text(self) -> str:
        """As it is written: `db`, `self.session`."""
        return ".".join((self.root.name.partition("@")[0], *self.path))

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from other sessions of the function."""
        return self.root.function, self.root.name, self.root.which, self.path


class Work(NamedTuple):
    """A session that is worked with."""

    held: Held
    method: str
    """What is called on it; empty where it is handed to something unknown."""


class Inside(NamedTuple):
    """The body of a function of the project, in one call of it."""

    function: FunctionThing
    facts: FunctionFacts
    frame: Frame
    made: Made
    is_bound: bool


def inside(ev: Evaluator, call: facts.Call, frame: Frame) -> Inside | None:
    """The body that a call runs; None where it is not known."""
    callee = ev.certain(call.func, frame)
    function = callee.function if isinstance(callee, Bound) else callee
    found = ev.function(function) if isinstance(function, FunctionThing) else None
    if found is None or not isinstance(function, FunctionThing):
        return None
    made = Made(call, frame)
    owner = callee.owner if isinstance(callee, Bound) else None
    env = arguments.bind(ev, function, made, constants=False, owner=owner)
    return Inside(function, found, ev.frame_of(function, env), made, owner is not None)


def call_of(func: Value, args: tuple[Value, ...], keywords: tuple[tuple[str | None, Value], ...]) -> facts.Call:
    """The call that somebody makes later of a function and arguments given to him."""
    return facts.Call(func, args, keywords, Position(0, 0), Position(0, 0))


def named(ev: Evaluator, value: Value, frame: Frame) -> Held | None:
    """The session that an expression names; None for anything else."""
    chain = _chain(value)
    if chain is None:
        return None
    found = resources.resource(ev, ev.certain(value, frame))
    if found is None or found.kind not in KINDS:
        return None
    root, path = chain
    if not path:
        bindings = resources.bindings_of(ev, root, frame)
        other = named(ev, bindings[0], ev.home(root.function, frame)) if len(bindings) == 1 else None
        if other is not None and other.root is not root:
            return other
    return Held(root, path, found)


def _chain(value: Value) -> tuple[facts.Local, tuple[str, ...]] | None:
    path: list[str] = []
    while isinstance(value, facts.Attribute):
        path.insert(0, value.name)
        value = value.of
    return (value, tuple(path)) if isinstance(value, facts.Local) else None


class Handover:
    """One question: which sessions calls work with.

    `strict`: only what certainly waits for the database there. Without it, a session that something unknown is given
    counts as well.
    """

    def __init__(self, ev: Evaluator, *, strict: bool = False) -> None:
        self.ev = ev
        self.strict = strict
        self._left = _MOST_CALLS

    def works(self, call: facts.Call, frame: Frame, depth: int = _DEEPEST) -> Iterator[Work]:
        """The sessions that a call works with, as the code around it names them."""
        self._left -= 1
        if self._left < 0:
            return
        callee = self.ev.certain(call.func, frame)
        if isinstance(callee, Partial):
            whole = self._unpacked(callee, call, frame)
            if whole is not None:
                yield from self.works(whole, frame, depth)
            return
        if isinstance(call.func, facts.Attribute):
            held = named(self.ev, call.func.of, frame)
            if held is not None:
                # Others need no connection: `session.get_bind()`.
                known = call.func.name in tables.ROLES[held.resource.kind]
                if _waits(held.resource, call.func.name) if self.strict else known:
                    yield Work(held, call.func.name)
                return
        function = callee.function if isinstance(callee, Bound) else callee
        body = inside(self.ev, call, frame)
        if body is not None:
            yield from self._within(body, depth)
        elif isinstance(function, Library):
            yield from self._library(function.name, call, frame, depth)
        elif callee is None or type(callee) is Thing:
            yield from self._given(call, frame)

    def _unpacked(self, partial: Partial, call: facts.Call, frame: Frame) -> facts.Call | None:
        """The call of a partial function with all its arguments, where those were given here."""
        made, where = partial.made
        if (where.path, where.function) != (frame.path, frame.function) or not made.args:
            return None
        return call_of(made.args[0], (*made.args[1:], *call.args), (*made.keywords, *call.keywords))

    def _given(self, call: facts.Call, frame: Frame) -> Iterator[Work]:
        """The sessions among the arguments of a call that nothing is known of."""
        if self.strict:
            return
        for value in (*call.args, *(value for _, value in call.keywords)):
            held = named(self.ev, value, frame)
            if held is not None:
                yield Work(held, "")

    def _library(self, name: str, call: facts.Call, frame: Frame, depth: int) -> Iterator[Work]:
        if name in framework.OFFLOADERS and call.args and not isinstance(call.args[0], facts.Call):
            yield from self.works(call_of(call.args[0], call.args[1:], call.keywords), frame, depth)
            return
        for value in call.args:
            coroutine = value.of if isinstance(value, facts.Starred) else value
            if isinstance(coroutine, facts.Call) and isinstance(self.ev.certain(coroutine, frame), Coroutine):
                yield from self.works(coroutine, frame, depth)
        yield from self._given(call, frame)

    def _within(self, body: Inside, depth: int) -> Iterator[Work]:
        """What the body of a function works with, in the words of the call."""
        if depth == 0:
            return
        if not body.facts.sites and not body.facts.returned and not body.facts.yielded:
            # Still to be written: it is given the session for a purpose.
            yield from self._given(body.made.call, body.made.frame)
            return
        if self.strict and self._takes_turns(body.facts, body.frame):
            return
        for site in body.facts.sites:
            if site.kind == "call" and isinstance(site.value, facts.Call):
                yield from self.outside(self.works(site.value, body.frame, depth - 1), body)

    def _takes_turns(self, found: FunctionFacts, frame: Frame) -> bool:
        """Whether a function enters a lock."""
        for site in found.sites:
            thing = self.ev.certain(site.value, frame) if site.kind == "enter" and site.awaited else None
            if isinstance(thing, Instance) and isinstance(thing.type, Library) and thing.type.name in _LOCKS:
                return True
        return False

    def outside(self, works: Iterable[Work], body: Inside) -> Iterator[Work]:
        """What a function works with, in the words of its caller; nothing of sessions of its own."""
        for work in works:
            held = self._outside(work.held, body)
            if held is not None:
                yield work._replace(held=held)

    def _outside(self, held: Held, body: Inside) -> Held | None:
        if held.root.function != body.function.qualname:
            return held if body.function.path == body.made.frame.path else None
        bindings = resources.bindings_of(self.ev, held.root, body.frame)
        parameter = bindings[0] if len(bindings) == 1 else None
        if not isinstance(parameter, facts.Parameter):
            return None
        value = argument(parameter, body.made.call, body.is_bound)
        return self._attribute(value, held.path, held.resource, body.made.frame) if value is not None else None

    def _attribute(self, value: Value, path: tuple[str, ...], resource: Resource, frame: Frame) -> Held | None:
        """The session that is an attribute (of an attribute …) of what an expression gives."""
        if path:
            kept = self._kept(value, path[0], frame)
            if kept is not None:
                return self._attribute(kept, path[1:], resource, frame)
        elif isinstance(value, facts.Local):
            return named(self.ev, value, frame)
        chain = _chain(value)
        return Held(chain[0], (*chain[1], *path), resource) if chain is not None else None

    def _kept(self, value: Value, name: str, frame: Frame) -> Value | None:
        """What the call that made an object was given for an attribute: the `db` of `Service(db)` for `self.db`."""
        if isinstance(value, facts.Local):
            bindings = resources.bindings_of(self.ev, value, frame)
            value = bindings[0] if len(bindings) == 1 else value
        if not isinstance(value, facts.Call):
            return None
        cls = self.ev.certain(value.func, frame)
        if not isinstance(cls, ClassThing):
            return None
        init = classes.method(self.ev, cls, "__init__")
        found = self.ev.function(init) if init is not None else None
        if found is None:
            fields = classes.fields(self.ev, cls)
            place = fields.index(name) if name in fields else len(value.args)
            return value.keyword(name) or (value.args[place] if place < len(value.args) else None)
        for base in classes.mro(self.ev, cls)[0]:
            own = classes.facts_of(self.ev, base) if isinstance(base, ClassThing) else None
            bound = own.instance.get(name, ()) if own is not None else ()
            first = bound[0].value if bound and isinstance(bound[0], facts.Declared) else bound[0] if bound else None
            for parameter in found.parameters:
                if len(bound) == 1 and isinstance(first, facts.Local) and first.name == parameter.name:
                    return argument(parameter, value, True)
        # Under another name, or handed on to a base class: the one session that the object was made with.
        given = [each for each in value.args if named(self.ev, each, frame) is not None]
        return given[0] if len(given) == 1 else None


def argument(parameter: facts.Parameter, call: facts.Call, is_bound: bool) -> Value | None:
    """What a call gives for a parameter; the object for the first one of a bound method."""
    if is_bound and parameter.index == 0:
        return call.func.of if isinstance(call.func, facts.Attribute) else None
    return call.given(parameter, int(is_bound))


def _waits(resource: Resource, method: str) -> bool:
    """Whether a method of an async session waits for the database."""
    return resource.is_async and is_coroutine_method(resource, method)


def is_coroutine_method(resource: Resource, method: str) -> bool:
    """Whether a method of a session or connection is a coroutine function."""
    return any(
        f"{name}.{method}" in libraries.COROUTINES
        for name in (resource.library, "sqlmodel.ext.asyncio.session.AsyncSession")
        if name == resource.library or resource.library == "sqlalchemy.ext.asyncio.AsyncSession"
    )


def closes(work: Work) -> bool:
    """Whether the session is closed by whoever works with it: then it is his."""
    return tables.ROLES[work.held.resource.kind].get(work.method) == "close"
