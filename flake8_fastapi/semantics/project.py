"""A project: its files, the facts of its modules, and everything that is asked across files."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from functools import cache, cached_property, lru_cache
from typing import Any, NamedTuple

from flake8_fastapi.knowledge.blocking import Blocking, blocking
from flake8_fastapi.knowledge.limits import Limits
from flake8_fastapi.semantics import bodies, files, tree, versions
from flake8_fastapi.semantics.effects import Effects
from flake8_fastapi.semantics.facts import ModuleFacts, Parameter
from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.graph import Application, Graph
from flake8_fastapi.semantics.loop import Loop
from flake8_fastapi.semantics.registrations import Registrations
from flake8_fastapi.semantics.suite import fixtures
from flake8_fastapi.semantics.things import Frame, Instance, Things, only
from flake8_fastapi.semantics.values import Evaluator
from flake8_fastapi.semantics.versions import Version

_projects: dict[int, Project] = {}


def forget() -> None:
    """Drop everything that is known of any project."""
    _projects.clear()
    files.forget()


class Words(NamedTuple):
    """What the user says of authentication and tests."""

    auth_dependencies: tuple[str, ...] = ()
    """Further names of what authenticates: last or dotted names, or `fnmatch` patterns of them."""
    public_paths: tuple[str, ...] = ()
    """Paths of routes that need no authentication; `fnmatch` patterns."""
    tests: tuple[str, ...] = ()
    """Further files and folders of tests, relative to the root of the project; `fnmatch` patterns."""


class Project:
    """One project. Facts are made when they are first asked for, and kept."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.blocking: Callable[[str], Blocking | None] = blocking
        self.limits = Limits()
        """The figures from which checks of size speak."""
        self.words = Words()
        """What the user says of authentication."""
        self.memo: dict[str, Any] = {}
        """Answers to questions about all of the project, by who asks; dropped with everything that is known."""
        self._wanted_version: Version | None = None
        self._facts: dict[str, ModuleFacts | None] = {}
        self._sources: dict[str, str] = {}

    @classmethod
    def of(cls, files: Files) -> Project:
        """The project with these files."""
        if id(files) not in _projects:
            _projects[id(files)] = cls(files)
        return _projects[id(files)]

    def use(
        self,
        blocking_calls: tuple[tuple[str, str], ...],
        fastapi_version: Version | None = None,
        limits: Limits | None = None,
        words: Words | None = None,
    ) -> None:
        """Take what the user wants: further blocking calls (dotted name or `fnmatch` pattern -> replacement), the
        version to support, the figures from which checks of size speak, and what authenticates."""
        limits, words = limits or Limits(), words or Words()
        if (limits, words) != (self.limits, self.words):
            self.limits, self.words = limits, words
            self.memo.clear()
        if fastapi_version != self._wanted_version:
            self._wanted_version = fastapi_version
            self.__dict__.pop("fastapi_version", None)
        question = _question(blocking_calls)
        if question is not self.blocking:
            self.blocking = question
            self._forget_answers()

    # -- facts

    def facts(self, path: str) -> ModuleFacts | None:
        """The facts of a module, None for one that cannot be read or parsed."""
        if path not in self._facts:
            self._facts[path] = None
            self._facts[path] = self._read(path)
        return self._facts[path]

    def _read(self, path: str) -> ModuleFacts | None:
        text = self.files.text(path) if path.endswith(".py") else None
        if text is None:
            return None
        module = tree.read(text, path)
        if module is None:
            return None
        try:
            return bodies.extract(module, path, self.files.property_names, b":=" in text)
        except RecursionError:
            return None

    def replace(self, path: str, source: str, extract: Callable[[], ModuleFacts | None]) -> ModuleFacts | None:
        """The facts of the file at hand, whose text may differ from the one on disk."""
        known = path in self._facts
        text = source.encode("utf-8", "surrogatepass")
        if known and self._sources.get(path) == source:
            return self._facts[path]
        is_held = self.files.holds(path, text)
        if known and is_held:
            return self._facts[path]
        found = extract()
        self.files.replace(path, text)
        self._facts[path] = found
        self._sources[path] = source
        if known or not is_held:
            self._forget_answers()
        return found

    def _forget_answers(self) -> None:
        for name in ("evaluator", "effects", "registrations", "loop", "graph"):
            self.__dict__.pop(name, None)
        self.memo.clear()

    # -- questions

    def given(self, parameter: Parameter, frame: Frame) -> Things:
        """What pytest gives to a parameter of a test or fixture; empty for every other one."""
        return fixtures.value(self, parameter, frame)

    def requested(self, name: str, frame: Frame) -> Things:
        """What `request.getfixturevalue(name)` gives in a test or fixture."""
        return fixtures.requested(self, name, frame)

    @cached_property
    def evaluator(self) -> Evaluator:
        """What values are."""
        return Evaluator(self)

    @cached_property
    def effects(self) -> Effects:
        """What functions do when they are called."""
        return Effects(self.evaluator, self.blocking)

    @cached_property
    def registrations(self) -> Registrations:
        """What each module hands to FastAPI: routes, dependencies, middleware, tasks …"""
        return Registrations(self.evaluator)

    @cached_property
    def loop(self) -> Loop:
        """What runs on the event loop."""
        return Loop(self.evaluator, self.registrations)

    @cached_property
    def graph(self) -> Graph:
        """Apps, routers and routes."""
        return Graph(self.evaluator)

    @cached_property
    def injected_names(self) -> frozenset[str]:
        """The names of functions of the project that have a parameter which FastAPI fills: `db=Depends(get_db)`."""
        return self.files.injected_names

    @cached_property
    def fastapi_version(self) -> Version | None:
        """The oldest version of FastAPI that the project may run with; None for the newest."""
        return self._wanted_version or versions.demanded(self.files.root)

    def application(self, path: str, name: str) -> Application | None:
        """The application that a global of a module is; None if it is none."""
        app = only(self.evaluator.global_name(path, name))
        return self.graph.application(app) if isinstance(app, Instance) and app.origin is not None else None


@lru_cache(maxsize=8)
def _question(entries: tuple[tuple[str, str], ...]) -> Callable[[str], Blocking | None]:
    if not entries:
        return blocking

    @cache
    def ask(name: str) -> Blocking | None:
        for pattern, instead in entries:
            if fnmatch.fnmatchcase(name, pattern):
                return Blocking(name, "function", "io", "user", instead)
        return blocking(name)

    return ask
