"""ORM entities: classes whose instances are rows, with their columns, relationships and how those are loaded.

SQLAlchemy's declarative classes however derived, classes mapped imperatively, SQLModel tables, and the models of
Tortoise, Beanie, ODMantic, ormar, peewee, mongoengine and Django. What cannot be resolved makes an entity incomplete.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from flake8_fastapi.knowledge import entities as tables
from flake8_fastapi.semantics import classes, facts, types
from flake8_fastapi.semantics.data import attributes, mappers
from flake8_fastapi.semantics.data.attributes import Attribute
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.things import ClassThing, Frame, FunctionThing, Instance, Library, LiteralThing, Thing
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.semantics.values import Evaluator


@dataclass(frozen=True)
class Column:
    """A column, or a field of a document."""

    name: str
    type: str
    """As a person would write it; empty if it is unknown."""
    is_primary_key: bool
    foreign_key: str | None
    """`users.id`, as written; None if there is none, or it is not constant."""
    is_deferred: bool
    """Whether it is loaded only when it is read."""


@dataclass(frozen=True)
class Relationship:
    """An attribute that gives other entities."""

    name: str
    target: Entity | None
    """The other entity; None if it is unknown."""
    is_collection: bool | None
    """Whether it gives many; None if that is unknown."""
    lazy: str | None
    """The loading strategy: `select`, `joined`, `selectin`, `raise` …; None if it is unknown."""
    owner: ClassThing
    """The class that declares it."""

    @property
    def is_eager(self) -> bool:
        """Whether it is loaded together with its owner, without a word at the query."""
        return self.lazy in tables.EAGER

    @property
    def is_loaded_on_read(self) -> bool:
        """Whether reading it certainly runs a query of its own, unless the query loaded it eagerly."""
        return self.lazy in tables.ON_READ


class Entity:
    """A class whose instances are rows of a table or documents of a collection."""

    def __init__(self, ev: Evaluator, cls: ClassThing, mapper: str) -> None:
        self.ev = ev
        self.cls = cls
        self.mapper = mapper
        """The object mapper: sqlalchemy, sqlmodel, tortoise, beanie, odmantic, ormar, peewee, mongoengine, django."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entity) and self.cls == other.cls

    def __hash__(self) -> int:
        return hash(self.cls)

    @property
    def name(self) -> str:
        """The name of the class."""
        return self.cls.qualname.rpartition(".")[2]

    @property
    def is_sqlalchemy(self) -> bool:
        """Whether SQLAlchemy loads it: SQLModel is built on it."""
        return self.mapper in ("sqlalchemy", "sqlmodel")

    @property
    def is_model(self) -> bool:
        """Whether it is a pydantic model as well."""
        return self.mapper in tables.PYDANTIC

    @cached_property
    def is_complete(self) -> bool:
        """Whether all its bases, and all that their bodies bind, were resolved."""
        return classes.mro(self.ev, self.cls)[1] and all(each.kind != "unknown" for each in self.attributes)

    @cached_property
    def is_async(self) -> bool:
        """Whether it derives from `AsyncAttrs`: its relationships can be awaited."""
        return classes.is_a(self.ev, self.cls, tables.ASYNC_ATTRIBUTES)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Its columns with those of its bases and mixins."""
        return tuple(self._column(each) for each in self.attributes if each.kind in ("column", "deferred"))

    @cached_property
    def relationships(self) -> tuple[Relationship, ...]:
        """Its relationships with those that `backref=` of other entities adds."""
        own = [self._relationship(each) for each in self.attributes if each.kind in ("relationship", "dynamic")]
        return (*own, *self._backrefs)

    @cached_property
    def properties(self) -> frozenset[str]:
        """The names of properties, hybrids and mapped expressions."""
        return frozenset(each.name for each in self.attributes if each.kind == "property")

    def column(self, name: str) -> Column | None:
        """The column of this name."""
        return next((each for each in self.columns if each.name == name), None)

    def relationship(self, name: str) -> Relationship | None:
        """The relationship of this name; the others are not resolved for it."""
        own = next((each for each in self.attributes if each.name == name), None)
        if own is not None:
            return self._relationship(own) if own.kind in ("relationship", "dynamic") else None
        return next((each for each in self._backrefs if each.name == name), None)

    @cached_property
    def _backrefs(self) -> tuple[Relationship, ...]:
        own = {each.name for each in self.attributes if each.kind in ("relationship", "dynamic")}
        return tuple(_backrefs(self, own))

    @cached_property
    def attributes(self) -> tuple[Attribute, ...]:
        """What its body and those of its bases bind."""
        return tuple(attributes.of(self.ev, self.cls, self.mapper))

    def _column(self, attribute: Attribute) -> Column:
        call, frame = attribute.call, attribute.frame
        options = attributes.options(self.ev, call, frame) if call is not None else {}
        return Column(
            attribute.name,
            self._type_of(attribute),
            any(options.get(key) == LiteralThing(True) for key in ("primary_key", "pk")),
            attributes.foreign_key(self.ev, call, frame) if call is not None else None,
            attribute.kind == "deferred" or options.get("deferred") == LiteralThing(True),
        )

    def _type_of(self, attribute: Attribute) -> str:
        if attribute.annotation is not None:
            return types.text(self.ev, _unwrapped(_annotated(self.ev, attribute)))
        call = attribute.call
        if attribute.kind == "deferred" and call is not None and call.args:
            inner = attributes.made_by(self.ev, call.args[0], attribute.frame)
            call = inner.call if inner is not None else call
        for argument in call.args[:2] if call is not None else ():
            value = argument.func if isinstance(argument, facts.Call) else argument
            thing = self.ev.certain(value, attribute.frame)
            if isinstance(thing, Library) and thing.last[:1].isupper() and thing.last != "ForeignKey":
                return thing.last
        return ""

    def _relationship(self, attribute: Attribute) -> Relationship:
        call, frame = attribute.call, attribute.frame
        type_ = _annotated(self.ev, attribute) if attribute.annotation is not None else None
        return Relationship(
            attribute.name,
            _target(self, attribute, type_),
            _is_collection(self.ev, call, frame, type_),
            self._lazy(attribute, type_),
            attribute.owner,
        )

    def _lazy(self, attribute: Attribute, type_: Type | None) -> str | None:
        if not self.is_sqlalchemy:
            return None
        if attribute.kind == "dynamic":
            return "dynamic"
        options = attributes.options(self.ev, attribute.call, attribute.frame) if attribute.call is not None else {}
        if None in options:
            return None
        given = options.get("lazy")
        if given is not None:
            return tables.LAZY.get(given.value) if isinstance(given, LiteralThing) else None
        return tables.STRATEGIES.get(type_.name, "select") if type_ is not None else "select"


# -- which classes are entities


def of_class(ev: Evaluator, cls: ClassThing) -> Entity | None:
    """The entity that a class is; None if it is none, is a base or mixin of entities, or is unknown."""
    if cls not in ev.entity_memo:
        mapper = mappers.of(ev, cls)
        ev.entity_memo[cls] = Entity(ev, cls, mapper) if mapper else None
    return ev.entity_memo[cls]


def of_thing(ev: Evaluator, thing: Thing | None) -> Entity | None:
    """The entity of which a thing is an instance."""
    if not isinstance(thing, Instance) or not isinstance(thing.type, ClassThing):
        return None
    return of_class(ev, thing.type)


def of_type(ev: Evaluator, type_: Type) -> Entity | None:
    """The entity that a declared type names: itself, not `list[User]`."""
    return of_class(ev, type_.thing) if type_.kind == "class" and isinstance(type_.thing, ClassThing) else None


# -- relationships


def _annotated(ev: Evaluator, attribute: Attribute) -> Type:
    assert attribute.annotation is not None
    return types.resolve(ev, attribute.annotation, Frame(attribute.owner.path))


def _unwrapped(type_: Type) -> Type:
    """`Mapped[X]` is X."""
    return type_.args[0] if type_.name in tables.MAPPED and len(type_.args) == 1 else type_


def _is_collection(ev: Evaluator, call: facts.Call | None, frame: Frame, type_: Type | None) -> bool | None:
    """Whether a relationship gives many, by its annotation or `uselist=`; foreign keys alone do not tell us."""
    written = call.keyword("uselist") if call is not None else None
    if written is not None:
        found = ev.literal(written, frame)
        return found if isinstance(found, bool) else None
    if type_ is None:
        return None
    inner = _unwrapped(type_)
    if type_.name in tables.STRATEGIES or types.is_sequence(ev, inner):
        return True
    return False if types.is_known(inner) else None


def _target(entity: Entity, attribute: Attribute, type_: Type | None) -> Entity | None:
    call = attribute.call
    argument = (call.args[0] if call.args else call.keyword("argument")) if call is not None else None
    if argument is not None:
        return _named(entity, argument, attribute.frame)
    if type_ is None or attribute.annotation is None:
        return None
    parts = [part for part in types.parts(_unwrapped(type_)) if isinstance(part.thing, ClassThing)]
    found = [each for each in (of_type(entity.ev, part) for part in parts) if each is not None]
    if found:
        return found[0] if len(found) == 1 else None
    names = list(_names_in(attribute.annotation))
    return _registered(entity, names[-1]) if names else None


def _names_in(annotation: Value) -> Iterator[str]:
    """The names in an annotation, outermost first: of `Mapped[list["Order"]]` the last one is that of the entity."""
    if isinstance(annotation, (facts.Name, facts.Attribute)):
        yield annotation.name
    elif isinstance(annotation, facts.Item):
        yield from _names_in(annotation.of)
        yield from _names_in(annotation.key)
    elif isinstance(annotation, facts.Operation):
        yield from _names_in(annotation.right)
        yield from _names_in(annotation.left)
    elif isinstance(annotation, facts.Constant) and isinstance(annotation.value, str):
        yield annotation.value.rpartition(".")[2]


def _named(entity: Entity, argument: Value, frame: Frame) -> Entity | None:
    """What `relationship(Order)`, `relationship("app.models.Order")` or `relationship(lambda: Order)` means."""
    ev = entity.ev
    thing = ev.certain(argument, frame)
    if isinstance(thing, FunctionThing):
        found = ev.function(thing)
        thing = ev.certain(found.returned[0], ev.frame_of(thing)) if found and len(found.returned) == 1 else None
    if isinstance(thing, ClassThing):
        return of_class(ev, thing)
    return _registered(entity, thing.value) if isinstance(thing, LiteralThing) and type(thing.value) is str else None


def _registered(entity: Entity, dotted: str) -> Entity | None:
    """The entity that SQLAlchemy finds under this name: one in the same module, else the only one of the project."""
    ev = entity.ev
    name = dotted.rpartition(".")[2]
    if not name.isidentifier():
        return None
    found = [each for each in _candidates(ev, name) if each.mapper == entity.mapper]
    near = [each for each in found if each.cls.path == entity.cls.path]
    found = near or found
    return found[0] if len(found) == 1 else None


def _candidates(ev: Evaluator, name: str) -> Iterator[Entity]:
    for path in ev.files.mentioning(name):
        module = ev.module(path)
        for found in module.classes.values() if module is not None else ():
            entity = of_class(ev, ClassThing(path, found.qualname)) if found.name == name else None
            if entity is not None:
                yield entity


def _backrefs(entity: Entity, own: set[str]) -> Iterator[Relationship]:
    """The relationships that `relationship(…, backref="orders")` of another entity adds to this one."""
    ev = entity.ev
    if not entity.is_sqlalchemy:
        return
    for path in ev.files.mentioning("backref"):
        module = ev.module(path)
        for found in module.classes.values() if module is not None else ():
            other = of_class(ev, ClassThing(path, found.qualname))
            for attribute in other.attributes if other is not None else ():
                call = attribute.call
                written = call.keyword("backref") if call is not None else None
                if other is None or written is None or attribute.owner != other.cls:
                    continue
                named = _backref(ev, written, attribute.frame)
                if named is None or named[0] in own or _target(other, attribute, None) != entity:
                    continue
                own.add(named[0])
                yield Relationship(named[0], other, None, named[1], other.cls)


def _backref(ev: Evaluator, written: Value, frame: Frame) -> tuple[str, str | None] | None:
    """Name and loading strategy that `backref="orders"` or `backref=backref("orders", lazy="selectin")` gives."""
    name = ev.literal(written, frame)
    if isinstance(name, str):
        return name, "select"
    if not isinstance(written, facts.Call) or not written.args:
        return None
    name = ev.literal(written.args[0], frame)
    options = attributes.options(ev, written, frame)
    given = options.get("lazy", LiteralThing("select"))
    lazy = tables.LAZY.get(given.value) if isinstance(given, LiteralThing) and None not in options else None
    return (name, lazy) if isinstance(name, str) else None
