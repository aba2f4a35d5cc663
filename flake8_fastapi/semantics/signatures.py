"""Signatures: which parameters FastAPI finds when it inspects a handler or dependency."""

from __future__ import annotations

from collections.abc import Iterator
from keyword import iskeyword
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.knowledge import types as tables
from flake8_fastapi.semantics import classes, facts, schemas, types
from flake8_fastapi.semantics.facts import Position, Value
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Instance,
    Library,
    Partial,
    Thing,
)
from flake8_fastapi.semantics.values import Evaluator

_DEPTH = 8
"""How many wrappers and partials are looked through."""


class Declaration(NamedTuple):
    """One parameter as it is declared."""

    name: str
    annotation: Value | None
    default: Value | None
    frame: Frame
    """Where annotation and default are evaluated."""
    kind: Literal["positional", "keyword", "args", "kwargs"] = "positional"
    start: Position | None = None
    """Where it stands in the file of `frame`; None for a field of a class."""
    is_field: bool = False
    """Whether it is a field of a pydantic model, whose signature shows no markers."""


class Signature(NamedTuple):
    """The parameters that FastAPI fills."""

    declarations: tuple[Declaration, ...]
    function: FunctionThing | None = None
    """The function they belong to; None for generated constructors and library callables."""


NOTHING = Signature(())


def of(ev: Evaluator, thing: Thing | None, depth: int = _DEPTH) -> Signature | None:
    """The signature of something callable; None if it is not known."""
    if depth == 0:
        return None
    if isinstance(thing, FunctionThing):
        return _of_function(ev, thing, 0, depth)
    if isinstance(thing, Bound):
        return _of_function(ev, thing.function, 1, depth) if isinstance(thing.function, FunctionThing) else None
    if isinstance(thing, ClassThing):
        return _of_class(ev, thing)
    if isinstance(thing, Instance):
        return _of_instance(ev, thing, depth)
    if isinstance(thing, Partial):
        return _of_partial(ev, thing, depth)
    if isinstance(thing, Library):
        return _of_library(thing)
    return None


def unwrapped(ev: Evaluator, function: FunctionThing, depth: int = _DEPTH) -> FunctionThing | None:
    """The function whose signature a wrapper shows, through `functools.wraps`; itself without it; None if unknown."""
    found = ev.function(function)
    if found is None or depth == 0:
        return None
    for decorator in found.decorators:
        if not isinstance(decorator, facts.Call) or not decorator.args:
            continue
        around = function.outer if function.outer is not None else Frame(function.path, found.parent or "")
        if ev.certain(decorator.func, around) == Library("functools.wraps"):
            inner = ev.certain(decorator.args[0], around)
            inner = inner.function if isinstance(inner, Bound) else inner
            return unwrapped(ev, inner, depth - 1) if isinstance(inner, FunctionThing) else None
    return function


def _of_function(ev: Evaluator, function: FunctionThing, skipped: int, depth: int) -> Signature | None:
    if _may_be_signed(ev, function):
        return None
    inner = unwrapped(ev, function, depth)
    found = ev.function(inner) if inner is not None else None
    if inner is None or found is None:
        return None
    frame = around(inner, found)
    declared = tuple(_declaration(parameter, frame) for parameter in found.parameters[skipped:])
    return Signature(declared, inner)


def _may_be_signed(ev: Evaluator, function: FunctionThing) -> bool:
    """Whether the function around a wrapper sets its `__signature__`."""
    found = ev.function(function)
    module = ev.module(function.path)
    outer = module.functions.get(found.parent or "") if module is not None and found is not None else None
    return found is not None and outer is not None and (found.name, ".__signature__") in outer.changed


def around(function: FunctionThing, found: facts.FunctionFacts) -> Frame:
    """Where annotations and defaults of a function are evaluated."""
    return function.outer if function.outer is not None else Frame(function.path, found.parent or facts.MODULE)


def _declaration(parameter: facts.Parameter, frame: Frame) -> Declaration:
    return Declaration(parameter.name, parameter.annotation, parameter.default, frame, parameter.kind, parameter.start)


# -- classes


def _of_class(ev: Evaluator, cls: ClassThing) -> Signature | None:
    init, new = classes.method(ev, cls, "__init__"), classes.method(ev, cls, "__new__")
    if init is not None and new is not None:
        return None
    if init is not None or new is not None:
        return _of_function(ev, init or new, 1, _DEPTH)  # type: ignore[arg-type]
    order, complete = classes.mro(ev, cls)
    if classes.is_a(ev, cls, tables.MODEL, "typing.NamedTuple", "typing.TypedDict"):
        return Signature(tuple(_fields(ev, cls))) if complete else None
    if types.is_dataclass(ev, types.Type("class", cls)):
        return Signature(tuple(_fields(ev, cls))) if complete else None
    if any(isinstance(base, Library) and base.name not in ("builtins.object", "abc.ABC") for base in order):
        return None
    return NOTHING if complete else None


def _fields(ev: Evaluator, cls: ClassThing) -> Iterator[Declaration]:
    """The parameters of a generated constructor."""
    for name in classes.fields(ev, cls):
        found = classes.lookup(ev, cls, name)
        if found is None or not isinstance(found[1], facts.Declared) or name.startswith("_"):
            continue
        frame = Frame(found[0].path)
        annotation = found[1].annotation
        if isinstance(annotation, facts.Item):
            holder = ev.certain(annotation.of, frame)
            if holder == Library("typing.ClassVar"):
                continue
        default = found[1].value
        call = schemas.field_call(ev, default, frame)
        if call is not None and _is_false(ev, call.keyword("init"), frame):
            continue
        is_model = classes.is_a(ev, cls, tables.MODEL)
        if call is not None or (is_model and isinstance(default, facts.Call)):
            # What `Field(…)`, in a model `Query(…)` too, says is the model's affair: there is a default or not.
            default = None if default is not None and _is_required_field(ev, default, frame) else _SOME_VALUE
        shown = (_alias(ev, annotation, call, frame) if is_model else None) or name
        yield Declaration(shown, annotation, default, frame, "keyword", None, is_model)
    schema = schemas.of_class(ev, cls)
    if schema is not None and schema.kind == "model" and schema.config("extra") == "allow":
        # The `**extra_data` of the model's signature.
        yield Declaration("extra_data", None, None, Frame(cls.path), "kwargs")


def _is_false(ev: Evaluator, value: Value | None, frame: Frame) -> bool:
    return value is not None and ev.literal(value, frame) is False


def _alias(ev: Evaluator, annotation: Value, call: facts.Call | None, frame: Frame) -> str | None:
    """The name that a field has in the signature of its model, where it differs."""
    calls = [(call, frame)] if call is not None else []
    for value, where in types.resolve(ev, annotation, frame).metadata:
        inner = schemas.field_call(ev, value, where, *tables.PARAMETER_MARKERS)
        calls += [(inner, where)] if inner is not None else []
    for found, where in calls:
        for keyword in ("alias", "validation_alias"):
            written = found.keyword(keyword)
            name = ev.literal(written, where) if written is not None else None
            if isinstance(name, str):
                return name if name.isidentifier() and not iskeyword(name) else None
    return None


def _is_required_field(ev: Evaluator, default: Value, frame: Frame) -> bool:
    """`Field(...)`, `Field(gt=0)`, `field()`: a field without a default."""
    if isinstance(default, facts.Constant) and default.value is ...:
        return True
    if not isinstance(default, facts.Call):
        return False
    if default.open or default.keyword("default_factory") is not None:
        return False
    first = default.args[0] if default.args else default.keyword("default")
    return first is None or (isinstance(first, facts.Constant) and first.value is ...)


# -- other callables


def _of_instance(ev: Evaluator, thing: Instance, depth: int) -> Signature | None:
    if isinstance(thing.type, ClassThing):
        method = classes.method(ev, thing.type, "__call__")
        if method is not None:
            return _of_function(ev, method, 1, depth)
    return NOTHING if classes.is_a(ev, thing.type, framework.SECURITY_SCHEME) else None


def _of_partial(ev: Evaluator, thing: Partial, depth: int) -> Signature | None:
    inner = of(ev, thing.function, depth - 1)
    call = thing.made.call
    if inner is None or any(isinstance(arg, facts.Starred) for arg in call.args):
        return None
    given = dict(call.keywords)
    if None in given:
        return None
    declared = [
        # The value stands elsewhere than the annotation; that there is one is all that matters.
        declaration._replace(default=_SOME_VALUE) if declaration.name in given else declaration
        for declaration in inner.declarations[len(call.args) - 1 :]
    ]
    return Signature(tuple(declared), inner.function)


_SOME_VALUE = facts.Constant(0)


def _of_library(thing: Library) -> Signature | None:
    fields = framework.FORM_DEPENDENCIES.get(thing.name)
    if fields is None:
        return None
    frame = Frame("")
    return Signature(
        tuple(Declaration(name, None, None if required else facts.Constant(None), frame) for name, required in fields)
    )
