"""Whether a project refuses to run with a text: `if settings.secret_key == "changethis": raise ValueError(…)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple
from weakref import WeakKeyDictionary

from flake8_fastapi.semantics import tree
from flake8_fastapi.semantics.config import constants, literals
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.nodes import last_name

_REFUSES = re.compile(rb"\braise\b|\bexit\(")
_EXITS = frozenset({"exit", "_exit", "abort", "fail"})
_SHORTEST = 3
"""A shorter text stands in too many files for a search to mean something."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class _Refused(NamedTuple):
    """What the conditions of a module refuse."""

    texts: set[str]
    """In lower case."""
    parts: set[str]
    """`"change" in value.lower()`"""
    lengths: dict[str, int]
    """Variable or validated field, in lower case -> how long it must be at least."""


_known: WeakKeyDictionary[File, _Refused] = WeakKeyDictionary()


def is_refused(file: File, text: str, name: str = "") -> bool:
    """Whether the project raises or ends where a value is this text, or where that of this name is as short."""
    own = _known.get(file)
    if own is None:
        own = _known[file] = _refused(file.source.tree, file)
    if _covers(own, text) or len(text) < own.lengths.get(name.lower(), 0):
        return True
    trees = (tree.read(file.project.files.text(path) or b"", path) for path in _elsewhere(file, text))
    return any(_covers(_refused(found, None), text) for found in trees if found is not None)


def _covers(refused: _Refused, text: str) -> bool:
    lower = text.lower()
    return lower in refused.texts or any(part in lower for part in refused.parts)


def _elsewhere(file: File, text: str) -> Iterator[str]:
    """The other files of the project that may compare something with the text."""
    if len(text) < _SHORTEST:
        return
    needle = text.encode("utf-8", "surrogatepass")
    compared = re.compile(rb"(?:[=!]=|\bin\b)[^\n]*\n?[^\n]*[\"']" + re.escape(needle) + rb"[\"']")
    files = file.project.files
    for path in files.paths():
        found = files.text(path) if path != file.path else None
        if found is not None and needle in found and _REFUSES.search(found) and compared.search(found):
            yield path


def _refused(module: ast.Module, file: File | None) -> _Refused:
    """What a module refuses; variables in its conditions are looked up for the file at hand."""
    found = _Refused(set(), set(), {})
    pending: list[tuple[ast.AST, tuple[str, ...]]] = [(module, ())]
    while pending:
        node, validated = pending.pop()
        if isinstance(node, _FUNCTIONS):
            validated = tuple(_validated(node))
        elif isinstance(node, ast.Assert) or (isinstance(node, ast.If) and _ends(node)):
            _note(found, node, validated, file)
        pending.extend((child, validated) for child in ast.iter_child_nodes(node))
    return found


def _ends(node: ast.If) -> bool:
    parts = (part for statement in node.body for part in ast.walk(statement))
    return any(
        isinstance(part, ast.Raise) or (isinstance(part, ast.Call) and last_name(part.func) in _EXITS) for part in parts
    )


def _validated(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """The fields whose validator a function is."""
    for decorator in node.decorator_list:
        for arg in decorator.args if isinstance(decorator, ast.Call) else ():
            if isinstance(arg, ast.Constant) and isinstance(arg.value, str):
                yield arg.value.lower()


def _note(found: _Refused, node: ast.If | ast.Assert, validated: tuple[str, ...], file: File | None) -> None:
    wanted = (ast.NotEq, ast.NotIn) if isinstance(node, ast.Assert) else (ast.Eq, ast.In)
    for part in ast.walk(node.test):
        if not isinstance(part, ast.Compare) or len(part.ops) != 1:
            continue
        left, right = part.left, part.comparators[0]
        if isinstance(part.ops[0], (ast.Lt, ast.LtE)):
            bound = right.value if isinstance(right, ast.Constant) else None
            for name in (_measured(left), *validated) if isinstance(bound, int) and _measured(left) else ():
                found.lengths[name] = max(found.lengths.get(name, 0), bound if isinstance(bound, int) else 0)
        elif isinstance(part.ops[0], wanted):
            if isinstance(part.ops[0], (ast.In, ast.NotIn)) and isinstance(left, ast.Constant):
                found.parts.update(said for said in _said(left, None) if said)
            else:
                found.texts.update((*_said(left, file), *_said(right, file)))


def _measured(node: ast.expr) -> str:
    """The variable whose length is asked: `len(secret)`."""
    if isinstance(node, ast.Call) and last_name(node.func) == "len" and len(node.args) == 1:
        return last_name(node.args[0]).lower()
    return ""


def _said(node: ast.expr, file: File | None) -> Iterator[str]:
    """The texts that a side of a comparison is or holds."""
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        for each in node.elts:
            yield from _said(each, file)
        return
    values: object = node.value if isinstance(node, ast.Constant) else None
    if file is not None and isinstance(node, (ast.Name, ast.Attribute)):
        known = constants.of(file.ev, file.source.value(node), file.source.frame(node))
        values = known.value if known is not None and not known.is_default else None
    for value in values if isinstance(values, tuple) else (values,):
        text = literals.decoded(value)
        if text is not None:
            yield text.lower()
