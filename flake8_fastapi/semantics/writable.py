"""What the responses that are built by hand can write, and what they cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import encoding, framework
from flake8_fastapi.semantics import calls, classes, encoded, facts, origins, schemas, types
from flake8_fastapi.semantics.data import entities, rows
from flake8_fastapi.semantics.data.entities import Entity
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.origins import Origin
from flake8_fastapi.semantics.schemas import Field, Schema
from flake8_fastapi.semantics.things import (
    ClassThing,
    Frame,
    Instance,
    Items,
    Library,
    TableThing,
    Thing,
)
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.semantics.values import Evaluator

_DEPTH = 6
"""How many containers and nested models are looked into."""
_DUMPS = frozenset({"model_dump", "dict"})
_MAY_HOLD_ROWS = (facts.Local, facts.Call, facts.Awaited, facts.Attribute, facts.Parameter, facts.Item, facts.Iterated)
_STRICT = frozenset({"exclude_unset", "exclude_defaults"})
"""Options of them that leave out what the instance was not given."""

Writer = Literal["json", "orjson", "text"]


class Fault(NamedTuple):
    """Something that cannot be written."""

    value: Value
    """The expression in the content that holds it."""
    kind: str
    """What it is: `datetime`, `User` …"""
    field: str = ""
    """The field of a model that brings it."""


def writer(ev: Evaluator, cls: ClassThing | Library) -> Writer | None:
    """How a response class writes its content; None for one that is no such class, or whose own affair it is."""
    if isinstance(cls, ClassThing) and any(classes.method(ev, cls, name) for name in ("__init__", "render")):
        return None
    for name in classes.library_types(ev, cls):
        if name in encoding.OTHER_WRITERS:
            return None
        if name == encoding.ORJSON_RESPONSE:
            return "orjson"
        if name == encoding.JSON_RESPONSE:
            return "json"
    return "text" if isinstance(cls, Library) and cls.name in encoding.TEXT_RESPONSES else None


def content(call: facts.Call) -> Value | None:
    """What a response is given to send; None if that is nothing, or hidden."""
    if call.open:
        return None
    return call.args[0] if call.args else call.keyword("content")


# -- what cannot be written


def fault(ev: Evaluator, value: Value, frame: Frame, by: Writer) -> Fault | None:
    """What certainly stops a response from writing this content; None if nothing certainly does."""
    return _Search(ev, by).value(value, frame, _DEPTH)


class _Search:
    def __init__(self, ev: Evaluator, by: Writer) -> None:
        self.ev = ev
        self.by = by
        self.names = encoding.UNWRITABLE[by]

    def value(self, value: Value, frame: Frame, depth: int) -> Fault | None:
        """The fault of an expression, if wherever it comes from it has one: some of them may be told apart."""
        held = rows.held(self.ev, value, frame) if isinstance(value, _MAY_HOLD_ROWS) else None
        if held is not None and not held.is_boxed:
            return Fault(value, held.entity.name)
        found = origins.of(self.ev, value, frame) if depth else ()
        faults = [self._origin(origin, depth) for origin in found]
        first = faults[0] if faults else None
        if first is None or not all(faults):
            return None
        is_whole = first.value is found[0].value
        return first._replace(value=value) if is_whole else first

    def _origin(self, origin: Origin, depth: int) -> Fault | None:
        value, frame, _ = origin
        if isinstance(value, facts.Constant):
            return Fault(value, "bytes") if isinstance(value.value, bytes) and self.by != "text" else None
        if isinstance(value, (facts.Table, facts.Display)):
            if self.by == "text":
                return Fault(value, "dict" if isinstance(value, facts.Table) else "list")
            changed = origins.changes(self.ev, origin)
            return self._written_out(value, frame, changed, depth) if changed is not None else None
        call = value.of if isinstance(value, facts.Awaited) else value
        if isinstance(call, facts.Call):
            found = self._called(call, frame, depth)
            if found is not None:
                return found._replace(value=value) if found.value is call else found
        return self._thing(value, self.ev.certain(value, frame), frame, depth)

    def _written_out(
        self, value: facts.Table | facts.Display, frame: Frame, changed: frozenset[str], depth: int
    ) -> Fault | None:
        """A dict, list or set that stands in the source."""
        if isinstance(value, facts.Display):
            if value.kind == "set":
                return Fault(value, "set")
            return self._first(((item, frame) for item in value.items), depth)
        kept = ((key, item) for key, item in value.items if key is None or self.ev.literal(key, frame) not in changed)
        return self._first(((item, frame) for _, item in kept), depth)

    def _first(self, items: Iterator[tuple[Value, Frame]], depth: int) -> Fault | None:
        found = (self.value(item, frame, depth - 1) for item, frame in items if not isinstance(item, facts.Starred))
        return next((each for each in found if each is not None), None)

    def _called(self, call: facts.Call, frame: Frame, depth: int) -> Fault | None:
        if isinstance(call.func, facts.Attribute) and call.func.name in _DUMPS:
            return self._dump(call, call.func, frame)
        name = encoded.name_of(self.ev, call.func, frame)
        if name == "builtins.dict" and not call.args and self.by != "text":
            return self._first(((value, frame) for _, value in call.keywords), depth)
        gives = encoding.GIVES.get(name, "")
        return Fault(call, gives.rpartition(".")[2]) if gives in self.names else None

    def _thing(self, value: Value, thing: Thing | None, frame: Frame, depth: int) -> Fault | None:
        if isinstance(thing, TableThing) and thing.frame.function == facts.MODULE:
            return self._first(((item, thing.frame) for _, item in thing.items), depth)
        if isinstance(thing, Items) and thing.frame.function == facts.MODULE:
            return self._first(((item, thing.frame) for item in thing.values), depth)
        if isinstance(value, facts.Attribute):
            held = rows.held(self.ev, value.of, frame)
            if held is not None:
                return self._column(held.entity, value) if not (held.is_many or held.is_boxed) else None
        if not isinstance(thing, Instance) or (isinstance(value, facts.Attribute) and self._gives_values(value, frame)):
            return None
        kind = self._kind(thing.type)
        return Fault(value, kind) if kind else None

    def _column(self, entity: Entity, value: facts.Attribute) -> Fault | None:
        """An attribute of a row, by the type of its column."""
        column = entity.column(value.name)
        kind = encoding.COLUMNS.get(column.type.removesuffix(" | None"), "") if column is not None else ""
        return Fault(value, kind.rpartition(".")[2]) if kind in self.names else None

    def _gives_values(self, value: facts.Attribute, frame: Frame) -> bool:
        """Whether a model keeps the plain values of its enumerations."""
        owner = self.ev.certain(value.of, frame)
        cls = owner.type if isinstance(owner, Instance) else None
        schema = schemas.of_class(self.ev, cls) if isinstance(cls, ClassThing) else None
        return schema is not None and schema.config("use_enum_values") is not None

    def _kind(self, cls: ClassThing | Library) -> str:
        """The name of a class whose instances cannot be written; empty for any other."""
        if isinstance(cls, Library):
            return cls.last if any(name in self.names for name in classes.library_types(self.ev, cls)) else ""
        ev, name = self.ev, cls.qualname.rpartition(".")[2]
        if classes.is_a(ev, cls, *encoding.CONTAINERS, "typing.TypedDict", "typing.NamedTuple"):
            return ""
        if classes.is_a(ev, cls, framework.PYDANTIC_MODEL) or entities.of_class(ev, cls) is not None:
            return name
        if self.by == "orjson":
            return ""
        is_plain = types.is_dataclass(ev, Type("class", cls)) or classes.is_a(ev, cls, "enum.Enum", "enum.Flag")
        is_number = classes.is_a(ev, cls, "enum.StrEnum", "enum.IntEnum", "enum.IntFlag")
        return name if is_plain and not is_number and classes.mro(ev, cls)[1] else ""

    # -- models that are written out

    def _dump(self, call: facts.Call, func: facts.Attribute, frame: Frame) -> Fault | None:
        """`user.model_dump()`: the values stay what they are, unless `mode="json"` is asked for."""
        thing = self.ev.certain(func.of, frame)
        cls = thing.type if isinstance(thing, Instance) else None
        schema = schemas.of_class(self.ev, cls) if isinstance(cls, ClassThing) else None
        if schema is None or schema.kind != "model" or not schema.is_complete or call.open or call.args:
            return None
        if not {key for key, _ in call.keywords} <= _STRICT | {"by_alias", "exclude_none", "round_trip", "warnings"}:
            return None
        if self.by == "text":
            return Fault(call, "dict")
        is_strict = any(key in _STRICT for key, _ in call.keywords)
        found = self._field(schema, is_strict, _DEPTH)
        return Fault(call, found[1], found[0]) if found is not None else None

    def _field(self, schema: Schema, is_strict: bool, depth: int) -> tuple[str, str] | None:
        """The first field, and the type of it, that a dump leaves as it cannot be written."""
        if depth == 0 or schema.kind != "model" or _is_custom(self.ev, schema):
            return None
        for field in schema.fields:
            if field.excluded or (is_strict and not field.required) or field.type.metadata:
                continue
            kind = self._field_kind(schema, field, is_strict, depth)
            if kind:
                return field.name, kind
        return None

    def _field_kind(self, schema: Schema, field: Field, is_strict: bool, depth: int) -> str:
        type_ = field.type.args[0] if field.type.name == "builtins.list" and field.type.args else field.type
        if type_.kind != "class" or type_.is_opaque or type_.thing is None:
            return ""
        inner = schemas.of(self.ev, type_)
        if inner is not None and inner.kind == "model":
            found = self._field(inner, is_strict, depth - 1)
            return found[1] if found is not None else ""
        if inner is not None:
            return ""
        if classes.is_a(self.ev, type_.thing, "enum.Enum") and schema.config("use_enum_values") is not None:
            return ""
        return self._kind(type_.thing)


def _is_custom(ev: Evaluator, schema: Schema) -> bool:
    """Whether the model says itself how it is written, or changes its values when they are given."""
    for base in classes.mro(ev, schema.cls)[0]:
        found = classes.facts_of(ev, base) if isinstance(base, ClassThing) else None
        if found is None or not isinstance(base, ClassThing):
            continue
        for bindings in found.attributes.values():
            for value in bindings:
                if isinstance(value, facts.Function) and _changes_values(ev, value, Frame(base.path)):
                    return True
    return False


def _changes_values(ev: Evaluator, function: facts.Function, frame: Frame) -> bool:
    raw = ev.raw(function, frame)
    if raw.qualname.rpartition(".")[2] in _DUMPS:
        return True
    return not calls.traits(ev, raw).isdisjoint(framework.VALIDATORS | framework.SERIALIZERS)
