"""What library objects are: other spellings of names, base classes, and types of values.

Names are dotted and canonical: a method is named after the class that defines it or behaves like its definer
(``sqlalchemy.orm.Session.execute``), so a look-up for an instance goes through ``ancestors`` of its type.
The tables are sorted by family in the modules of this package and were compared with the real packages
(``tests/knowledge/verify_tables.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TypeVar

from . import ai, databases, schemas, services, standard, stores, web

_FAMILIES = (
    standard.FAMILY,
    web.FAMILY,
    schemas.FAMILY,
    databases.FAMILY,
    stores.FAMILY,
    services.FAMILY,
    ai.FAMILY,
)
_Value = TypeVar("_Value")


def _merged(*tables: Mapping[str, _Value]) -> Mapping[str, _Value]:
    result: dict[str, _Value] = {}
    for table in tables:
        twice = result.keys() & table.keys()
        if twice:
            raise ValueError(f"listed in two families: {', '.join(sorted(twice))}")
        result.update(table)
    return MappingProxyType(result)


ALIASES: Mapping[str, str] = _merged(*(family.aliases for family in _FAMILIES))
"""Another spelling (private module, re-export, old name) -> the name our tables use.

A key is a whole name or a prefix of one (a module, a class). Source: the packages' ``__init__`` modules."""

BASES: Mapping[str, tuple[str, ...]] = _merged(*(family.bases for family in _FAMILIES))
"""A class -> the classes whose rows hold for it as well.

Mostly real bases; some classes only behave like the other (``scoped_session`` like ``Session``)."""

RETURNS: Mapping[str, str] = _merged(*(family.returns for family in _FAMILIES))
"""A function, a method or ``X.__call__`` (calling an instance of X) -> the type of the result.

Of a coroutine function: the type after ``await``. Calling a class gives its instance and is not listed.
A factory told which class to make (``sessionmaker(class_=AsyncSession)``) makes that one instead."""

ATTRIBUTES: Mapping[str, str] = _merged(*(family.attributes for family in _FAMILIES))
"""An attribute of an instance -> the type of its value."""

ITEMS: Mapping[str, str] = _merged(*(family.items for family in _FAMILIES))
"""A type -> the type of ``instance[key]``."""

ANY_ATTRIBUTE: Mapping[str, str] = _merged(*(family.any_attribute for family in _FAMILIES))
"""A type -> the type of every attribute that no other table knows (``client.shop`` is a pymongo database)."""

ENTERS: Mapping[str, str] = _merged(*(family.enters for family in _FAMILIES))
"""A type, or a call whose result is entered -> the type of the ``as`` target of ``with``/``async with``.

Only where the target is not the object itself."""

ITERATES: Mapping[str, str] = _merged(*(family.iterates for family in _FAMILIES))
"""What blocks the thread at every step of an iteration -> the group (``io``, ``session`` or ``file``).

A type whose instances do so, or a function whose result does. Calling such a function waits for nothing."""

COROUTINES: frozenset[str] = frozenset().union(*(family.coroutines for family in _FAMILIES))
"""Functions and methods whose call does nothing until it is awaited.

Not here: what starts work without ``await`` (``asyncio.gather``, motor) and what is meant for ``async with``
(``aiofiles.open``)."""

ASYNC_CLIENTS: frozenset[str] = frozenset().union(*(family.async_clients for family in _FAMILIES))
"""Constructors and factories of async clients that keep connections: made once, not per request.

Those of databases are in `knowledge.sessions`."""

NESTED_LOOPS: Mapping[str, str] = _merged(*(family.nested_loops for family in _FAMILIES))
"""Calls that raise or hang on a running event loop -> what to use instead."""

NO_WAIT: Mapping[str, tuple[int, str, object]] = _merged(*(family.no_wait for family in _FAMILIES))
"""A blocking call -> position, keyword and value of the argument that makes it return at once
(``lock.acquire(blocking=False)``, ``queue.get(False)``, ``producer.poll(0)``)."""


@cache
def canonical(name: str) -> str:
    """The name that the tables use: the longest alias that is a prefix is replaced until none is left."""
    while True:
        prefix = name
        while prefix not in ALIASES:
            prefix, dot, _ = prefix.rpartition(".")
            if not dot:
                return name
        name = ALIASES[prefix] + name[len(prefix) :]


@cache
def ancestors(name: str) -> tuple[str, ...]:
    """The class itself, then the classes it stands in for, nearest first."""
    found = {name: None}
    queue = [name]
    for current in queue:
        for base in BASES.get(current, ()):
            if base not in found:
                found[base] = None
                queue.append(base)
    return tuple(found)


@cache
def top_level_names() -> frozenset[str]:
    """The top-level packages of which the tables know something."""
    tables = (ALIASES, BASES, RETURNS, ATTRIBUTES)
    return frozenset(name.partition(".")[0] for table in tables for name in table)
