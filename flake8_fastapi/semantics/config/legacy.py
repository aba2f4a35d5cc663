"""What settings classes of the file at hand say in the words of pydantic 1, which pydantic 2 rejects or ignores."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.semantics.code import start
from flake8_fastapi.semantics.config import settings
from flake8_fastapi.semantics.facts import Position
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.things import ClassThing, Library, library_name


class Legacy(NamedTuple):
    """One such place: an `import` (or base) of pydantic's own `BaseSettings`, or `env=` of a field."""

    position: Position
    field: str = ""
    variable: str = ""


def of(file: File) -> Iterator[Legacy]:
    """The places in the order of the source."""
    if b"BaseSettings" not in (file.project.files.text(file.path) or b""):
        return
    for node in ast.walk(file.source.tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("pydantic", "pydantic.env_settings") and not node.level:
            if any(alias.name == "BaseSettings" for alias in node.names) and not _is_guarded(file, node):
                yield Legacy(start(node))
        elif isinstance(node, ast.ClassDef):
            yield from _in_class(file, node)


def _is_guarded(file: File, node: ast.stmt) -> bool:
    """Whether the file looks which pydantic there is: `try: … except ImportError`, `if PYDANTIC_V2:`."""
    return any(isinstance(outer, (ast.Try, ast.If)) for outer in file.source.ancestors(node))


def _in_class(file: File, node: ast.ClassDef) -> Iterator[Legacy]:
    for base in node.bases:
        module = base.value if isinstance(base, ast.Attribute) and base.attr == "BaseSettings" else None
        if module is not None and file.source.thing(module) == Library("pydantic"):
            yield Legacy(start(node))
    if b"pydantic_settings" not in (file.project.files.text(file.path) or b""):
        return
    if not settings.is_settings(file.ev, ClassThing(file.path, node.name)):
        return
    for statement in node.body:
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        call = statement.value
        if isinstance(call, ast.Call) and library_name(file.source.thing(call.func)) == "pydantic.Field":
            name = next((each.value for each in call.keywords if each.arg == "env"), None)
            text = name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else ""
            if text and text.lower() != statement.target.id.lower():
                yield Legacy(start(statement), statement.target.id, text)
