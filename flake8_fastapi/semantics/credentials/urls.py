"""Credentials that a route takes from the URL."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import credentials as tables
from flake8_fastapi.knowledge.secrets import Kind
from flake8_fastapi.knowledge.sensitive import words
from flake8_fastapi.semantics import served, types
from flake8_fastapi.semantics.code import dotted
from flake8_fastapi.semantics.config import names
from flake8_fastapi.semantics.parameters import Parameter, wire_name
from flake8_fastapi.semantics.routes import Route

_TEXTS = ("builtins.str", "pydantic.SecretStr")
_SPLIT = re.compile(r"[^A-Za-z0-9]+")


class InUrl(NamedTuple):
    """A query parameter with a credential."""

    parameter: Parameter
    kind: Kind


def of(route: Route) -> Iterator[InUrl]:
    """The query parameters of a route that carry a password, a key or a token which is no one-time link's."""
    if route.is_websocket or not served.is_api(route):
        return
    for parameter in route.parameters:
        kind = names.kind(parameter.name) if parameter.kind == "query" else None
        if kind is None or not _is_text(route, parameter) or wire_name(route.ev, parameter) is None:
            continue
        if _is_fixed(route, parameter.name):
            continue
        if kind in ("password", "database") or not _is_for_link(route, parameter.name):
            yield InUrl(parameter, kind)


def _is_text(route: Route, parameter: Parameter) -> bool:
    if parameter.type is None:
        return parameter.marker is not None or parameter.required is True
    return any(types.is_a(route.ev, member, *_TEXTS) for member in types.members(parameter.type))


def _is_fixed(route: Route, name: str) -> bool:
    """Whether the handler compares it with a text of the source: no secret of the caller."""
    compared = (node for node in (route.code.own if route.code is not None else ()) if isinstance(node, ast.Compare))
    return any(
        dotted(node.left) == name and any(isinstance(each, ast.Constant) and each.value for each in node.comparators)
        for node in compared
    )


def _is_ended(route: str, parameter: str) -> bool:
    """`delete_token(token)`: the token is what the route does away with."""
    told = words(route)
    return not tables.ENDS.isdisjoint(told) and words(parameter)[-1:] == told[-1:]


def _is_for_link(route: Route, name: str) -> bool:
    """Whether the name of the parameter, the route or its path tells of a link, or of a token for one use."""
    if not tables.PARAMETER_HARMLESS.isdisjoint(words(name)) or _is_ended(route.name, name):
        return True
    told = [part for text in (route.path or route.written_path or "", route.name) for part in _SPLIT.split(text)]
    found = {word for part in told for word in words(part)}
    return not tables.LINKS.isdisjoint(found | {word.removesuffix("s") for word in found})
