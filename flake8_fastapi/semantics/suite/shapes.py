"""What the path of a route matches, asked of paths that are only partly known.

A path that is known is matched by Starlette's own expression. One with holes is compared segment by segment: an unknown
segment certainly arrives at a parameter, and may be what a route spells out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import cached_property

from flake8_fastapi.semantics import holders
from flake8_fastapi.semantics.operations import Operation
from flake8_fastapi.semantics.structure.patterns import EXPRESSIONS, PARAMETER
from flake8_fastapi.semantics.suite import reading
from flake8_fastapi.semantics.suite.kinds import ANYTHING, Hole, Target
from flake8_fastapi.semantics.suite.pieces import Text

_UNKNOWN = ".*"
"""The expression of a convertor that is not Starlette's own."""
_ALL = "{_:path}"
_KEY = "[^/]*[0-9][^/]*"
_MOST = 40
"""A path with more segments is not looked at."""


class Fit(IntEnum):
    """How surely a path arrives at a route, as far as the path goes."""

    NONE = 0
    POSSIBLE = 1
    LOOSE = 2
    """If what stands for anything in it is what the route has there."""
    TYPED = 3
    """If what is not known in it is a number or UUID, which the route asks for."""
    CERTAIN = 4


class Asked:
    """The path of a request."""

    def __init__(self, target: Target) -> None:
        self.literal = "".join(part for part in target if isinstance(part, str)) if _is_known(target) else None
        self.segments = tuple(_segments(target)) if len(target) <= _MOST else ((ANYTHING,),)
        self.is_wide = any(ANYTHING in segment for segment in self.segments)


_Segment = tuple["str | Hole", ...]


def asked(target: Target) -> Asked:
    """The path of a request, ready to be compared."""
    return Asked(target)


def _is_known(target: Target) -> bool:
    return all(isinstance(part, str) for part in target)


def _segments(target: Target) -> list[_Segment]:
    """The parts of a path between its slashes."""
    found: list[list[str | Hole]] = [[]]
    for part in target:
        if isinstance(part, Hole):
            found[-1].append(part)
            continue
        for place, piece in enumerate(part.split("/")):
            if place:
                found.append([])
            if piece:
                found[-1].append(piece)
    return [tuple(segment) for segment in found]


class _Spelled:
    """A segment of the path of a route: literal texts and parameters."""

    def __init__(self, text: str) -> None:
        parts = PARAMETER.split(text)
        self.text = text
        self.kinds = [EXPRESSIONS.get(kind or "str", _UNKNOWN) for kind in parts[2::3]]
        self.is_literal = not self.kinds
        self.is_wide = ".*" in self.kinds
        self.is_parameter = len(self.kinds) == 1 and not parts[0] and not parts[-1]
        self.head, self.tail = parts[0], parts[-1]
        pieces = [re.escape(part) for part in parts[::3]]
        self.expression = re.compile(
            "".join(piece + kind for piece, kind in zip(pieces, [*self.kinds, ""], strict=True)), re.DOTALL
        )

    def fit(self, segment: _Segment) -> Fit:
        """Whether a segment of a request without slashes matches it."""
        if all(isinstance(part, str) for part in segment):
            return Fit.CERTAIN if self.expression.fullmatch(_spelled(segment, "")) else Fit.NONE
        if self.is_literal:
            return Fit.POSSIBLE if self.text and _expression(segment).fullmatch(self.text) else Fit.NONE
        if self.is_parameter:
            is_free = self.kinds[0] in (EXPRESSIONS["str"], EXPRESSIONS["path"])
            return Fit.CERTAIN if is_free else Fit.TYPED if len(segment) == 1 else Fit.POSSIBLE
        return Fit.CERTAIN if len(segment) > 1 and self.expression.fullmatch(_spelled(segment, "7")) else Fit.POSSIBLE


def _spelled(segment: _Segment, hole: str) -> str:
    return "".join(part if isinstance(part, str) else hole for part in segment)


def _expression(segment: _Segment) -> re.Pattern[str]:
    return re.compile("".join(_written(part) for part in segment), re.DOTALL)


def _written(part: str | Hole) -> str:
    if isinstance(part, str):
        return re.escape(part)
    return _KEY if part.is_key else "[^/]+"


class Shape:
    """What the path of a route matches."""

    def __init__(self, path: str, *, is_whole: bool = True) -> None:
        self.path = path
        self.segments = tuple(map(_Spelled, path.split("/")))
        self.is_known = is_whole and all((kind or "str") in EXPRESSIONS for _, kind in PARAMETER.findall(path))
        """Whether it is all of the path, and all of it is understood; else a path may fit, but never certainly."""
        self.is_whole = is_whole
        self.is_static = is_whole and all(segment.is_literal for segment in self.segments)
        self.is_wide = not is_whole or any(segment.is_wide for segment in self.segments)

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        front = "" if self.is_whole else ".*"
        return re.compile(front + "/".join(segment.expression.pattern for segment in self.segments), re.DOTALL)

    def fit(self, path: Asked) -> Fit:
        """Whether a request with this path arrives here."""
        if path.literal is not None:
            found = Fit.CERTAIN if self._expression.fullmatch(path.literal) else Fit.NONE
        elif self.is_whole:
            found = _Comparison(path.segments, self.segments).fit(0, 0)
        else:
            found = self._behind_unknown(path)
        return found if self.is_known else min(found, Fit.POSSIBLE)

    def _behind_unknown(self, path: Asked) -> Fit:
        """The same where nobody knows what stands before the path of the route."""
        segments = self.segments[1:] if not self.segments[0].text else self.segments
        return max(_Comparison(rest, segments).fit(0, 0) for rest in _rests(path.segments))


def _rests(segments: tuple[_Segment, ...]) -> Iterator[tuple[_Segment, ...]]:
    """What a prefix that is not known may leave of a path."""
    for start, segment in enumerate(segments):
        begin = segment.index(ANYTHING) if ANYTHING in segment else 0
        yield (segment[begin:], *segments[start + 1 :])


class _Comparison:
    """A path with holes beside the path of a route."""

    def __init__(self, mine: tuple[_Segment, ...], theirs: tuple[_Spelled, ...]) -> None:
        self._mine = mine
        self._theirs = theirs
        self._known: dict[tuple[int, int], Fit] = {}

    def fit(self, mine: int, theirs: int) -> Fit:
        """How the rests fit that begin with these segments."""
        key = (mine, theirs)
        if key not in self._known:
            self._known[key] = self._fit(mine, theirs)
        return self._known[key]

    def _fit(self, mine: int, theirs: int) -> Fit:
        if mine == len(self._mine) or theirs == len(self._theirs):
            return Fit.CERTAIN if mine == len(self._mine) and theirs == len(self._theirs) else Fit.NONE
        segment, spelled = self._mine[mine], self._theirs[theirs]
        if ANYTHING in segment or spelled.is_wide:
            anything = self._anything(mine, theirs) if ANYTHING in segment else Fit.NONE
            return max(anything, self._everything(mine, theirs) if spelled.is_wide else Fit.NONE)
        here = spelled.fit(segment)
        return min(here, self.fit(mine + 1, theirs + 1)) if here is not Fit.NONE else here

    def _anything(self, mine: int, theirs: int) -> Fit:
        """A segment that may be several: `users{suffix}`."""
        segment = self._mine[mine]
        places = [place for place, part in enumerate(segment) if part == ANYTHING]
        head, tail = segment[: places[0]], segment[places[-1] + 1 :]
        best = Fit.NONE
        for last in range(theirs, len(self._theirs)):
            first = self._theirs[theirs]
            if not _begins(first, head) or not _ends(self._theirs[last], tail):
                continue
            if last == theirs and first.is_literal and len(first.text) < len(_spelled((*head, *tail), "")):
                continue
            best = max(best, min(Fit.LOOSE, self.fit(mine + 1, last + 1)))
        return best

    def _everything(self, mine: int, theirs: int) -> Fit:
        """A parameter that takes slashes too: `{path:path}`."""
        spelled = self._theirs[theirs]
        best = Fit.NONE
        for last in range(mine, len(self._mine)):
            taken = [*self._mine[mine], *(part for each in self._mine[mine + 1 : last + 1] for part in ("/", *each))]
            if ANYTHING in taken:
                best = max(best, min(Fit.LOOSE, self.fit(last + 1, theirs + 1)))
            elif spelled.expression.fullmatch(_spelled(tuple(taken), "7")):
                best = max(best, self.fit(last + 1, theirs + 1))
        return best


def _begins(spelled: _Spelled, head: _Segment) -> bool:
    text = head[0] if head and isinstance(head[0], str) else ""
    return spelled.head.startswith(text) or (not spelled.is_literal and text.startswith(spelled.head))


def _ends(spelled: _Spelled, tail: _Segment) -> bool:
    text = tail[-1] if tail and isinstance(tail[-1], str) else ""
    return spelled.tail.endswith(text) or (not spelled.is_literal and text.endswith(spelled.tail))


def of(operation: Operation) -> Shape:
    """What the path of an operation matches; where a prefix is not known, what it matches behind any."""
    if operation.path is not None:
        return Shape(operation.path)
    route = operation.route
    if route.path is not None:
        return Shape(route.path, is_whole=False)
    written = holders.path_argument(route.ev, route.call, route.frame)
    found = reading.texts(route.ev, written, route.frame) if written is not None else ()
    return Shape(_with_gaps(found[0]) if len(found) == 1 else _ALL, is_whole=False)


def _with_gaps(text: Text) -> str:
    """A path of which parts are not known, which may hold slashes."""
    return "".join(part if isinstance(part, str) else _ALL for part in text)
