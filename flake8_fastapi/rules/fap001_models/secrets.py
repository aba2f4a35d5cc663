"""Answers that carry what was meant to stay on the server."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import framework, sensitive
from flake8_fastapi.knowledge import types as tables
from flake8_fastapi.knowledge.sensitive import Secret
from flake8_fastapi.rules.fap001_models.selections import ALL, Selection, selection
from flake8_fastapi.semantics import classes, facts, schemas, served, types
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.schemas import Field, Schema
from flake8_fastapi.semantics.things import ClassThing, Frame, Library
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.semantics.values import Evaluator
from flake8_fastapi.visitor import Finding, check

_MOST_MODELS = 60
"""How many nested models are looked at."""
_TEXTS = ("builtins.str", "builtins.bytes", "pydantic.StrictStr", "pydantic.StrictBytes")
_MASKS = framework.FUNCTION_SERIALIZERS | framework.FUNCTION_VALIDATORS
"""Markers in `Annotated` that may change a value."""
_WRITERS = frozenset({"dict", "json", "model_dump", "model_dump_json", "serialize"})
"""Methods of a model that write it; where a class defines one, what it writes is its own affair."""


class Leak(NamedTuple):
    """A secret field, and how it is reached from the response model."""

    secret: Secret
    models: tuple[str, ...]
    fields: tuple[str, ...]

    @property
    def path(self) -> str:
        """As a person would write it: `Order.customer.password`."""
        return ".".join((self.models[0], *self.fields))


@check
def secret_in_response(route: Route) -> Iterator[Finding]:
    """The response model, its bases and nested models included, has a field that must not leave the server.

    Silent for fields that are excluded, of type `SecretStr` or masked by a serializer, for what clients are meant to
    get (tokens, API keys), and for endpoints whose path, name or model say that the value is their purpose.

    Bad::

        class User(BaseModel):
            name: str
            hashed_password: str

        @app.get("/users/{user_id}", response_model=User)  # FAP001
        def get_user(user_id: int, db: Session = Depends(get_db)):
            return db.get(UserRow, user_id)

    Good::

        class User(BaseModel):
            name: str

        class UserInDB(User):
            hashed_password: str

        @app.get("/users/{user_id}", response_model=User)
        def get_user(user_id: int, db: Session = Depends(get_db)):
            return db.get(UserRow, user_id)
    """
    type_ = _sent(route)
    if type_ is None or not served.is_api(route) or not served.has_body(route):
        return
    excluded, included = selection(route, "response_model_exclude"), selection(route, "response_model_include")
    if excluded is None or included is None:
        return
    leak = next((leak for leak in _leaks(route.ev, type_, excluded, included) if not _is_purpose(route, leak)), None)
    if leak is not None and served.sends_json(route):
        yield Finding(
            route.position,
            f"{served.named(route)} sends `{served.clipped(leak.path, 50)}` to its clients; "
            "leave the field out of the response model or exclude it",
        )


def _sent(route: Route) -> Type | None:
    """The type of what is sent: the response model, or what a generator yields one by one."""
    if route.response.type is not None:
        return route.response.type
    found, returned = route.function, route.returns
    if route.response.source != "annotation" or found is None or returned is None or not found.is_generator:
        return None
    return returned.args[0] if returned.name in tables.STREAM_TYPES and returned.args else None


def _is_purpose(route: Route, leak: Leak) -> bool:
    """Whether the endpoint is there to hand out the value."""
    if leak.secret.handed_out or _is_set_here(route, leak):
        return True
    paths = [operation.path for operation in route.operations] or [route.path]
    names = (route.name, *(path or "" for path in paths), *leak.models)
    words = {word for name in names for word in sensitive.words(name)}
    return not words.isdisjoint(sensitive.PURPOSES[leak.secret.kind])


def _is_set_here(route: Route, leak: Leak) -> bool:
    """Whether the handler gives the password a value: one that it made up, or asterisks."""
    nodes = route.code.own if route.code is not None and leak.secret.kind == "password" else ()
    return any(
        isinstance(node, ast.Attribute) and node.attr == leak.fields[-1] and isinstance(node.ctx, ast.Store)
        for node in nodes
    )


class _Visit(NamedTuple):
    type: Type
    models: tuple[str, ...]
    fields: tuple[str, ...]
    excluded: Selection
    included: Selection


def _leaks(ev: Evaluator, type_: Type, excluded: Selection, included: Selection) -> Iterator[Leak]:
    """The secret fields that a response model sends, nearest first."""
    pending = deque([_Visit(type_, (), (), excluded, included)])
    seen: set[tuple[object, ...]] = set()
    while pending and len(seen) < _MOST_MODELS:
        visit = pending.popleft()
        schema = schemas.of(ev, visit.type)
        if schema is None:
            pending.extend(_inside(visit))
            continue
        key = (schema.cls, str(visit.excluded), str(visit.included))
        if key in seen or not schema.is_complete or _writes_itself(ev, schema):
            continue
        seen.add(key)
        models = (*visit.models, schema.name)
        pending.extend(visit._replace(type=arg, models=visit.models) for arg in visit.type.args)
        for name, field_type in _sent_fields(ev, schema, visit):
            fields = (*visit.fields, name)
            secret = sensitive.secret(name)
            if secret is not None and _is_text(ev, field_type):
                yield Leak(secret, models, fields)
            inside = (visit.excluded.get(name, {}), visit.included.get(name, {}))
            pending.append(_Visit(field_type, models, fields, *inside))


def _inside(visit: _Visit) -> Iterator[_Visit]:
    """The types that a union, list or mapping is made of."""
    for arg in visit.type.args:
        if visit.type.kind == "union":
            yield visit._replace(type=arg)
        else:
            inside = (visit.excluded.get(ALL, {}), visit.included.get(ALL, {}))
            yield _Visit(arg, visit.models, visit.fields, *inside)


def _sent_fields(ev: Evaluator, schema: Schema, visit: _Visit) -> Iterator[tuple[str, Type]]:
    masked = _masked(ev, schema)
    for field in schema.fields:
        if field.excluded or field.name in masked or _is_masked_type(ev, field):
            continue
        if not _is_left_out(field.name, visit):
            yield field.name, field.type
    for name, type_ in _computed(ev, schema):
        if name not in masked and not _is_left_out(name, visit):
            yield name, type_


def _is_left_out(name: str, visit: _Visit) -> bool:
    is_excluded = name in visit.excluded and not visit.excluded[name]
    return is_excluded or (bool(visit.included) and name not in visit.included)


def _is_text(ev: Evaluator, type_: Type) -> bool:
    """Whether a field of this type holds text as it is: not a flag, a date, a choice or a model."""
    return any(
        types.is_a(ev, member, *_TEXTS) and not types.is_a(ev, member, "enum.Enum") for member in types.members(type_)
    )


# -- what a model does when it is written


def _functions(ev: Evaluator, schema: Schema) -> Iterator[tuple[facts.FunctionFacts, Frame]]:
    """The methods of a model and of its bases."""
    for base in classes.mro(ev, schema.cls)[0]:
        found = classes.facts_of(ev, base) if isinstance(base, ClassThing) else None
        if found is None or not isinstance(base, ClassThing):
            continue
        module = ev.module(base.path)
        for bindings in found.attributes.values():
            for value in bindings:
                if isinstance(value, facts.Function) and module is not None:
                    yield module.functions[value.qualname], Frame(base.path)


def _writes_itself(ev: Evaluator, schema: Schema) -> bool:
    """Whether a model, as a whole, decides what is written: a serializer or validator of all of it, or `fields`."""
    if schema.config("fields") is not None:
        return True
    for function, frame in _functions(ev, schema):
        if function.name in _WRITERS:
            return True
        for decorator in function.decorators:
            name = _decorator(ev, decorator, frame)
            if name.rpartition(".")[2] in ("model_serializer", "model_validator", "root_validator"):
                return True
    return False


def _masked(ev: Evaluator, schema: Schema) -> frozenset[str]:
    """The fields that a serializer or validator of the model may change; all of them if it says so."""
    found: set[str] = set()
    for function, frame in _functions(ev, schema):
        for decorator in function.decorators:
            name = _decorator(ev, decorator, frame)
            if name in framework.VALIDATORS | framework.SERIALIZERS and isinstance(decorator, facts.Call):
                named = {ev.literal(item, frame) for item in decorator.args}
                found |= {text for text in named if isinstance(text, str)}
    if "*" in found:
        found |= {field.name for field in schema.fields}
    return frozenset(found)


def _computed(ev: Evaluator, schema: Schema) -> Iterator[tuple[str, Type]]:
    for function, frame in _functions(ev, schema):
        names = {_decorator(ev, decorator, frame).rpartition(".")[2] for decorator in function.decorators}
        if "computed_field" in names and function.returns is not None:
            yield function.name, types.resolve(ev, function.returns, frame)


def _decorator(ev: Evaluator, decorator: facts.Value, frame: Frame) -> str:
    thing = ev.certain(decorator.func if isinstance(decorator, facts.Call) else decorator, frame)
    return thing.name if isinstance(thing, Library) else ""


def _is_masked_type(ev: Evaluator, field: Field) -> bool:
    """Whether `Annotated` adds a function that may change the value."""
    for value, frame in field.type.metadata:
        thing = ev.certain(value.func, frame) if isinstance(value, facts.Call) else None
        if isinstance(thing, Library) and thing.name in _MASKS:
            return True
    return False
