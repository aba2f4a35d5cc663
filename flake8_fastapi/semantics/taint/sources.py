"""Where the texts of a client come in: the parameters of handlers and dependencies, by what they are declared to be.

A type that admits only some texts (`int`, `UUID`, an enumeration, `Literal`, a pattern, a validator) is a barrier.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from flake8_fastapi.knowledge import taint as tables
from flake8_fastapi.knowledge import types as type_tables
from flake8_fastapi.semantics import classes, dependencies, facts, schemas, signatures, types
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.registrations import ROUTE_ROLES, Registration
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.taint.shapes import Holder, Kind, Shapes, Tainted, Text, safe_for
from flake8_fastapi.semantics.things import ClassThing, Frame, FunctionThing, Instance, Library, library_name
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_DEPTH = 6
"""How deep types are looked into."""
_SEVERAL_SEGMENTS = re.compile(r"{([a-zA-Z_][a-zA-Z0-9_]*):path}")
_KINDS: Mapping[str, Kind] = {
    "path": "path", "query": "query", "header": "header", "cookie": "cookie", "body": "body", "form": "form",
    "file": "body", "unknown": "request",
}  # fmt: skip

Root = Shapes | Dependency
"""What a parameter is: what the client sent, or what a dependency makes of it."""


def of(project: Project, function: FunctionThing) -> Mapping[str, Root]:
    """What the parameters of a function hold of the client, by name; those that certainly hold nothing are missing."""
    memo: dict[FunctionThing, Mapping[str, Root]] = project.memo.setdefault("taint roots", {})
    if function not in memo:
        memo[function] = {}
        memo[function] = _find(project, function)
    return memo[function]


def _find(project: Project, function: FunctionThing) -> Mapping[str, Root]:
    ev = project.evaluator
    facts_of = ev.function(function)
    if facts_of is None:
        return {}
    found: dict[str, Root] = {}
    roles = project.loop.roles(function)
    for registration in roles:
        if registration.role in ROUTE_ROLES:
            found.update(_of_route(ev, registration))
    if not found and any(registration.role == "dependency" for registration in roles):
        found.update(_of_dependency(ev, function))
    for parameter in facts_of.parameters:
        if parameter.name not in found and parameter.annotation is not None:
            shapes = declared(ev, parameter, Frame(function.path))
            if shapes:
                found[parameter.name] = shapes
    return found


def _of_route(ev: Evaluator, registration: Registration) -> Iterator[tuple[str, Root]]:
    if registration.holder is None or registration.call is None:
        return
    route = Route(ev, registration, registration.holder)
    if not route.shows_handler:
        return
    segments = frozenset(_SEVERAL_SEGMENTS.findall(route.path or ""))
    for parameter in route.parameters:
        root = of_parameter(ev, parameter, segments)
        if root:
            yield parameter.name, root


def _of_dependency(ev: Evaluator, function: FunctionThing) -> Iterator[tuple[str, Root]]:
    """What a dependency is given. Under which paths it stands is not asked: a plain text may be a path parameter."""
    signature = signatures.of(ev, function)
    for parameter in dependencies.analyzed(ev, signature, None) if signature is not None else ():
        root = of_parameter(ev, parameter)
        if root:
            yield parameter.name, root


def of_parameter(ev: Evaluator, parameter: Parameter, segments: frozenset[str] = frozenset()) -> Root:
    """What one parameter holds; `segments` are the path parameters that may hold a `/`."""
    if parameter.dependency is not None and parameter.kind != "self":
        return parameter.dependency
    kind = _KINDS.get(parameter.kind)
    if kind is None or (parameter.kind == "unknown" and not _is_plain(parameter)):
        return ()
    if not _admits_any(ev, parameter):
        return ()
    tainted = Tainted(parameter.name, kind, parameter.name, names=frozenset({parameter.name}))
    if (kind == "path" and parameter.name not in segments) or kind == "request":
        tainted = safe_for(tainted, "path")
    if parameter.type is None:
        return (Text((tainted,)),) if kind in ("path", "query") else ()
    return by_type(ev, parameter.type, tainted)


def _is_plain(parameter: Parameter) -> bool:
    """Whether it is a text that the request gives, be it in path or query."""
    default = parameter.declaration.default
    is_simple = default is None or isinstance(default, facts.Constant)
    return is_simple and parameter.type is not None and parameter.declaration.kind in ("positional", "keyword")


def _admits_any(ev: Evaluator, parameter: Parameter) -> bool:
    made = parameter.marker.made if parameter.marker is not None else None
    return made is None or not _constrains(ev, made.call)


def _constrains(ev: Evaluator, call: facts.Call) -> bool:
    return call.open or any(keyword in tables.CONSTRAINING for keyword, _ in call.keywords)


def declared(ev: Evaluator, parameter: facts.Parameter, frame: Frame) -> Shapes:
    """An upload or a request, which come from a client whoever passes them on."""
    if parameter.annotation is None:
        return ()
    type_ = types.resolve(ev, parameter.annotation, frame)
    if not any(types.is_a(ev, part, type_tables.UPLOAD_FILE, *type_tables.CONNECTIONS) for part in types.parts(type_)):
        return ()
    tainted = Tainted(parameter.name, "request", parameter.name, names=frozenset({parameter.name}))
    found = by_type(ev, type_, tainted)
    return tuple(each for each in found if isinstance(each, Holder) and each.what in ("upload", "request", "list"))


# -- types


def by_type(ev: Evaluator, type_: Type, tainted: Tainted, depth: int = _DEPTH) -> Shapes:
    """What a value of a declared type holds of the client; empty where the type admits only some texts."""
    if depth == 0 or not all(_is_plain_metadata(ev, value, frame) for value, frame in type_.metadata):
        return ()
    if type_.kind == "any":
        return (Holder("any", tainted),)
    if type_.kind == "union":
        return tuple(shape for member in types.members(type_) for shape in by_type(ev, member, tainted, depth - 1))
    if type_.kind != "class" or type_.thing is None:
        return ()
    if type_.name in tables.TEXT_TYPES:
        return (Text((tainted,), type_.name.startswith("pathlib.")),)
    if type_.name in tables.URL_TYPES:
        return (Text((safe_for(tainted, "path", "sql"),)),)
    if type_.name in tables.LISTS:
        return (Holder("list", tainted, type_.args[0] if type_.args else types.ANY),)
    if type_.name in type_tables.MAPPINGS:
        return (Holder("list", tainted, type_.args[1]) if len(type_.args) == 2 else Holder("any", tainted),)
    if types.is_a(ev, type_, type_tables.UPLOAD_FILE):
        return (Holder("upload", tainted),)
    if types.is_a(ev, type_, *type_tables.CONNECTIONS):
        return (Holder("request", tainted),)
    return (Holder("model", tainted, type_),) if schemas.of(ev, type_) is not None else ()


def _is_plain_metadata(ev: Evaluator, value: facts.Value, frame: Frame) -> bool:
    """Whether what stands in `Annotated` leaves every text as it is."""
    if isinstance(value, facts.Constant):
        return True
    if isinstance(value, facts.Call):
        callee = ev.certain(value.func, frame)
        return isinstance(callee, Library) and callee.name in tables.PLAIN_MARKERS and not _constrains(ev, value)
    thing = ev.certain(value, frame)
    if not isinstance(thing, Instance) or thing.made is None or not isinstance(thing.type, Library):
        return False
    return thing.type.name in tables.PLAIN_MARKERS and not _constrains(ev, thing.made.call)


def field(ev: Evaluator, holder: Holder, name: str) -> Shapes:
    """What a field of a model holds; empty where a validator has seen it."""
    schema = schemas.of(ev, holder.type) if holder.type is not None else None
    if schema is None or not schema.is_complete or _is_validated(ev, schema.cls, name):
        return ()
    found = next((each for each in schema.fields if each.name == name), None)
    if found is None or any(found.option(ev, keyword) is not None for keyword in tables.CONSTRAINING):
        return ()
    label = f"{holder.tainted.parameter}.{name}"
    names = frozenset(f"{each}.{name}" for each in holder.tainted.names)
    return by_type(ev, found.type, replace(holder.tainted, parameter=label, names=names))


def has_validator(ev: Evaluator, cls: ClassThing) -> bool:
    """Whether a class has a validator of whatever field."""
    known = tables.VALIDATORS | tables.MODEL_VALIDATORS
    return any(_callee(ev, each, frame) in known for each, frame in _decorators(ev, cls))


def _is_validated(ev: Evaluator, cls: ClassThing, name: str) -> bool:
    """Whether a validator of the class may refuse or change the field."""
    return any(_validates(ev, decorator, frame, name) for decorator, frame in _decorators(ev, cls))


def _decorators(ev: Evaluator, cls: ClassThing) -> Iterator[tuple[facts.Value, Frame]]:
    for base in classes.mro(ev, cls)[0]:
        if isinstance(base, ClassThing):
            frame = Frame(base.path)
            yield from ((each, frame) for function in _methods(ev, base) for each in function.decorators)


def _methods(ev: Evaluator, cls: ClassThing) -> list[facts.FunctionFacts]:
    found = classes.facts_of(ev, cls)
    module = ev.module(cls.path)
    values = found.attributes.values() if found is not None and module is not None else ()
    names = [each.qualname for bound in values for each in bound if isinstance(each, facts.Function)]
    return [module.functions[each] for each in names if each in module.functions] if module is not None else []


def _validates(ev: Evaluator, decorator: facts.Value, frame: Frame, name: str) -> bool:
    callee = _callee(ev, decorator, frame)
    if callee in tables.MODEL_VALIDATORS:
        return True
    if callee not in tables.VALIDATORS or not isinstance(decorator, facts.Call):
        return False
    fields = [ev.literal(each, frame) for each in decorator.args]
    return name in fields or "*" in fields or NotImplemented in fields


def _callee(ev: Evaluator, decorator: facts.Value, frame: Frame) -> str:
    return library_name(ev.certain(decorator.func if isinstance(decorator, facts.Call) else decorator, frame))
