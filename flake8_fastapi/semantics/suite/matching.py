"""Which routes answer a request, by the rules of Starlette, as far as the path of the request is known.

Starlette asks the routes in the order of registration, and the first whose path and method both fit answers. A request
whose path fits no route at all is sent again with or without a slash at its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from flake8_fastapi.semantics import holders
from flake8_fastapi.semantics.facts import Position
from flake8_fastapi.semantics.operations import Operation
from flake8_fastapi.semantics.suite import shapes
from flake8_fastapi.semantics.suite.kinds import Target
from flake8_fastapi.semantics.suite.order import Order
from flake8_fastapi.semantics.suite.shapes import Asked, Fit, Shape
from flake8_fastapi.semantics.things import LiteralThing

_WEBSOCKET = "WEBSOCKET"
_ANY = ""
"""Stands for a method that is not known."""


class Routed(NamedTuple):
    """Where a request arrives."""

    certain: tuple[Operation, ...]
    """For each of its methods the operation that answers it."""
    possible: tuple[Operation, ...]
    """Those that may answer it, or nothing does."""


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """An operation, and what its path matches. Compared by identity, as operations take long to compare."""

    operation: Operation
    shape: Shape
    methods: frozenset[str]
    """Empty where they are not known."""

    @property
    def redirects(self) -> bool:
        """Whether its application tries a path that fits nothing with a slash more or less."""
        return _app_argument(self.operation, "redirect_slashes") is not False


_Found = list[tuple[Entry, Fit]]


class Table:
    """What some applications serve; to be made once, and asked for each request."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._order = Order()
        self._entries = [Entry(each, shapes.of(each), _methods(each)) for each in operations]
        self._static: dict[str, list[Entry]] = {}
        self._by_count: dict[int, list[Entry]] = {}
        self._wide: list[Entry] = []
        for entry in self._entries:
            self._order.read(entry.operation)
            if entry.shape.is_static:
                self._static.setdefault(entry.shape.path, []).append(entry)
            if entry.shape.is_wide:
                self._wide.append(entry)
            else:
                self._by_count.setdefault(len(entry.shape.segments), []).append(entry)
        self._roots = frozenset(filter(None, (_root(each.operation) for each in self._entries)))
        self._known: dict[tuple[Target, frozenset[str] | None], Routed] = {}
        self._fits: dict[Target, _Found] = {}

    def routed(self, target: Target, methods: frozenset[str] | None) -> Routed:
        """Where a request with this path, and each of these methods, arrives."""
        key = (target, methods)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._routed(target, methods)
        return found

    def _routed(self, target: Target, methods: frozenset[str] | None) -> Routed:
        certain: dict[Entry, None] = {}
        possible: dict[Entry, None] = {}
        for path in (target, *_without_root(target, self._roots)):
            for method in sorted(methods) if methods is not None else (_ANY,):
                first, others = self._answering(path, method)
                certain.update(dict.fromkeys(first))
                possible.update(dict.fromkeys(others))
        return Routed(
            tuple(entry.operation for entry in certain),
            tuple(entry.operation for entry in possible if entry not in certain),
        )

    def _answering(self, target: Target, method: str) -> tuple[list[Entry], list[Entry]]:
        """What certainly answers, and what may."""
        fits = self._fitting(target)
        if method != _WEBSOCKET and all(fit < Fit.TYPED for _, fit in fits):
            fits = [*fits, *self._redirected(target, bool(fits))]
        taking = [found for found in fits if method == _ANY or not found[0].methods or method in found[0].methods]
        first = self._first(taking, _spells(target)) if method != _ANY else []
        others = [entry for entry, _ in taking if entry not in first]
        certain = {entry for entry, fit in taking if fit is Fit.CERTAIN}
        return first, [each for each in others if not self._order.is_behind(each, certain.intersection(first))]

    def _first(self, taking: _Found, spells: bool) -> list[Entry]:
        """What answers: of each application one; nothing where it is not known which application it is."""
        sure = [entry for entry, fit in taking if fit >= Fit.TYPED and entry.methods]
        loose = [entry for entry, fit in taking if fit is Fit.LOOSE and entry.methods]
        if spells and not sure and len(taking) == len(loose) and len(set(map(_place, loose))) == 1:
            # The address before a path that only one route has is that of the application.
            return loose
        if len({fit for _, fit in taking if fit >= Fit.TYPED}) > 1:
            return []
        if len(set(map(_place, sure))) == 1:
            return sure
        groups: dict[object, list[Entry]] = {}
        for entry in sure:
            groups.setdefault(_application(entry.operation), []).append(entry)
        found = [self._order.first(group) for group in groups.values()]
        winners = [entry for entry in found if entry is not None]
        is_one = len(winners) == len(found) and len(set(map(_place, winners))) == 1
        return winners if is_one else []

    def _redirected(self, target: Target, is_weak: bool) -> _Found:
        last = target[-1] if target else ""
        if not isinstance(last, str):
            other: Target = (*target, "/")
        elif last.endswith("/"):
            other = (*target[:-1], last.rstrip("/")) if last.rstrip("/") else target[:-1]
        else:
            other = (*target[:-1], last + "/")
        found = [(entry, fit) for entry, fit in self._fitting(other) if entry.redirects] if other else []
        return [(entry, Fit.POSSIBLE) for entry, _ in found] if is_weak else found

    def _fitting(self, target: Target) -> _Found:
        """What matches a path, whatever the method."""
        found = self._fits.get(target)
        if found is None:
            asked = shapes.asked(target)
            tried = ((entry, entry.shape.fit(asked)) for entry in self._candidates(asked))
            found = self._fits[target] = [each for each in tried if each[1] is not Fit.NONE]
        return found

    def _candidates(self, asked: Asked) -> Iterator[Entry]:
        if asked.is_wide:
            yield from self._entries
            return
        if asked.literal is not None:
            yield from self._static.get(asked.literal, ())
        for entry in self._by_count.get(len(asked.segments), ()):
            if asked.literal is None or not entry.shape.is_static:
                yield entry
        yield from self._wide


def _spells(target: Target) -> bool:
    """Whether anything of a path is known."""
    return any(isinstance(part, str) and part.strip("/") for part in target)


def _methods(operation: Operation) -> frozenset[str]:
    """The methods that it takes. Those of Starlette's own routes take HEAD with GET."""
    methods = operation.methods
    return methods | {"HEAD"} if "GET" in methods and not operation.route.is_operation else methods


def _place(entry: Entry) -> tuple[str, Position]:
    """Where it is registered: what several applications serve, or one of them twice, is the same to a test."""
    return entry.operation.route.written_at


def _application(operation: Operation) -> object:
    """What tells the applications apart; nothing for one that is mounted, as it belongs to another."""
    return operation.levels[0].holder.origin if operation.levels and operation.mount == "" else None


def _app_argument(operation: Operation, keyword: str) -> object:
    """The constant that its application was given under this keyword; None if there is none."""
    if not operation.levels:
        return None
    found = holders.constructor_argument(operation.route.ev, operation.levels[0].holder, keyword)
    return found.value if isinstance(found, LiteralThing) else None


def _root(operation: Operation) -> str:
    found = _app_argument(operation, "root_path")
    return found.rstrip("/") if isinstance(found, str) else ""


def _without_root(target: Target, roots: Iterable[str]) -> Iterator[Target]:
    """The path below a `root_path`, which an application takes off if it is there."""
    first = target[0] if target else ""
    for root in roots:
        if isinstance(first, str) and first.startswith(root + "/"):
            yield (first.removeprefix(root), *target[1:])
