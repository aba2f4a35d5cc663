"""What a route sends of ORM objects without a model that says which of their columns are meant."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import types as type_tables
from flake8_fastapi.semantics import answers, classes, served, types
from flake8_fastapi.semantics.code import start
from flake8_fastapi.semantics.data import dumps, rows
from flake8_fastapi.semantics.data.dumps import Dump
from flake8_fastapi.semantics.data.entities import Entity
from flake8_fastapi.semantics.data.rows import Held
from flake8_fastapi.semantics.facts import Position, Value
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import Frame
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.semantics.values import Evaluator

_OPEN_LISTS = frozenset(
    {
        "builtins.list",
        "collections.abc.Sequence",
        "collections.abc.MutableSequence",
        "collections.abc.Iterable",
        "collections.abc.Collection",
    }
)
_OPEN_MAPPINGS = type_tables.MAPPINGS - {"typing.TypedDict", "collections.Counter"}
_OWN_ENCODING = ("__iter__", "__getitem__", "keys")
"""Methods by which `jsonable_encoder` takes an object for a mapping of its own making."""


class SentObject(NamedTuple):
    """An ORM object that a route returns as it is."""

    position: Position
    """Of the `return`; of the route, where that stands in another file."""
    held: Held


class SentDump(NamedTuple):
    """All attributes of an ORM object that a route sends."""

    position: Position
    dump: Dump


class Returned(NamedTuple):
    """What one `return` of a handler gives."""

    value: Value
    frame: Frame
    place: int
    """Which of the handler's `return` statements it is."""


def returned(route: Route) -> Iterator[Returned]:
    """What the handler returns, if that is what FastAPI gets."""
    function = route.registration.function
    if route.function is None or route.function.is_generator or answers.endpoint(route) != function:
        return
    frame = route.ev.frame_of(function)
    for place, value in enumerate(route.function.returned):
        yield Returned(value, frame, place)


def position(route: Route, found: Returned) -> Position:
    """Where to speak of it."""
    nodes = route.code.returns() if route.code is not None else []
    return start(nodes[found.place]) if found.place < len(nodes) else route.position


def objects(route: Route) -> SentObject | None:
    """The first `return` that gives ORM objects which FastAPI dumps; None if there is none."""
    if not _is_open(route) or not _answers_data(route):
        return None
    for each in returned(route):
        held = rows.held(route.ev, each.value, each.frame)
        if held is not None and is_dumped(route.ev, held.entity) and not _is_told_apart(route, each):
            is_seen = not served.documents(route, 200, 201, route.status_code or 200) and served.sends_json(route)
            return SentObject(position(route, each), held) if is_seen else None
    return None


def dumped(route: Route) -> SentDump | None:
    """The first `return` that gives all attributes of an ORM object, unfiltered; None if there is none."""
    if not _answers_data(route):
        return None
    is_open = _is_open(route) or (route.response.type is not None and says_nothing(route.response.type))
    for each in returned(route) if is_open else ():
        dump = dumps.of(route.ev, each.value, each.frame)
        if dump is not None and (dump.in_response or served.sends_json(route)):
            return SentDump(position(route, each), dump)
    return None


def _answers_data(route: Route) -> bool:
    return served.is_api(route) and served.has_body(route) and route.shows_handler


def _is_open(route: Route) -> bool:
    """Whether no model is declared."""
    response = route.response
    return response.source == "nothing" or (response.source == "response_model" and response.type is None)


def says_nothing(type_: Type) -> bool:
    """Whether a declared answer lets everything through: `Any`, `dict`, `list[dict]`."""
    if type_.kind == "any":
        return True
    if type_.kind == "union":
        members = list(types.members(type_))
        return bool(members) and all(says_nothing(member) for member in members)
    if type_.name in _OPEN_MAPPINGS:
        return not type_.args or (len(type_.args) == 2 and says_nothing(type_.args[1]))
    if type_.name in _OPEN_LISTS:
        return not type_.args or says_nothing(type_.args[0])
    return False


def is_dumped(ev: Evaluator, entity: Entity) -> bool:
    """Whether FastAPI sends all attributes of an instance; of a document that is a pydantic model it sends the fields.

    Measured: SQLAlchemy and Tortoise objects become their columns, peewee's their internals with all columns.
    """
    if entity.is_model:
        return entity.mapper == "sqlmodel"
    return not any(classes.lookup(ev, entity.cls, name) is not None for name in _OWN_ENCODING)


def _is_told_apart(route: Route, found: Returned) -> bool:
    """`if isinstance(user, Response): return user`"""
    nodes = route.code.returns() if route.code is not None else []
    node = nodes[found.place].value if found.place < len(nodes) else None
    return route.code is not None and isinstance(node, ast.Name) and answers.is_told_apart(route.code, node)
