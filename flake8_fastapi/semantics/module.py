"""The file at hand: its tree, its facts, its project, and the subjects that checks are shown."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from flake8_fastapi.containment import STRICT, complain
from flake8_fastapi.semantics import bodies
from flake8_fastapi.semantics.facts import ModuleFacts, Position
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.project import Project

if TYPE_CHECKING:
    from astroid import nodes
    from astroid.nodes import NodeNG


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
        # Imported here: loading astroid takes 0.2 s, and most files of good projects never need it (measured).
        from flake8_fastapi.semantics import rebuild

        name = os.path.basename(self.path).removesuffix(".py")
        return rebuild.build(self._ast, name, self.path, name == "__init__")

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

    def shown(self) -> Iterator[Function]:
        """The subjects, in the order in which one walk over the tree meets them.

        The walk keeps a list of its own: source may nest more deeply than Python may recurse.
        """
        from flake8_fastapi.semantics import rebuild

        pending: list[NodeNG] = [self.tree]
        while pending:
            node = pending.pop()
            position = rebuild.begins(node)
            function = self.subjects.get(Position(*position)) if position is not None else None
            if function is not None:
                yield function
            pending.extend(rebuild.statements(node))
