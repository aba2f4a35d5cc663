"""What a running application serves, in words that are neither FastAPI's classes nor ours.

Every FastAPI from the oldest supported on keeps the same facts under other names: this module hides that.
"""

from __future__ import annotations

import collections.abc
import inspect
import types
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import partial
from typing import Annotated, Any, Literal, NamedTuple, NewType, Union, get_args, get_origin

from fastapi import params
from fastapi.routing import APIRoute, APIWebSocketRoute
from fastapi.security.base import SecurityBase
from pydantic import BaseModel
from starlette.routing import Mount

WEBSOCKET = "WEBSOCKET"
_NONE = type(None)
_UNIONS = (Union, types.UnionType)
_PATH, _QUERY, _HEADER, _COOKIE = "path", "query", "header", "cookie"
_BODY, _FORM, _FILE = "body", "form", "file"


class Field(NamedTuple):
    """A parameter as the client sends it; a parameter that is a model of parameters is one field."""

    kind: str
    name: str
    """As it is written in the request; of a model of parameters, the name in the function."""
    required: bool


class Operation(NamedTuple):
    """One method of one route; websockets have the method `WEBSOCKET`. None: not known."""

    method: str
    path: str
    handler: str
    """The function's name; empty for what has none, such as a partial or an instance."""
    fields: frozenset[Field] | None = frozenset()
    """The handler's own and those of all its dependencies."""
    response_model: str | None = ""
    """See `type_text`; empty for none."""
    status_code: int | None = None
    """None where FastAPI uses its default."""
    dependencies: tuple[str, ...] | None = ()
    """The name of every callable of the tree, as often as it is asked for, sorted."""
    scopes: frozenset[tuple[str, frozenset[str]]] | None = frozenset()
    """Each security scheme, and each function that takes `SecurityScopes`, with the scopes that reach it."""
    tags: tuple[str, ...] | None = ()
    response_class: str | None = ""
    """Empty for websockets."""
    hidden: bool | None = False
    """Not in the schema."""


Operations = Mapping[tuple[str, str], Operation]
"""By method and full path."""

ASPECTS = Operation._fields[2:]


def served_operations(app: Any, prefix: str = "") -> Iterator[Operation]:
    """All path operations and websockets of an application and of the applications mounted in it, in order.

    The documentation's own routes are no `APIRoute`, and static files have no routes: both stay out.
    """
    for route, kind in _flat(app.routes):
        if issubclass(kind, APIRoute):
            for method in sorted(route.methods):
                yield _operation(route, method, prefix)
        elif issubclass(kind, APIWebSocketRoute):
            yield _websocket(route, prefix)
        elif issubclass(kind, Mount) and hasattr(route.app, "routes"):
            yield from served_operations(route.app, prefix + route.path)


def first_served(operations: Iterable[Operation]) -> Operations:
    """Of several routes with the same method and path the first one answers."""
    found: dict[tuple[str, str], Operation] = {}
    for operation in operations:
        found.setdefault(operation[:2], operation)
    return found


def differences(aspect: str, served: Operations, ours: Operations) -> dict[tuple[str, str], str]:
    """Of the operations that both sides know, those of which they say different things."""
    found = {}
    for key in sorted(served.keys() & ours.keys()):
        theirs, mine = getattr(served[key], aspect), getattr(ours[key], aspect)
        # What has no name is nameless on one side only.
        if theirs != mine and (aspect != "handler" or theirs):
            found[key] = f"{_shown(aspect, mine)} instead of {_shown(aspect, theirs)}"
    return found


def _shown(aspect: str, value: Any) -> str:
    if value is None and aspect != "status_code":
        return "unknown"
    if isinstance(value, frozenset):
        return f"[{', '.join(' '.join(map(str, each)) for each in sorted(value, key=str))}]"
    return repr(value)


def endpoint_name(endpoint: Any) -> str:
    name = getattr(endpoint, "__name__", "")
    return "" if name == "<lambda>" else str(name)


def _flat(routes: Iterable[Any]) -> Iterator[tuple[Any, type]]:
    """Routes as they are served, with the class they were made from.

    Newer versions keep included routers as they are, and make a websocket's route anew for each inclusion.
    """
    for route in routes:
        if hasattr(route, "effective_route_contexts"):
            for context in route.effective_route_contexts():
                yield context.starlette_route or context, type(context.original_route)
        else:
            yield route, type(route)


def _operation(route: Any, method: str, prefix: str) -> Operation:
    return Operation(
        method,
        prefix + route.path,
        endpoint_name(route.endpoint),
        frozenset(_fields(route.dependant)),
        _response_text(route.response_model),
        route.status_code,
        tuple(sorted(_dependencies(route.dependant))),
        frozenset(_scopes(route.dependant)),
        tuple(str(tag.value) if isinstance(tag, Enum) else tag for tag in route.tags),
        getattr(route.response_class, "value", route.response_class).__name__,
        not route.include_in_schema,
    )


def _response_text(model: Any) -> str:
    # `-> "None"` was once a model of its own.
    return type_text(model) if model and model is not _NONE else ""


def _websocket(route: Any, prefix: str) -> Operation:
    return Operation(
        WEBSOCKET,
        prefix + route.path,
        endpoint_name(route.endpoint),
        frozenset(_fields(route.dependant)),
        dependencies=tuple(sorted(_dependencies(route.dependant))),
        scopes=frozenset(_scopes(route.dependant)),
    )


def _tree(dependant: Any) -> Iterator[Any]:
    """All dependencies below, each as often as it is asked for."""
    for child in dependant.dependencies:
        yield child
        yield from _tree(child)


def _fields(dependant: Any) -> Iterator[Field]:
    for each in (dependant, *_tree(dependant)):
        for kind in (_PATH, _QUERY, _HEADER, _COOKIE):
            yield from (_field(kind, field) for field in getattr(each, f"{kind}_params"))
        yield from (_field(_body_kind(field.field_info), field) for field in each.body_params)


def _body_kind(info: Any) -> str:
    # `File` is a `Form`, and `Form` a `Body`.
    return _FILE if isinstance(info, params.File) else _FORM if isinstance(info, params.Form) else _BODY


def _field(kind: str, field: Any) -> Field:
    is_model = kind != _BODY and _is_model(field.field_info.annotation)
    alias = getattr(field, "validation_alias", None) or field.alias
    return Field(kind, field.name if is_model else alias, field.field_info.is_required())


def _is_model(annotation: Any) -> bool:
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in _UNIONS:
        return all(_is_model(each) for each in get_args(annotation) if each is not _NONE)
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _dependencies(dependant: Any) -> Iterator[str]:
    return (_callable_name(each.call) for each in _tree(dependant))


def _callable_name(call: Any) -> str:
    while isinstance(call, partial):
        call = call.func
    return str(getattr(call, "__name__", type(call).__name__))


def _scopes(dependant: Any) -> Iterator[tuple[str, frozenset[str]]]:
    for each in _tree(dependant):
        if each.security_scopes_param_name is not None or isinstance(inspect.unwrap(each.call), SecurityBase):
            yield _callable_name(each.call), frozenset(_effective_scopes(each))


def _effective_scopes(dependant: Any) -> Iterable[str]:
    if hasattr(dependant, "own_oauth_scopes"):
        return (*(dependant.parent_oauth_scopes or ()), *(dependant.own_oauth_scopes or ()))
    scopes: Iterable[str] = dependant.security_scopes or ()
    return scopes


def type_text(annotation: Any) -> str:
    """A type in one spelling: `list[Item]`, `Item | None`, `Page[Item]`, `Literal['a']`.

    Aliases, `NewType` and `Annotated` stand for what they name; of a union None comes last.
    """
    annotation = _plain(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    generic = getattr(annotation, "__pydantic_generic_metadata__", {})
    if generic.get("origin"):
        origin, arguments = generic["origin"], generic["args"]
    if annotation is None or annotation is _NONE:
        return "None"
    if annotation is Any:
        return "Any"
    if annotation is Ellipsis:
        return "..."
    if origin in _UNIONS:
        members = dict.fromkeys(map(type_text, _members(annotation)))
        return " | ".join(sorted(members, key="None".__eq__))
    if origin is Literal:
        return f"Literal[{', '.join(map(_literal_text, arguments))}]"
    if origin is collections.abc.Callable:
        return "Callable"
    if origin is not None and arguments:
        return f"{origin.__name__}[{', '.join(map(type_text, arguments))}]"
    return str(getattr(origin or annotation, "__name__", annotation))


def _plain(annotation: Any) -> Any:
    """Without aliases, new types and metadata."""
    while True:
        if isinstance(annotation, NewType):
            annotation = annotation.__supertype__
        elif get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif type(annotation).__name__ == "TypeAliasType":
            annotation = annotation.__value__
        else:
            return annotation


def _members(annotation: Any) -> Iterator[Any]:
    """The members of a union and of the unions in it that an alias hides."""
    annotation = _plain(annotation)
    if get_origin(annotation) in _UNIONS:
        for member in get_args(annotation):
            yield from _members(member)
    else:
        yield annotation


def _literal_text(value: Any) -> str:
    return f"{type(value).__name__}.{value.name}" if isinstance(value, Enum) else repr(value)
