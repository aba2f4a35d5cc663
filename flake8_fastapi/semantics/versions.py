"""Which FastAPI a project means, and which other packages: the versions that its own metadata demands.

Only files of the project are read, and each with a reader of our own: `tomllib` is missing from Python 3.10, and the
answer must not depend on the Python that asks. A file that is broken says what can still be read of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from flake8_fastapi.semantics import metadata

_NAME = "fastapi"
_DEEPEST = 2
"""`server/pyproject.toml` and `docker/main/requirements.txt` are found where the root says nothing of FastAPI."""
_MOST_FOLDERS = 300
"""So many folders of one level are opened."""
_ASIDE = frozenset(
    {
        *("test", "tests", "testing", "example", "examples", "sample", "samples", "demo", "demos", "doc", "docs"),
        *("benchmark", "benchmarks", "template", "templates", "node_modules", "site-packages", "venv", "env"),
    }
)
"""Folders whose metadata is not that of the application."""


class Version(NamedTuple):
    """A release of FastAPI; compares with plain tuples such as `(0, 118)`."""

    major: int
    minor: int = 0
    patch: int = 0

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}" if self.patch else f"{self.major}.{self.minor}"


_VERSION = re.compile(
    r"\s*v?([0-9]{1,6})(?:\.([0-9]{1,6}))?(?:\.([0-9]{1,6}))?(?:\.[0-9]{1,6}){0,3}"
    r"(?:[-._]?(?:a|b|c|rc|alpha|beta|pre|post|dev)[-._]?[0-9]{0,9}){0,3}(?:\+[0-9a-z.]*)?\s*",
    re.ASCII | re.IGNORECASE,
)


def parse(text: str) -> Version:
    """The version that a text such as `0.115` or `0.115.6` names. Raises ValueError for anything else."""
    match = _VERSION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text.strip()!r} is no version; write it like 0.115 or 0.115.6")
    return Version(*(int(part) for part in match.groups("0")))


def demanded(root: str) -> Version | None:
    """The lowest FastAPI that the metadata of the project at `root` demands; None if it demands none: the newest.

    A pinned or locked version counts before a range. The root speaks first, then the folders one and two levels below.
    """
    return _demands(root, _NAME).lowest


def admits(root: str, package: str, version: Version) -> bool:
    """Whether the metadata of the project at `root` lets a package have this version, or a newer one.

    So it does where it says nothing of the package.
    """
    return all(version < above for above in _demands(root, package).ceilings)


def mentions(root: str, package: str) -> bool:
    """Whether the metadata of the project at `root` says anything of a package."""
    return _demands(root, package).is_mentioned


def _demands(root: str, package: str) -> _Demands:
    folders = [root]
    found = _Demands(package)
    for _ in range(_DEEPEST + 1):
        for folder in folders:
            _read_folder(folder, found)
        if found.is_mentioned:
            break
        folders = [below for folder in folders for below in _folders(folder)][:_MOST_FOLDERS]
    return found


class _Demands:
    """What the files of one level demand of a package."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.is_mentioned = False
        self.ceilings: list[Version] = []
        """The first versions that are too new: of each pin, lock and upper bound."""
        self._requirement = _requirement(package)
        self._exact: list[Version] = []
        self._ranges: list[Version] = []

    @property
    def lowest(self) -> Version | None:
        """The lowest of the exact versions, else of the ranges."""
        return min(self._exact or self._ranges, default=None)

    def locked(self, text: str) -> None:
        """Take the version of a lock file."""
        self.specified(f"=={text}")

    def specified(self, specifiers: str) -> None:
        """Take version specifiers, those of pip or of Poetry."""
        self.is_mentioned = True
        for alternative in specifiers.split("||"):
            bound = _bound(alternative)
            if bound is not None:
                version, is_exact = bound
                (self._exact if is_exact else self._ranges).append(version)
        self.ceilings.extend(_ceilings(specifiers) if "||" not in specifiers else ())

    def required(self, requirement: str) -> None:
        """Take a requirement such as `fastapi[all]>=0.115; python_version > "3.8"`, if it is one of the package."""
        match = self._requirement.match(requirement)
        if match is not None:
            self.specified(match[1])


@cache
def _requirement(package: str) -> re.Pattern[str]:
    return re.compile(rf"\s*{package}\s*(?:\[[^\]]*\])?\s*(?![\w.-])\(?([^;#@)]*)", re.IGNORECASE)


_SPECIFIER = re.compile(r"(===?|~=|!=|>=|<=|[><^~])?\s*([0-9][0-9A-Za-z.+-]*)((?:\.?\*)?)")


def _bound(specifiers: str) -> tuple[Version, bool] | None:
    """The lowest version that specifiers allow, and whether they name it exactly.

    With an upper bound alone it is the last one below: nobody who wrote `<0.100` has a newer one.
    """
    lowest: Version | None = None
    highest: Version | None = None
    for operator, text, _ in _SPECIFIER.findall(specifiers):
        try:
            version = parse(text.rstrip("."))
        except ValueError:
            continue
        if operator in ("", "==", "==="):
            return version, True
        if operator in (">=", ">", "~=", "^", "~"):
            lowest = version if lowest is None else max(lowest, version)
        elif operator in ("<", "<="):
            bound = version if operator == "<=" else _before(version)
            highest = bound if highest is None else min(highest, bound)
    if lowest is None and highest is not None and highest < (1,):
        lowest = highest
    return (lowest, False) if lowest is not None else None


def _ceilings(specifiers: str) -> Iterator[Version]:
    """The first version above each pin and upper bound."""
    for operator, text, star in _SPECIFIER.findall(specifiers):
        try:
            version = parse(text.rstrip("."))
        except ValueError:
            continue
        parts = text.rstrip(".").count(".") + 1
        if operator in ("", "==", "===") and star:
            yield _after(version, parts)
        elif operator in ("", "==", "===", "<="):
            yield version._replace(patch=version.patch + 1)
        elif operator == "<":
            yield version
        elif operator in ("~=", "~"):
            yield _after(version, max(1, parts - 1 if operator == "~=" else min(parts, 2)))
        elif operator == "^":
            yield _after(version, 1 if version.major or parts == 1 else 2)


def _after(version: Version, parts: int) -> Version:
    """The first version that differs from this one in so many of its parts."""
    return Version(version.major + 1) if parts < 2 else Version(version.major, version.minor + 1)


def _before(version: Version) -> Version:
    if version.patch:
        return version._replace(patch=version.patch - 1)
    return version._replace(minor=version.minor - 1) if version.minor else version


# -- files


def _read_folder(folder: str, found: _Demands) -> None:
    for name in sorted(_listing(folder)):
        read = _reader(name)
        if read is not None:
            text = metadata.text(os.path.join(folder, name))
            if found.package in text.lower():
                read(text, found)
        elif name == "requirements":
            for below in sorted(_listing(os.path.join(folder, name))):
                if below.endswith((".txt", ".in")):
                    _read_requirements(metadata.text(os.path.join(folder, name, below)), found)


_Reader = Callable[[str, _Demands], None]


def _reader(name: str) -> _Reader | None:
    if name.startswith("requirements") and name.endswith((".txt", ".in")):
        return _read_requirements
    return _READERS.get(name)


def _listing(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except (OSError, ValueError):
        return []


def _folders(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except (OSError, ValueError):
        return []
    paths = [
        os.path.join(folder, name) for name in names if not name.startswith((".", "_")) and name.lower() not in _ASIDE
    ]
    return [path for path in paths if not os.path.exists(os.path.join(path, "pyvenv.cfg"))]


def _read_requirements(text: str, found: _Demands) -> None:
    for line in text.replace("\\\n", " ").split("\n"):
        found.required(re.split(r"\s--|(?:^|\s)#", line, maxsplit=1)[0])


def _read_setup(text: str, found: _Demands) -> None:
    """`setup.cfg`: `install_requires` and the extras."""
    section = key = ""
    for line in text.split("\n"):
        if line.lstrip().startswith(("#", ";")):
            continue
        if line.startswith("["):
            section = line[1:].partition("]")[0].strip()
        elif not line[:1].isspace():
            key, _, line = line.partition("=")
        if section == "options.extras_require" or (section == "options" and key.strip() == "install_requires"):
            _read_requirements(line, found)


def _read_tables(text: str, found: _Demands) -> None:
    """`pyproject.toml` and `Pipfile`."""
    for keys, value in metadata.strings(text):
        if not any(key.endswith("dependencies") or key == "dependency-groups" for key in keys) and (
            keys[0] not in ("packages", "dev-packages")
        ):
            continue
        if keys[-1].lower() == found.package or (keys[-1] == "version" and keys[-2].lower() == found.package):
            found.specified(value)
        else:
            found.required(value)


def _read_lock(text: str, found: _Demands) -> None:
    """`poetry.lock`, `uv.lock`, `pdm.lock` and `pylock.toml`, which all begin an entry with name and version."""
    for match in _locked(found.package).finditer(text):
        found.locked(match[1])


def _read_pipfile_lock(text: str, found: _Demands) -> None:
    for match in _pipfile_locked(found.package).finditer(text):
        found.locked(match[1])


@cache
def _locked(package: str) -> re.Pattern[str]:
    return re.compile(rf'^name = "{package}"\nversion = "([^"\n]*)"', re.MULTILINE | re.IGNORECASE)


@cache
def _pipfile_locked(package: str) -> re.Pattern[str]:
    return re.compile(rf'"{package}"\s*:\s*\{{[^{{}}]*?"version"\s*:\s*"===?([^"\n]*)"', re.IGNORECASE)


_READERS: dict[str, _Reader] = {
    "pyproject.toml": _read_tables,
    "Pipfile": _read_tables,
    "setup.cfg": _read_setup,
    "poetry.lock": _read_lock,
    "uv.lock": _read_lock,
    "pdm.lock": _read_lock,
    "pylock.toml": _read_lock,
    "Pipfile.lock": _read_pipfile_lock,
}
