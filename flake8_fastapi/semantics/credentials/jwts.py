"""Tokens of clients that are read without a look at their signature, and taken for who the client is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import tokens as tables
from flake8_fastapi.semantics import asides, facts, holders
from flake8_fastapi.semantics.code import Code, bound_name, dotted
from flake8_fastapi.semantics.config import constants
from flake8_fastapi.semantics.credentials import presented
from flake8_fastapi.semantics.data.spawned import node_of
from flake8_fastapi.semantics.facts import Position, Value
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.reached import by_request
from flake8_fastapi.semantics.registrations import ROUTE_ROLES
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.security import authentication
from flake8_fastapi.semantics.things import Bound, Frame, Instance, Items, Library, TableThing, library_name

_PLAIN_METHODS = frozenset(
    {
        "split",
        "rsplit",
        "partition",
        "strip",
        "replace",
        "removeprefix",
        "startswith",
        "get_secret_value",
        "encode",
        "count",
    }
)
_PLAIN_CALLS = frozenset({"len", "str", "isinstance", "bool", "print", "cast", "repr", "type"})


class Unverified(NamedTuple):
    """A read of a token whose signature nobody looks at."""

    position: Position
    how: str
    """What switches the check off, as a message shows it."""
    name: str
    """The route or dependency that trusts it, or through which it runs."""
    is_direct: bool


def of(function: Function) -> Iterator[Unverified]:
    """The reads of tokens of clients in a function that serves requests, where what they say is trusted."""
    found = [(call, how) for call, how in _candidates(function) if how]
    if not found or function.project.files.is_test(function.thing.path):
        return
    reached, code = by_request(function), function.code
    if reached is None or code is None or reached.role not in ("route", "websocket", "dependency", "middleware"):
        return
    if reached.role == "middleware" and not _refuses(code):
        return
    for call, how in found:
        node = node_of(code, call)
        if node is None or not call.args or _is_verified(function, code, node) or not _is_trusted(code, node):
            continue
        if presented.by_client(function.project, call.args[0], function.frame) and not _is_known(function):
            yield Unverified(call.start, how, reached.name, reached.is_direct)


def _candidates(function: Function) -> Iterator[tuple[facts.Call, str]]:
    for site in function.facts.sites:
        call = site.value
        if site.kind == "call" and isinstance(call, facts.Call):
            yield call, switched_off(function, call)


def switched_off(function: Function, call: facts.Call) -> str:
    """How a call that reads a token certainly leaves the signature out; empty if it does not, or that is unknown."""
    if not isinstance(call.func, (facts.Attribute, facts.Name, facts.Local)):
        return ""
    if not call.func.name.startswith(("decode", "get_unverified", "verify")):
        return ""
    thing, frame = function.ev.certain(call.func, function.frame), function.frame
    decoder = tables.DECODERS.get(library_name(thing))
    if decoder is None:
        return _unsigned_allowed(function, thing)
    if decoder.never:
        return f"{call.func.name}()"
    if decoder.options is not None and _is_off(function, _given(function, call, "options", decoder.options), frame):
        return "verify_signature=False"
    if decoder.verify and constants.of(function.ev, call.keyword("verify") or facts.UNKNOWN, frame) == (False, False):
        return "verify=False"
    if decoder.algorithms is not None:
        given = _given(function, call, "algorithms", decoder.algorithms)
        return _none_among(function, given[0], given[1]) if given is not None else ""
    return ""


def _given(function: Function, call: facts.Call, keyword: str, place: int) -> tuple[Value, Frame] | None:
    if place < len(call.args) and not any(isinstance(arg, facts.Starred) for arg in call.args):
        return call.args[place], function.frame
    return holders.written(function.ev, call, keyword, function.frame)


def _is_off(function: Function, given: tuple[Value, Frame] | None, frame: Frame) -> bool:
    """Whether a dict of options certainly has `verify_signature` off."""
    thing = function.ev.certain(*given) if given is not None else None
    if not isinstance(thing, TableThing):
        return False
    off = False
    for key, value in thing.items:
        if key is None or function.ev.literal(key, thing.frame) == "verify_signature":
            known = constants.of(function.ev, value, thing.frame) if key is not None else None
            off = known is not None and known.value is False and not known.is_default
    return off


def _unsigned_allowed(function: Function, thing: object) -> str:
    """`JsonWebToken(["none"]).decode(…)` of Authlib."""
    owner = thing.owner if isinstance(thing, Bound) else None
    if not isinstance(owner, Instance) or not isinstance(owner.type, Library) or owner.made is None:
        return ""
    place = tables.MAKERS.get(owner.type.name)
    if place is None:
        return ""
    made = owner.made
    value = made.call.args[place] if place < len(made.call.args) else made.call.keyword("algorithms")
    return _none_among(function, value, made.frame) if value is not None else ""


def _none_among(function: Function, value: Value, frame: Frame) -> str:
    thing = function.ev.certain(value, frame)
    if isinstance(thing, Items) and any(
        function.ev.literal(item, thing.frame) == tables.NO_ALGORITHM for item in thing.values
    ):
        return 'algorithm "none"'
    return ""


# -- verified elsewhere


def _is_verified(function: Function, code: Code, read: ast.Call) -> bool:
    """Whether the function gives the same token, or the tokens it came from, to anything that may verify it."""
    names = _holding(code, read.args[0])
    for node in code.calls():
        if node is read or not any(_mentions(arg, names) for arg in _arguments(node)):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _PLAIN_CALLS or asides.is_logging(node) or _encloses(node, read):
            continue
        if isinstance(node.func, ast.Attribute) and name in _PLAIN_METHODS:
            continue
        return not _is_same_kind(function, code, node)
    return False


def _is_same_kind(function: Function, code: Code, node: ast.Call) -> bool:
    """Whether another call reads the token without its signature, too."""
    value = code.source.value(node)
    if not isinstance(value, facts.Call):
        return False
    if library_name(code.thing(node.func)).rpartition(".")[2] == "get_unverified_header":
        return True
    return bool(switched_off(function, value))


def _encloses(node: ast.Call, read: ast.Call) -> bool:
    return any(part is read for part in ast.walk(node))


def _arguments(node: ast.Call) -> list[ast.expr]:
    return [*node.args, *(keyword.value for keyword in node.keywords)]


def _mentions(node: ast.expr, names: frozenset[str]) -> bool:
    return any(dotted(part) in names for part in ast.walk(node) if isinstance(part, (ast.Name, ast.Attribute)))


def _holding(code: Code, token: ast.expr) -> frozenset[str]:
    """The variables that hold the token, and those that it was taken from."""
    names = {name for part in ast.walk(token) if isinstance(part, (ast.Name, ast.Attribute)) and (name := dotted(part))}
    for _ in range(4):
        for node in code.own:
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and bound_name(node) in names and node.value is not None:
                names |= {dotted(part) for part in ast.walk(node.value) if isinstance(part, (ast.Name, ast.Attribute))}
    return frozenset(names - {""}) - {"request", "self", "settings"}


def _is_known(function: Function) -> bool:
    """Whether something else says who the client is, or may: at the route, or where a route calls the function."""
    project = function.project
    functions = [function.thing, *(each.function for each in project.loop.callers.of(function.thing))]
    return any(
        _is_protected(Route(function.ev, each, each.holder, project))
        for thing in functions
        for each in project.loop.roles(thing)
        if each.role in ROUTE_ROLES and each.holder is not None and each.call is not None and each.frame is not None
    )


def _is_protected(route: Route) -> bool:
    """A call in the body may be the one in question; with dependencies around, what is unknown may protect."""
    found = authentication.of_route(route)
    if found.is_protected is None:
        return bool(route.dependencies) or any(operation.inherited for operation in route.operations)
    return found.is_protected and found.where != "body"


# -- trusted


def _is_trusted(code: Code, read: ast.Call) -> bool:
    """Whether something else than the age or the issuer is taken from what the token says."""
    node: ast.AST = read
    parent = code.parent(node)
    if isinstance(parent, ast.Await):
        node, parent = parent, code.parent(parent)
    name = bound_name(parent)
    if not name:
        return _is_use(code, node)
    return any(_is_use(code, use) for use in code.uses(name))


def _is_use(code: Code, node: ast.AST) -> bool:
    """Whether this use of the claims tells the code who the client is."""
    if any(isinstance(each, ast.Call) and asides.is_logging(each) for each in code.ancestors(node)):
        return False
    parent = code.parent(node)
    if (
        isinstance(parent, ast.Attribute)
        and isinstance(above := code.parent(parent), ast.Call)
        and above.func is parent
    ):
        key = above.args[0] if parent.attr in ("get", "pop") and above.args else None
        return key is not None and not _is_harmless(key)
    if isinstance(parent, ast.Subscript) and parent.value is node:
        return not _is_harmless(parent.slice)
    return isinstance(parent, (ast.Return, ast.Call, ast.keyword, ast.Dict, ast.Tuple, ast.Assign, ast.AnnAssign))


def _is_harmless(key: ast.expr) -> bool:
    return isinstance(key, ast.Constant) and key.value in tables.HARMLESS_CLAIMS


def _refuses(code: Code) -> bool:
    """Whether a middleware turns clients away."""
    return any(
        (isinstance(node, ast.Constant) and node.value in (401, 403))
        or (isinstance(node, ast.Attribute) and node.attr.startswith(("HTTP_401", "HTTP_403")))
        or (isinstance(node, ast.Raise))
        for node in code.everything
    )
