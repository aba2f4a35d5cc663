"""Scopes: which binding a name means, and which of several bindings can reach a use.

Every statement has a path: the blocks around it in its function and its place in each of them. Paths answer whether one
statement always runs before another, and whether two exclude each other, without a graph of the control flow.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Path = tuple[tuple[int, int], ...]
"""(block, place in it) from the outermost block of a function to a statement."""

_FIELDS = {"body": 0, "orelse": 1, "finalbody": 2}


def block(owner: object, name: str = "body") -> int:
    """The number of a block: a field of a statement, function, handler or case, while the tree is alive."""
    return id(owner) * 4 + _FIELDS[name]


class Definition(NamedTuple):
    """One binding of a name."""

    node: ast.AST
    kind: Literal["parameter", "statement", "with", "for", "walrus"]
    path: Path
    effective: tuple[int, int]
    """The position after which it holds."""


@dataclass(slots=True)
class Scope:
    """One lexical scope on the way down to the code at hand."""

    kind: Literal["module", "function", "class", "comprehension"]
    qualname: str
    """Of the function or class; for a comprehension, of the function around it."""
    locals: dict[str, list[Definition]] = field(default_factory=dict)
    suffix: str = ""
    """What makes the names of a comprehension unique within its function."""
    foreign: frozenset[str] = frozenset()
    """Names declared `global` or `nonlocal` here."""
    globals: frozenset[str] = frozenset()


def find(name: str, scopes: Sequence[Scope]) -> tuple[Scope, list[Definition]] | None:
    """The scope that binds the name for code in the innermost of these scopes, with all its bindings."""
    innermost = True
    for scope in reversed(scopes):
        if scope.kind == "class" and not innermost:
            continue
        if name not in scope.foreign:
            definitions = scope.locals.get(name)
            if definitions:
                return scope, definitions
        elif name in scope.globals:
            definitions = scopes[0].locals.get(name)
            return (scopes[0], definitions) if definitions else None
        if scope.kind != "comprehension":
            innermost = False
    return None


class Binder:
    """Collects what a body binds, before the body is walked."""

    def __init__(self, has_walrus: bool) -> None:
        self.has_walrus = has_walrus
        self.exclusive: dict[int, int] = {}
        """Block of an `if` or `match` -> its statement: blocks of one statement exclude each other."""
        self.loops: set[int] = set()

    def bind(self, scope: Scope, body: Sequence[ast.stmt], owner: ast.AST, module: Scope) -> None:
        """Enter the bindings of a body into its scope; those of names declared `global` into the module's."""
        foreign: set[str] = set()
        declared: set[str] = set()
        found: list[tuple[str, Definition]] = []
        self._block(body, block(owner), (), found, foreign, declared)
        scope.foreign = frozenset(foreign)
        scope.globals = frozenset(declared)
        for name, definition in found:
            if name in declared and scope is not module:
                module.locals.setdefault(name, []).append(definition)
            elif name not in foreign:
                scope.locals.setdefault(name, []).append(definition)

    def _block(
        self,
        body: Sequence[ast.stmt],
        number: int,
        around: Path,
        found: list[tuple[str, Definition]],
        foreign: set[str],
        declared: set[str],
    ) -> None:
        for place, statement in enumerate(body):
            path = (*around, (number, place))
            kind = type(statement)
            if kind is ast.Assign or kind is ast.AnnAssign or kind is ast.AugAssign:
                self._assignment(statement, path, found)
            elif kind is ast.FunctionDef or kind is ast.AsyncFunctionDef or kind is ast.ClassDef:
                found.append((statement.name, _definition(statement, "statement", path)))  # type: ignore[attr-defined]
            elif kind is ast.Import or kind is ast.ImportFrom:
                for alias in statement.names:  # type: ignore[attr-defined]
                    bound = alias.asname or (alias.name.partition(".")[0] if kind is ast.Import else alias.name)
                    found.append((bound, Definition(alias, "statement", path, _start(statement))))
            elif isinstance(statement, (ast.Global, ast.Nonlocal)):
                foreign.update(statement.names)
                if kind is ast.Global:
                    declared.update(statement.names)
            elif kind is not ast.Expr and kind is not ast.Return:
                self._compound(statement, path, found, foreign, declared)
            if self.has_walrus:
                for node in _walruses(statement):
                    found.append((node.target.id, _definition(node, "walrus", path)))

    def _assignment(self, statement: ast.stmt, path: Path, found: list[tuple[str, Definition]]) -> None:
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        else:
            targets = [statement.target]  # type: ignore[attr-defined]
        end = (statement.end_lineno or 0, statement.end_col_offset or 0)
        for target in targets:
            for node in names_in(target):
                found.append((node.id, Definition(node, "statement", path, end)))

    def _compound(
        self,
        statement: ast.stmt,
        path: Path,
        found: list[tuple[str, Definition]],
        foreign: set[str],
        declared: set[str],
    ) -> None:
        def inner(owner: ast.AST, name: str = "body") -> None:
            self._block(getattr(owner, name), block(owner, name), path, found, foreign, declared)

        if isinstance(statement, ast.If):
            for name in ("body", "orelse"):
                self.exclusive[block(statement, name)] = id(statement)
                inner(statement, name)
        elif isinstance(statement, (ast.For, ast.AsyncFor)):
            found.extend((node.id, _definition(node, "for", path)) for node in names_in(statement.target))
            self.loops.add(block(statement))
            inner(statement)
            inner(statement, "orelse")
        elif isinstance(statement, ast.While):
            self.loops.add(block(statement))
            inner(statement)
            inner(statement, "orelse")
        elif isinstance(statement, (ast.With, ast.AsyncWith)):
            for item in statement.items:
                if item.optional_vars is not None:
                    found.extend((node.id, _definition(node, "with", path)) for node in names_in(item.optional_vars))
            inner(statement)
        elif isinstance(statement, ast.Match):
            for case in statement.cases:
                self.exclusive[block(case)] = id(statement)
                for capture, name in captures(case.pattern):
                    found.append((name, _definition(capture, "with", path)))
                inner(case)
        elif hasattr(statement, "handlers"):
            inner(statement)
            for handler in statement.handlers:
                if handler.name:
                    found.append((handler.name, _definition(handler, "with", path)))
                inner(handler)
            inner(statement, "orelse")
            inner(statement, "finalbody")
        elif type(statement).__name__ == "TypeAlias":
            target = statement.name  # type: ignore[attr-defined]
            found.append((target.id, _definition(target, "statement", path)))

    # -- which bindings reach a use

    def reaching(
        self, path: Path, position: tuple[int, int], definitions: Sequence[Definition]
    ) -> tuple[int, ...] | None:
        """The indices of those bindings of one scope that can reach a use in the same scope; None if all may.

        Approximate on the safe side: the last binding that certainly runs before the use hides those before it, and a
        binding in another branch of the same `if` or `match` does not reach it. All others may.
        """
        dominating = -1
        for index, definition in enumerate(definitions):
            if definition.effective <= position and _dominates(definition, path):
                dominating = index
        kept = []
        for index, definition in enumerate(definitions):
            if index == dominating:
                kept.append(index)
            elif definition.effective <= position:
                if index > dominating and not self._excludes(definition.path, path):
                    kept.append(index)
            elif self._comes_round(definition.path, path, definitions[dominating].path if dominating >= 0 else ()):
                kept.append(index)
        if not kept or len(kept) == len(definitions):
            return None
        return tuple(kept)

    def _excludes(self, one: Path, other: Path) -> bool:
        for (mine, _), (theirs, _) in zip(one, other, strict=False):
            if mine != theirs:
                owner = self.exclusive.get(mine)
                return owner is not None and owner == self.exclusive.get(theirs)
        return False

    def _comes_round(self, definition: Path, use: Path, dominating: Path) -> bool:
        """Whether a binding after the use reaches it in the next turn of a loop around both."""
        hidden = {number for number, _ in dominating}
        for (mine, _), (theirs, _) in zip(definition, use, strict=False):
            if mine != theirs:
                return False
            if mine in self.loops and mine not in hidden:
                return True
        return False


def _dominates(definition: Definition, use: Path) -> bool:
    """Whether every way to the use, once in the block of the binding, passes the binding."""
    if definition.kind == "parameter":
        return True
    path = definition.path
    depth = len(path)
    if len(use) < depth or use[: depth - 1] != path[:-1] or use[depth - 1][0] != path[-1][0]:
        return False
    mine, theirs = path[-1][1], use[depth - 1][1]
    inside = mine == theirs and len(use) > depth
    if definition.kind == "for":
        return inside
    if definition.kind in ("with", "walrus"):
        return inside or (mine < theirs and not isinstance(definition.node, (ast.ExceptHandler, ast.pattern)))
    return mine < theirs


def _definition(
    node: ast.stmt | ast.expr | ast.ExceptHandler | ast.pattern,
    kind: Literal["parameter", "statement", "with", "for", "walrus"],
    path: Path,
) -> Definition:
    return Definition(node, kind, path, _start(node))


def parameter(node: ast.arg) -> Definition:
    """The binding of a parameter: it holds everywhere in its function."""
    return Definition(node, "parameter", (), (0, 0))


def _start(node: ast.stmt | ast.expr | ast.ExceptHandler | ast.pattern) -> tuple[int, int]:
    return node.lineno, node.col_offset


def names_in(target: ast.expr) -> Iterator[ast.Name]:
    """The names that an assignment target binds."""
    if isinstance(target, ast.Name):
        yield target
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from names_in(element)
    elif isinstance(target, ast.Starred):
        yield from names_in(target.value)


def captures(pattern: ast.pattern) -> Iterable[tuple[ast.pattern, str]]:
    """The names that a `case` pattern binds."""
    for node in ast.walk(pattern):
        if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name is not None:
            yield node, node.name
        elif isinstance(node, ast.MatchMapping) and node.rest is not None:
            yield node, node.rest


def _walruses(statement: ast.stmt) -> Iterator[ast.NamedExpr]:
    """The assignment expressions of a statement itself, not of the statements or functions in it."""
    pending = [child for child in ast.iter_child_nodes(statement) if not isinstance(child, ast.stmt)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.NamedExpr):
            yield node
        if not isinstance(node, (ast.Lambda, ast.ExceptHandler, ast.match_case)):
            pending.extend(child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt))
