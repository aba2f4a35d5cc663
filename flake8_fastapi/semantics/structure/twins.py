"""Blocks of statements that stand in several handlers of a project.

Each statement of a handler is kept as its shape and the names it uses, no node. Runs of statements are twins where the
shapes are equal, local variables correspond one to one, and all other names mean the same.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from flake8_fastapi.knowledge.types import CONNECTIONS
from flake8_fastapi.semantics import facts, hints, tree
from flake8_fastapi.semantics.facts import ModuleFacts, Position
from flake8_fastapi.semantics.registrations import ROUTE_ROLES, Registrations
from flake8_fastapi.semantics.structure import layout, shapes
from flake8_fastapi.semantics.structure.shapes import FunctionNode
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
_MOST_STATEMENTS = 40
"""A longer run is looked at in parts."""
_HOUSEKEEPING = frozenset(
    {"add", "add_all", "commit", "refresh", "flush", "rollback", "close", "delete", "expunge", "begin"}
)
_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_DECIDING = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.comprehension, ast.Match, ast.Try)
_LEAVING = (ast.Return, ast.Break, ast.Continue, ast.Yield, ast.YieldFrom)
_SIMPLE = (ast.Name, ast.Constant, ast.Attribute, ast.expr_context, ast.keyword)


class Line(NamedTuple):
    """One statement, nested ones included."""

    shape: str
    """With all local variables alike."""
    local: tuple[str, ...]
    """The local variables, in the order in which they appear."""
    other: tuple[str, ...]
    """The other names, in that order."""
    weight: int
    """How many statements it counts for."""
    binds: frozenset[str]
    reads: frozenset[str]
    opened: frozenset[str]
    """Those local variables of which it reads attributes or items."""
    is_guard: bool
    """`if …: raise`."""
    tests: bool
    """A guard that asks more than whether a variable is None or empty."""
    decides: bool
    calls: int
    leaves: bool
    """It returns, or ends or continues a loop around it: a function in its place would have to tell its caller."""
    is_first: bool
    """The body of the function begins with it."""
    start: Position
    end: int


class Handler(NamedTuple):
    """A handler or dependency."""

    path: str
    position: Position
    qualname: str
    parameters: frozenset[str]

    @property
    def name(self) -> str:
        """Its name."""
        return self.qualname.rpartition(".")[2]


class Place(NamedTuple):
    """Where a block stands."""

    handler: Handler
    start: Position
    end: int
    needs: frozenset[str]
    """The local variables that it uses and that are bound before it."""
    opened: frozenset[str]
    """Those of them of which it reads attributes or items."""
    gives: tuple[str, ...]
    """The local variables that it binds, in order."""
    opens: bool
    """The handler begins with it."""

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.end - self.start.line + 1

    @property
    def needs_parameters(self) -> bool:
        """Whether it uses nothing of its handler but parameters."""
        return self.needs <= self.handler.parameters


class Twins(NamedTuple):
    """A block and the handlers in which it stands."""

    places: tuple[Place, ...]
    weight: int
    is_lookup: bool
    """It looks something up, and refuses the request where there is nothing."""
    is_refusal: bool
    """It only refuses a request."""
    leaves: bool

    @property
    def copies(self) -> int:
        """In how many handlers it stands."""
        return len({place.handler for place in self.places})


def of(file: File) -> tuple[Twins, ...]:
    """The blocks that stand in several handlers, at least one of them in this file."""
    if not any(found.role in ROUTE_ROLES for found in file.registrations):
        return ()
    return tuple(found for found in _index(file).groups if any(each.handler.path == file.path for each in found.places))


def _index(file: File) -> _Index:
    project = file.project
    paths = _modules(project)
    if file.path not in paths:
        return _Index(project, (file.path,) if not _is_left_out(project, file.path) else ())
    known = _known.get(project.registrations)
    if known is None or not known.holds(paths):
        known = _known[project.registrations] = _Index(project, paths)
    return known


def _modules(project: Project) -> tuple[str, ...]:
    """The modules that register routes."""
    known = _routed.setdefault(project, {})
    found = []
    for path in project.files.paths():
        text = project.files.text(path)
        answer = known.get(path)
        if answer is None or answer[0] is not text:
            registers = text is not None and _ROUTES.search(text) is not None
            answer = known[path] = text, registers and not _is_left_out(project, path)
        if answer[1]:
            found.append(path)
    return tuple(found)


def _is_left_out(project: Project, path: str) -> bool:
    return not layout.is_kept(project.files, path)


class _Index:
    """The blocks of some modules."""

    def __init__(self, project: Project, paths: tuple[str, ...]) -> None:
        self._together = Together(project)
        self._paths = paths
        self._limits = project.limits
        self._texts = [project.files.text(path) for path in paths]
        self._meanings: dict[tuple[str, str], str] = {}

    @property
    def _project(self) -> Project:
        return self._together.project

    def holds(self, paths: tuple[str, ...]) -> bool:
        """Whether it is still true."""
        text = self._project.files.text
        return (
            self._paths == paths
            and self._limits == self._project.limits
            and all(text(path) is known for path, known in zip(paths, self._texts, strict=True))
        )

    @cached_property
    def groups(self) -> tuple[Twins, ...]:
        """The blocks, none within another, those that are worth most first."""
        found = list(self._candidates())
        found.sort(key=lambda each: (-each.weight * (each.copies - 1), -len(each.places), each.places))
        covered: set[tuple[str, int]] = set()
        kept = []
        for twins in found:
            left = tuple(place for place in twins.places if covered.isdisjoint(_lines(place)))
            twins = twins._replace(places=left)
            if self._is_enough(twins):
                kept.append(twins)
                covered.update(line for place in left for line in _lines(place))
        return tuple(kept)

    def _is_enough(self, twins: Twins) -> bool:
        is_long = twins.weight >= self._limits.repeated_statements
        return twins.copies >= (self._limits.repeated_copies if is_long else self._limits.repeated_short_copies)

    # -- candidates

    def _candidates(self) -> Iterator[Twins]:
        for runs in self._equal():
            found = _twins(runs)
            if self._is_telling(runs, found):
                yield from self._divided(found)

    def _is_telling(self, runs: Sequence[_Run], twins: Twins) -> bool:
        lines = runs[0].lines
        if twins.weight >= self._limits.repeated_statements:
            return any(line.decides for line in lines) or sum(line.calls for line in lines) > 1
        if twins.is_lookup or twins.is_refusal:
            return all(place.needs_parameters and self._are_injected(place, place.opened) for place in twins.places)
        return twins.weight > 1 and all(
            place.opens and place.needs and self._are_injected(place, place.needs) for place in twins.places
        )

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

    def _equal(self) -> Iterator[list[_Run]]:
        """The runs that do the same, where there are enough of them."""
        fewest = min(self._limits.repeated_copies, self._limits.repeated_short_copies)
        suites = [(handler, suite) for handler, suites in self._suites() for suite in suites]
        holders: dict[str, set[Handler]] = defaultdict(set)
        for handler, suite in suites:
            for line in suite:
                holders[line.shape].add(handler)
        alike: dict[object, list[_Run]] = defaultdict(list)
        for handler, suite in suites:
            for run in _runs(handler, suite, lambda line: len(holders[line.shape]) >= fewest):
                alike[run.alike].append(run)
        for runs in alike.values():
            if len({run.handler for run in runs}) < fewest:
                continue
            equal: dict[tuple[str, ...], list[_Run]] = defaultdict(list)
            for run in runs:
                equal[self._meaning(run)].append(run)
            yield from (same for same in equal.values() if len({run.handler for run in same}) >= fewest)

    def _meaning(self, run: _Run) -> tuple[str, ...]:
        """What its names mean: the global ones, and the types of what it works with and somebody else made.

        The body of a request may have any type: what a block does with it stands in the block.
        """
        place = _place(run)
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
            nodes = {Position(node.lineno, node.col_offset): node for node in _functions(parsed)}
            for qualname in qualnames:
                found = module.functions[qualname]
                node = nodes.get(found.position)
                if node is not None:
                    handler = Handler(path, found.position, qualname, shapes.parameter_names(node))
                    yield handler, list(_suites_of(node, module))

    def _handlers(self) -> dict[str, dict[str, None]]:
        found: dict[str, dict[str, None]] = {path: {} for path in self._paths}
        for path in self._paths:
            for registration in self._project.registrations.of(path):
                home, qualname = registration.function.path, registration.function.qualname
                if registration.role in _ROLES and not _is_left_out(self._project, home):
                    found.setdefault(home, {})[qualname] = None
        return found


_known: WeakKeyDictionary[Registrations, _Index] = WeakKeyDictionary()
_routed: WeakKeyDictionary[Project, dict[str, tuple[bytes | None, bool]]] = WeakKeyDictionary()


class _Run(NamedTuple):
    """Statements that follow each other in a handler."""

    handler: Handler
    lines: tuple[Line, ...]

    @property
    def alike(self) -> object:
        """What is equal for runs that are equal but for what names mean that are not local."""
        return tuple(line.shape for line in self.lines), shapes.numbers(
            name for line in self.lines for name in line.local
        )


def _runs(handler: Handler, suite: Sequence[Line], is_shared: Callable[[Line], bool]) -> Iterator[_Run]:
    for first, line in enumerate(suite):
        if not line.weight:
            continue
        for last in range(first, min(len(suite), first + _MOST_STATEMENTS)):
            if not is_shared(suite[last]):
                break
            if suite[last].weight:
                yield _Run(handler, tuple(suite[first : last + 1]))


def _twins(runs: Sequence[_Run]) -> Twins:
    lines = runs[0].lines
    places = tuple(sorted(map(_place, runs)))
    guarded = [line for line in lines if line.is_guard]
    bound: set[str] = set()
    is_lookup = False
    for line in lines:
        is_lookup = is_lookup or (line.is_guard and not bound.isdisjoint(line.reads))
        bound |= line.binds
    return Twins(
        places,
        sum(line.weight for line in lines),
        is_lookup,
        len(guarded) == len(lines) and any(line.tests for line in lines),
        any(line.leaves for line in lines),
    )


def _place(run: _Run) -> Place:
    needs: set[str] = set()
    opened: set[str] = set()
    gives: dict[str, None] = {}
    for line in run.lines:
        needs |= line.reads - gives.keys()
        opened |= line.opened - gives.keys()
        gives.update(dict.fromkeys(name for name in line.local if name in line.binds))
    first = run.lines[0]
    return Place(
        run.handler,
        first.start,
        run.lines[-1].end,
        frozenset(needs),
        frozenset(opened & needs),
        tuple(gives),
        first.is_first,
    )


def _lines(place: Place) -> Iterable[tuple[str, int]]:
    return [(place.handler.path, line) for line in range(place.start.line, place.end + 1)]


# -- statements


def _functions(module: ast.Module) -> Iterator[FunctionNode]:
    pending: list[ast.AST] = [module]
    while pending:
        for child in ast.iter_child_nodes(pending.pop()):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield child
            if isinstance(child, (ast.stmt, ast.ExceptHandler)):
                pending.append(child)


def _suites_of(function: FunctionNode, module: ModuleFacts) -> Iterator[tuple[Line, ...]]:
    local = shapes.local_names(function)
    pending: list[ast.AST] = [function]
    while pending:
        node = pending.pop()
        for _, value in ast.iter_fields(node):
            children = [each for each in value if isinstance(each, ast.AST)] if isinstance(value, list) else []
            statements = [each for each in children if isinstance(each, ast.stmt)]
            if statements:
                suite = shapes.suite(statements)
                yield tuple(_line(each, local, module, node is function and each is suite[0]) for each in suite)
            pending.extend(each for each in children if not isinstance(each, (*_INNER, ast.expr)))


def _line(node: ast.stmt, local: frozenset[str], module: ModuleFacts, is_first: bool) -> Line:
    locals_: list[str] = []
    others: list[str] = []

    def naming(name: str) -> str:
        (locals_ if name in local else others).append(name)
        return "<>" if name in local else shapes.imported_as(module, name)

    shape = shapes.of([node], naming)
    is_guard = _is_guard(node)
    binds: set[str] = set()
    reads: set[str] = set()
    opened: set[str] = set()
    decides = leaves = False
    calls = 0
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            if not isinstance(each.ctx, ast.Load):
                binds.add(each.id)
            elif each.id in local:
                reads.add(each.id)
        elif isinstance(each, ast.Call):
            calls += 1
        elif isinstance(each, (ast.Attribute, ast.Subscript)) and isinstance(each.value, ast.Name):
            opened.add(each.value.id)
        else:
            decides = decides or isinstance(each, _DECIDING)
            leaves = leaves or isinstance(each, _LEAVING)
    return Line(
        shape,
        tuple(locals_),
        tuple(others),
        _weight(node),
        frozenset(binds),
        frozenset(reads),
        frozenset(opened),
        is_guard,
        is_guard and isinstance(node, ast.If) and _tests(node.test),
        decides,
        calls,
        leaves,
        is_first,
        Position(node.lineno, node.col_offset),
        node.end_lineno or node.lineno,
    )


def _is_guard(node: ast.stmt) -> bool:
    if not isinstance(node, ast.If) or node.orelse:
        return False
    body = shapes.suite(node.body)
    return len(body) == 1 and isinstance(body[0], ast.Raise) and body[0].exc is not None


def _is_option(node: ast.stmt) -> bool:
    """Whether it does one thing where something is given."""
    if not isinstance(node, ast.If) or node.orelse or _tests(node.test):
        return False
    body = shapes.suite(node.body)
    return len(body) == 1 and isinstance(body[0], (ast.Assign, ast.AugAssign, ast.Expr))


def _tests(test: ast.expr) -> bool:
    """Whether a test asks more than whether a variable is None, empty or false."""
    if isinstance(test, ast.UnaryOp):
        test = test.operand
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], (ast.Is, ast.IsNot)):
        test = test.left
    return not isinstance(test, ast.Name)


def _weight(node: ast.stmt) -> int:
    """How many statements count: a guard is one, and so is `if given: query = …`; what only frames, hands on or saves
    is none."""
    if _is_guard(node) or _is_option(node):
        return 1
    own = 0 if _is_light(node) else 1
    return own + sum(_weight(each) for each in _within(node))


def _within(node: ast.AST) -> Iterator[ast.stmt]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield from shapes.suite([child])
        elif isinstance(child, (ast.ExceptHandler, ast.match_case)):
            yield from _within(child)


def _is_light(node: ast.stmt) -> bool:
    if isinstance(node, (ast.Try, ast.With, ast.AsyncWith, ast.Break, ast.Continue)):
        return True
    if isinstance(node, ast.Raise):
        return node.exc is None
    if isinstance(node, ast.Expr):
        call = _unawaited(node.value)
        return not isinstance(call, ast.Call) or _last(call.func) in _HOUSEKEEPING
    if isinstance(node, ast.Return):
        call = _unawaited(node.value)
        return not isinstance(call, ast.Call) or _is_simple(call)
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and not isinstance(getattr(node, "target", None), ast.Attribute):
        return node.value is None or isinstance(node.value, _SIMPLE)
    return False


def _unawaited(value: ast.expr | None) -> ast.expr | None:
    return value.value if isinstance(value, ast.Await) else value


def _is_simple(call: ast.Call) -> bool:
    """Whether a call only hands on what is there."""
    arguments = (*call.args, *(keyword.value for keyword in call.keywords))
    return all(isinstance(node, _SIMPLE) for argument in arguments for node in ast.walk(argument))


def _last(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else ""
