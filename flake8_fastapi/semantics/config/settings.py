"""Settings classes: `BaseSettings` of pydantic 1 and of pydantic-settings, with what is derived from it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flake8_fastapi.semantics import classes, facts, schemas, types
from flake8_fastapi.semantics.facts import Position, Value
from flake8_fastapi.semantics.things import ClassThing, Frame, Instance, Library, LiteralThing, Thing
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.code import Source
    from flake8_fastapi.semantics.project import Project

BASE = "pydantic.BaseSettings"
"""The canonical name of both: tables of other spellings make one of them."""


@dataclass(frozen=True)
class Field:
    """A field of a settings class."""

    name: str
    type: Type
    default: Value | None
    """What the field is where nothing sets it, as written; None if it is required, or made by a factory."""
    frame: Frame
    """Where the default is evaluated."""
    owner: ClassThing
    """The class that declares it."""
    is_required: bool | None
    is_excluded: bool = False
    """`Field(exclude=True)`: left out where the object is written."""

    def statement(self, source: Source) -> ast.AnnAssign | ast.Assign | None:
        """The statement that declares it, if that stands in the file at hand."""
        cls = source.cls(self.owner.qualname) if source.path == self.owner.path else None
        for node in cls.body if cls is not None else ():
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            named = any(isinstance(each, ast.Name) and each.id == self.name for each in targets)
            if named and isinstance(node, (ast.AnnAssign, ast.Assign)):
                return node
        return None

    def position(self, source: Source) -> Position | None:
        """Where it is declared, if that is in the file at hand."""
        node = self.statement(source)
        return Position(node.lineno, node.col_offset) if node is not None else None


def is_settings(ev: Evaluator, cls: ClassThing) -> bool:
    """Whether a class of the project reads its fields from the environment: it derives from `BaseSettings`."""
    return classes.is_a(ev, cls, BASE)


def class_of(ev: Evaluator, thing: Thing | None) -> ClassThing | None:
    """The settings class that a thing is an instance of; None for anything else."""
    cls = thing.type if isinstance(thing, Instance) else None
    return cls if isinstance(cls, ClassThing) and is_settings(ev, cls) else None


def fields(ev: Evaluator, cls: ClassThing) -> tuple[Field, ...]:
    """The fields of a settings class with those of its bases; empty for a class that is none."""
    schema = schemas.of_class(ev, cls)
    if schema is None or not is_settings(ev, cls):
        return ()
    found = {field.name: _field(ev, field) for field in schema.fields}
    found.update((field.name, field) for field in _unannotated(ev, cls) if field.name not in found)
    return tuple(found.values())


def field(ev: Evaluator, cls: ClassThing, name: str) -> Field | None:
    """The field of this name."""
    return next((each for each in fields(ev, cls) if each.name == name), None)


def model_fields(ev: Evaluator, cls: ClassThing) -> tuple[Field, ...]:
    """The fields of a data model, such as one that is a field of a settings class."""
    schema = schemas.of_class(ev, cls)
    return tuple(_field(ev, each) for each in schema.fields) if schema is not None else ()


def _field(ev: Evaluator, found: schemas.Field) -> Field:
    default, frame = _default(ev, found)
    if default is not None and ev.certain(default, frame) == LiteralThing(...):
        default = None
    return Field(found.name, found.type, default, frame, found.owner, found.required, found.excluded)


def _default(ev: Evaluator, found: schemas.Field) -> tuple[Value | None, Frame]:
    """What stands for the value: after `=`, in `Field(…)`, or in the `Field(…)` of `Annotated`."""
    if found.default is not None:
        call = schemas.field_call(ev, found.default, found.frame)
        if call is None:
            return found.default, found.frame
        written = _of_call(call)
        if written is not None:
            return written, found.frame
    for value, where in found.type.metadata:
        call = schemas.field_call(ev, value, where)
        written = _of_call(call) if call is not None else None
        if written is not None:
            return written, where
    return None, found.frame


def _of_call(call: facts.Call) -> Value | None:
    if call.args:
        return call.args[0] if not isinstance(call.args[0], facts.Starred) else None
    return call.keyword("default")


def _unannotated(ev: Evaluator, cls: ClassThing) -> Iterator[Field]:
    """`DEBUG = True`: pydantic 1 makes a field of it."""
    for base in classes.mro(ev, cls)[0]:
        found = classes.facts_of(ev, base) if isinstance(base, ClassThing) else None
        if found is None or not isinstance(base, ClassThing) or not is_settings(ev, base):
            continue
        for name, bindings in found.attributes.items():
            value = bindings[-1]
            if name.startswith("_") or name == "model_config" or not _is_value(ev, value, Frame(base.path)):
                continue
            yield Field(name, types.UNKNOWN, value, Frame(base.path), base, False)


def _is_value(ev: Evaluator, value: Value, frame: Frame) -> bool:
    """Whether what a class body binds is a value, not a method, a class or a validator."""
    if isinstance(value, (facts.Function, facts.Class, facts.Declared, facts.Import)):
        return False
    callee = ev.certain(value.func, frame) if isinstance(value, facts.Call) else None
    return not (isinstance(callee, Library) and callee.last in ("validator", "root_validator", "SettingsConfigDict"))


# -- the project


def every(project: Project) -> tuple[ClassThing, ...]:
    """The settings classes of the project, tests aside."""
    known = project.memo.get("settings classes")
    if not isinstance(known, tuple):
        known = project.memo["settings classes"] = tuple(_every(project))
    return known


def _every(project: Project) -> Iterator[ClassThing]:
    seen: set[ClassThing] = set()
    names = ["BaseSettings"]
    for name in names:
        word = re.escape(name.encode("utf-8", "replace"))
        derived = re.compile(rb"\bclass\s+\w+\s*\([^)]*\b" + word + rb"\b|\b" + word + rb"\s+as\b")
        for path in project.files.mentioning(name):
            if project.files.is_test(path) or derived.search(project.files.text(path) or b"") is None:
                continue
            module = project.facts(path)
            for qualname in module.classes if module is not None else ():
                cls = ClassThing(path, qualname)
                if cls not in seen and is_settings(project.evaluator, cls):
                    seen.add(cls)
                    names.append(qualname.rpartition(".")[2])
                    yield cls


def class_names(project: Project) -> frozenset[str]:
    """Their names."""
    return frozenset(cls.qualname.rpartition(".")[2] for cls in every(project))
