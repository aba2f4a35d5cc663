"""Blocks of statements that stand in several handlers of a project.

Each statement of a handler is kept as its shape and the names it uses, no node. Runs of statements are twins where the
shapes are equal, local variables correspond one to one, and all other names mean the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.knowledge.types import CONNECTIONS
from flake8_fastapi.semantics import facts, hints, tree
from flake8_fastapi.semantics.facts import Position
from flake8_fastapi.semantics.registrations import ROUTE_ROLES
from flake8_fastapi.semantics.structure import layout, lines, runs, shapes
from flake8_fastapi.semantics.structure.lines import Line
from flake8_fastapi.semantics.structure.runs import Handler, Place, Run
from flake8_fastapi.semantics.structure.together import Together
from flake8_fastapi.semantics.things import ClassThing, Frame, FunctionThing, Instance, Library, ModuleThing, only

if TYPE_CHECKING:
    from flake8_fastapi.semantics.file import File
    from flake8_fastapi.semantics.project import Project

_ROLES = ROUTE_ROLES | {"dependency"}
_ROUTES = re.compile(
    rb"\b(?:add_api_route|add_api_websocket_route|api_route)\b"
    rb"|@[\w.\[\]()]+\.(?:get|post|put|patch|delete|head|options|trace|websocket)\b"
    rb"|\.(?:get|post|put|patch|delete|head|options|trace|websocket)\s*[,)]"
)
"""What the text of every module has that registers routes."""
_VERSION = re.compile(r"v\d+(?:[._]\d+)*|\w+_v\d+")
"""A folder or module that holds one version of an interface. What stands in two of them is kept apart on purpose."""


class Twins(NamedTuple):
    """A block and the handlers in which it stands."""

    places: tuple[Place, ...]
    weight: int
    is_lookup: bool
    """It looks something up, and refuses the request where there is nothing."""
    is_refusal: bool
    """It only refuses a request."""
    answers_404: bool
    """It refuses in one case, and says that something is missing."""
    leaves: bool

    @property
    def copies(self) -> int:
        """In how many handlers it stands."""
        return len({place.handler for place in self.places})


def of(file: File) -> tuple[Twins, ...]:
    """The blocks that stand in several handlers, those of which this file is the first to tell.

    A block is told of once, in whatever order files are shown: where it stands first by path and line. Only files
    that mention FastAPI tell, so that no other one costs a search through the project.
    """
    if file.path not in file.project.files.mentioning("fastapi"):
        return ()
    return tuple(_index(file).told.get(file.path, ()))


def _index(file: File) -> _Index:
    project = file.project
    known: _Index | None = project.memo.get(__name__)
    if known is None:
        known = project.memo[__name__] = _Index(project, tuple(_modules(project)))
    if file.path in known.paths or not layout.is_kept(project.files, file.path):
        return known
    return _Index(project, (file.path,)) if any(each.role in ROUTE_ROLES for each in file.registrations) else known


def _modules(project: Project) -> Iterator[str]:
    """The modules that register routes."""
    for path in project.files.paths():
        text = project.files.text(path)
        if text is not None and _ROUTES.search(text) is not None and layout.is_kept(project.files, path):
            yield path


class _Index:
    """The blocks of some modules."""

    def __init__(self, project: Project, paths: tuple[str, ...]) -> None:
        self.paths = paths
        self._project = project
        self._limits = project.limits
        self._together = Together(project)
        self._meanings: dict[tuple[str, str], str] = {}

    @cached_property
    def told(self) -> dict[str, list[Twins]]:
        """The blocks, by the file that tells of them."""
        telling = frozenset(self._project.files.mentioning("fastapi"))
        told: dict[str, list[Twins]] = defaultdict(list)
        for twins in self._groups():
            first = next((place for place in twins.places if place.handler.path in telling), None)
            if first is not None:
                places = (first, *(place for place in twins.places if place is not first))
                told[first.handler.path].append(twins._replace(places=places))
        return told

    def _groups(self) -> Iterator[Twins]:
        """The blocks, none within another, those that are worth most first."""
        found = list(self._candidates())
        found.sort(key=lambda each: (-each.weight * (each.copies - 1), -len(each.places), each.places))
        covered: set[tuple[str, int]] = set()
        for twins in found:
            left = tuple(place for place in twins.places if covered.isdisjoint(_lines(place)))
            twins = twins._replace(places=left)
            if self._is_enough(twins):
                yield twins
                covered.update(line for place in left for line in _lines(place))

    def _is_enough(self, twins: Twins) -> bool:
        fewest = self._limits.repeated_copies if self._is_long(twins) else self._limits.repeated_short_copies
        return twins.copies >= fewest

    def _is_long(self, twins: Twins) -> bool:
        return twins.weight >= self._limits.repeated_statements

    # -- candidates

    def _candidates(self) -> Iterator[Twins]:
        for alike in self._equal():
            found = _twins(alike)
            if self._is_long(found):
                first = alike[0].lines
                is_telling = any(line.decides for line in first) or sum(line.calls for line in first) > 1
            else:
                is_telling = self._may_be_injected(alike, found)
            if is_telling:
                yield from self._divided(found)

    def _may_be_injected(self, alike: Sequence[Run], twins: Twins) -> bool:
        """Whether a dependency can stand in the place of a short block, and is worth it."""
        if twins.is_refusal and self._is_of_handlers(alike):
            return False
        if twins.is_lookup or twins.is_refusal:
            return all(
                place.is_certain and place.needs_parameters and self._are_injected(place, place.opened)
                for place in twins.places
            )
        only_names = all(line.binds for line in alike[0].lines)
        return twins.weight > (2 if only_names else 1) and all(
            place.opens and place.needs and self._are_injected(place, place.needs) for place in twins.places
        )

    def _is_of_handlers(self, alike: Sequence[Run]) -> bool:
        """Whether refusals are each of what its handler does: most say something else, and none asks who calls."""
        said = {tuple(line.said for line in run.lines) for run in alike}
        places = map(runs.place, alike)
        asks = any(self._marker(place.handler, name) is not None for place in places for name in place.needs)
        return 2 * len(said) > len(alike) and not asks

    def _are_injected(self, place: Place, names: frozenset[str]) -> bool:
        """Whether these are parameters for which `Depends` stands, or the request: a dependency in place of the block
        could have them too, while it could not have the body of a request under another name."""
        return all(
            self._marker(place.handler, name) is not None or self._is_request(place.handler, name) for name in names
        )

    def _is_request(self, handler: Handler, name: str) -> bool:
        found = next((each for each in self._parameters(handler) if each.name == name), None)
        frame = Frame(handler.path, handler.qualname)
        thing = only(self._project.evaluator.evaluate(found, frame)) if found is not None else None
        return isinstance(thing, Instance) and isinstance(thing.type, Library) and thing.type.name in CONNECTIONS

    def _marker(self, handler: Handler, name: str) -> Instance | None:
        """The `Depends` of a parameter."""
        found = next((each for each in self._parameters(handler) if each.name == name), None)
        if found is None:
            return None
        return hints.dependency_marker(self._project.evaluator, found.annotation, found.default, Frame(handler.path))

    def _parameters(self, handler: Handler) -> tuple[facts.Parameter, ...]:
        function = self._project.evaluator.function(FunctionThing(handler.path, handler.qualname))
        return function.parameters if function is not None else ()

    def _divided(self, twins: Twins) -> Iterator[Twins]:
        """The same in handlers that one application serves, in one version of its interface."""
        parts: dict[tuple[str, str], list[Place]] = defaultdict(list)
        paths = tuple(dict.fromkeys(place.handler.path for place in twins.places))
        part = self._together.parts(paths) if len(paths) > 1 else dict.fromkeys(paths, "")
        for place in twins.places:
            parts[self._version(place.handler.path), part[place.handler.path]].append(place)
        for places in parts.values():
            found = twins._replace(places=tuple(places))
            if self._is_enough(found):
                yield found

    def _version(self, path: str) -> str:
        folders, name = self._project.files.parts(path)
        return "/".join(part for part in (*folders, name.removesuffix(".py")) if _VERSION.fullmatch(part))

    def _equal(self) -> Iterator[list[Run]]:
        """The runs that do the same, where there are enough of them."""
        fewest = min(self._limits.repeated_copies, self._limits.repeated_short_copies)
        suites = [(handler, suite) for handler, suites in self._suites() for suite in suites]
        holders: dict[str, set[Handler]] = defaultdict(set)
        for handler, suite in suites:
            for line in suite:
                holders[line.shape].add(handler)
        alike: dict[object, list[Run]] = defaultdict(list)
        for handler, suite in suites:
            for run in runs.of(handler, suite, lambda line: len(holders[line.shape]) >= fewest):
                alike[run.alike].append(run)
        for found in alike.values():
            if len({run.handler for run in found}) < fewest:
                continue
            equal: dict[tuple[str, ...], list[Run]] = defaultdict(list)
            for run in found:
                equal[self._meaning(run)].append(run)
            yield from (same for same in equal.values() if len({run.handler for run in same}) >= fewest)

    def _meaning(self, run: Run) -> tuple[str, ...]:
        """What its names mean: the global ones, and the types of what it works with and somebody else made.

        The body of a request may have any type: what a block does with it stands in the block.
        """
        place = runs.place(run)
        opened = dict.fromkeys(name for line in run.lines for name in line.local if name in place.opened)
        return (
            *(self._meaning_of(run.handler.path, name) for line in run.lines for name in line.other),
            *(self._type_of(run.handler, name) for name in opened),
        )

    def _type_of(self, handler: Handler, name: str) -> str:
        if name in handler.parameters and self._marker(handler, name) is None:
            return ""
        frame = Frame(handler.path, handler.qualname)
        value: facts.Value | None = facts.Local(handler.qualname, name)
        if name in handler.parameters:
            value = next((each for each in self._parameters(handler) if each.name == name), None)
        thing = only(self._project.evaluator.evaluate(value, frame)) if value is not None else None
        return repr(thing.type) if isinstance(thing, Instance) else ""

    def _meaning_of(self, path: str, name: str) -> str:
        known = self._meanings.get((path, name))
        if known is None:
            thing = only(self._project.evaluator.global_name(path, name))
            known = self._meanings[path, name] = (
                repr(thing) if isinstance(thing, (ClassThing, FunctionThing, Library, ModuleThing)) else name
            )
        return known

    # -- reading

    def _suites(self) -> Iterator[tuple[Handler, list[tuple[Line, ...]]]]:
        for path, qualnames in self._handlers().items():
            module = self._project.facts(path)
            text = self._project.files.text(path)
            parsed = tree.read(text, path) if text is not None else None
            if module is None or parsed is None:
                continue
            nodes = {Position(node.lineno, node.col_offset): node for node in lines.functions(parsed)}
            for qualname in qualnames:
                found = module.functions[qualname]
                node = nodes.get(found.position)
                if node is not None:
                    handler = Handler(path, found.position, qualname, shapes.parameter_names(node))
                    yield handler, list(lines.suites(node, module))

    def _handlers(self) -> dict[str, dict[str, None]]:
        found: dict[str, dict[str, None]] = {path: {} for path in self.paths}
        for path in self.paths:
            for registration in self._project.registrations.of(path):
                home, qualname = registration.function.path, registration.function.qualname
                if registration.role in _ROLES and layout.is_kept(self._project.files, home):
                    found.setdefault(home, {})[qualname] = None
        return found


def _twins(alike: Sequence[Run]) -> Twins:
    block = alike[0].lines
    places = tuple(sorted(map(runs.place, alike)))
    guards = [line for line in block if line.is_guard]
    bound: set[str] = set()
    is_lookup = False
    for line in block:
        is_lookup = is_lookup or (line.is_guard and not bound.isdisjoint(line.reads))
        bound |= line.binds
    return Twins(
        places,
        sum(line.weight for line in block),
        is_lookup,
        len(guards) == len(block) and any(line.tests for line in block),
        len(guards) == 1 and guards[0].answers_404,
        any(line.leaves for line in block),
    )


def _lines(place: Place) -> Iterable[tuple[str, int]]:
    return [(place.handler.path, line) for line in range(place.start.line, place.end + 1)]
