"""Constants of a module that hold what the environment says, as it came: a text or None, converted and checked by
nobody."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import environment as tables
from flake8_fastapi.semantics import schemas
from flake8_fastapi.semantics.code import bound_name
from flake8_fastapi.semantics.config import reads
from flake8_fastapi.semantics.config.environment import is_setting
from flake8_fastapi.semantics.config.reads import Reading
from flake8_fastapi.semantics.facts import MODULE, Position
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.things import ClassThing

_FEWEST_UNSAFE = 2
"""From how many constants on that are None where nothing is set, or should be numbers or flags."""
_FEWEST_CONVERTED = 2
"""From how many conversions on the author has had a look at what each variable is."""
_NO_TEXT = re.compile(r"-?\d+(?:\.\d+)?|true|false|yes|no|on|off", re.IGNORECASE)


class Constant(NamedTuple):
    """A constant, and where it is read."""

    name: str
    position: Position
    is_unsafe: bool
    """It is None where nothing is set, or a text where a number or flag is meant."""


def of(file: File) -> tuple[Constant, ...]:
    """The untyped constants of the top level and of plain classes, in the order of the source."""
    found = [each for each in reads.of(file) if each.qualname == MODULE and each.read.source == "os"]
    if not found or any(len(names & file.facts.names.keys()) > 1 for names in tables.GLOBALS):
        return ()
    if not _is_configuration(file) or sum(_is_converted(file, each) for each in found) >= _FEWEST_CONVERTED:
        return ()
    checked = _checked(file)
    constants = {each.name: each for each in _constants(file, found) if each.name not in checked}
    unsafe = [each for each in constants.values() if each.is_unsafe]
    return tuple(constants.values()) if len(unsafe) >= _FEWEST_UNSAFE else ()


def _is_configuration(file: File) -> bool:
    """Whether the module is there for the configuration: by its name or folder, or because it has no functions."""
    folders, name = file.project.files.parts(file.path)
    if any(tables.PLACES.fullmatch(part) for part in (*folders[-1:], name.removesuffix(".py"))):
        return True
    return all(qualname == MODULE for qualname in file.facts.functions)


def _is_converted(file: File, reading: Reading) -> bool:
    """Whether something other than a text is made of it: `int(…)`, `… == "true"`, `….split(",")`."""
    parent = file.source.parent(reading.node)
    while isinstance(parent, (ast.Attribute, ast.BoolOp)):
        parent = file.source.parent(parent)
    return isinstance(parent, (ast.Call, ast.Compare))


def _constants(file: File, found: list[Reading]) -> Iterator[Constant]:
    for reading in found:
        if reading.read.name is None or not is_setting(reading.read.name):
            continue
        node: ast.AST = reading.node
        while isinstance(parent := file.source.parent(node), (ast.BoolOp, ast.IfExp)):
            node = parent
        name = bound_name(parent)
        if name and isinstance(parent, (ast.Assign, ast.AnnAssign)) and _is_of_module(file, parent):
            is_unsafe = node is reading.node and _is_unsafe(file, reading)
            yield Constant(name, Position(parent.lineno, parent.col_offset), is_unsafe)


def _is_unsafe(file: File, reading: Reading) -> bool:
    default = reading.read.default
    if default is None:
        return reading.read.has_default
    found = file.ev.literal(default, reading.read.frame)
    return not isinstance(found, str) or _NO_TEXT.fullmatch(found) is not None


def _is_of_module(file: File, statement: ast.stmt) -> bool:
    """Whether a statement stands at the top level or in a plain class: not in a data model or settings class, or below
    `if __name__ == "__main__":`."""
    for outer in file.source.ancestors(statement):
        if isinstance(outer, ast.ClassDef):
            is_model = schemas.of_class(file.ev, ClassThing(file.path, outer.name)) is not None
            return not (is_model or outer.bases or outer.decorator_list)
        if isinstance(outer, ast.If) and "__name__" in _names(outer.test):
            return False
    return True


def _checked(file: File) -> frozenset[str]:
    """The variables that the top level tests before it raises: `if not SECRET_KEY: raise RuntimeError(…)`."""
    found: set[str] = set()
    for node in file.source.tree.body:
        if isinstance(node, ast.Assert):
            found.update(_names(node.test))
        elif isinstance(node, (ast.If, ast.For)) and any(isinstance(each, ast.Raise) for each in ast.walk(node)):
            found.update(_names(node.test if isinstance(node, ast.If) else node.iter))
    return frozenset(found)


def _names(node: ast.AST) -> Iterator[str]:
    return (each.id for each in ast.walk(node) if isinstance(each, ast.Name))
