"""Dependencies that are defined more than once in one application, mostly in several modules."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.semantics import facts, tree
from flake8_fastapi.semantics.data import resources
from flake8_fastapi.semantics.facts import FunctionFacts, ModuleFacts, Position
from flake8_fastapi.semantics.markers import NAMES
from flake8_fastapi.semantics.registrations import ROUTE_ROLES
from flake8_fastapi.semantics.structure import layout, shapes
from flake8_fastapi.semantics.structure.shapes import FunctionNode, imported_as
from flake8_fastapi.semantics.structure.together import Together
from flake8_fastapi.semantics.things import Frame, FunctionThing, Instance, Thing, only
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.file import File
    from flake8_fastapi.semantics.project import Project

_FEWEST = 3
"""A dependency that opens nothing has at least so many statements; a shorter one is glue, and quicker to write than to
look for."""
_DEEPEST = 3
"""How many functions deep those that two functions call are compared."""


class Double(NamedTuple):
    """A dependency that repeats another one."""

    position: Position
    name: str
    original: FunctionThing
    original_position: Position
    copies: int
    """How many definitions there are."""
    opens: bool
    """It opens a session or connection."""


class _Written(NamedTuple):
    """A function as it is written, no node."""

    shape: str
    local: tuple[str, ...]
    other: tuple[str, ...]
    statements: int


def of(file: File) -> Iterator[Double]:
    """The dependencies of a file that do what another one of the same application does."""
    if not layout.is_kept(file.project.files, file.path):
        return
    search = _search_of(file.project)
    for function in file.facts.functions.values():
        if not _is_at_top(function) or function.name not in search.defined:
            continue
        thing = FunctionThing(file.path, function.qualname)
        group = search.group(thing)
        original = min(group, key=search.rank, default=thing)
        found = file.ev.function(original)
        if original != thing and found is not None:
            yield Double(function.position, function.name, original, found.position, len(group), search.opens(thing))


def _look(function: FunctionFacts) -> tuple[bool, bool, int, int]:
    """What functions that are the same have in common, for a first look."""
    return function.is_async, function.is_generator, len(function.parameters), len(function.yielded)


def _is_at_top(function: FunctionFacts) -> bool:
    return function.owner is None and function.parent is None and function.qualname != facts.MODULE


def _search_of(project: Project) -> _Search:
    known: _Search | None = project.memo.get(__name__)
    if known is None:
        known = project.memo[__name__] = _Search(project)
    return known


class _Search:
    """Compares the dependencies of one project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._together = Together(project)
        self._written: dict[FunctionThing, _Written | None] = {}
        self._served: dict[FunctionThing, frozenset[str]] = {}
        self.defined = self._find()
        """The names of dependencies, with the modules that define them."""

    def _find(self) -> dict[str, tuple[str, ...]]:
        files = self.project.files
        names = {
            name for word in NAMES for path in files.mentioning(word) for name in _handed(self.project.facts(path))
        }
        defining = re.compile(
            rb"^(?:async[ \t]+)?def[ \t]+("
            + b"|".join(re.escape(name.encode()) for name in sorted(names))
            + rb")[ \t]*\(",
            re.MULTILINE,
        )
        found: dict[str, list[str]] = {}
        for path in files.paths() if names else ():
            text = files.text(path)
            defined = set(defining.findall(text)) if text is not None else ()
            if defined and layout.is_kept(files, path):
                for name in defined:
                    found.setdefault(name.decode(), []).append(path)
        return {name: tuple(paths) for name, paths in found.items()}

    @property
    def _ev(self) -> Evaluator:
        return self.project.evaluator

    def group(self, function: FunctionThing) -> list[FunctionThing]:
        """The dependencies that do the same in the same application, the function itself among them, or nothing."""
        equal = [other for other in self._alike(function) if self._is_equal(function, other, _DEEPEST)]
        if not equal or not self._is_substantial(function):
            return []
        served = self._served_by(function)
        return [function, *(other for other in equal if not served.isdisjoint(self._served_by(other)))]

    def _alike(self, function: FunctionThing) -> Iterator[FunctionThing]:
        """The dependencies that may be the same: those of its name, and of generators those of any name."""
        found = self._ev.function(function)
        names = self.defined if found is not None and found.is_generator else (function.qualname,)
        for name in names:
            for path in self.defined.get(name, ()):
                other = FunctionThing(path, name)
                twin = self._ev.function(other)
                if found is not None and twin is not None and other != function and _look(found) == _look(twin):
                    yield other

    def _served_by(self, function: FunctionThing) -> frozenset[str]:
        """The applications in which something depends on a function."""
        known = self._served.get(function)
        if known is None:
            users = (path for path in self.project.files.mentioning(function.qualname) if self._depends(path, function))
            known = self._served[function] = frozenset().union(*map(self._together.applications, users))
        return known

    def _depends(self, path: str, function: FunctionThing) -> bool:
        roles = self.project.registrations.roles(path, function)
        return layout.is_kept(self.project.files, path) and any(found.role == "dependency" for found in roles)

    def rank(self, function: FunctionThing) -> tuple[int, bool, int, str, int]:
        """The first is the one to import: the most imported, in a module without routes, near the root."""
        importers = sum(1 for path in self._together.importers(function.path) if self._imports(path, function))
        routes = any(found.role in ROUTE_ROLES for found in self.project.registrations.of(function.path))
        found = self._ev.function(function)
        line = found.position.line if found is not None else 0
        return -importers, routes, len(self.project.files.parts(function.path)[0]), function.path, line

    def opens(self, function: FunctionThing) -> bool:
        """Whether a function opens a session or connection."""
        found = self._ev.function(function)
        frame = Frame(function.path, function.qualname)
        values = [site.value for site in found.sites if site.kind in ("call", "enter")] if found is not None else []
        return any(resources.acquired(self._ev, value, frame) is not None for value in values)

    def _imports(self, path: str, function: FunctionThing) -> bool:
        module = self.project.facts(path)
        names = [
            name
            for name, bindings in (module.names.items() if module is not None else ())
            if any(isinstance(value, facts.Import) and value.name == function.qualname for value in bindings)
        ]
        return any(only(self._ev.global_name(path, name)) == function for name in names)

    def _is_substantial(self, function: FunctionThing) -> bool:
        written = self._as_written(function)
        return written is not None and (written.statements >= _FEWEST or self.opens(function))

    # -- comparing

    def _is_equal(self, one: FunctionThing, other: FunctionThing, depth: int) -> bool:
        first, second = self._as_written(one), self._as_written(other)
        if first is None or second is None or first.shape != second.shape:
            return False
        if shapes.numbers(first.local) != shapes.numbers(second.local):
            return False
        pairs = dict.fromkeys(zip(first.other, second.other, strict=True))
        return all(self._mean_the_same(one.path, name, other.path, twin, depth) for name, twin in pairs)

    def _mean_the_same(self, path: str, name: str, other: str, twin: str, depth: int) -> bool:
        first, second = only(self._ev.global_name(path, name)), only(self._ev.global_name(other, twin))
        if first is None or second is None:
            return False
        if isinstance(first, FunctionThing) and isinstance(second, FunctionThing) and first != second:
            return depth > 0 and self._is_equal(first, second, depth - 1)
        return first == second and _made_at(first) == _made_at(second)

    def _as_written(self, function: FunctionThing) -> _Written | None:
        if function not in self._written:
            self._written[function] = None
            found = self._ev.function(function)
            text = self.project.files.text(function.path)
            if found is not None and _is_at_top(found) and text is not None:
                self._read(function, text)
        return self._written[function]

    def _read(self, wanted: FunctionThing, text: bytes) -> None:
        """Read a function, and those dependencies of its module that will be asked for."""
        parsed = tree.read(text, wanted.path)
        for node in parsed.body if parsed is not None else ():
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                thing = FunctionThing(wanted.path, node.name)
                if thing == wanted or (node.name in self.defined and thing not in self._written):
                    self._written[thing] = _written(node)


def _handed(module: ModuleFacts | None) -> Iterator[str]:
    """The names, where they are defined, of what a module hands to `Depends`."""
    for name in NAMES:
        for _, site in module.mentions.get(name, ()) if module is not None else ():
            call = site.value
            for value in (*call.args, *(value for _, value in call.keywords)) if isinstance(call, facts.Call) else ():
                if isinstance(value, facts.Name) and module is not None:
                    yield imported_as(module, value.name)
                elif isinstance(value, facts.Attribute):
                    yield value.name


def _made_at(thing: Thing) -> object:
    """Where an instance is made: two factories of one class may lead to two databases."""
    if isinstance(thing, Instance) and thing.made is not None:
        return thing.made.frame.path, thing.made.call.end
    return None


def _written(node: FunctionNode) -> _Written:
    local = shapes.local_names(node)
    locals_: list[str] = []
    others: list[str] = []

    def naming(name: str) -> str:
        (locals_ if name in local else others).append(name)
        return "<local>" if name in local else "<other>"

    shape = shapes.of_function(node, naming)
    statements = sum(1 for each in ast.walk(node) if isinstance(each, ast.stmt)) - 1
    return _Written(shape, tuple(locals_), tuple(others), statements)
