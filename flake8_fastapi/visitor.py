"""Checks, findings, and the one visitor that walks a file and shows each check its subjects."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple, TypeVar, get_args, get_type_hints, overload

from flake8_fastapi.containment import STRICT, complain
from flake8_fastapi.semantics.facts import Position
from flake8_fastapi.semantics.module import Module
from flake8_fastapi.settings import Settings


class Finding(NamedTuple):
    """One fault: where, and in words."""

    position: Position
    message: str


_ROOM = 132
"""How long a message may be without code and name of its check; with them a line has at most about 160 characters."""


def fitting(*variants: str, room: int = _ROOM) -> str:
    """The first of these forms of a message that fits into a line; the last where none does."""
    return next((text for text in variants if len(text) <= room), variants[-1])


def short(text: str, longest: int = 40) -> str:
    """A name or call as a message shows it: of a very long one both ends."""
    head = longest * 2 // 5
    return text if len(text) <= longest else f"{text[:head]}…{text[head + 1 - longest :]}"


class Report(NamedTuple):
    """A finding as flake8 wants it."""

    line: int
    column: int
    text: str


CheckFunction = Callable[[Any], Iterator[Finding]]
_F = TypeVar("_F", bound=CheckFunction)


class Check(NamedTuple):
    """A registered check."""

    code: str
    name: str
    optional: bool
    """Off until the user enables it."""
    run: CheckFunction

    @property
    def doc(self) -> str:
        """The manual page of the check."""
        return inspect.getdoc(self.run) or ""

    @property
    def subjects(self) -> tuple[type, ...]:
        """The classes of the things the check is shown, from the annotation of its parameter: one, or a union."""
        return _subjects(self.run)


@cache
def _subjects(function: CheckFunction) -> tuple[type, ...]:
    hints = get_type_hints(function)
    hints.pop("return", None)
    (subject,) = hints.values()
    return get_args(subject) or (subject,)


_registry: dict[str, Check] = {}


@overload
def check(function: _F, /) -> _F: ...


@overload
def check(*, optional: bool = False) -> Callable[[_F], _F]: ...


def check(function: _F | None = None, /, *, optional: bool = False) -> _F | Callable[[_F], _F]:
    """Register a generator of findings. Code and name follow from its module (`fap002_…`) and its own name."""

    def register(function: _F) -> _F:
        code = function.__module__.partition(".rules.")[2].partition("_")[0].upper()
        name = function.__name__.replace("_", "-")
        if name in _registry:
            raise ValueError(f"two checks are called {name}")
        _registry[name] = Check(code, name, optional, function)
        return function

    return register if function is None else register(function)


def registered() -> dict[str, Check]:
    """The checks registered so far, by name; `rules.registry` has them all."""
    return dict(_registry)


class Visitor:
    """Walks the tree of one file once and shows every check its subjects."""

    def __init__(self, module: Module, checks: Iterable[Check], settings: Settings) -> None:
        self.module = module
        self._reports: dict[str, list[Report]] = {}
        self._by_subject: dict[type, list[Check]] = {}
        for found in checks:
            if found.name in settings.disable or (found.optional and found.name not in settings.enable):
                continue
            for subject in found.subjects:
                self._by_subject.setdefault(subject, []).append(found)

    def run(self) -> list[Report]:
        """The reports of the file, sorted, each once."""
        subjects = self.module.subjects(self._by_subject)
        for subject in self.module.shown(subjects) if subjects else ():
            for found in self._by_subject.get(type(subject), ()):
                self._show(found, subject)
        return sorted({report for reports in self._reports.values() for report in reports})

    def _show(self, found: Check, subject: object) -> None:
        if self._reports.get(found.name, _NOTHING) is _CRASHED:
            return
        reports = self._reports.setdefault(found.name, [])
        try:
            reports.extend(_report(found, finding) for finding in found.run(subject))
        except Exception as error:
            if os.environ.get(STRICT):
                raise
            self._reports[found.name] = _CRASHED
            complain(f"check {found.name} failed on {self.module.path}: {type(error).__name__}: {error}")


_NOTHING: list[Report] = []
_CRASHED: list[Report] = []


def _report(found: Check, finding: Finding) -> Report:
    message = " ".join(finding.message.split())
    return Report(finding.position.line, finding.position.column, f"{found.code} {message} [{found.name}]")
