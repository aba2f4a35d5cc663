"""The code of the file at hand: its `ast` nodes, and what its expressions are.

Facts say what a module means to others; a check that explains a fault in a function of the file at hand may look at
every statement of it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from flake8_fastapi.semantics import bodies, facts
from flake8_fastapi.semantics.facts import UNKNOWN, Position, Value
from flake8_fastapi.semantics.nodes import own
from flake8_fastapi.semantics.things import Frame, Thing, Things
from flake8_fastapi.semantics.values import Evaluator

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Source:
    """One file: its tree, with the value of each expression."""

    def __init__(self, tree: ast.Module, path: str, ev: Evaluator, has_walrus: bool) -> None:
        self.tree = tree
        self.path = path
        self.ev = ev
        self._has_walrus = has_walrus

    @cached_property
    def _recorded(self) -> bodies.Recorder:
        return bodies.Recorder(self.tree, self.path, self.ev.files.property_names, self._has_walrus)

    def close(self) -> None:
        """Let go of the file. What its nodes mean is not kept: it would double what a project takes."""
        recorded = self.__dict__.pop("_recorded", None)
        if recorded is not None:
            self.ev.forget(value for value, _ in recorded.values.values())

    @cached_property
    def _parents(self) -> dict[ast.AST, ast.AST]:
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node around a node."""
        return self._parents.get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, nearest first."""
        current = self._parents.get(node)
        while current is not None:
            yield current
            current = self._parents.get(current)

    def code(self, qualname: str) -> Code | None:
        """The code of a function, by its qualified name."""
        node = self._recorded.function_nodes.get(qualname)
        if node is None:
            self._recorded.read(qualname)
            node = self._recorded.function_nodes.get(qualname)
        return Code(self, qualname, node) if node is not None else None

    def cls(self, qualname: str) -> ast.ClassDef | None:
        """The statement that defines a class, by its qualified name."""
        found = self._recorded.class_nodes.get(qualname)
        if found is None:
            self._recorded.read(qualname)
        return found or self._recorded.class_nodes.get(qualname)

    def value(self, node: ast.expr) -> Value:
        """The value of an expression anywhere in the file."""
        return self._value(node)[0]

    def _value(self, node: ast.expr) -> tuple[Value, str]:
        """The value, and the function around it."""
        found = self._recorded.values.get(id(node))
        if found is None:
            self._recorded.read_at(node)
            found = self._recorded.values.get(id(node))
        return found or (UNKNOWN, facts.MODULE)

    def things(self, node: ast.expr) -> Things:
        """What an expression may be; empty if that is unknown."""
        value, qualname = self._value(node)
        return self.ev.evaluate(value, Frame(self.path, qualname))

    def thing(self, node: ast.expr) -> Thing | None:
        """What an expression certainly is, None aside."""
        value, qualname = self._value(node)
        return self.ev.certain(value, Frame(self.path, qualname))

    def frame(self, node: ast.expr) -> Frame:
        """Where an expression is evaluated."""
        return Frame(self.path, self._value(node)[1])


class Code:
    """The statements of one function."""

    def __init__(self, source: Source, qualname: str, node: FunctionNode) -> None:
        self.source = source
        self.qualname = qualname
        self.node = node

    @property
    def statements(self) -> list[ast.stmt]:
        """The top level of its body; empty for a lambda."""
        return [] if isinstance(self.node, ast.Lambda) else self.node.body

    @cached_property
    def own(self) -> tuple[ast.AST, ...]:
        """Every node of its body in the order of the source, without the insides of functions and classes in it."""
        body: list[ast.AST] = [self.node.body] if isinstance(self.node, ast.Lambda) else list(self.node.body)
        return tuple(own(body))

    @cached_property
    def everything(self) -> tuple[ast.AST, ...]:
        """Every node of its body, nested functions included."""
        body: list[ast.AST] = [self.node.body] if isinstance(self.node, ast.Lambda) else list(self.node.body)
        return tuple(node for part in body for node in ast.walk(part))

    def returns(self) -> list[ast.Return]:
        """Its own `return` statements."""
        return [node for node in self.own if isinstance(node, ast.Return)]

    def calls(self) -> list[ast.Call]:
        """The calls that it makes itself."""
        return [node for node in self.own if isinstance(node, ast.Call)]

    def uses(self, name: str) -> list[ast.Name]:
        """Where the variable of this name is read, nested functions included."""
        return [
            node
            for node in self.everything
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        ]

    def assigns(self, name: str) -> list[ast.Name]:
        """Where the variable of this name is bound again."""
        return [
            node
            for node in self.own
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, (ast.Store, ast.Del))
        ]

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node around a node."""
        return self.source.parent(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, nearest first, within this function."""
        for found in self.source.ancestors(node):
            if found is self.node:
                return
            yield found

    def thing(self, node: ast.expr) -> Thing | None:
        """What an expression certainly is, None aside."""
        return self.source.thing(node)

    def things(self, node: ast.expr) -> Things:
        """What an expression may be; empty if that is unknown."""
        return self.source.things(node)


def start(node: ast.stmt | ast.expr | ast.excepthandler | ast.arg) -> Position:
    """Where a node begins."""
    return Position(node.lineno, node.col_offset)


def dotted(node: ast.AST) -> str:
    """A variable, or an attribute of one, as it is written; empty for anything else."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join((node.id, *reversed(names))) if isinstance(node, ast.Name) else ""


def bound_name(node: ast.AST | None) -> str:
    """The one variable that a node assigns to; empty for anything but such an assignment."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target: ast.AST = node.targets[0]
    elif isinstance(node, ast.AnnAssign):
        target = node.target
    else:
        return ""
    return target.id if isinstance(target, ast.Name) else ""
