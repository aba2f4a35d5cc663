"""What the body of an entity binds: columns, relationships, properties, and the calls that make them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flake8_fastapi.knowledge import entities as tables
from flake8_fastapi.semantics import calls, classes, facts, types
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Instance,
    Library,
    Made,
    Thing,
    library_name,
)
from flake8_fastapi.semantics.values import Evaluator

_DEPTH = 4
"""How many names and helpers lie between an attribute and the call that makes it."""


@dataclass(frozen=True)
class Attribute:
    """What the body of a class binds, as far as a mapper is concerned."""

    name: str
    kind: str
    """"column", "deferred", "relationship", "dynamic", "property", or "unknown"."""
    call: facts.Call | None
    frame: Frame
    """Where that call is evaluated."""
    annotation: Value | None
    owner: ClassThing


def of(ev: Evaluator, cls: ClassThing, mapper: str) -> Iterator[Attribute]:
    """What the bodies of an entity, its bases and its mixins bind, the nearest of each name."""
    seen: set[str] = set()
    for base in classes.mro(ev, cls)[0]:
        body = classes.facts_of(ev, base) if isinstance(base, ClassThing) else None
        for name, bindings in body.attributes.items() if body is not None else ():
            if name in seen or name.startswith("__") or not isinstance(base, ClassThing):
                continue
            attribute = _attribute(ev, mapper, base, name, bindings[-1])
            if attribute is not None:
                seen.add(name)
                yield attribute


def _attribute(ev: Evaluator, mapper: str, owner: ClassThing, name: str, value: Value) -> Attribute | None:
    """What a class binds under a name, if it is of the mapper's concern."""
    frame = Frame(owner.path)
    if isinstance(value, facts.Function):
        return _method(ev, owner, name, value)
    annotation = value.annotation if isinstance(value, facts.Declared) else None
    written = value.value if isinstance(value, facts.Declared) else value
    made = made_by(ev, written, frame) if written is not None else None
    if made is not None:
        return Attribute(name, kind_of(ev, made), made.call, made.frame, annotation, owner)
    if annotation is not None:
        return _declared(ev, mapper, owner, name, annotation)
    if isinstance(written, (facts.Constant, facts.Display, facts.Table, facts.Class, facts.Text)):
        return None
    if name == "model_config":
        return None
    thing = ev.certain(written, frame) if written is not None else None
    if thing is None or (isinstance(thing, Instance) and isinstance(thing.type, Library)):
        return Attribute(name, "unknown", None, frame, None, owner)
    return None


def _declared(ev: Evaluator, mapper: str, owner: ClassThing, name: str, annotation: Value) -> Attribute | None:
    """An annotation without a call: a column where the mapper reads annotations."""
    type_ = types.resolve(ev, annotation, Frame(owner.path))
    if type_.name not in tables.MAPPED and (
        mapper not in tables.PYDANTIC or name.startswith("_") or name == "model_config"
    ):
        return None
    of = annotation.of if isinstance(annotation, facts.Item) else annotation
    if ev.certain(of, Frame(owner.path)) == Library("typing.ClassVar"):
        return None
    is_link = any(part.name in tables.LINKS for part in types.parts(type_))
    return Attribute(name, "relationship" if is_link else "column", None, Frame(owner.path), annotation, owner)


def _method(ev: Evaluator, owner: ClassThing, name: str, value: facts.Function) -> Attribute | None:
    frame = Frame(owner.path)
    raw = ev.raw(value, frame)
    traits = calls.traits(ev, raw)
    if any(trait.partition(".")[0] == "sqlalchemy" and trait.rpartition(".")[2] in tables.DECLARED for trait in traits):
        function = ev.function(raw)
        made = [made_by(ev, each, ev.frame_of(raw)) for each in function.returned] if function is not None else []
        first = made[0] if len(made) == 1 else None
        if first is None:
            return Attribute(name, "unknown", None, frame, None, owner)
        annotation = function.returns if function is not None else None
        return Attribute(name, kind_of(ev, first), first.call, first.frame, annotation, owner)
    is_property = not traits.isdisjoint(tables.PROPERTY_DECORATORS)
    return Attribute(name, "property", None, frame, None, owner) if is_property else None


def made_by(ev: Evaluator, value: Value, frame: Frame, depth: int = _DEPTH) -> Made | None:
    """The call that makes a column or relationship, also where a helper of the project makes it."""
    if not isinstance(value, facts.Call):
        thing = ev.certain(value, frame) if isinstance(value, (facts.Name, facts.Local, facts.Attribute)) else None
        made = thing.made if isinstance(thing, Instance) else None
        return made if made is not None and kind_of(ev, made) != "" else None
    made = Made(value, frame)
    if kind_of(ev, made):
        return made
    callee = ev.certain(value.func, frame)
    function = callee.function if isinstance(callee, Bound) else callee
    found = ev.function(function) if isinstance(function, FunctionThing) else None
    if found is None or len(found.returned) != 1 or depth == 0:
        return None
    assert isinstance(function, FunctionThing)
    return made_by(ev, found.returned[0], ev.frame_of(function), depth - 1)


def kind_of(ev: Evaluator, made: Made) -> str:
    """What a call makes: `column`, `relationship` …; empty for anything else."""
    return tables.maker(library_name(ev.certain(made.call.func, made.frame)))


def options(ev: Evaluator, call: facts.Call, frame: Frame) -> dict[str | None, Thing]:
    """The keywords of a call; the key None where `**` hides some."""
    return {key: ev.certain(value, frame) or Thing() for key, value in call.keywords}


def foreign_key(ev: Evaluator, call: facts.Call, frame: Frame) -> str | None:
    """What `ForeignKey("users.id")` among the arguments, or `foreign_key="users.id"`, names."""
    for argument in call.args:
        if isinstance(argument, facts.Call) and argument.args:
            name = library_name(ev.certain(argument.func, frame))
            if name.rpartition(".")[2] == "ForeignKey":
                found = ev.literal(argument.args[0], frame)
                return found if isinstance(found, str) else None
    written = call.keyword("foreign_key")
    found = ev.literal(written, frame) if written is not None else None
    return found if isinstance(found, str) else None
