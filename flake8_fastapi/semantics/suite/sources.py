"""From which calls a value comes: the words for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.facts import Position, Value

NOTHING: frozenset[int] = frozenset()


class Key(NamedTuple):
    """One execution of a call, as seen from where its result is looked at."""

    call: facts.Call
    place: int
    """The number of the frame in which it stands."""
    chain: tuple[facts.Call, ...] = ()
    """The calls that were entered on the way to it, the outermost first."""


class Branch(NamedTuple):
    """A decision of which nothing is known."""

    place: int
    """The number of the frame in which it is made."""
    test: Value
    holds: bool


class Source(NamedTuple):
    """A call whose result a value holds, or is a part of."""

    key: Key
    kind: Literal["answer", "status", "body", "text", "part"]
    """The result itself, its status, what its JSON says, its text, or anything else that is made of it."""
    at: Position | None
    """Where in the function at hand the result came up; None if it came from its caller."""
    missed: frozenset[int]
    """The statuses with which the value may be another one, or is not reached."""
    under: frozenset[Branch] = frozenset()
    """The decisions that must have been made so for this to be reached."""
    is_list: bool = False
    """The value is a list of such results."""
    is_each: bool = False
    """It is one element of such a list after the other."""
    is_field: bool = False
    """It is what the JSON has under a key that errors do not have: with an error there is nothing."""
    given: facts.Parameter | None = None
    """The parameter through which it came, if it did."""


Sources = tuple[Source, ...]
Judge = Callable[[Value, int, Key], tuple[frozenset[int], frozenset[int]]]
"""The statuses of a call with which a condition may be true and false, in the frame with this number."""


def loose(source: Source) -> Source:
    """What is one of several: there may be something else where there is no such answer."""
    return source._replace(kind="part" if source.kind in ("body", "text") else source.kind, is_field=False)
