"""The file at hand: its tree, its facts, its project, and the subjects that checks are shown."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from astroid import nodes
from astroid.nodes import NodeNG

from flake8_fastapi.containment import STRICT, complain
from flake8_fastapi.semantics import bodies, tree
from flake8_fastapi.semantics.facts import ModuleFacts, Position
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.project import Project

_HOLDERS = (
    nodes.FunctionDef,
    nodes.ClassDef,
    nodes.If,
    nodes.Try,
    nodes.With,
    nodes.For,
    nodes.While,
    nodes.Match,
)


class Module:
    """One file, as flake8 hands it over."""

    def __init__(self, source_tree: ast.Module, path: str, source: str, project: Project) -> None:
        self.path = path
        self.project = project
        self._ast = source_tree
        self._has_walrus = ":=" in source
        self.facts: ModuleFacts | None = project.replace(path, source, self._extract)

    @cached_property
    def tree(self) -> nodes.Module:
        """The astroid tree. Raises RecursionError for source that nests too deeply."""
        name = os.path.basename(self.path).removesuffix(".py")
        return tree.build(self._ast, name, self.path, name == "__init__")

    def _extract(self) -> ModuleFacts | None:
        return bodies.extract(self._ast, self.path, self.project.files.property_names, self._has_walrus)

    @cached_property
    def subjects(self) -> Mapping[Position, Function]:
        """What there is to show to checks, by where it stands. Without any, the tree need not be built.

        The cheap question first: facts tell which functions a check can have something to say about (measured: those
        of one file in eight), and only a file with such functions is rebuilt and walked.
        """
        if self.facts is None:
            return {}
        functions = (Function(self.project, self.path, name) for name in self.facts.functions if name)
        return {function.position: function for function in functions if self._is_of_interest(function)}

    def _is_of_interest(self, function: Function) -> bool:
        """Whether to show a function; one that our analysis fails on costs no other function its findings."""
        try:
            return function.is_of_interest
        except Exception as error:
            if os.environ.get(STRICT):
                raise
            complain(f"{function.name} in {self.path} was not checked: {type(error).__name__}: {error}")
            return False

    def subjects_at(self, node: NodeNG) -> Iterator[Function]:
        """The FastAPI things that stand at this node."""
        if isinstance(node, nodes.FunctionDef) and node.position is not None:
            function = self.subjects.get(Position(node.position.lineno, node.position.col_offset))
            if function is not None:
                yield function

    def children(self, node: NodeNG) -> Iterable[NodeNG]:
        """The children of a node among which subjects may stand."""
        if isinstance(node, (nodes.Module, _HOLDERS)):
            return (child for child in node.get_children() if child.is_statement or isinstance(child, _PARTS))
        return node.get_children() if isinstance(node, _PARTS) else ()


_PARTS = (nodes.ExceptHandler, nodes.MatchCase)
