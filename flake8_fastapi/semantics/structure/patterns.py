"""Path patterns: which requests a path matches, and whether one path matches everything that another does.

Starlette makes a regular expression of each path. Here the same expression is a small automaton, so that "every path
that matches this one matches that one too" is decided exactly, whatever convertors and literals stand in a segment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from typing import NamedTuple

PARAMETER = re.compile(r"{([a-zA-Z_][a-zA-Z0-9_]*)(?::([a-zA-Z_][a-zA-Z0-9_]*))?}")
"""As in starlette/routing.py."""
EXPRESSIONS = {
    "str": "[^/]+",
    "path": ".*",
    "int": "[0-9]+",
    "float": r"[0-9]+(?:\.[0-9]+)?",
    "uuid": "[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}",
}
"""Starlette's convertors; a project may register others, which are unknown here."""
_SAMPLES = {
    "str": "~",
    "path": "~/~",
    "int": "7",
    "float": "7.5",
    "uuid": "6fa459ea-ee8a-3ca4-894e-db77e160355e",
}
_DIGITS = "0123456789"
_HEX = _DIGITS + "abcdefABCDEF"
_MOST_PAIRS = 20_000
"""How many pairs of states are looked at before a question counts as unanswered."""


class _Step(NamedTuple):
    """One place of an automaton: the characters it takes to go on to the next."""

    kind: str
    """`literal`, `segment` (all but a slash), `any`, `digit` or `hex`."""
    text: str = ""
    stays: bool = False
    """Having taken a character it takes more."""
    skips: int = 0
    """How many places may be left out from here on, this one first."""

    def takes(self, character: str) -> bool:
        if self.kind == "literal":
            return character == self.text
        if self.kind == "segment":
            return character != "/"
        if self.kind == "digit":
            return character in _DIGITS
        return self.kind == "any" or character in _HEX


def _uuid() -> Iterator[_Step]:
    for place, length in enumerate((8, 4, 4, 4, 12)):
        if place:
            yield _Step("literal", "-", skips=1)
        yield from [_Step("hex")] * length


_INTEGER = (_Step("digit"), _Step("digit", stays=True, skips=1))
_STEPS: dict[str, tuple[_Step, ...]] = {
    "str": (_Step("segment"), _Step("segment", stays=True, skips=1)),
    "path": (_Step("any", stays=True, skips=1),),
    "int": _INTEGER,
    "float": (*_INTEGER, _Step("literal", ".", skips=3), *_INTEGER),
    "uuid": tuple(_uuid()),
}


class Pattern:
    """What a path matches."""

    def __init__(self, path: str, parts: tuple[tuple[str, str], ...]) -> None:
        self.path = path
        self._parts = parts
        """Literal texts under an empty name, and convertors with the name of the parameter."""

    @cached_property
    def is_static(self) -> bool:
        """Whether it has no parameters."""
        return not any(name for name, _ in self._parts)

    @cached_property
    def head(self) -> str:
        """The literal text with which everything it matches begins: at least a slash."""
        name, text = self._parts[0] if self._parts else ("", "")
        return "" if name else text

    @cached_property
    def takes_rest(self) -> bool:
        """Whether it ends in a parameter that takes slashes too."""
        return bool(self._parts) and self._parts[-1][0] != "" and self._parts[-1][1] == "path"

    @cached_property
    def shape(self) -> tuple[tuple[bool, str], ...]:
        """The path without the names of its parameters."""
        return tuple((name != "", text) for name, text in self._parts)

    @cached_property
    def sample(self) -> str:
        """A path that it matches."""
        return "".join(_SAMPLES[text] if name else text for name, text in self._parts)

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        return re.compile(
            "".join(f"(?P<{name}>{EXPRESSIONS[text]})" if name else re.escape(text) for name, text in self._parts)
        )

    def values(self, other: Pattern) -> dict[str, str]:
        """What its parameters get from the literal text of another path, where they get nothing else."""
        marked = "".join("\0" if name else text for name, text in other._parts)
        found = self._expression.fullmatch(marked)
        return {name: text for name, text in found.groupdict().items() if "\0" not in text} if found is not None else {}

    def covers(self, other: Pattern) -> bool:
        """Whether it matches every path that the other matches."""
        if self.shape == other.shape:
            return True
        if self.is_static or not other.head.startswith(self.head):
            return False
        if self.takes_rest and len(self._parts) == 2:
            return True
        if self._expression.fullmatch(other.sample) is None:
            return False
        return other.is_static or _includes(self._steps, other._steps)

    @cached_property
    def _steps(self) -> tuple[_Step, ...]:
        found: list[_Step] = []
        for name, text in self._parts:
            found.extend(_STEPS[text] if name else (_Step("literal", character) for character in text))
        return tuple(found)


@cache
def of(path: str) -> Pattern | None:
    """What a path matches; None if it has a convertor that is not Starlette's own, or names a parameter twice."""
    parts: list[tuple[str, str]] = []
    end = 0
    names = set()
    for match in PARAMETER.finditer(path):
        convertor = match[2] or "str"
        if convertor not in EXPRESSIONS or match[1] in names:
            return None
        names.add(match[1])
        if match.start() > end:
            parts.append(("", path[end : match.start()]))
        parts.append((match[1], convertor))
        end = match.end()
    if end < len(path):
        parts.append(("", path[end:]))
    return Pattern(path, tuple(parts))


# -- inclusion

_States = frozenset[int]


def _includes(outer: tuple[_Step, ...], inner: tuple[_Step, ...]) -> bool:
    """Whether the first automaton accepts all that the second accepts: both run side by side."""
    alphabet = _alphabet((*outer, *inner))
    begin = (_closed(inner, (0,)), _closed(outer, (0,)))
    seen = {begin}
    pending = [begin]
    while pending:
        mine, theirs = pending.pop()
        if len(inner) in mine and len(outer) not in theirs:
            return False
        for character in alphabet:
            reached = _next(inner, mine, character)
            pair = (reached, _next(outer, theirs, character))
            if reached and pair not in seen:
                if len(seen) >= _MOST_PAIRS:
                    return False
                seen.add(pair)
                pending.append(pair)
    return True


def _alphabet(steps: Iterable[_Step]) -> list[str]:
    """Enough characters to tell the steps apart: those written out, and one more of each kind."""
    written = {step.text for step in steps if step.kind == "literal"}
    kinds = ("/", _DIGITS, _HEX[10:], map(chr, range(ord("~"), ord("~") + len(written) + 1)))
    spare = (next((each for each in kind if each not in written), None) for kind in kinds)
    return sorted(written.union(each for each in spare if each is not None))


def _next(steps: tuple[_Step, ...], states: _States, character: str) -> _States:
    taking = (state for state in states if state < len(steps) and steps[state].takes(character))
    return _closed(steps, [state if steps[state].stays else state + 1 for state in taking])


def _closed(steps: tuple[_Step, ...], states: Iterable[int]) -> _States:
    """These places, and those that are reached from them without taking anything."""
    found = set(states)
    pending = list(found)
    while pending:
        state = pending.pop()
        after = state + steps[state].skips if state < len(steps) else state
        if after not in found:
            found.add(after)
            pending.append(after)
    return frozenset(found)
