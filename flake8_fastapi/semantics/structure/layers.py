"""The layers that a module defines beside its routes: tables, schemas, the database, settings, security helpers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import layout as tables
from flake8_fastapi.knowledge.layout import Kind
from flake8_fastapi.semantics import facts, schemas
from flake8_fastapi.semantics.config import environment, settings
from flake8_fastapi.semantics.data import entities, resources
from flake8_fastapi.semantics.facts import ClassFacts, FunctionFacts, Position, Value
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.registrations import ROUTE_ROLES
from flake8_fastapi.semantics.things import Bound, ClassThing, Frame, FunctionThing, Instance, Library, Thing

_MADE = frozenset({"engine", "factory", "client", "pool", "session", "connection"})
_CONTEXT = ("passlib.context.CryptContext", "pwdlib.PasswordHash", "argon2.PasswordHasher")
_OWN: frozenset[Kind] = frozenset({"tables", "database"})
"""Layers that have a module of their own in nearly every project with two of them."""
_LARGE = 3
"""How many times as many definitions (routes, tables, schemas …) as a small module has routes make a large one."""
_MANY_VARIABLES = 3
"""From how many constants that are read from the environment on a module holds settings."""


class Layer(NamedTuple):
    """A layer, by the names that the module defines for it."""

    kind: Kind
    names: tuple[str, ...]


def of(file: File) -> tuple[Layer, ...]:
    """The layers that a module defines, beside routes and the app."""
    found: dict[Kind, tuple[str, ...]] = {
        "tables": tuple(_classes(file, "tables")),
        "schemas": tuple(_classes(file, "schemas")),
        "database": tuple(_database(file)),
        "settings": (*_classes(file, "settings"), *_variables(file)),
        "security": tuple(_security(file)),
    }
    return tuple(Layer(kind, names) for kind, names in found.items() if names)


def mixed(file: File) -> tuple[Layer, ...]:
    """The layers of a module that has too many of them beside its routes, and is no longer small; else nothing.

    Schemas stand beside routes in many good projects, a helper that hashes passwords in a router for logins.
    """
    small = file.project.limits.small_app_routes
    if len(file.registrations) < small or len(handlers(file)) < small:
        return ()
    found = of(file)
    is_many = len(found) > 2 or (len(found) == 2 and any(each.kind in _OWN for each in found))
    size = len(handlers(file)) + sum(len(each.names) for each in found)
    return found if is_many and size >= _LARGE * small else ()


def place(file: File) -> Position:
    """Where to speak of a module with routes: at the first one."""
    return min(route.position for route in file.routes)


def handlers(file: File) -> frozenset[FunctionThing]:
    """The functions of the project that the routes of a module call."""
    return frozenset(each.function for each in file.registrations if each.role in ROUTE_ROLES)


# -- classes


def _classes(file: File, kind: Kind) -> Iterator[str]:
    for found in file.facts.classes.values():
        if "." not in found.qualname and _kind_of(file, found) == kind:
            yield found.name


def _kind_of(file: File, found: ClassFacts) -> Kind | None:
    cls = ClassThing(file.path, found.qualname)
    if entities.of_class(file.ev, cls) is not None:
        return "tables"
    if settings.is_settings(file.ev, cls):
        return "settings"
    schema = schemas.of_class(file.ev, cls)
    return "schemas" if schema is not None and schema.kind == "model" else None


# -- globals


def _globals(file: File) -> Iterator[tuple[str, Value]]:
    """What the top level of the module gives to names, imports and definitions aside."""
    for name, bindings in file.facts.names.items():
        for value in bindings[:1]:
            written = value.value if isinstance(value, facts.Declared) else value
            if isinstance(written, (facts.Call, facts.Item, facts.Attribute, facts.Either)):
                yield name, written


def _database(file: File) -> Iterator[str]:
    """The engines, session factories, clients and pools that the module makes."""
    for name, value in _globals(file):
        if isinstance(value, facts.Call):
            found = resources.resource(file.ev, file.ev.certain(value, file.frame))
            if found is not None and found.kind in _MADE:
                yield name


def _variables(file: File) -> tuple[str, ...]:
    """The constants that are read from the environment, if they are many."""
    found = tuple(name for name, value in _globals(file) if _reads_environment(file, value))
    return found if len(found) >= _MANY_VARIABLES else ()


def _reads_environment(file: File, value: Value) -> bool:
    """`os.getenv("X")`, `os.environ["X"]`, `int(os.getenv("X", "1"))`, `os.getenv("X") or "y"`."""
    if isinstance(value, facts.Either):
        return any(_reads_environment(file, each) for each in value.values)
    if not isinstance(value, (facts.Item, facts.Call)):
        return False
    if environment.read(file.ev, value, file.frame) is not None:
        return True
    if isinstance(value, facts.Item):
        return False
    name = _name(file.ev.certain(value.func, file.frame))
    return name.startswith("builtins.") and any(_reads_environment(file, each) for each in value.args[:1])


# -- security


def _security(file: File) -> Iterator[str]:
    """The functions that make or check tokens and hashes, routes aside, and the context they hash with."""
    for name, value in _globals(file):
        thing = file.ev.certain(value, file.frame) if isinstance(value, facts.Call) else None
        if isinstance(thing, Instance) and isinstance(thing.type, Library) and thing.type.name in _CONTEXT:
            yield name
    routes = handlers(file)
    for found in file.facts.functions.values():
        thing = FunctionThing(file.path, found.qualname)
        if found.parent is None and found.owner is None and thing not in routes and _secures(file, found):
            yield found.name


def _secures(file: File, found: FunctionFacts) -> bool:
    if found.qualname == facts.MODULE:
        return False
    frame = Frame(file.path, found.qualname)
    calls = (site.value for site in found.sites if isinstance(site.value, facts.Call))
    return any(tables.SECURITY_FUNCTIONS.match(_name(file.ev.certain(call.func, frame))) for call in calls)


def _name(thing: Thing | None) -> str:
    """The name of the library function, method or class that a thing is; empty for anything else."""
    if isinstance(thing, Bound):
        thing = thing.function
    return thing.name if isinstance(thing, Library) else ""
