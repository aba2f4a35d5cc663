"""Which files of a test suite may send requests, by their text: the facts of all others need not be made.

A file may send one by itself, or use what sends one: a fixture, or a function or class that it names together with the
module that defines it. Most tests of large projects do neither.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.semantics.suite import configuration

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_METHOD = re.compile(
    rb"\.(?:get|post|put|patch|delete|head|options|request|stream|send|websocket_connect)\b"
    rb"|\bgetattr\(|connect_ws\b|\bwebsockets?\b|\burlopen\b"
)
_TARGET = re.compile(rb"client|httpx|requests|https?:|[\"']/", re.IGNORECASE)
_DEFINITION = re.compile(rb"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]*)?=(?!=)", re.MULTILINE)
_IMPORT = re.compile(rb"^[ \t]*(?:from|import)\b[^\n(]*(?:\([^)]{0,3000}\))?", re.MULTILINE)
_WORD = re.compile(rb"\w+")
_CLIENTS = ("TestClient", "ASGITransport")
_MAKES = rb"\b(?:TestClient|ASGITransport%s)\("
_MAKES_CLIENT = re.compile(_MAKES % b"")
_RENAMED = re.compile(rb"\b(?:TestClient|ASGITransport)[ \t]+as[ \t]+(\w+)")
_IMPORTS_CLIENT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+(?:httpx|requests|aiohttp)\b", re.MULTILINE)
_DECORATED = 400
"""So many bytes before a `def` may hold its decorators."""


class _Part(NamedTuple):
    """What a file defines at its top level under one name."""

    path: str
    name: bytes
    words: frozenset[bytes]
    """What it may use; nobody asks for those of one that sends requests itself."""
    sends: bool
    is_fixture: bool


def files(project: Project) -> tuple[str, ...]:
    """The files that pytest collects and that may send a request."""
    may_send = frozenset(every(project))
    return tuple(path for path in configuration.files(project) if path in may_send)


def every(project: Project) -> tuple[str, ...]:
    """The same with those that only hold what tests use: helpers, fixtures, clients."""
    found = project.memo.get("suite.senders")
    if found is None:
        found = project.memo["suite.senders"] = _Senders(project).found()
    assert isinstance(found, tuple)
    return found


class _Senders:
    """What sends requests in the suite of one project."""

    def __init__(self, project: Project) -> None:
        self.files = project.files
        collected = configuration.files(project)
        helpers = (path for path in project.files.paths() if project.files.is_test(path))
        clients = (path for word in _CLIENTS for path in project.files.mentioning(word))
        paths = dict.fromkeys((*collected, *helpers, *clients)) if collected else {}
        self._direct = {path for path in paths if _sends(self._text(path))}
        self._imported = {path: frozenset(_words(_IMPORT.findall(self._text(path)))) for path in paths}
        plugged = project.files.mentioning("pytest_plugins")
        self._plugins = frozenset(_words([self._text(path) for path in plugged])).union(
            *(words for path, words in self._imported.items() if os.path.basename(path) == "conftest.py")
        )
        """Words among which are the modules whose fixtures are seen everywhere."""
        self._known: dict[bytes, list[_Part]] = {}
        """What sends requests, by name."""
        self._follow(paths)

    def found(self) -> tuple[str, ...]:
        """The files that may send a request."""
        return tuple(path for path in self._imported if path in self._direct or self._uses(path, self._words(path)))

    def _words(self, path: str) -> frozenset[bytes]:
        return frozenset(_WORD.findall(self._text(path)))

    def _text(self, path: str) -> bytes:
        return self.files.text(path) or b""

    def _follow(self, paths: Iterable[str]) -> None:
        """Find what sends requests, and what uses that, until there is no more of it."""
        left = [part for path in paths for part in self._parts(path)]
        found = [part for part in left if part.sends]
        while found:
            for part in found:
                self._known.setdefault(part.name, []).append(part)
            left = [part for part in left if not part.sends]
            using = [self._uses(part.path, part.words) for part in left]
            found = [part for part, uses in zip(left, using, strict=True) if uses]
            left = [part for part, uses in zip(left, using, strict=True) if not uses]

    def _parts(self, path: str) -> Iterator[_Part]:
        text = self._text(path)
        makes = _makes_client(text)
        starts = list(_DEFINITION.finditer(text))
        ends = [*(match.start() for match in starts[1:]), len(text)]
        for match, end in zip(starts, ends, strict=False):
            name = match[1] or match[2]
            body = text[match.start() : end]
            sends = (path in self._direct and _sends(body)) or makes.search(body) is not None
            if sends or not name.startswith(b"test"):
                is_fixture = b"fixture" in text[max(0, match.start() - _DECORATED) : match.start()]
                words = frozenset(_WORD.findall(body)) if not sends else frozenset()
                yield _Part(path, name, words, sends, is_fixture)

    def _uses(self, path: str, words: frozenset[bytes]) -> bool:
        return any(self._sees(path, part) for name in self._known.keys() & words for part in self._known[name])

    def _sees(self, path: str, part: _Part) -> bool:
        """Whether a file may mean what another one defines: its fixtures, or what it imports."""
        if path == part.path:
            return True
        folder, file = os.path.split(part.path)
        if file == "conftest.py":
            return part.is_fixture and path.startswith(folder + os.sep)
        module, package = os.fsencode(file.removesuffix(".py")), os.fsencode(os.path.basename(folder))
        imported = self._imported[path]
        if module in imported or (package in imported and part.name in imported):
            return True
        return part.is_fixture and (module in self._plugins or package in self._plugins)


def _words(texts: list[bytes]) -> Iterator[bytes]:
    return (word for text in texts for word in _WORD.findall(text))


def is_of_client(project: Project, path: str) -> bool:
    """Whether a file outside the tests may be a client of the API, of which tests call the methods: a library for its
    users. It imports what sends requests."""
    return _IMPORTS_CLIENT.search(project.files.text(path) or b"") is not None


def _makes_client(text: bytes) -> re.Pattern[bytes]:
    """What makes a client in a file, under whatever names it imports the classes."""
    others = _RENAMED.findall(text)
    return re.compile(_MAKES % b"".join(b"|" + name for name in others)) if others else _MAKES_CLIENT


def _sends(text: bytes) -> bool:
    return _METHOD.search(text) is not None and _TARGET.search(text) is not None
