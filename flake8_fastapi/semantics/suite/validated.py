"""What FastAPI validates for a route beyond types, and whether a test validates it without a request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from flake8_fastapi.knowledge import framework
from flake8_fastapi.knowledge import types as types_known
from flake8_fastapi.knowledge import validation as tables
from flake8_fastapi.semantics import classes, facts, schemas, types
from flake8_fastapi.semantics.errors import raised as errors
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.schemas import Field, Schema
from flake8_fastapi.semantics.suite import raised
from flake8_fastapi.semantics.things import ClassThing, Frame, FunctionThing, Library, function_of
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_BODIES = ("body", "form", "file")
_OTHERS = ("query", "path", "header", "cookie")
_SEVERAL = 4
"""So many values that must be there make a body that is worth a test, whatever they are."""
_PLAIN = ("builtins.bool", "uuid.UUID")


def of(route: Route) -> Parameter | None:
    """The parameter of a route of which a test should send a bad value, a body before others; None if there is none.

    Those of its dependencies are not looked at: many routes share them.
    """
    memo: dict[Route, Parameter | None] = route.project.memo.setdefault(__name__, {})
    if route not in memo:
        memo[route] = _of(route)
    return memo[route]


def _of(route: Route) -> Parameter | None:
    bodies = [each for each in _parameters(route) if each.kind in _BODIES]
    others = (each for each in _parameters(route) if each.kind in _OTHERS)
    found = next((each for each in bodies if _is_checked(route.ev, each)), None)
    if found is None and "POST" in route.methods:
        demanded = sum(_demands(route.ev, each.type, set()) for each in bodies if each.required)
        found = bodies[0] if demanded >= _SEVERAL else None
    return found or next((each for each in others if _is_checked(route.ev, each)), None)


def _parameters(route: Route) -> tuple[Parameter, ...]:
    return route.operations[0].parameters if route.operations else route.parameters


def is_body(parameter: Parameter) -> bool:
    """Whether a client sends it in the body."""
    return parameter.kind in _BODIES


def models(ev: Evaluator, parameter: Parameter) -> frozenset[ClassThing]:
    """The models that a parameter is validated with; for one that inherits what it checks, that base."""
    found = schemas.nested(ev, parameter.type) if parameter.type is not None else ()
    return frozenset(_root(each) for each in found)


def _root(schema: Schema) -> ClassThing:
    for cls in reversed(tuple(_own_classes(schema.ev, schema.cls))):
        base = schemas.of_class(schema.ev, cls)
        if base is not None and (_checks(base, set()) or _demanded(schema.ev, base, set()) >= _SEVERAL):
            return cls
    return schema.cls


def _is_checked(ev: Evaluator, parameter: Parameter) -> bool:
    """Whether more than its type is looked at. Bounds of a number outside a body say how much is answered."""
    declared = parameter.declaration
    has_bounds = is_body(parameter)

    def option(name: str) -> object:
        value = parameter.option(name)
        return ev.literal(value, declared.frame) if value is not None else None

    if _limits(option, has_bounds) or _is_limiting(ev, declared.annotation, declared.frame, has_bounds):
        return True
    if parameter.type is None or _takes_anything(parameter.type):
        return False
    return _is_strict(ev, parameter.type, has_bounds) or any(
        _checks(each, set()) for each in schemas.nested(ev, parameter.type)
    )


def _takes_anything(type_: Type) -> bool:
    """`Item | dict`: what the model refuses, the other takes."""
    return any(each.kind in ("any", "unknown") or each.is_named("builtins.dict") for each in types.members(type_))


def _checks(schema: Schema, seen: set[ClassThing]) -> bool:
    """Whether a model, or one of its fields, refuses more than wrong types and missing values."""
    if schema.is_table or not schema.is_complete or schema.cls in seen:
        return False
    seen.add(schema.cls)
    if _has_validator(schema) or any(_is_limited(schema.ev, each) for each in schema.fields):
        return True
    inner = (each for field in schema.fields if field.required for each in schemas.nested(schema.ev, field.type))
    return any(_checks(each, seen) for each in inner)


def _is_limited(ev: Evaluator, field: Field) -> bool:
    has_bounds = field.name.lower() not in tables.PAGING

    def option(name: str) -> object:
        thing = field.option(ev, name)
        return getattr(thing, "value", thing)

    if _limits(option, has_bounds) or _is_limiting(ev, field.annotation, field.frame, has_bounds):
        return True
    return _is_strict(ev, field.type, has_bounds) or (field.required is True and _is_choice(ev, field.type))


def _demands(ev: Evaluator, type_: Type | None, seen: set[ClassThing]) -> int:
    """How many values must be there, besides identifiers, switches and those that may be null; each model once."""
    if type_ is None or types.is_optional(type_) or _takes_anything(type_) or types.is_a(ev, type_, *_PLAIN):
        return 0
    found = [each for each in schemas.nested(ev, type_) if each.cls not in seen]
    if any(each.is_table or not each.is_complete for each in found):
        return 0
    return max((_demanded(ev, each, seen) for each in found), default=1)


def _demanded(ev: Evaluator, schema: Schema, seen: set[ClassThing]) -> int:
    seen.add(schema.cls)
    fields = (each for each in schema.fields if each.required and not each.name.lower().endswith("id"))
    return sum(_demands(ev, each.type, seen) for each in fields)


# -- limits


def _is_strict(ev: Evaluator, type_: Type, has_bounds: bool) -> bool:
    """Whether a type, or what `Annotated` adds to it, refuses values that would do for a bare one."""
    if any(_is_limiting(ev, value, frame, has_bounds) for value, frame in type_.metadata):
        return True
    if has_bounds and (type_.name in tables.BOUNDING_TYPES or type_.name in tables.CHECKED_TYPES):
        return True
    return any(_is_strict(ev, each, has_bounds) for each in type_.args)


def _is_choice(ev: Evaluator, type_: Type) -> bool:
    """Whether a type is one of several names."""
    if type_.kind == "literal":
        return len(type_.values) > 1
    if isinstance(type_.thing, ClassThing) and classes.is_a(ev, type_.thing, "enum.Enum"):
        found = classes.facts_of(ev, type_.thing)
        return found is not None and len(found.attributes) > 1
    return False


def _is_limiting(ev: Evaluator, value: facts.Value | None, frame: Frame, has_bounds: bool) -> bool:
    """`conint(ge=1)`, `Field(pattern="…")`, `AfterValidator(check)`"""
    callee = ev.certain(value.func, frame) if isinstance(value, facts.Call) else None
    if not isinstance(value, facts.Call) or not isinstance(callee, Library):
        return False
    if callee.name in framework.FUNCTION_VALIDATORS:
        given = function_of(ev.certain(value.args[0], frame)) if value.args else None
        return given is None or _refuses(ev, FunctionThing(given.path, given.qualname))
    if callee.name in tables.BOUNDING_TYPES:
        return has_bounds

    def option(name: str) -> object:
        found = value.keyword(name)
        return ev.literal(found, frame) if found is not None else None

    is_known = callee.name in types_known.CONSTRAINED or callee.name.startswith(("pydantic.", "fastapi.", "sqlmodel."))
    return is_known and _limits(option, has_bounds)


def _limits(option: Callable[[str], object], has_bounds: bool) -> bool:
    if any(option(name) is not None for name in tables.PATTERNS):
        return True
    if any(option(name) not in (None, 0, 1) for name in tables.FEWEST):
        return True
    return has_bounds and any(option(name) is not None for name in tables.BOUNDS)


def _has_validator(schema: Schema) -> bool:
    """Whether a function of the model may refuse what it is given."""
    for cls in _own_classes(schema.ev, schema.cls):
        module = schema.ev.module(cls.path)
        for function in module.functions.values() if module is not None else ():
            decorators = function.decorators if function.owner == cls.qualname else ()
            is_validator = any(_is_validator(schema.ev, each, Frame(cls.path)) for each in decorators)
            if is_validator and _refuses(schema.ev, FunctionThing(cls.path, function.qualname)):
                return True
    return False


def _is_validator(ev: Evaluator, decorator: facts.Value, frame: Frame) -> bool:
    thing = ev.certain(decorator.func if isinstance(decorator, facts.Call) else decorator, frame)
    return isinstance(thing, Library) and thing.name in framework.VALIDATORS


def _refuses(ev: Evaluator, function: FunctionThing) -> bool:
    found = ev.function(function)
    if found is None:
        return False
    return bool(found.assertions) or any(True for _ in errors.escaping(ev, function))


def _own_classes(ev: Evaluator, cls: ClassThing) -> Iterator[ClassThing]:
    for each in classes.mro(ev, cls)[0]:
        if isinstance(each, ClassThing):
            yield each


# -- without a request


def is_tested_alone(project: Project, parameter: Parameter) -> bool:
    """Whether a test expects a model of the parameter to raise."""
    if parameter.type is None:
        return False
    models = {cls for each in schemas.nested(project.evaluator, parameter.type) for cls in _family(each)}
    return not raised.called(project).isdisjoint(models)


def _family(schema: Schema) -> Iterator[ClassThing]:
    """A model with its bases, and the models of its fields."""
    yield from _own_classes(schema.ev, schema.cls)
    for field in schema.fields:
        for inner in schemas.nested(schema.ev, field.type):
            yield inner.cls
