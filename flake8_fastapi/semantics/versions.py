"""Which FastAPI a project means: the version that its own metadata demands.

Only files of the project are read, and each with a reader of our own: `tomllib` is missing from Python 3.10, and the
answer must not depend on the Python that asks. A file that is broken says what can still be read of it.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

_NAME = "fastapi"
_MOST_BYTES = 8_000_000
"""Lock files of large projects have 2 MB; a larger file is no metadata."""
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
    folders = [root]
    for _ in range(_DEEPEST + 1):
        found = _Demands()
        for folder in folders:
            _read_folder(folder, found)
        if found.is_mentioned:
            return found.lowest
        folders = [below for folder in folders for below in _folders(folder)][:_MOST_FOLDERS]
    return None


class _Demands:
    """What the files of one level demand."""

    def __init__(self) -> None:
        self.is_mentioned = False
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

    def required(self, requirement: str) -> None:
        """Take a requirement such as `fastapi[all]>=0.115; python_version > "3.8"`, if it is one of FastAPI."""
        match = _REQUIREMENT.match(requirement)
        if match is not None:
            self.specified(match[1])


_REQUIREMENT = re.compile(rf"\s*{_NAME}\s*(?:\[[^\]]*\])?\s*(?![\w.-])\(?([^;#@)]*)", re.IGNORECASE)
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


def _before(version: Version) -> Version:
    if version.patch:
        return version._replace(patch=version.patch - 1)
    return version._replace(minor=version.minor - 1) if version.minor else version


# -- files


def _read_folder(folder: str, found: _Demands) -> None:
    for name in sorted(_listing(folder)):
        read = _reader(name)
        if read is not None:
            text = _text(os.path.join(folder, name))
            if _NAME in text.lower():
                read(text, found)
        elif name == "requirements":
            for below in sorted(_listing(os.path.join(folder, name))):
                if below.endswith((".txt", ".in")):
                    _read_requirements(_text(os.path.join(folder, name, below)), found)


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


def _text(path: str) -> str:
    """The text of a file, empty for one that cannot be read; what is no text in it becomes a replacement mark."""
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _MOST_BYTES:
            return ""
        with open(path, "rb") as file:
            content = file.read(_MOST_BYTES)
    except (OSError, ValueError):
        return ""
    # `pip freeze > requirements.txt` in PowerShell writes UTF-16.
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = content.decode("utf-16" if is_wide else "utf-8-sig", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


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
    for keys, value in _strings(text):
        if not any(key.endswith("dependencies") or key == "dependency-groups" for key in keys) and (
            keys[0] not in ("packages", "dev-packages")
        ):
            continue
        if keys[-1].lower() == _NAME or (keys[-1] == "version" and keys[-2].lower() == _NAME):
            found.specified(value)
        else:
            found.required(value)


def _read_lock(text: str, found: _Demands) -> None:
    """`poetry.lock`, `uv.lock`, `pdm.lock` and `pylock.toml`, which all begin an entry with name and version."""
    for match in _LOCKED.finditer(text):
        found.locked(match[1])


def _read_pipfile_lock(text: str, found: _Demands) -> None:
    for match in _PIPFILE_LOCKED.finditer(text):
        found.locked(match[1])


_LOCKED = re.compile(rf'^name = "{_NAME}"\nversion = "([^"\n]*)"', re.MULTILINE | re.IGNORECASE)
_PIPFILE_LOCKED = re.compile(rf'"{_NAME}"\s*:\s*\{{[^{{}}]*?"version"\s*:\s*"===?([^"\n]*)"', re.IGNORECASE)
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


# -- TOML

_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?(?:"""|\Z)'
    r"|'''.*?(?:'''|\Z)"
    r'|"(?:[^"\\\n]|\\[^\n])*"?'
    r"|'[^'\n]*'?"
    r"|\#[^\n]*"
    r"|[\n\[\]{}=,.]"
    r"""|[^\s\[\]{}=,."'#]+""",
    re.DOTALL,
)
"""A string that never ends is one token, so that every text is read in one go."""
_MOST_KEYS = 20
"""Real metadata nests less deeply."""


def _strings(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """The strings of a TOML text, each with the keys that lead to it; those of an array have the keys of the array."""
    table: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    opened: list[tuple[str, tuple[str, ...]]] = []
    """The brackets that are open, each with the keys before it; a header's is `[[`."""
    in_key = True
    for token in (match[0] for match in _TOKEN.finditer(text)):
        inside = opened[-1][0] if opened else ""
        if token[0] == "#" or token == ".":
            continue
        if token == "\n":
            if not inside or inside == "[[":
                opened.clear()
                keys, in_key = table, True
        elif token in "[{":
            if token == "[" and in_key and not opened:
                opened.append(("[[", ()))
                table = keys = ()
            elif inside != "[[":
                opened.append((token, keys))
                in_key = token == "{"
        elif token in "]}":
            if inside == "[[":
                table = keys
            elif opened:
                keys = opened.pop()[1]
                in_key = False
        elif token == "=":
            in_key = False
        elif token == ",":
            in_key = inside == "{"
            keys = opened[-1][1] if opened else table
        elif in_key:
            keys = (*keys[:_MOST_KEYS], _unquoted(token))
        elif token[0] in "\"'" and keys:
            yield keys, _unquoted(token)


def _unquoted(token: str) -> str:
    for quote in ('"""', "'''", '"', "'"):
        if token.startswith(quote) and len(token) >= 2 * len(quote):
            return token[len(quote) : -len(quote)]
    return token
