"""The files of a project: its root, its Python files, their text, and which file an import means.

Nothing here looks at `sys.path` or at installed packages: the answer depends on the files alone.
"""

from __future__ import annotations

import os
import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import PurePath

from flake8_fastapi.knowledge import libraries

_VCS = (".git", ".hg", ".svn", ".jj")
_OWN = (*_VCS, ".flake8")
"""What makes a folder a project of its own: version control, or a configuration of flake8 that is nothing else."""
_MARKERS = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "Pipfile",
    "poetry.lock",
    "uv.lock",
    "tox.ini",
    ".flake8",
)
_SKIPPED = frozenset(
    {"__pycache__", "node_modules", "site-packages", "dist-packages", "venv", "virtualenv", "__pypackages__"}
)
_TEST_FOLDERS = frozenset({"test", "tests"})
_MOST_FILES = 20_000
"""A tree with more Python files than this is not searched: questions over all files are then unknown."""
_MOST_FOLDERS = 20_000
_MOST_UNMARKED = 500
"""The same for a root that nothing marks as a project: it may be a home or temporary folder."""
_MOST_BYTES = 2_000_000
"""A larger file is data or generated code; it is never read as a neighbour."""

NOWHERE = os.path.join("\0", "stdin.py")
"""The path of a source that has none: it belongs to no project and has no neighbours."""

_WORD = re.compile(rb"\w+")
_FEW_WORDS = 100
"""So many words are searched for one by one; then an index is made."""

_PROPERTY = re.compile(rb"@(?:\w+\.)*\w*property[^\n]*\n(?:[ \t]*@[^\n]*\n)*[ \t]*def[ \t]+(\w+)")

_DEFINED = re.compile(rb"\bdef[ \t]+(\w+)")

_INJECTED = re.compile(
    rb"\bdef[ \t]+(\w+)[ \t]*\("
    rb"(?=(?:(?!\bdef\b).){0,3000}?=\s*(?:\w+\.)*"
    rb"(?:(?:Depends|Security|Query|Body|Header|Cookie|Path|Form|File)\(|[A-Z]\w*\s*[,)]))",
    re.DOTALL,
)
"""A function with a default that may be one of FastAPI's markers. A first guess: who finds one looks closer."""

_IMPORTS_FASTAPI = re.compile(rb"^[ \t]*(?:from|import)\b[^\n#]*\b(?:fastapi|starlette)", re.MULTILINE)


def root_of(path: str) -> str:
    """The project that a file belongs to.

    The nearest folder above it under version control or with a `.flake8`, else the nearest with a project file
    (`pyproject.toml`, …), else the folder above its topmost package.
    """
    if path == NOWHERE:
        return os.path.dirname(path)
    folder = os.path.dirname(os.path.abspath(path))
    marked = None
    current = folder
    while True:
        names = _listing(current)
        if not names.isdisjoint(_OWN):
            return current
        if marked is None and not names.isdisjoint(_MARKERS):
            marked = current
        above = os.path.dirname(current)
        if above == current:
            return marked or _above_package(folder)
        current = above


def _above_package(folder: str) -> str:
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        above = os.path.dirname(folder)
        if above == folder:
            break
        folder = above
    return folder


def _listing(folder: str) -> set[str]:
    try:
        return set(os.listdir(folder))
    except (OSError, ValueError):
        return set()


_roots: dict[str, str] = {}
_by_root: dict[str, Files] = {}


def forget() -> None:
    """Drop everything that was read."""
    _roots.clear()
    _by_root.clear()


class Files:
    """The Python files below one root, read when asked for, each once."""

    @classmethod
    def of(cls, path: str) -> Files:
        """The files of the project that a file belongs to."""
        folder = os.path.dirname(path)
        root = _roots.get(folder)
        if root is None:
            root = _roots[folder] = root_of(path)
        if root not in _by_root:
            _by_root[root] = cls(root)
        return _by_root[root]

    def __init__(self, root: str) -> None:
        self.root = root
        self._folders: dict[str, frozenset[str]] = {}
        self._texts: dict[str, bytes | None] = {}
        self._paths: tuple[str, ...] | None = None
        self._resolved: dict[tuple[str, str], str | None] = {}
        self._found: dict[bytes, tuple[str, ...]] = {}
        self._tests: dict[str, bool] = {}
        self._lines: dict[str, tuple[bytes | None, list[bytes]]] = {}
        self._libraries = libraries.top_level_names()

    # -- reading

    def names(self, folder: str) -> frozenset[str]:
        """The names in a folder, empty where it cannot be read."""
        found = self._folders.get(folder)
        if found is None:
            found = self._folders[folder] = frozenset(_listing(folder))
        return found

    def text(self, path: str) -> bytes | None:
        """The bytes of a file, or None for one that is unreadable, too large or not a regular file."""
        if path not in self._texts:
            self._texts[path] = _read(path)
        return self._texts[path]

    def replace(self, path: str, text: bytes) -> None:
        """Take this text for the file, whatever stands on disk (an editor's unsaved buffer)."""
        if not self.holds(path, text):
            self._texts[path] = text
            self._found.clear()
            self.__dict__.pop("_index", None)
            self.__dict__.pop("function_names", None)

    def holds(self, path: str, text: bytes) -> bool:
        """Whether this is the text of the file, a byte order mark and the kind of line ends aside."""
        known = self.text(path)
        return known is not None and (known == text or _unified(known) == _unified(text))

    def paths(self) -> tuple[str, ...]:
        """Every Python file of the project in a fixed order; none for a tree that is too large."""
        if self._paths is None:
            found: list[str] = []
            marked = not self.names(self.root).isdisjoint((*_VCS, *_MARKERS))
            for path in _walk(self.root, _MOST_FOLDERS if marked else _MOST_UNMARKED):
                found.append(path)
                if len(found) > (_MOST_FILES if marked else _MOST_UNMARKED):
                    found.clear()
                    break
            self._paths = tuple(sorted(found))
        return self._paths

    def mentioning(self, word: str) -> tuple[str, ...]:
        """The files whose text contains the identifier."""
        needle = word.encode("utf-8", "surrogatepass")
        found = self._found.get(needle)
        if found is None:
            many = len(self._found) >= _FEW_WORDS and _WORD.fullmatch(needle) is not None
            found = tuple(self._index.get(needle, ())) if many else self._search(needle)
            self._found[needle] = found
        return found

    def _search(self, needle: bytes) -> tuple[str, ...]:
        pattern = re.compile(rb"(?<![\w])" + re.escape(needle) + rb"(?![\w])")
        return tuple(
            path
            for path in self.paths()
            if (text := self.text(path)) is not None and needle in text and pattern.search(text)
        )

    @cached_property
    def _index(self) -> dict[bytes, list[str]]:
        """Every word of the project with the files that have it; costs as much as searching a few hundred words."""
        index: dict[bytes, list[str]] = {}
        for path in self.paths():
            for word in set(_WORD.findall(self.text(path) or b"")):
                index.setdefault(word, []).append(path)
        return index

    @cached_property
    def uses_fastapi(self) -> bool:
        """Whether any file of the project imports FastAPI or Starlette, or a package named after them."""
        return any(
            (text := self.text(path)) is not None
            and (b"fastapi" in text or b"starlette" in text)
            and _IMPORTS_FASTAPI.search(text) is not None
            for path in self._likely_first()
        )

    def _likely_first(self) -> Iterable[str]:
        likely = ("main.py", "app.py", "api.py", "routes.py", "deps.py", "dependencies.py")
        return sorted(self.paths(), key=lambda path: (os.path.basename(path) not in likely, path))

    @cached_property
    def property_names(self) -> frozenset[str]:
        """The names of everything in the project that is decorated as a property."""
        return frozenset(
            match.decode("utf-8", "replace")
            for path in self.paths()
            if (text := self.text(path)) is not None and b"property" in text
            for match in _PROPERTY.findall(text)
        )

    @cached_property
    def function_names(self) -> frozenset[str]:
        """The names of all functions and methods of the project."""
        return frozenset(
            match.decode("utf-8", "replace")
            for path in dict.fromkeys((*self.paths(), *self._texts))
            for match in _DEFINED.findall(self.text(path) or b"")
        )

    @cached_property
    def injected_names(self) -> frozenset[str]:
        """The names of all functions that may have a parameter whose default is a marker, `db=Depends(get_db)`."""
        return frozenset(
            match.decode("utf-8", "replace")
            for path in self.paths()
            if (text := self.text(path)) is not None and b"fastapi" in text
            for match in _INJECTED.findall(text)
        )

    def lines(self, path: str) -> list[bytes]:
        """The lines of a file, without their ends; empty for one that cannot be read."""
        text = self.text(path)
        if path not in self._lines or self._lines[path][0] is not text:
            self._lines[path] = text, text.split(b"\n") if text is not None else []
        return self._lines[path][1]

    def parts(self, path: str) -> tuple[list[str], str]:
        """The folders of a file below the root of the project, and the name of the file."""
        *folders, name = os.path.relpath(path, self.root).split(os.sep)
        return folders, name

    def is_test(self, path: str) -> bool:
        """Whether a file belongs to tests, by its name or folder."""
        if path not in self._tests:
            self._tests[path] = self._looks_like_test(path)
        return self._tests[path]

    def _looks_like_test(self, path: str) -> bool:
        folders, name = self.parts(path)
        if not _TEST_FOLDERS.isdisjoint(folders) or name == "conftest.py":
            return True
        return name.startswith("test_") or name.endswith("_test.py")

    # -- imports

    def module(self, importer: str, module: str, level: int) -> str | None:
        """The file or package folder that `module`, imported in the file `importer`, means; None if outside."""
        if level:
            base = os.path.dirname(importer)
            for _ in range(level - 1):
                base = os.path.dirname(base)
            return self._below(base, module) if self._inside(base) else None
        key = (os.path.dirname(importer), module)
        if key not in self._resolved:
            self._resolved[key] = self._absolute(importer, module)
        return self._resolved[key]

    def submodule(self, package: str, name: str) -> str | None:
        """The module `name` of a package, given by its `__init__.py` or its folder."""
        folder = os.path.dirname(package) if package.endswith("__init__.py") else package
        if folder.endswith(".py"):
            return None
        return self._below(folder, name)

    def _inside(self, folder: str) -> bool:
        return folder == self.root or folder.startswith(self.root.rstrip(os.sep) + os.sep)

    def _absolute(self, importer: str, module: str) -> str | None:
        first = module.partition(".")[0]
        is_library = first in sys.stdlib_module_names or first in self._libraries
        top = _above_package(os.path.dirname(importer))
        namespaces: list[str] = []
        for base in self._bases(importer):
            if is_library and base != top:
                # A module named like a library counts only where Python would find it first.
                continue
            names = self.names(base)
            if first in names or f"{first}.py" in names:
                found = self._below(base, module)
                # A package imports its own modules by its full name; a module named like a library means that.
                is_itself = found == importer and not (base == top and os.path.basename(importer) == "__init__.py")
                if found is not None and found.endswith(".py") and not is_itself:
                    return found
                if found is not None and not found.endswith(".py"):
                    namespaces.append(found)
        return namespaces[0] if namespaces and not is_library else None

    def _bases(self, importer: str) -> Iterator[str]:
        """Where absolute imports of this file may start, the most likely first."""
        folder = os.path.dirname(importer)
        top = _above_package(folder)
        seen: set[str] = set()
        current = top
        while self._inside(current):
            if current not in seen:
                seen.add(current)
                yield current
            if current == self.root:
                break
            current = os.path.dirname(current)
        current = folder
        while self._inside(current) and len(current) > len(top):
            if current not in seen:
                seen.add(current)
                yield current
            current = os.path.dirname(current)
        below = [os.path.join(self.root, "src"), *self._folders_of_root()]
        for base in below:
            if base not in seen:
                seen.add(base)
                yield base

    def _folders_of_root(self) -> list[str]:
        return [
            os.path.join(self.root, name)
            for name in sorted(self.names(self.root))
            if "." not in name and name not in _SKIPPED and os.path.isdir(os.path.join(self.root, name))
        ]

    def _below(self, base: str, module: str) -> str | None:
        """The module with this dotted name below a folder: a regular package before a module before a namespace."""
        current = base
        parts = module.split(".") if module else []
        for index, part in enumerate(parts):
            names = self.names(current)
            folder = os.path.join(current, part)
            last = index == len(parts) - 1
            if part in names and "__init__.py" in self.names(folder):
                current = folder
            elif last and f"{part}.py" in names:
                return os.path.join(current, f"{part}.py")
            elif part in names and self.names(folder):
                current = folder
            else:
                return None
        return os.path.join(current, "__init__.py") if "__init__.py" in self.names(current) else current

    def dotted(self, path: str) -> tuple[str, ...]:
        """The dotted names a module may be known by: from the root, and from above its topmost package."""
        found = []
        for base in (self.root, _above_package(os.path.dirname(path))):
            relative = PurePath(os.path.relpath(path, base)).with_suffix("").parts
            parts = relative[:-1] if relative and relative[-1] == "__init__" else relative
            found.append(".".join(parts))
        return tuple(dict.fromkeys(found))


def _unified(text: bytes) -> bytes:
    return text.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")


def _read(path: str) -> bytes | None:
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _MOST_BYTES:
            return None
        with open(path, "rb") as file:
            return file.read()
    except (OSError, ValueError):
        return None


def _walk(root: str, most: int) -> Iterator[str]:
    """The Python files below a root, without virtual environments, hidden folders and links to folders.

    At most so many folders are opened, those near the root first.
    """
    pending = deque([root])
    opened = 0
    while pending and opened < most:
        folder = pending.popleft()
        opened += 1
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except (OSError, ValueError):
            continue
        if any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        for entry in entries:
            name = entry.name
            if name.startswith(".") or name in _SKIPPED:
                continue
            try:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                elif name.endswith(".py") and entry.is_file():
                    yield entry.path
            except OSError:
                continue
