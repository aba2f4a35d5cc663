"""Whether a table may stay short: a list of kinds, roles or settings that somebody keeps by hand."""

from __future__ import annotations

import re

from flake8_fastapi.knowledge import queries as tables
from flake8_fastapi.knowledge import sensitive
from flake8_fastapi.semantics import classes
from flake8_fastapi.semantics.data import entities
from flake8_fastapi.semantics.data.entities import Column, Entity
from flake8_fastapi.semantics.facts import Call, Declared
from flake8_fastapi.semantics.things import ClassThing, Frame
from flake8_fastapi.semantics.values import Evaluator

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OF_PEOPLE = ("email", "email_address", "e_mail")
_TEXTS = ("str", "String", "Text", "VARCHAR", "CHAR")
_CREDENTIALS = frozenset({"password", "hash"})


def may_stay_short(ev: Evaluator, cls: ClassThing) -> bool:
    """Whether a table refers to no other one, holds no people, and looks as if it were kept by hand.

    Rows that belong to other rows (orders, comments, a user's items) grow with those, and people sign up. Of the rest,
    tables that others refer to, and tables that are ordered, named or switched by hand, may be short.
    """
    entity = entities.of_class(ev, cls)
    if entity is None or not entity.is_sqlalchemy or _belongs_to_others(entity) or _holds_people(entity):
        return False
    return _is_kept_by_hand(entity) or _has_collections(entity) or _is_referred_to(entity)


def _has_collections(entity: Entity) -> bool:
    return any(each.is_collection is not False for each in entity.relationships)


def _is_kept_by_hand(entity: Entity) -> bool:
    """Whether a switch, a place in an order or a text as the key is a column of its own."""
    for column in entity.columns:
        if _is_own(entity, column.name) and (
            column.name in tables.SWITCHES or column.name in tables.PLACES or _is_text_key(entity, column)
        ):
            return True
    return False


def _is_text_key(entity: Entity, column: Column) -> bool:
    """`code = Column(String, primary_key=True)`, without a default that makes one up."""
    if not column.is_primary_key or not column.type.startswith(_TEXTS):
        return False
    found = classes.lookup(entity.ev, entity.cls, column.name)
    written = found[1] if found is not None else None
    call = written.value if isinstance(written, Declared) else written
    return isinstance(call, Call) and not any(call.keyword(each) for each in ("default", "default_factory"))


def _belongs_to_others(entity: Entity) -> bool:
    own = _table(entity)
    for column in entity.columns:
        key = column.foreign_key
        if key is not None and key.rpartition(".")[0].rpartition(".")[2] != own and _is_own(entity, column.name):
            return True
    return any(
        each.is_collection is False and each.target not in (None, entity) and each.owner == entity.cls
        for each in entity.relationships
    )


def _is_own(entity: Entity, name: str) -> bool:
    """Whether the class itself declares a column: `created_by_id` of a mixin says nothing of a table."""
    found = classes.lookup(entity.ev, entity.cls, name)
    return found is not None and found[0] == entity.cls


def _holds_people(entity: Entity) -> bool:
    for column in entity.columns:
        secret = sensitive.secret(column.name)
        if column.name.lower().endswith(_OF_PEOPLE) or (secret is not None and secret.kind in _CREDENTIALS):
            return True
    return False


def _is_referred_to(entity: Entity) -> bool:
    """Whether some file says `ForeignKey("roles.id")`, or the same with the class."""
    table = _table(entity)
    return any(_is_named(entity.ev, each) for each in ([table] if table is not None else _usual_tables(entity.name)))


def _is_named(ev: Evaluator, table: str) -> bool:
    beginnings = (f'"{table}.'.encode(), f"'{table}.".encode(), f".{table}.".encode())
    texts = (ev.files.text(path) or b"" for path in ev.files.mentioning(table))
    return any(each in text for text in texts for each in beginnings)


def _usual_tables(name: str) -> list[str]:
    """What base classes make of the name of a class: `UserRole` is in `userrole` or `user_roles`."""
    snake = _CAPITAL.sub("_", name).lower()
    return [name.lower(), f"{name.lower()}s", snake, f"{snake}s"]


def _table(entity: Entity) -> str | None:
    """The name of the table; None if it is not constant."""
    found = classes.lookup(entity.ev, entity.cls, "__tablename__")
    if found is None:
        return entity.name.lower() if entity.mapper == "sqlmodel" else None
    owner, value = found
    written = value.value if isinstance(value, Declared) and value.value is not None else value
    name = entity.ev.literal(written, Frame(owner.path))
    return name if isinstance(name, str) else None
