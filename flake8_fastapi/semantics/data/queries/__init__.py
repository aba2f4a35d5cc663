"""Queries: what an expression is as a query, or as the result of one, wherever its parts are written.

Statements that are built step by step, in branches, loops and helpers of the project, are followed; what goes through a
function that is not resolved is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.knowledge import queries as tables
from flake8_fastapi.semantics import classes, facts
from flake8_fastapi.semantics.data.queries.model import Column, Filter, Load, Query, Result, Shape
from flake8_fastapi.semantics.data.queries.reader import Reader, Spot
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.things import Frame, Instance
from flake8_fastapi.semantics.values import Evaluator

__all__ = [
    "Column", "Filter", "Load", "Query", "Reader", "Result", "Shape", "Spot", "comes_from_session",
    "of", "result",
]  # fmt: skip

_DEPTH = 8
"""How many variables are looked through."""


def of(ev: Evaluator, value: Value, frame: Frame) -> Query | None:
    """The query that an expression is, not yet run; None if it is none, or that is unknown."""
    found = Reader(ev).read(value, Spot(frame))
    return found if isinstance(found, Query) else None


def result(ev: Evaluator, value: Value, frame: Frame) -> Result | None:
    """The result of a query that an expression is: objects, rows, a number …; None if it is none, or unknown."""
    found = Reader(ev).read(value, Spot(frame))
    return found if isinstance(found, Result) else None


def comes_from_session(ev: Evaluator, value: Value, frame: Frame, depth: int = _DEPTH) -> bool:
    """Whether an expression starts with a session that gives rows, whatever it ends in: `db.query(…)….all()`."""
    last = value
    for last in _chain(value):
        if isinstance(last, facts.Attribute) and last.name in tables.READS:
            thing = ev.certain(last.of, frame)
            if isinstance(thing, Instance) and classes.is_a(ev, thing.type, *tables.SESSIONS):
                return True
    if last is value or not isinstance(last, facts.Local) or depth == 0:
        return False
    bindings = Reader(ev).bindings(last, Spot(frame))
    return bool(bindings) and all(
        comes_from_session(ev, facts.undeclared(each), spot.frame, depth - 1) for each, spot in bindings
    )


def _chain(value: Value) -> Iterator[Value]:
    """The expression, what its method is called on, and so on down to the first name."""
    while True:
        yield value
        if isinstance(value, facts.Call):
            value = value.func
        elif isinstance(value, (facts.Attribute, facts.Awaited, facts.Item)):
            value = value.of
        else:
            return
