"""Classes and their instances: bases, members, attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_fastapi.knowledge import entities, framework, libraries, suites
from flake8_fastapi.knowledge.blocking import blocking
from flake8_fastapi.semantics import arguments, calls, facts, hints
from flake8_fastapi.semantics.facts import ClassFacts, Value
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Env,
    Frame,
    FunctionThing,
    Instance,
    Library,
    LiteralThing,
    ModuleThing,
    Super,
    Thing,
    Things,
)

if TYPE_CHECKING:
    from flake8_fastapi.semantics.values import Evaluator

_MOST_BASES = 60
"""A class with more ancestors is generated; what lies beyond is unknown."""


def facts_of(ev: Evaluator, thing: ClassThing) -> ClassFacts | None:
    """The facts of a class of the project."""
    module = ev.module(thing.path)
    return module.classes.get(thing.qualname) if module is not None else None


def mro(ev: Evaluator, thing: ClassThing) -> tuple[tuple[ClassThing | Library, ...], bool]:
    """The class and its ancestors, depth first, and whether all of them were resolved."""
    known = ev.mro_memo.get(thing)
    if known is None:
        order: list[ClassThing | Library] = []
        complete = _collect(ev, thing, order)
        known = ev.mro_memo[thing] = (tuple(order), complete)
    return known


def _collect(ev: Evaluator, thing: ClassThing | Library, order: list[ClassThing | Library]) -> bool:
    if thing in order:
        return True
    if len(order) >= _MOST_BASES:
        return False
    order.append(thing)
    if isinstance(thing, Library):
        return True
    found = facts_of(ev, thing)
    if found is None:
        return False
    complete = True
    for base in found.bases:
        resolved = [_collect(ev, each, order) for each in _as_classes(ev, ev.certain(base, Frame(thing.path)))]
        complete = complete and bool(resolved) and all(resolved)
    return complete


def _as_classes(ev: Evaluator, base: Thing | None) -> Iterator[ClassThing | Library]:
    """The classes that something in the place of a base class stands for."""
    if isinstance(base, (ClassThing, Library)):
        yield base
    elif isinstance(base, Instance) and isinstance(base.type, Library) and base.type.name in entities.MADE_BASES:
        # `declarative_base(cls=Common)`: evaluation knows no classes that calls make.
        given = base.made.call.keyword("cls") if base.made is not None else None
        further = ev.certain(given, base.made.frame) if given is not None and base.made is not None else None
        if isinstance(further, ClassThing):
            yield further
        yield base.type


def library_types(ev: Evaluator, thing: ClassThing | Library) -> Iterator[str]:
    """The library classes that a class is or derives from, nearest first."""
    order = mro(ev, thing)[0] if isinstance(thing, ClassThing) else (thing,)
    for base in order:
        if isinstance(base, Library):
            yield from libraries.ancestors(base.name)


def is_a(ev: Evaluator, thing: ClassThing | Library, *names: str) -> bool:
    """Whether a class certainly is or derives from one of these library classes."""
    return any(name in names for name in library_types(ev, thing))


def lookup(
    ev: Evaluator, thing: ClassThing, name: str, after: ClassThing | None = None
) -> tuple[ClassThing, Value] | None:
    """The class that defines a member, and its value there; with `after`, what `super()` in that class finds."""
    order, _ = mro(ev, thing)
    start = order.index(after) + 1 if after is not None and after in order else 0
    for base in order[start:]:
        if isinstance(base, Library):
            continue
        found = facts_of(ev, base)
        bindings = found.attributes.get(name) if found is not None else None
        if bindings:
            return base, bindings[-1]
    return None


def method(ev: Evaluator, thing: ClassThing, name: str, after: ClassThing | None = None) -> FunctionThing | None:
    """The method of this name as written in the class or an ancestor."""
    found = lookup(ev, thing, name, after)
    if found is None or not isinstance(found[1], facts.Function):
        return None
    return ev.raw(found[1], Frame(found[0].path))


def attribute(ev: Evaluator, thing: Thing, name: str) -> Things:
    """What `thing.name` may be."""
    if isinstance(thing, Library):
        dotted = libraries.canonical(f"{thing.name}.{name}")
        # An object that a library keeps ready, such as `fastapi_sqlalchemy.db`, goes by its name.
        typed = libraries.ATTRIBUTES.get(dotted) if thing.last[:1].islower() else None
        return (Instance(Library(typed)) if typed is not None else Library(dotted),)
    if isinstance(thing, ModuleThing):
        return ev.member(thing.path, name)
    if isinstance(thing, Instance):
        if isinstance(thing.type, Library):
            return _library_attribute(ev, thing.type.name, thing, name)
        return _instance_attribute(ev, thing, thing.type, name)
    if isinstance(thing, ClassThing):
        return _class_attribute(ev, thing, name)
    if isinstance(thing, Bound) and isinstance(thing.function, Library):
        # A part of a library object: `client.chat.completions`.
        return (Bound(Library(f"{thing.function.name}.{name}"), thing.owner),)
    if isinstance(thing, Super):
        return _super_attribute(ev, thing, name)
    if isinstance(thing, LiteralThing) and isinstance(thing.value, str):
        # Only the member of an enumeration has a `value`, and it is the constant itself.
        return (thing,) if name == "value" else (Bound(Library(f"builtins.str.{name}"), thing),)
    return ()


def _library_attribute(ev: Evaluator, type_name: str, thing: Instance, name: str) -> Things:
    """An attribute of an instance of a library type: a typed one, else a method or part of it by dotted name."""
    if type_name == framework.STATE:
        return ev.state(name)
    if type_name == suites.REQUEST and name == "param" and isinstance(thing, Instance):
        return tuple(given for key, given in thing.env if key == name)
    for ancestor in libraries.ancestors(type_name):
        dotted = f"{ancestor}.{name}"
        typed = libraries.ATTRIBUTES.get(dotted)
        if typed is not None:
            if typed in framework.HOLDERS:
                # `app.router` holds the routes of the app.
                return (Instance(Library(typed), (), thing.made, thing.origin),)
            return (Instance(Library(typed)),)
        if blocking(dotted) is not None or dotted in libraries.RETURNS or dotted in libraries.COROUTINES:
            return (Bound(Library(dotted), thing),)
    for ancestor in libraries.ancestors(type_name):
        part = libraries.ANY_ATTRIBUTE.get(ancestor)
        if part is not None:
            return (Instance(Library(part)),)
    return (Bound(Library(f"{type_name}.{name}"), thing),)


def item(ev: Evaluator, thing: Instance) -> Things:
    """What subscripting an instance gives."""
    for name in library_types(ev, thing.type):
        typed = libraries.ITEMS.get(name)
        if typed is not None:
            return (Instance(Library(typed)),)
    return ()


def _instance_attribute(ev: Evaluator, thing: Instance, cls: ClassThing, name: str) -> Things:
    given = dict(thing.env).get(name) if _takes_fields(ev, cls) else None
    if given is not None:
        return (given,)
    order, complete = mro(ev, cls)
    for base in order:
        if isinstance(base, Library):
            continue
        found = facts_of(ev, base)
        if found is None:
            return ()
        bound = _bound_on_self(ev, thing, base, found, name)
        if bound is not None:
            return bound
    for base in order:
        if isinstance(base, Library):
            members = _library_attribute(ev, base.name, thing, name)
            if (complete and arguments.knows_type(base.name)) or _is_known_member(members):
                return members
    return ()


def _is_known_member(members: Things) -> bool:
    return any(
        not isinstance(member, Bound) or blocking(getattr(member.function, "name", "")) is not None
        for member in members
    )


def _bound_on_self(ev: Evaluator, thing: Instance, base: ClassThing, found: ClassFacts, name: str) -> Things | None:
    """What this class binds under the name, on instances or in its body; None if it does not."""
    on_instance = tuple(value for value in found.instance.get(name, ()) if not _is_false(value))
    if not on_instance and name in found.instance:
        # `self.ready = False`: a state that changes, from where we cannot see.
        return ()
    if on_instance:
        init = method(ev, base, "__init__")
        if init is None:
            return ev.union(on_instance, Frame(base.path))
        env = (*_initial(ev, thing, base), *_self_env(ev, init, thing))
        return ev.union(on_instance, Frame(init.path, init.qualname, env))
    in_body = found.attributes.get(name)
    if not in_body:
        return None
    value = in_body[-1]
    if isinstance(value, facts.Function):
        return _bind_method(ev, thing, base, value)
    if isinstance(value, facts.Declared):
        results = _class_variable(ev, value, Frame(base.path))
        # A false default says nothing of an instance: `notify: bool = False` in a request model.
        return () if any(arguments.is_false(thing) for thing in results) else results
    return () if _is_false(value) else ev.union(in_body, Frame(base.path))


def _is_false(value: Value) -> bool:
    return isinstance(value, facts.Constant) and not value.value


def _class_variable(ev: Evaluator, value: facts.Declared, frame: Frame) -> Things:
    """A declared class variable: by the dependency that fills it (class-based views), else value, else annotation."""
    provided = hints.provided(ev, value.annotation, value.value, frame)
    return provided if provided else ev.evaluate(value, frame)


def _bind_method(ev: Evaluator, thing: Thing, base: ClassThing, value: facts.Function) -> Things:
    frame = Frame(base.path)
    raw = ev.raw(value, frame)
    traits = calls.traits(ev, raw)
    if traits & framework.PROPERTIES:
        return calls.call_function(ev, raw, (*_self_env(ev, raw, thing),))
    if "builtins.staticmethod" in traits:
        return ev.evaluate(value, frame)
    owner = thing
    if "builtins.classmethod" in traits and isinstance(thing, Instance) and isinstance(thing.type, ClassThing):
        owner = thing.type
    functions = ev.evaluate(value, frame)
    return tuple(Bound(function, owner) if isinstance(function, FunctionThing) else function for function in functions)


def _self_env(ev: Evaluator, function: FunctionThing, thing: Thing) -> Env:
    found = ev.function(function)
    if found is None or not found.parameters:
        return ()
    return ((found.parameters[0].name, thing),)


def _initial(ev: Evaluator, thing: Instance, base: ClassThing) -> Env:
    """What the parameters of `base.__init__` are for this instance, as far as known."""
    if not isinstance(thing.type, ClassThing):
        return ()
    first = lookup(ev, thing.type, "__init__")
    if first is None or first[0] == base:
        return thing.env
    return arguments.passed_to_super(ev, thing, first, base)


def _takes_fields(ev: Evaluator, cls: ClassThing) -> bool:
    """Whether the constructor's arguments are fields: a dataclass, a model, a named tuple."""
    return lookup(ev, cls, "__init__") is None


def fields(ev: Evaluator, cls: ClassThing) -> list[str]:
    """The declared fields of a class without `__init__`, in the order of its constructor's arguments."""
    found: dict[str, None] = {}
    for base in reversed(mro(ev, cls)[0]):
        defined = facts_of(ev, base) if isinstance(base, ClassThing) else None
        for name, bindings in (defined.attributes if defined is not None else {}).items():
            if isinstance(bindings[0], facts.Declared):
                found.setdefault(name)
    return list(found)


def _class_attribute(ev: Evaluator, thing: ClassThing, name: str) -> Things:
    found = lookup(ev, thing, name)
    if found is None:
        for base in mro(ev, thing)[0]:
            if isinstance(base, Library):
                return (Library(libraries.canonical(f"{base.name}.{name}")),)
        return ()
    base, value = found
    if isinstance(value, facts.Function):
        traits = calls.traits(ev, ev.raw(value, Frame(base.path)))
        functions = ev.evaluate(value, Frame(base.path))
        if "builtins.classmethod" in traits:
            return tuple(Bound(item, thing) if isinstance(item, FunctionThing) else item for item in functions)
        return functions
    return ev.evaluate(value, Frame(base.path))


def _super_attribute(ev: Evaluator, thing: Super, name: str) -> Things:
    cls = thing.instance.type if isinstance(thing.instance, Instance) else thing.instance
    if not isinstance(cls, ClassThing):
        return ()
    found = lookup(ev, cls, name, after=thing.after)
    if found is not None and isinstance(found[1], facts.Function):
        return _bind_method(ev, thing.instance, found[0], found[1])
    if found is None and isinstance(thing.instance, Instance):
        for base in mro(ev, cls)[0]:
            if isinstance(base, Library):
                return _library_attribute(ev, base.name, thing.instance, name)
    return ()
