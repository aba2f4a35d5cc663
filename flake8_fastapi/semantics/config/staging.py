"""Conditions that ask where the service runs: what stands below them is meant for there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from flake8_fastapi.semantics import tree
from flake8_fastapi.semantics.code import start
from flake8_fastapi.semantics.facts import Position

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_PLACES = re.compile(
    r"(?<![a-z])(?:env(?!iron\b)|dev(?!ice)|debug|local(?!e)|prod(?!uct(?!ion))|stag|test|https|scheme|secure)",
    re.IGNORECASE,
)


def asks(around: Iterable[ast.AST]) -> bool:
    """Whether one of these nodes is a condition that asks where the service runs, or whether HTTPS is used."""
    return any(isinstance(each, ast.If) and _PLACES.search(ast.unparse(each.test)) is not None for each in around)


def is_asked(project: Project, path: str, position: Position) -> bool:
    """Whether a place in a module lies below such a condition."""
    known: dict[str, tuple[tuple[Position, int], ...]] = project.memo.setdefault(__name__, {})
    if path not in known:
        text = project.files.text(path)
        module = tree.read(text, path) if text is not None else None
        known[path] = tuple(_blocks(module)) if module is not None else ()
    return any(first <= position and position.line <= last for first, last in known[path])


def _blocks(module: ast.Module) -> Iterator[tuple[Position, int]]:
    """Where what stands below such conditions begins, and the line in which it ends."""
    for node in ast.walk(module):
        if isinstance(node, ast.If) and asks((node,)):
            yield start(node.body[0]), node.end_lineno or 0
