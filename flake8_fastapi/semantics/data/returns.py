"""Functions that return a session or connection that they opened, and that nobody closes, or that is closed already."""

from __future__ import annotations

import ast
from typing import NamedTuple

from flake8_fastapi.semantics.code import Code, dotted
from flake8_fastapi.semantics.data import keepers, leaks
from flake8_fastapi.semantics.data.leaks import Place
from flake8_fastapi.semantics.data.sessions import Opening
from flake8_fastapi.semantics.things import ClassThing

_CLOSED_BY_WITH = ("sqlalchemy.", "psycopg.", "pymysql.", "aiosqlite.", "asyncpg.", "aiomysql.")
"""Libraries whose connections `with` closes; for others (sqlite3, psycopg2) it ends a transaction and no more."""


class Returned(NamedTuple):
    """A session or connection that should not be returned."""

    statement: ast.Return
    is_closed: bool
    """Whether it leaves the `with` that closes it; otherwise FastAPI injects it, and nobody closes it."""
    variable: str


def of(opening: Opening) -> Returned | None:
    """Where what a call opens is returned so; None where it is not, or belongs to who calls the function."""
    function, code, node = opening.function, opening.code, opening.node
    if function is None or code is None or node is None or opening.resource.kind not in ("session", "connection"):
        return None
    if function.facts.is_generator or opening.how == "stepped" or function.project.files.is_test(function.source.path):
        return None
    place = leaks.place(code, node)
    closed = _closed(opening, code, place)
    if closed is not None:
        return Returned(closed, True, ast.unparse(closed.value) if closed.value is not None else "")
    given = _open(code, place)
    if given is None or not function.is_dependency or keepers.closed_by_users(function):
        return None
    return Returned(given, False, "")


def _closed(opening: Opening, code: Code, place: Place) -> ast.Return | None:
    """The `return` in the `with` that holds the session, of the session itself."""
    item = place.node
    if place.fate != "managed" or not isinstance(item, ast.withitem) or not isinstance(item.optional_vars, ast.Name):
        return None
    if not opening.resource.library.startswith(_CLOSED_BY_WITH):
        return None
    around = code.parent(item)
    inside = (node for node in code.returns() if any(each is around for each in code.ancestors(node)))
    return next((node for node in inside if _is_name(node.value, item.optional_vars.id)), None)


def _open(code: Code, place: Place) -> ast.Return | None:
    """The `return` that hands out an open session, itself or in an object that does not close it."""
    if place.fate == "returned":
        return place.node if isinstance(place.node, ast.Return) else None
    if place.fate == "passed" and isinstance(place.node, ast.Call):
        around = code.parent(place.node)
        return around if isinstance(around, ast.Return) and _is_plain_holder(code, place.node) else None
    if place.fate != "variable":
        return None
    for node in code.returns():
        value = node.value
        if value is not None and dotted(value) in place.names:
            return node
        if isinstance(value, ast.Call) and any(dotted(each) in place.names for each in _arguments(value)):
            return node if _is_plain_holder(code, value) else None
    return None


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _is_plain_holder(code: Code, call: ast.Call) -> bool:
    """Whether a call makes an object of the project that closes nothing: a repository, a service."""
    cls = code.thing(call.func)
    return isinstance(cls, ClassThing) and not keepers.owns(code.source.ev, cls)


def _is_name(node: ast.expr | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
