"""Overrides that outlive the test that sets them, so that other tests of the same application get them too."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.facts import MODULE, FunctionFacts
from flake8_fastapi.semantics.operations import Operation
from flake8_fastapi.semantics.suite import alike, configuration, held, overrides, requests, shared
from flake8_fastapi.semantics.suite.held import Key
from flake8_fastapi.semantics.suite.index import Suite
from flake8_fastapi.semantics.suite.kinds import Test
from flake8_fastapi.semantics.suite.overrides import NAME, Override
from flake8_fastapi.semantics.things import Frame, Origin

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_HOOK = "pytest_"
"""How the functions begin that pytest calls around every test."""

_Entry = tuple[Origin, Key]
"""One entry of the overrides of one application."""


class Leak(NamedTuple):
    """An override that stays."""

    override: Override
    victim: Test | None
    """A later test whose request gets it; None where another module takes its place."""
    rival: str
    """A module that sets the same entry when it is imported, before any test runs; empty if there is none."""


class _Doing(NamedTuple):
    """What runs for one test, as far as overrides go."""

    functions: frozenset[Key]
    entries: frozenset[_Entry]
    """What it sets."""
    is_open: bool
    """It does something else with overrides, too: takes them back, or sets some that are not known."""


def of_module(project: Project, path: str) -> Iterator[Leak]:
    """The overrides of a module that stay, the first of each function."""
    seen: set[str] = set()
    for override in overrides.of_module(project, path):
        function = override.frame.function
        entry = None if override.is_temporary or function in seen else _entry(project, override)
        leak = _leaks(project).find(override, entry) if entry is not None else None
        if leak is not None:
            seen.add(function)
            yield leak


def _entry(project: Project, override: Override) -> _Entry | None:
    """The entry that it sets in an application that all tests share; None if that is not certain."""
    app = shared.application(project, override.app, override.frame)
    key = held.key_of(project.evaluator.certain(override.key, override.frame))
    return (app.origin, key) if app is not None and app.origin is not None and key is not None else None


def _leaks(project: Project) -> _Leaks:
    found = project.memo.get("suite.leaks")
    if found is None:
        found = project.memo["suite.leaks"] = _Leaks(project)
    assert isinstance(found, _Leaks)
    return found


class _Leaks:
    """The overrides of the tests of one project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.suite = Suite.of(project)
        self._entered: dict[Frame, tuple[frozenset[_Entry], bool]] = {}

    def find(self, override: Override, entry: _Entry) -> Leak | None:
        """The leak that an override is, if it certainly is one."""
        if self._is_taken_back:
            return None
        if override.frame.function == MODULE:
            rival = self._rival(override, entry)
            return Leak(override, None, rival) if rival else None
        victim = self._victim((override.frame.path, override.frame.function), entry)
        return Leak(override, victim, "") if victim is not None else None

    # -- tests

    @cached_property
    def _tests(self) -> tuple[Test, ...]:
        """All tests in the order in which pytest runs them."""
        return tuple(sorted(self.suite.tests, key=lambda test: (_parts(test.path), test.position)))

    @cached_property
    def _doings(self) -> tuple[_Doing, ...]:
        return tuple(self._doing(requests.frames(self.project, test)) for test in self._tests)

    def _doing(self, frames: Iterable[Frame]) -> _Doing:
        functions: set[Key] = set()
        entries: set[_Entry] = set()
        is_open = False
        for frame in frames:
            functions.add((frame.path, frame.function))
            found, is_unclear = self._in_frame(frame)
            entries |= found
            is_open = is_open or is_unclear
        return _Doing(frozenset(functions), frozenset(entries), is_open)

    def _in_frame(self, frame: Frame) -> tuple[frozenset[_Entry], bool]:
        """What a function sets, with those in it, and whether it does something else with overrides."""
        known = self._entered.get(frame)
        if known is None:
            entries = []
            for path, function in self._inside(frame):
                is_set = {each.start: each for each in overrides.of_function(path, function) if not each.is_temporary}
                for use in function.overrides:
                    override = is_set.get(use.start) if use.key is not None else None
                    here = frame if function.qualname == frame.function else Frame(path, function.qualname)
                    entries.append(_entry(self.project, override._replace(frame=here)) if override else None)
                if _names(function):
                    entries.append(None)
            known = self._entered[frame] = (frozenset(each for each in entries if each), None in entries)
        return known

    def _inside(self, frame: Frame) -> Iterator[tuple[str, FunctionFacts]]:
        module = self.project.facts(frame.path)
        for name, function in module.functions.items() if module is not None else ():
            if name == frame.function or name.startswith(f"{frame.function}."):
                yield frame.path, function

    def _victim(self, function: Key, entry: _Entry) -> Test | None:
        """The first test that runs with what a function set for one before it, and sends a request for which it counts.

        A test in between that sets the entry itself, or may take it back, ends that.
        """
        is_set = False
        for test, doing in zip(self._tests, self._doings, strict=True):
            if function in doing.functions:
                is_set = not doing.is_open
            elif doing.is_open or entry in doing.entries:
                is_set = False
            elif is_set and self._gets(test, entry):
                return test
        return None

    def _gets(self, test: Test, entry: _Entry) -> bool:
        """Whether a request of a test certainly arrives where the dependency of an entry runs."""
        for request in requests.of(self.project, test):
            if request.app is not None and request.app.origin == entry[0]:
                operations = self.suite.routed(request).certain
                if operations and all(_needs(operation, entry[1]) for operation in operations):
                    return True
        return False

    # -- the whole project

    @cached_property
    def _is_taken_back(self) -> bool:
        """Whether something that no test calls may take overrides back: the application itself, a hook of pytest."""
        for path in self.project.files.mentioning(NAME):
            module = self.project.facts(path)
            is_test = self.project.files.is_test(path)
            for function in module.functions.values() if module is not None else ():
                may = not is_test or function.name.startswith(_HOOK)
                if may and any(use.key is None for use in function.overrides):
                    return True
        return False

    @cached_property
    def _setting(self) -> tuple[str, ...]:
        """The files that pytest collects and that speak of overrides."""
        naming = frozenset(self.project.files.mentioning(NAME))
        return tuple(each for each in configuration.files(self.project) if each in naming)

    def _rival(self, override: Override, entry: _Entry) -> str:
        """The last module of tests that sets the same entry when it is imported, to something else."""
        path = override.frame.path
        setting = self._setting
        if path not in setting or self._sets_later(path, entry):
            return ""
        own = self._value(path, entry)
        for rival in sorted((each for each in setting if _parts(each) > _parts(path)), key=_parts, reverse=True):
            other = self._value(rival, entry)
            if other is not None and other != own:
                return rival if own is None or not alike.are(self.project, own, other) else ""
        return ""

    def _sets_later(self, path: str, entry: _Entry) -> bool:
        """Whether a test of the module sets the entry again, or does something else with overrides."""
        return any(
            doing.is_open or entry in doing.entries
            for test, doing in zip(self._tests, self._doings, strict=True)
            if test.path == path
        )

    def _value(self, path: str, entry: _Entry) -> Key | None:
        """What the top level of a module sets for an entry; None for nothing, and for what is no function."""
        found = None
        for override in overrides.of_module(self.project, path):
            if override.frame.function == MODULE and _entry(self.project, override) == entry:
                found = held.key_of(self.project.evaluator.certain(override.value, override.frame))
        return found


def _parts(path: str) -> list[str]:
    """The order in which pytest collects files: by the names of folders, then of files."""
    return path.split(os.sep)


def _names(function: FunctionFacts) -> bool:
    """Whether a function names the dict in a text: `monkeypatch.setattr(app, "dependency_overrides", {})`."""
    return any(
        isinstance(arg, facts.Constant) and arg.value == NAME
        for site in function.sites
        if isinstance(site.value, facts.Call)
        for arg in site.value.args
    )


def _needs(operation: Operation, key: Key) -> bool:
    """Whether an operation depends on a function or class, at whatever depth."""
    return any(held.key_of(each.callee) == key for top in operation.dependencies for each in top.walk())
