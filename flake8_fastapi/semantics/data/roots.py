"""The parameters that a value is made of: what chooses the rows of a look-up, and whether a client sent it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import lookups as tables
from flake8_fastapi.knowledge import queries as query_tables
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.data.queries import Query, Reader, Result, Spot
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.things import Bound, Frame, FunctionThing, Library
from flake8_fastapi.semantics.values import Evaluator

_DEPTH = 30
_QUERYING = ("sqlalchemy", "sqlmodel", "beanie", "tortoise", "peewee", "odmantic", "ormar", "motor", "pymongo")


class Root(NamedTuple):
    """A parameter, and the attribute of it that is read: `request.path_params`."""

    parameter: facts.Parameter
    attribute: str = ""


class Trace(NamedTuple):
    """What expressions are made of."""

    roots: tuple[Root, ...]
    values: frozenset[Value]
    """Every expression on the way."""


def of(ev: Evaluator, values: Iterable[Value], frame: Frame) -> Trace:
    """The parameters that values are made of, conversions and queries aside.

    Rows, and whatever functions of the project make of a parameter, are something else.
    """
    walk = _Walk(ev)
    found = [root for value in values for root in walk.walk(value, frame, "", _DEPTH)]
    return Trace(tuple(found), frozenset(walk.seen))


class _Walk:
    def __init__(self, ev: Evaluator) -> None:
        self.ev = ev
        self.seen: set[Value] = set()

    def walk(self, value: Value, frame: Frame, attribute: str, depth: int) -> Iterator[Root]:
        if depth == 0 or value in self.seen:
            return
        self.seen.add(value)
        if isinstance(value, facts.Parameter):
            yield Root(value, attribute)
        elif isinstance(value, facts.Local):
            home = self.ev.home(value.function, frame)
            for binding in self.ev.bindings(value, frame):
                yield from self._bound(binding, home, attribute, depth - 1)
        elif isinstance(value, facts.Attribute):
            yield from self.walk(value.of, frame, value.name, depth - 1)
        elif isinstance(value, facts.Call):
            yield from self._call(value, frame, depth - 1)
        else:
            for part in _parts(value):
                yield from self.walk(part, frame, attribute, depth - 1)

    def _bound(self, value: Value, frame: Frame, attribute: str, depth: int) -> Iterator[Root]:
        """What a variable holds: of a call only a conversion, a query that is still to be run, or its cursor."""
        inner: Value | None = value.value if isinstance(value, facts.Declared) else value
        inner = inner.of if isinstance(inner, facts.Awaited) else inner
        if inner is None or isinstance(inner, (facts.Entered, facts.Unpacked)):
            return
        if isinstance(inner, facts.Call) and not self._converts(inner, frame):
            found = Reader(self.ev).read(inner, Spot(frame))
            if not (isinstance(found, Query) or (isinstance(found, Result) and found.is_cursor)):
                return
        yield from self.walk(inner, frame, attribute, depth)

    def _converts(self, call: facts.Call, frame: Frame) -> bool:
        callee = self.ev.certain(call.func, frame)
        if isinstance(callee, Library):
            return callee.name in tables.CONVERSIONS
        if not isinstance(call.func, facts.Attribute) or call.func.name not in tables.PASSING or _is_own(callee):
            return False
        # `body.get("email")`, but not `client.get(url)`.
        return call.func.name != "get" or all(isinstance(each, facts.Constant) for each in call.args)

    def _call(self, call: facts.Call, frame: Frame, depth: int) -> Iterator[Root]:
        callee = self.ev.certain(call.func, frame)
        if _is_own(callee):
            return
        func = call.func
        if isinstance(func, facts.Attribute):
            yield from self.walk(func.of, frame, func.name, depth)
        name = callee.name if isinstance(callee, Library) else ""
        if isinstance(callee, Bound) and isinstance(callee.function, Library):
            name = callee.function.name
        if name and name not in tables.CONVERSIONS and name.partition(".")[0] not in _QUERYING:
            return
        if not name and not (isinstance(func, facts.Attribute) and func.name in _TAKING):
            return
        for part in (*call.args, *(each for _, each in call.keywords)):
            yield from self.walk(part, frame, "", depth)


_TAKING = frozenset(
    {
        *tables.CONDITIONS,
        *query_tables.EXECUTIONS,
        *query_tables.READS,
        *(step for steps in query_tables.STEPS.values() for step in steps),
        *(name for names in tables.MISSES.values() for name in names),
    }
)
"""Methods of sessions, queries, collections and columns whose arguments choose rows."""


def _is_own(callee: object) -> bool:
    """Whether a function of the project is called: it may make anything of its arguments."""
    function = callee.function if isinstance(callee, Bound) else callee
    return isinstance(function, FunctionThing)


def _parts(value: Value) -> tuple[Value, ...]:
    if isinstance(value, (facts.Awaited, facts.Starred, facts.Iterated, facts.Item)):
        return (value.of,)
    if isinstance(value, facts.Declared):
        return (value.value,) if value.value is not None else ()
    if isinstance(value, facts.Either):
        return value.values
    if isinstance(value, facts.Display):
        return value.items
    if isinstance(value, facts.Table):
        return tuple(item for _, item in value.items)
    if isinstance(value, facts.Text):
        return value.parts
    return (value.left, value.right) if isinstance(value, (facts.Comparison, facts.Operation)) else ()
