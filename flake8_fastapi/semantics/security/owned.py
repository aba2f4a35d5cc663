"""Rows that a client chooses, in handlers that know who the user is and do not ask whether they are theirs to have."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.knowledge import lookups
from flake8_fastapi.semantics import facts, nodes, types
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.data import asked, entities, missing, roots
from flake8_fastapi.semantics.data.entities import Column, Entity
from flake8_fastapi.semantics.facts import Position, Value
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.security import altered, authentication, checking, optional_auth, ranks, unverified
from flake8_fastapi.semantics.security.altered import Altered
from flake8_fastapi.semantics.things import function_of

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_OWNERS = frozenset(
    {"user_id", "owner_id", "author_id", "customer_id", "account_id", "creator_id", "created_by_id", "member_id"}
)
"""Columns that say whose a row is, where no foreign key tells."""
_CHOSEN = frozenset({"path", "query", "body", "form"})
Lookups = list[tuple[facts.Site, missing.Miss]]


class Unscoped(NamedTuple):
    """A look-up that any signed-in user can make for the rows of any other."""

    position: Position
    entity: str
    user: str
    """The parameter that holds the current user."""
    deed: str
    """What becomes of the row: read, change, delete."""
    column: str = ""
    """Which says whose a row is; empty where the row is a user itself, or belongs to nobody."""
    key: str = ""
    """What the client names the user by whose row is changed."""
    peer: str = ""
    """A handler of the same collection that asks for more than a user."""
    rank: str = ""
    """What it asks for."""


def of(function: Function) -> Iterator[Unscoped]:
    """The look-ups of a handler that have nothing to do with its user."""
    project = function.project
    if len(function.facts.parameters) < 2 or project.files.is_test(function.thing.path) or not function.is_handler:
        return
    found = list(missing.lookups(function.ev, function.facts.sites, function.frame))
    changed = altered.of(project, function.thing)
    user = _user(function) if found or changed else None
    code = function.code if user is not None else None
    if user is None or code is None or not _is_ignored(code, user.name) or _checks_access(function, code):
        return
    asked_for = list(_of_owners(function, user, found))
    yield from asked_for
    if not asked_for:
        yield from _of_anybody(function, user, changed)


def _of_owners(function: Function, user: Parameter, found: Lookups) -> Iterator[Unscoped]:
    """The look-ups by an id of the path of rows that say whose they are."""
    if ranks.has_power(function.name):
        return
    for site, miss in found:
        assert isinstance(site.value, facts.Call)
        entity = altered.entity_of(function.ev, site.value, function.frame)
        column = _owner(function, entity, user) if entity is not None else None
        if entity is None or column is None or not _is_scoped_elsewhere(function.project, entity, column):
            continue
        if asked.source(function.project, function.thing, miss.keys, site.start) == "path":
            yield Unscoped(site.start, entity.name, user.name, _deed(function), column=column.name)


def _of_anybody(function: Function, user: Parameter, changed: tuple[Altered, ...]) -> Iterator[Unscoped]:
    """The first row that a client chooses, and that is changed or deleted though most users should not do so."""
    routes = list(unverified.routes_with(function)) if changed else []
    dependency = user.dependency
    if not routes or dependency is None or not all(ranks.is_for_all(each, dependency) for each in routes):
        return
    owner = entities.of_type(function.ev, user.type) if user.type is not None and types.is_known(user.type) else None
    for each in changed:
        key = _key(function, routes[0], each.keys)
        if not key:
            continue
        here = Unscoped(each.position, each.entity.name, user.name, each.deed, key=key)
        if each.entity == owner:
            yield here
            return
        peer = ranks.ranked_peer(routes[0])
        if peer is not None and not any(column.name in _OWNERS for column in each.entity.columns):
            yield here._replace(peer=peer[0].name, rank=peer[1])
            return


def _key(function: Function, route: Route, keys: tuple[Value, ...]) -> str:
    """What a client chooses a row by; empty where it has no choice, or something else has a say."""
    given = {each.name: each for each in route.parameters}
    names = []
    for root in roots.of(function.ev, keys, function.frame).roots:
        parameter = given.get(root.parameter.name)
        if parameter is None or unverified.names_credential(function.project, parameter):
            return ""
        if parameter.kind in _CHOSEN:
            names.append(root.attribute or root.parameter.name)
    return names[0] if names else ""


def _user(function: Function) -> Parameter | None:
    """The parameter that holds the current user, who is nobody special; None if there is none, or several."""
    taken = unverified.parameters(function)
    found = [each for each in taken if each.dependency is not None and _identifies(function.project, each)]
    if len(found) != 1:
        return None
    few = (one.dependency is not None and ranks.is_for_few(one.dependency) for one in taken)
    return None if any(few) else found[0]


def _identifies(project: Project, parameter: Parameter) -> bool:
    dependency = parameter.dependency
    if dependency is None or dependency.facts is None or not dependency.facts.returned:
        return False
    if dependency.scheme or optional_auth.gives_none(project, dependency):
        return False
    return authentication.authenticates(project, dependency) is True


def _is_ignored(code: Code, name: str) -> bool:
    """Whether nothing but the log and the caller gets to see a parameter."""
    return all(_is_logged(code, node) or _is_answered(code, node) for node in code.uses(name))


def _is_answered(code: Code, node: ast.AST) -> bool:
    """`return current_user`, `return {"by": current_user.id}`"""
    for around in code.ancestors(node):
        if not isinstance(around, (ast.Attribute, ast.Dict, ast.List, ast.Tuple)):
            return isinstance(around, ast.Return)
    return False


def _is_logged(code: Code, node: ast.AST) -> bool:
    for around in code.ancestors(node):
        if isinstance(around, ast.Call):
            return nodes.last_name(around.func) in lookups.SILENT
        if isinstance(around, ast.stmt):
            return False
    return False


def _checks_access(function: Function, code: Code) -> bool:
    """Whether a call may look at who may see the row."""
    for call in code.calls():
        if checking.sounds(nodes.last_name(call.func)):
            return True
        called = function_of(code.thing(call.func))
        if called is not None and checking.refuses(function.project, called) is True:
            return True
    return False


def _owner(function: Function, entity: Entity, user: Parameter) -> Column | None:
    """The column that says whose a row is; None if there is none, or the query asks for it."""
    type_ = user.type
    owner = entities.of_type(function.ev, type_) if type_ is not None and types.is_known(type_) else None
    if owner is not None and owner == entity:
        return None
    for column in entity.columns:
        if column.is_primary_key:
            continue
        target = (column.foreign_key or "").partition(".")[0]
        if column.name in _OWNERS and (not target or owner is None or _is_table(target, owner)):
            return column
    return None


def _is_table(table: str, owner: Entity) -> bool:
    """Whether a table may be that of an entity: `users` of `User`."""
    return checking.snake(owner.name) in checking.snake(table) or table.lower().rstrip("s") in owner.name.lower()


def _is_scoped_elsewhere(project: Project, entity: Entity, column: Column) -> bool:
    """Whether other code of the project asks whose a row of this entity is: so it matters."""
    memo = project.memo.setdefault(__name__, {})
    key = (entity.cls, column.name)
    if key not in memo:
        memo[key] = any(_asks(project, path, entity, column) for path in project.files.mentioning(column.name))
    known: bool = memo[key]
    return known


def _asks(project: Project, path: str, entity: Entity, column: Column) -> bool:
    name, field = re.escape(entity.name.encode()), re.escape(column.name.encode())
    asked_for = rb"\b(?:\w+\.)?" + name + rb"\." + field + rb"\s*==|\b" + checking.snake(entity.name).encode()
    asked_for += rb"\." + field + rb"\s*!="
    return not project.files.is_test(path) and re.search(asked_for, project.files.text(path) or b"") is not None


def _deed(function: Function) -> str:
    methods = {method.lower() for each in function.registrations for method in (each.method,)}
    if "delete" in methods:
        return "delete"
    return "change" if methods & {"put", "patch", "post"} else "read"
