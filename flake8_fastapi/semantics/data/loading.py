"""Relationships that a response model reads, and whether the query loads them together with its rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import entities as tables
from flake8_fastapi.knowledge import queries as query_tables
from flake8_fastapi.semantics import calls, classes, facts, schemas, types
from flake8_fastapi.semantics.data import entities, queries, resources, rows, sent
from flake8_fastapi.semantics.data.entities import Entity, Relationship
from flake8_fastapi.semantics.data.queries import Load, Query, Result
from flake8_fastapi.semantics.data.sent import Returned
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.schemas import Field, Schema
from flake8_fastapi.semantics.things import ClassThing, Frame
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.semantics.values import Evaluator

_DEEPEST = 4
"""How many relationships inside each other are followed."""
_DEPTH = 6


class Unloaded(NamedTuple):
    """A relationship that a model reads and its query does not load."""

    schema: Schema
    """The model that reads it."""
    entity: Entity
    relationship: Relationship
    is_collection: bool
    result: Result
    is_async: bool
    returned: Returned
    text: str
    """The call in the handler that gives the rows: `crud.get_users()`; empty for anything else."""


class _Read(NamedTuple):
    """Objects that a model is filled from."""

    schema: Schema
    result: Result
    is_many: bool


class _Validated(NamedTuple):
    """`UserOut.model_validate(user)`, alone or for each in a comprehension."""

    schema: Schema
    value: Value
    is_many: bool


def unloaded(route: Route) -> Iterator[Unloaded]:
    """The relationships that fail or cost a query for each row while the route's answer is put together."""
    declared = route.response.type
    for each in sent.returned(route) if declared is not None else ():
        assert declared is not None
        seen: set[tuple[ClassThing, facts.Call | None]] = set()
        for read in _reads(route.ev, declared, each.value, each.frame, _DEPTH):
            key = (read.schema.cls, read.result.query.call)
            found = _of_read(route, read, each) if key not in seen else None
            seen.add(key)
            if found is not None:
                yield found


# -- which model reads which rows


def _reads(ev: Evaluator, type_: Type, value: Value, frame: Frame, depth: int) -> Iterator[_Read]:
    """The models of a declared type that are filled from results of queries in an expression."""
    schema = _schema(ev, type_)
    if schema is None or depth == 0 or all(types.is_scalar(ev, field.type) for field in schema.fields):
        return
    if isinstance(value, facts.Either):
        for branch in value.values:
            yield from _reads(ev, type_, branch, frame, depth - 1)
        return
    made, where = _written_out(ev, value, frame)
    call = made.of if isinstance(made, facts.Awaited) else made
    entered = queries.Reader(ev).entered(call, queries.Spot(where)) if isinstance(call, facts.Call) else None
    for each in entered[0].returned if entered is not None else ():
        assert entered is not None
        yield from _reads(ev, type_, each, entered[1].frame, depth - 1)
    for inner, part in _parts(ev, schema, made, where):
        yield from _reads(ev, inner.type, part, where, depth - 1)
    validated = _validated(ev, made, where)
    if validated is not None:
        schema, value, frame = validated.schema, validated.value, where
    held = rows.held(ev, value, frame)
    if held is not None and held.result is not None and not held.is_boxed:
        yield _Read(schema, held.result, held.is_many or (validated is not None and validated.is_many))


def _written_out(ev: Evaluator, value: Value, frame: Frame) -> tuple[Value, Frame]:
    """What a variable that is bound once is; any other expression itself."""
    bound = queries.Reader(ev).bindings(value, queries.Spot(frame)) if isinstance(value, facts.Local) else []
    if len(bound) == 1 and isinstance(bound[0][0], (facts.Table, facts.Call, facts.Display, facts.Awaited)):
        return bound[0][0], bound[0][1].frame
    return value, frame


def _schema(ev: Evaluator, type_: Type) -> Schema | None:
    """The model of `UserOut`, `UserOut | None`, `list[UserOut]`."""
    members = list(types.members(type_))
    if len(members) != 1:
        return None
    (member,) = members
    inner = member.args[0] if member.name in rows.COLLECTIONS and member.args else member
    found = schemas.of(ev, inner)
    return found if found is not None and found.kind == "model" else None


def _parts(ev: Evaluator, schema: Schema, value: Value, frame: Frame) -> Iterator[tuple[Field, Value]]:
    """The fields of a model that a dict, or a call of the model, fills: `{"items": users}`, `Page(items=users)`."""
    named: dict[object, Value] = {}
    if isinstance(value, facts.Table):
        named = {ev.literal(key, frame): item for key, item in value.items if key is not None}
    elif isinstance(value, facts.Call) and ev.certain(value.func, frame) == schema.cls:
        named = {key: item for key, item in value.keywords if key is not None}
    for field in schema.fields if named else ():
        if field.name in named:
            yield field, named[field.name]


def _validated(ev: Evaluator, value: Value, frame: Frame) -> _Validated | None:
    is_many = isinstance(value, facts.Display) and value.kind == "each" and bool(value.items)
    if isinstance(value, facts.Display):
        value = value.items[0] if is_many else value
    if not isinstance(value, facts.Call) or not isinstance(value.func, facts.Attribute) or not value.args:
        return None
    cls = ev.certain(value.func.of, frame) if value.func.name in tables.READERS else None
    schema = schemas.of_class(ev, cls) if isinstance(cls, ClassThing) else None
    if schema is None or schema.kind != "model":
        return None
    return _Validated(schema, value.args[0], is_many)


# -- what is read and not loaded


def _of_read(route: Route, read: _Read, returned: Returned) -> Unloaded | None:
    ev, query = route.ev, read.result.query
    entity = entities.of_class(ev, query.entity) if query.entity is not None else None
    if entity is None or not entity.is_sqlalchemy or query.library != "sqlalchemy" or not query.is_complete:
        return None
    missing = _missing(ev, read.schema, entity, query.loads, (), [entity])
    if missing is None:
        return None
    is_async = _is_async(ev, read.result)
    if is_async is None or not _is_harmful(route, read, missing, is_async):
        return None
    made, _ = _written_out(ev, returned.value, returned.frame)
    text = written(made) if isinstance(made, (facts.Call, facts.Awaited)) else ""
    return Unloaded(
        missing.schema, missing.entity, missing.relationship, missing.is_collection,
        read.result, is_async, returned, text,
    )  # fmt: skip


class _Missing(NamedTuple):
    schema: Schema
    entity: Entity
    relationship: Relationship
    is_collection: bool
    is_nested: bool = False
    """It is read of each object of another collection."""


def _missing(
    ev: Evaluator, schema: Schema, entity: Entity, loads: tuple[Load, ...], path: tuple[str, ...], seen: list[Entity]
) -> _Missing | None:
    """The first relationship that a model, or one nested in it, reads without its being loaded.

    What is read back, from an order to the user whose orders are read, is in the session already.
    """
    if len(path) >= _DEEPEST or not _reads_plainly(ev, schema):
        return None
    for field in schema.fields:
        relationship = entity.relationship(field.name)
        if relationship is None or relationship.target is None or _has_alias(ev, field):
            continue
        here = (*path, relationship.name)
        if _is_loaded(relationship, here, loads):
            inner = next(schemas.nested(ev, field.type), None)
            if inner is not None and relationship.target not in seen:
                found = _missing(ev, inner, relationship.target, loads, here, [*seen, relationship.target])
                if found is not None:
                    return found._replace(is_nested=found.is_nested or _is_collection(ev, field, relationship))
        elif relationship.is_loaded_on_read and not any(_names(load, here) for load in loads):
            is_collection = _is_collection(ev, field, relationship)
            if is_collection or relationship.target not in seen:
                return _Missing(schema, entity, relationship, is_collection)
    return None


def _is_collection(ev: Evaluator, field: Field, relationship: Relationship) -> bool:
    if relationship.is_collection is not None:
        return relationship.is_collection
    return any(types.is_sequence(ev, member) for member in types.members(field.type))


def _is_loaded(relationship: Relationship, path: tuple[str, ...], loads: tuple[Load, ...]) -> bool:
    if any(_names(load, path) and load.strategy in query_tables.LOADERS for load in loads):
        return True
    return relationship.is_eager


def _names(load: Load, path: tuple[str, ...]) -> bool:
    """Whether a loader option says something of the relationship at the end of this path."""
    names = tuple(column.name for column in load.path)
    return names[: len(path)] == path or "*" in names


def _reads_plainly(ev: Evaluator, schema: Schema) -> bool:
    """Whether a model reads the attributes named like its fields: no validator of its own stands before."""
    if not schema.is_complete or schema.config("alias_generator") is not None:
        return False
    for base in classes.mro(ev, schema.cls)[0]:
        found = classes.facts_of(ev, base) if isinstance(base, ClassThing) else None
        for bindings in found.attributes.values() if found is not None else ():
            value = bindings[-1]
            if isinstance(value, facts.Function) and isinstance(base, ClassThing):
                traits = calls.traits(ev, ev.raw(value, Frame(base.path)))
                if not traits.isdisjoint(tables.MODEL_VALIDATORS):
                    return False
    return True


def _has_alias(ev: Evaluator, field: Field) -> bool:
    return any(field.option(ev, name) is not None for name in ("alias", "validation_alias"))


# -- whether it is a fault


def _is_harmful(route: Route, read: _Read, missing: _Missing, is_async: bool) -> bool:
    """Whether it costs more than one query in all, or raises."""
    query, relationship, target = read.result.query, missing.relationship, missing.relationship.target
    if _is_cared_for(route, read.result, relationship):
        return False
    if is_async and query.is_legacy:
        # An `AsyncSession` has no `query`: the code fails before.
        return False
    if not is_async and not (read.is_many or missing.is_nested):
        return False
    if missing.is_collection or target is None:
        return True
    return not (not is_async and _is_of_one(query)) and not _may_be_in_session(route, read.result, target)


def _is_of_one(query: Query) -> bool:
    """Whether all rows may have the same other end: `where(Order.user_id == user_id)`."""
    return any(each.kind == "equals" and not each.is_constant for each in query.filters)


def _is_async(ev: Evaluator, result: Result) -> bool | None:
    """Whether an async session ran the query; None if that is unknown."""
    if result.call is None or result.frame is None:
        return None
    return _session_is_async(ev, result.call, result.frame, _DEPTH)


def _session_is_async(ev: Evaluator, value: Value, frame: Frame, depth: int) -> bool | None:
    while True:
        if isinstance(value, facts.Call):
            value = value.func
        elif isinstance(value, (facts.Attribute, facts.Awaited, facts.Item)):
            value = value.of
            found = resources.resource(ev, ev.certain(value, frame))
            if found is not None:
                return found.is_async if found.is_sqlalchemy or found.library.startswith("sqlmodel.") else None
        else:
            break
    if not isinstance(value, facts.Local) or depth == 0:
        return None
    bound = queries.Reader(ev).bindings(value, queries.Spot(frame))
    return resources.agreed(_session_is_async(ev, each, spot.frame, depth - 1) for each, spot in bound)


def _is_cared_for(route: Route, result: Result, relationship: Relationship) -> bool:
    """Whether the code around may load the relationship in another way: `refresh(user, ["orders"])`, `run_sync`."""
    for frame in _frames(route, result):
        text = route.ev.files.text(frame.path) or b""
        function = _function(route.ev, frame)
        if function is None or any(word in text for word in tables.OTHER_LOADING):
            return True
        if any(name == f".{relationship.name}" for _, name in function.changed):
            return True
        called = (call.func for call in _calls(function))
        if any(isinstance(func, facts.Attribute) and func.name == "refresh" for func in called):
            return True
    return False


def _may_be_in_session(route: Route, result: Result, target: Entity) -> bool:
    """Whether something else may have loaded the other end of the relationship: the current user of a dependency."""
    for dependency in route.every_dependency():
        found = dependency.facts
        if found is None or not found.is_generator:
            return True
    for frame in _frames(route, result):
        function = _function(route.ev, frame)
        for call in _calls(function) if function is not None else ():
            if any(route.ev.certain(argument, frame) == target.cls for argument in call.args[:1]):
                return True
    return False


def _frames(route: Route, result: Result) -> list[Frame]:
    """The handler, and the function that runs the query."""
    own = route.ev.frame_of(route.registration.function)
    return [own] if result.frame is None else [own, result.frame]


def _function(ev: Evaluator, frame: Frame) -> facts.FunctionFacts | None:
    module = ev.module(frame.path)
    return module.functions.get(frame.function) if module is not None else None


def _calls(function: facts.FunctionFacts) -> Iterator[facts.Call]:
    return (site.value for site in function.sites if isinstance(site.value, facts.Call))
