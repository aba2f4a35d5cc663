"""What routes leave out of (or keep in) their answers: `response_model_exclude`, `response_model_include`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from flake8_fastapi.knowledge import types as tables
from flake8_fastapi.semantics import facts, hints, schemas, served, types
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.schemas import Schema
from flake8_fastapi.semantics.things import Items, Library, LiteralThing, TableThing, Thing
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.semantics.values import Evaluator
from flake8_fastapi.visitor import Finding, check

ALL = "__all__"
"""The key that stands for every item of a collection."""
_EACH = f'{{"{ALL}": {{…}}}}'
_SETS = (Library("builtins.set"), Library("builtins.frozenset"))

Selection = Mapping[str, "Selection"]
"""Fields that `include` or `exclude` names, each with those of its inside; nothing there means the whole field."""


def selection(route: Route, keyword: str) -> Selection | None:
    """What a route gives as `response_model_exclude` or `_include`; None if that is unknown."""
    thing = route.option(keyword)
    if thing is None or (isinstance(thing, LiteralThing) and thing.value is None):
        return {}
    return _selected(route.ev, thing if type(thing) is not Thing else _in_set(route, route.keyword(keyword)))


def _in_set(route: Route, value: facts.Value | None) -> Thing | None:
    """What is given to `frozenset(…)`, there or in the constant that is named."""
    frame = route.frame
    while value is not None:
        if isinstance(value, facts.Call):
            is_set = route.ev.certain(value.func, frame) in _SETS
            return route.ev.certain(value.args[0], frame) if is_set and value.args else None
        followed = hints.definition(route.ev, value, frame)
        value, frame = followed if followed is not None else (None, frame)
    return None


def _selected(ev: Evaluator, thing: Thing | None) -> Selection | None:
    if isinstance(thing, Items):
        names = [ev.literal(item, thing.frame) for item in thing.values]
        return {str(name): {} for name in names} if NotImplemented not in names else None
    if not isinstance(thing, TableThing):
        return None
    found: dict[str, Selection] = {}
    for key, value in thing.items:
        name = ev.literal(key, thing.frame) if key is not None else NotImplemented
        inner = ev.certain(value, thing.frame)
        below = {} if isinstance(inner, LiteralThing) else _selected(ev, inner)
        if name is NotImplemented or below is None:
            return None
        found[str(name)] = below
    return found


# -- selections of a collection


@check
def exclude_on_collection(route: Route) -> Iterator[Finding]:
    """`response_model_exclude` or `_include` names fields of the items where the answer is a collection of them.

    An exclude then filters nothing, and an include empties the answer (measured): the names are looked up in the
    collection, or in the model around it.

    Bad::

        class User(BaseModel):
            name: str
            phone: str

        @app.get("/users", response_model=list[User], response_model_exclude={"phone"})  # FAP001
        def list_users(db: Session = Depends(get_db)):
            return db.query(UserRow).all()

    Good::

        class User(BaseModel):
            name: str
            phone: str

        @app.get("/users", response_model=list[User], response_model_exclude={"__all__": {"phone"}})
        def list_users(db: Session = Depends(get_db)):
            return db.query(UserRow).all()
    """
    if not served.is_api(route) or route.response.type is None:
        return
    for keyword in ("exclude", "include"):
        named = selection(route, f"response_model_{keyword}")
        misplaced = _misplaced(route.ev, route.response.type, named) if named else None
        if misplaced is not None:
            yield Finding(route.position, _misplaced_message(keyword, misplaced))
            return


class _Misplaced(NamedTuple):
    name: str
    collection: str
    remedy: str


def _misplaced_message(keyword: str, misplaced: _Misplaced) -> str:
    effect = "filters nothing" if keyword == "exclude" else "selects nothing"
    return (
        f"`response_model_{keyword}` names `{misplaced.name}`, no field of `{served.clipped(misplaced.collection)}`, "
        f"and {effect}; write `{misplaced.remedy}`"
    )


def _misplaced(ev: Evaluator, type_: Type, named: Selection) -> _Misplaced | None:
    """A name that is meant for the items of a collection, and stands where it is looked up in the collection."""
    members = list(types.members(type_))
    if len(members) != 1 or ALL in named:
        return None
    (only,) = members
    if types.is_sequence(ev, only):
        name = next((name for name in named if not name.lstrip("-").isdigit()), None)
        written = types.text(ev, only)
        return _Misplaced(name, written, _EACH) if name is not None else None
    if types.is_a(ev, only, *tables.MAPPINGS) and len(only.args) == 2:
        name = next((name for name in named if _has_field(ev, only.args[1], name)), None)
        return _Misplaced(name, types.text(ev, only), _EACH) if name is not None else None
    schema = schemas.of(ev, only)
    return _below_wrapper(ev, only, schema, named) if schema is not None and schema.is_complete else None


def _below_wrapper(ev: Evaluator, type_: Type, schema: Schema, named: Selection) -> _Misplaced | None:
    """The same for the model around: a name that is no field of it, but one of a model inside."""
    own = {field.name for field in schema.fields}
    for name in named:
        if name in own:
            continue
        for field in schema.fields:
            insides = list(types.parts(field.type))
            if any(part.kind in ("unknown", "variable") for part in insides):
                # A type variable: what the wrapper is made for.
                insides += [part for arg in type_.args for part in types.parts(arg)]
            if any(_has_field(ev, part, name) for part in insides):
                inner = _EACH if types.is_sequence(ev, field.type) else "{…}"
                return _Misplaced(name, schema.name, f'{{"{field.name}": {inner}}}')
    return None


def _has_field(ev: Evaluator, type_: Type, name: str) -> bool:
    schema = schemas.of(ev, type_)
    return schema is not None and any(field.name == name for field in schema.fields)
