"""Errors that a route returns with the status of a success: as a payload that says so, or with a status beside it."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import payloads as tables
from flake8_fastapi.semantics import facts, served, types
from flake8_fastapi.semantics.code import Code, start
from flake8_fastapi.semantics.errors import catching, clients, payloads, swallowing
from flake8_fastapi.semantics.errors.texts import Texts
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.routes import Route, status_of
from flake8_fastapi.semantics.things import ClassThing, LiteralThing
from flake8_fastapi.semantics.types import Type

_STATUSES = range(100, 600)


class Error(NamedTuple):
    """An error that is returned."""

    route: Route
    node: ast.Return
    written: str
    """The part of the payload that says so: `"error": "not found"`."""
    status: int
    """The status with which it goes."""


class Pair(NamedTuple):
    """A payload with a status beside it."""

    node: ast.Return
    status: int
    """The status that is meant."""
    sent: int
    """The status with which it goes."""
    is_declared: bool
    """A model is declared that the pair does not fit."""


# -- payloads that say so


def errors(function: Function) -> Iterator[Error]:
    """The errors that a handler returns on its failure branches, with the status of a success."""
    if not any(map(_may_have_error, function.facts.returned)) or function.code is None or not _has_error(function.code):
        return
    found = {each.node: each for route in clients.routes_of(function) for each in _errors(route, function.code)}
    swallowing_too = {each.position for each in swallowing.of(function)} if found else frozenset()
    for node, error in found.items():
        clause = _clause_around(function.code, node)
        if clause is None or start(clause) not in swallowing_too:
            yield error


def _may_have_error(value: Value) -> bool:
    keys = [key for key, _ in value.items] if isinstance(value, facts.Table) else []
    return any(isinstance(key, facts.Constant) and key.value in tables.SAYING for key in keys)


def _errors(route: Route, code: Code) -> Iterator[Error]:
    status = route.status_code
    if status is None or status >= 300 or not served.is_api(route) or _answers_always(route) or not _is_free(route):
        return
    if _sets_status(code) or _is_called_back(code) or served.is_probe(route) or not route.is_plain:
        return
    for node in code.returns():
        key = payloads.failing_key(node.value)
        if key is not None and _is_failure_branch(code, node) and not _leaks(code, node):
            yield Error(route, node, _part(node.value, key), status)


def _has_error(code: Code) -> bool:
    return any(
        payloads.failing_key(node.value) is not None for node in code.returns() if isinstance(node.value, ast.Dict)
    )


def _part(value: ast.expr | None, key: str) -> str:
    found = (payloads.items_of(value) or {})[key]
    if not isinstance(found, ast.Constant):
        return f'{{"{key}": …}}'
    shown = json.dumps(found.value, ensure_ascii=False) if isinstance(found.value, str) else ast.unparse(found)
    return f'{{"{key}": {shown}}}'


def _answers_always(route: Route) -> bool:
    """Whether the caller wants a 200, whatever happens: a webhook, a protocol of its own."""
    names = (route.path or route.written_path or "", route.name)
    return any(tables.ALWAYS_ANSWERED.search(each) is not None for each in names)


def _is_free(route: Route) -> bool:
    """Whether no model is declared: what a model has as `error` is part of the result."""
    if route.response.source == "nothing":
        return True
    type_ = route.response.type
    return type_ is None or type_.kind == "any" or type_.name in ("builtins.dict", "typing.Any")


def _sets_status(code: Code) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr == "status_code" for node in code.everything)


def _is_called_back(code: Code) -> bool:
    """Whether another service calls the route, which sends again what is not answered with a success."""
    return any(tables.CALLED_BACK.search(name) is not None for node in code.everything for name in catching.words(node))


def _is_failure_branch(code: Code, node: ast.Return) -> bool:
    """Whether the route has another way that succeeds."""
    others = [other.value for other in code.returns() if payloads.failing_key(other.value) is None]
    # Where each answer says whether it is a success, clients look for it: that is the API's way.
    return bool(others) and (_clause_around(code, node) is not None or not any(map(payloads.succeeds, others)))


def _leaks(code: Code, node: ast.Return) -> bool:
    """Whether the payload has the text of an exception that was caught: that is another fault."""
    clause = _clause_around(code, node)
    return clause is not None and Texts(code, clause.name, clause.body).within(node.value) is not None


def _clause_around(code: Code, node: ast.Return) -> ast.ExceptHandler | None:
    return next((each for each in code.ancestors(node) if isinstance(each, ast.ExceptHandler)), None)


# -- pairs


def pairs(route: Route) -> Iterator[Pair]:
    """The payloads that a route returns with a status beside them."""
    code = route.code
    if code is None or not route.is_handler_at_hand or not any(_may_be_pair(node) for node in code.returns()):
        return
    sent = route.status_code
    if sent is None or not served.is_api(route) or not route.is_plain or not served.sends_json(route):
        return
    type_ = route.response.type if route.response.type != types.ANY else None
    if route.response.source == "unknown" or (type_ is not None and not _is_one_object(type_)):
        return
    for node in code.returns():
        status = _status_beside(code, node)
        if status is not None:
            yield Pair(node, status, sent, type_ is not None)


def _may_be_pair(node: ast.Return) -> bool:
    return isinstance(node.value, ast.Tuple) and len(node.value.elts) in (2, 3)


def _status_beside(code: Code, node: ast.Return) -> int | None:
    if not isinstance(node.value, ast.Tuple) or not _may_be_pair(node):
        return None
    payload, beside = node.value.elts[:2]
    thing = code.thing(beside)
    if _is_number(code, payload) or (isinstance(thing, LiteralThing) and isinstance(thing.value, bool)):
        return None
    status = status_of(thing)
    return status if status in _STATUSES else None


def _is_one_object(type_: Type) -> bool:
    """Whether a declared type certainly does not fit a pair: a model, a dict, a text."""
    return isinstance(type_.thing, ClassThing) or type_.is_named("builtins.dict", "builtins.str")


def _is_number(code: Code, node: ast.expr) -> bool:
    thing = code.thing(node)
    return isinstance(thing, LiteralThing) and isinstance(thing.value, (int, float))
