"""Where the tests of a project are: what pytest is told to collect, what convention says, and the option."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.semantics import metadata

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_BUILT = frozenset({"build", "dist"})
"""Folders that pytest never enters; copies of tests are in there."""
_MOST_PATTERNS = 50
_LONGEST = 200
"""A longer pattern is none."""

_KEYS = ("testpaths", "python_files", "python_classes", "python_functions")
_TOML = {"pytest.toml": ("pytest",), ".pytest.toml": ("pytest",), "pyproject.toml": ("tool", "pytest")}
_INI = {"pytest.ini": "pytest", ".pytest.ini": "pytest", "tox.ini": "pytest", "setup.cfg": "tool:pytest"}
_FILES = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
"""In the order in which pytest asks them: the first that has a say has all of it."""
_OF_PYTEST = frozenset({"pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini"})
"""These have a say even if they are empty."""
_IN_PYPROJECT = re.compile(r"^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*pytest\b", re.MULTILINE)


class Settings(NamedTuple):
    """What pytest is told for the tests below one folder."""

    folder: str
    paths: tuple[str, ...] = ()
    files: tuple[str, ...] = ("test_*.py", "*_test.py")
    classes: tuple[str, ...] = ("Test",)
    functions: tuple[str, ...] = ("test",)

    def is_class(self, name: str) -> bool:
        """Whether a class of this name holds tests."""
        return _is_named(name, self.classes)

    def is_function(self, name: str) -> bool:
        """Whether a function or method of this name is a test."""
        return _is_named(name, self.functions)


class Configuration:
    """Which files of a project are tests."""

    def __init__(self, project: Project) -> None:
        self._files = project.files
        self._further = project.words.tests[:_MOST_PATTERNS]
        self._settings: dict[str, Settings] = {}

    def of(self, path: str) -> Settings:
        """What pytest is told for a file: by the nearest folder above it that tells something."""
        return self._of_folder(os.path.dirname(path))

    def _of_folder(self, folder: str) -> Settings:
        known = self._settings.get(folder)
        if known is None:
            known = _read(folder, self._files.names(folder))
            if known is None:
                above = os.path.dirname(folder)
                is_top = folder == self._files.root or above == folder
                known = Settings(folder) if is_top else self._of_folder(above)
            self._settings[folder] = known
        return known

    def collects(self, path: str) -> bool:
        """Whether pytest collects a file, with the folders that it is told, or with those that it could be told.

        `testpaths` only says where it looks when nobody says otherwise: `pytest tests/e2e` is for another job.
        """
        folders, name = self._files.parts(path)
        if not name.endswith(".py") or not _BUILT.isdisjoint(folders) or any(each.endswith(".egg") for each in folders):
            return False
        if self._further and _is_below("/".join((*folders, name)), self._further):
            return True
        settings = self.of(path)
        relative = os.path.relpath(path, settings.folder).replace(os.sep, "/")
        if any(
            _is_match(relative if "/" in pattern else name, pattern)
            and (not _is_broad(pattern) or not settings.paths or _is_below(relative, settings.paths))
            for pattern in settings.files
        ):
            return True
        return relative in settings.paths or self._is_unittest(path, name)

    def holds(self, path: str) -> bool:
        """Whether a file is one of the tests, or lies beside them where pytest is told to look for tests."""
        settings = self.of(path)
        relative = os.path.relpath(path, settings.folder).replace(os.sep, "/")
        named = [each for each in settings.paths if each.strip("./")]
        return self._files.is_test(path) or self.collects(path) or _is_below(relative, named)

    def _is_unittest(self, path: str, name: str) -> bool:
        """Whether `python -m unittest` finds tests in a file."""
        return name.startswith("test") and b"TestCase" in (self._files.text(path) or b"")


def of(project: Project) -> Configuration:
    """The configuration of a project."""
    found = project.memo.get("suite.configuration")
    if found is None:
        found = project.memo["suite.configuration"] = Configuration(project)
    assert isinstance(found, Configuration)
    return found


def files(project: Project) -> tuple[str, ...]:
    """The files that pytest collects, in a fixed order; none where the project is too large to be searched."""
    found = project.memo.get("suite.files")
    if found is None:
        collects = of(project).collects
        found = project.memo["suite.files"] = tuple(path for path in project.files.paths() if collects(path))
    assert isinstance(found, tuple)
    return found


def is_of_tests(project: Project, path: str) -> bool:
    """Whether pytest collects a file, or it looks like a part of the tests."""
    collected = project.memo.get("suite.collected")
    if collected is None:
        collected = project.memo["suite.collected"] = frozenset(files(project))
    assert isinstance(collected, frozenset)
    return path in collected or project.files.is_test(path)


def conftests(project: Project, path: str) -> tuple[str, ...]:
    """The `conftest.py` that serve a file: of its folder and of those above in the project, the nearest first."""
    return tuple(_conftests(project, path))


def _conftests(project: Project, path: str) -> Iterator[str]:
    folder = os.path.dirname(path)
    while True:
        if "conftest.py" in project.files.names(folder):
            yield os.path.join(folder, "conftest.py")
        above = os.path.dirname(folder)
        if folder == project.files.root or above == folder:
            return
        folder = above


# -- patterns


def _is_named(name: str, patterns: Iterable[str]) -> bool:
    """As pytest compares the names of classes and functions: by prefix, or by pattern."""
    return any(
        name.startswith(pattern) or (_has_wildcard(pattern) and _is_match(name, pattern)) for pattern in patterns
    )


def _has_wildcard(pattern: str) -> bool:
    return any(sign in pattern for sign in "*?[")


def _is_broad(pattern: str) -> bool:
    """Whether a pattern says nothing of tests: `*.py`."""
    return _is_match("module.py", pattern)


def _is_match(text: str, pattern: str) -> bool:
    try:
        return fnmatch.fnmatchcase(text, pattern) or ("/" in pattern and fnmatch.fnmatchcase(text, f"*/{pattern}"))
    except re.error:
        return False


def _is_below(relative: str, patterns: Iterable[str]) -> bool:
    """Whether a file is one of these files, or below one of these folders."""
    parts = relative.split("/")
    around = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
    for pattern in patterns:
        plain = pattern.removeprefix("./").rstrip("/")
        if plain in ("", ".") or any(_is_match(each, plain) for each in around):
            return True
    return False


# -- files of settings


def _read(folder: str, names: frozenset[str]) -> Settings | None:
    """What the first file in a folder that speaks to pytest says; None if there is none."""
    for name in _FILES:
        if name in names:
            text = metadata.text(os.path.join(folder, name))
            found = _from_toml(text, _TOML[name]) if name in _TOML else _from_ini(text, _INI[name])
            if found is not None or name in _OF_PYTEST:
                return _settings(folder, found or {})
    return None


def _settings(folder: str, found: dict[str, list[str]]) -> Settings:
    default = Settings(folder)
    told = [tuple(found.get(key, default[index])) for index, key in enumerate(_KEYS, start=1)]
    return Settings(folder, *told)


def _from_toml(text: str, table: tuple[str, ...]) -> dict[str, list[str]] | None:
    if len(table) > 1 and _IN_PYPROJECT.search(text) is None:
        return None
    found: dict[str, list[str]] = {}
    for keys, value in metadata.strings(text):
        if keys[: len(table)] == table and keys[-1] in _KEYS:
            _add(found, keys[-1], value)
    return found


def _from_ini(text: str, wanted: str) -> dict[str, list[str]] | None:
    found: dict[str, list[str]] | None = None
    section = key = ""
    for line in text.split("\n"):
        if line.lstrip()[:1] in ("#", ";"):
            continue
        if line.startswith("["):
            section, key = line[1:].partition("]")[0], ""
            found = {} if section == wanted and found is None else found
        elif section == wanted and found is not None:
            value = line
            if line[:1].strip():
                key, value = _parted(line)
            _add(found, key, value)
    return found


def _parted(line: str) -> tuple[str, str]:
    """Key and value of `key = value` or `key: value`."""
    key, _, value = line.partition("=")
    if ":" in key:
        key, _, value = line.partition(":")
    return key.strip(), value


def _add(found: dict[str, list[str]], key: str, value: str) -> None:
    """Note what a key is given: names and patterns, with white space between them."""
    if key in _KEYS:
        given = found.setdefault(key, [])
        given.extend(each for each in (word.strip("\"',") for word in value.split()) if 0 < len(each) <= _LONGEST)
        del given[_MOST_PATTERNS:]
