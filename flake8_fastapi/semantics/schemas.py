"""Data models: pydantic models, dataclasses, typed dicts and named tuples, with their fields."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from flake8_fastapi.knowledge import entities
from flake8_fastapi.knowledge import types as tables
from flake8_fastapi.semantics import classes, facts, types
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.things import ClassThing, Frame, Library, LiteralThing, TableThing, Thing
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.code import Source
    from flake8_fastapi.semantics.project import Project

_FIELD_FUNCTIONS = frozenset({"pydantic.Field", "sqlmodel.Field", "dataclasses.field"})
Kind = Literal["model", "dataclass", "typed dict", "named tuple"]


@dataclass(frozen=True)
class Field:
    """A field of a data model."""

    name: str
    type: Type
    annotation: Value
    default: Value | None
    """As written: a value, or a call of `Field(…)`."""
    frame: Frame
    """Where annotation and default are evaluated."""
    owner: ClassThing
    """The class that declares it."""
    required: bool | None
    excluded: bool
    """`Field(exclude=True)`: never in an answer."""

    def option(self, ev: Evaluator, keyword: str) -> Thing | None:
        """What `Field(…)`, as the default or in `Annotated`, is given under this keyword; None if nothing is."""
        for call, frame in _field_calls(ev, self.default, self.type, self.frame):
            value = call.keyword(keyword)
            if value is not None:
                return ev.certain(value, frame) or Thing()
        return None


class Schema:
    """A class of the project that describes data."""

    def __init__(self, ev: Evaluator, cls: ClassThing, kind: Kind) -> None:
        self.ev = ev
        self.cls = cls
        self.kind = kind

    @property
    def name(self) -> str:
        """The name of the class."""
        return self.cls.qualname.rpartition(".")[2]

    @cached_property
    def is_complete(self) -> bool:
        """Whether all its bases were resolved."""
        return classes.mro(self.ev, self.cls)[1]

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Its fields with those of its bases, in their order."""
        return tuple(self._fields())

    def _fields(self) -> Iterator[Field]:
        for name in classes.fields(self.ev, self.cls):
            found = classes.lookup(self.ev, self.cls, name)
            owner, declared = found if found is not None else (self.cls, None)
            if not isinstance(declared, facts.Declared) or name.startswith("_"):
                continue
            frame = Frame(owner.path)
            if name == "model_config" or self._is_class_variable(declared.annotation, frame):
                continue
            if self._is_relationship(declared.value, frame):
                continue
            type_ = types.resolve(self.ev, declared.annotation, frame)
            yield Field(
                name, type_, declared.annotation, declared.value, frame, owner,
                self._is_required(declared.value, type_, frame), self._is_excluded(declared.value, type_, frame),
            )  # fmt: skip

    def _is_class_variable(self, annotation: Value, frame: Frame) -> bool:
        of = annotation.of if isinstance(annotation, facts.Item) else annotation
        return self.ev.certain(of, frame) == Library("typing.ClassVar")

    def _is_relationship(self, value: Value | None, frame: Frame) -> bool:
        """Whether this is an attribute of a table that is no field of the model."""
        callee = self.ev.certain(value.func, frame) if isinstance(value, facts.Call) else None
        return callee == Library("sqlmodel.Relationship")

    def _is_required(self, default: Value | None, type_: Type, frame: Frame) -> bool | None:
        if self.kind == "typed dict":
            return None
        if default is not None and not self._is_field_call(default, frame):
            return self.ev.certain(default, frame) == LiteralThing(...)
        for call, where in _field_calls(self.ev, default, type_, frame):
            if call.open:
                return None
            if call.keyword("default_factory") is not None:
                return False
            value = call.args[0] if call.args else call.keyword("default")
            if value is not None:
                return self.ev.certain(value, where) == LiteralThing(...)
        return True

    def _is_field_call(self, value: Value, frame: Frame) -> bool:
        return field_call(self.ev, value, frame) is not None

    def _is_excluded(self, default: Value | None, type_: Type, frame: Frame) -> bool:
        for call, where in _field_calls(self.ev, default, type_, frame):
            value = call.keyword("exclude")
            if value is not None and self.ev.certain(value, where) != LiteralThing(False):
                return True
        return False

    def config(self, name: str) -> object:
        """A constant setting of the model: `model_config`, `class Config`, class keyword; None if it is not set.

        `NotImplemented` if it is set to something unknown.
        """
        for base in classes.mro(self.ev, self.cls)[0]:
            found = classes.facts_of(self.ev, base) if isinstance(base, ClassThing) else None
            if found is None or not isinstance(base, ClassThing):
                continue
            written = self._config_in(found, base, name)
            if written is not None:
                thing = self.ev.certain(written, Frame(base.path))
                if isinstance(thing, Library) and thing.name.startswith("pydantic.Extra."):
                    return thing.last
                return thing.value if isinstance(thing, LiteralThing) else NotImplemented
        return None

    def _config_in(self, found: facts.ClassFacts, base: ClassThing, name: str) -> Value | None:
        keyword = dict(found.keywords).get(name)
        if keyword is not None:
            return keyword
        for value in found.attributes.get("model_config", ()):
            written = value.value if isinstance(value, facts.Declared) else value
            if isinstance(written, facts.Call):
                return written.keyword(name)
            table = self.ev.certain(written, Frame(base.path)) if written is not None else None
            for key, item in table.items if isinstance(table, TableThing) else ():
                if key is not None and self.ev.literal(key, table.frame) == name:  # type: ignore[union-attr]
                    return item
        module = self.ev.module(base.path)
        config = module.classes.get(f"{found.qualname}.Config") if module is not None else None
        bindings = config.attributes.get(name) if config is not None else None
        return bindings[-1] if bindings else None

    @cached_property
    def is_table(self) -> bool:
        """Whether its instances are rows that FastAPI also takes as data: `SQLModel, table=True`, a Beanie document."""
        found = classes.facts_of(self.ev, self.cls)
        if found is None:
            return False
        keyword = dict(found.keywords).get("table")
        if keyword is not None and classes.is_a(self.ev, self.cls, "sqlmodel.SQLModel"):
            return self.ev.literal(keyword, Frame(self.cls.path)) is True
        return classes.is_a(self.ev, self.cls, *entities.DOCUMENTS)


class Model(Schema):
    """A data model that the file at hand defines."""

    def __init__(self, ev: Evaluator, cls: ClassThing, kind: Kind, project: Project, source: Source) -> None:
        super().__init__(ev, cls, kind)
        self.project = project
        self.source = source

    @cached_property
    def node(self) -> ast.ClassDef | None:
        """The statement that defines it."""
        return self.source.cls(self.cls.qualname)

    def statement(self, field: str) -> ast.AnnAssign | None:
        """The statement that declares a field in this class itself."""
        for found in self.node.body if self.node is not None else ():
            if isinstance(found, ast.AnnAssign) and isinstance(found.target, ast.Name) and found.target.id == field:
                return found
        return None


def of(ev: Evaluator, type_: Type) -> Schema | None:
    """The data model that a type names; None if it is none, or not one of the project."""
    return of_class(ev, type_.thing) if isinstance(type_.thing, ClassThing) else None


def of_class(ev: Evaluator, cls: ClassThing) -> Schema | None:
    """The data model that a class is; None if it is none."""
    if cls not in ev.schema_memo:
        ev.schema_memo[cls] = _of_class(ev, cls)
    return ev.schema_memo[cls]


def _of_class(ev: Evaluator, cls: ClassThing) -> Schema | None:
    if classes.is_a(ev, cls, tables.MODEL):
        return Schema(ev, cls, "model")
    if classes.is_a(ev, cls, "typing.TypedDict"):
        return Schema(ev, cls, "typed dict")
    if classes.is_a(ev, cls, "typing.NamedTuple"):
        return Schema(ev, cls, "named tuple")
    return Schema(ev, cls, "dataclass") if types.is_dataclass(ev, Type("class", cls)) else None


def nested(ev: Evaluator, type_: Type) -> Iterator[Schema]:
    """The data models that a type names anywhere: `list[Item]`, `Page[Item] | None`."""
    for part in types.parts(type_):
        found = of(ev, part)
        if found is not None:
            yield found


def _field_calls(ev: Evaluator, default: Value | None, type_: Type, frame: Frame) -> Iterator[tuple[facts.Call, Frame]]:
    """The `Field(…)` of a field: its default, and in its `Annotated`."""
    call = field_call(ev, default, frame)
    if call is not None:
        yield call, frame
    for value, where in type_.metadata:
        call = field_call(ev, value, where)
        if call is not None:
            yield call, where


def field_call(ev: Evaluator, value: Value | None, frame: Frame, *markers: str) -> facts.Call | None:
    """The `Field(…)` or `field(…)` that a value is, or the call of one of these markers."""
    if not isinstance(value, facts.Call):
        return None
    callee = ev.certain(value.func, frame)
    return value if isinstance(callee, Library) and callee.name in (*_FIELD_FUNCTIONS, *markers) else None
