"""Failures that nobody hears of: not the client, and no log."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.semantics.code import dotted, start
from flake8_fastapi.semantics.data import sessions
from flake8_fastapi.semantics.errors import attempts, catching, clients, leaking, payloads, swallowing
from flake8_fastapi.semantics.errors.catching import Catch, End
from flake8_fastapi.semantics.facts import Position
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.nodes import own

_FAILED = 500
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_EXTRA = re.compile(
    r"cache|redis|memcache|metric|telemetry|analytics|track|stat|event|notif|mail|email|sms|push|webhook|publish"
    r"|broadcast|log|audit|close|cleanup|clean_up|unlink|remove|rmtree|rollback|shutdown|disconnect|cancel|terminate"
    r"|kill|lock|release",
    re.IGNORECASE,
)
"""Names of what may fail without harm: extras, and cleaning up."""


class Silence(NamedTuple):
    """A clause after which all looks well."""

    position: Position
    written: str
    """What stands there: "except Exception"."""
    answer: str = ""
    """What it answers, as it stands in the source."""
    looks: str = ""
    """What that looks like."""
    lost: str = ""
    """The write that may have failed, where the clause just ends."""


class Hidden(NamedTuple):
    """A clause that answers with a 5xx, and tells nobody."""

    position: Position
    written: str
    status: int


def silences(function: Function) -> Iterator[Silence]:
    """The clauses of a route after which all looks well."""
    found = [catch for catch in catching.of(function) if _is_mute(catch)]
    if not found or function.facts.is_generator or clients.audience(function) != "route" or clients.examines(function):
        return
    swallowing_too = {each.position for each in swallowing.of(function)}
    for catch in found:
        silence = _silence(function, catch) if start(catch.clause) not in swallowing_too else None
        if silence is not None:
            yield silence


def unlogged(function: Function) -> Iterator[Hidden]:
    """The clauses that answer with a 5xx of which nobody knows why."""
    found = [(catch, end) for catch in catching.of(function) if (end := _hiding(catch)) is not None]
    if not found or clients.audience(function) not in ("route", "middleware", "dependency"):
        return
    for catch, end in found if not clients.examines(function) else ():
        if end.status is not None and not leaking.leaks_in(function, catch):
            yield Hidden(start(catch.clause), _written(catch), end.status)


def _is_mute(catch: Catch) -> bool:
    """Whether a clause catches everything and makes nothing of it."""
    if not catch.is_broad or catch.uses or catch.logs or catch.text_uses or catch.depends_on_mode:
        return False
    return not any(isinstance(each, _LOOPS) for each in catch.code.ancestors(catch.clause))


def _silence(function: Function, catch: Catch) -> Silence | None:
    kinds = {end.kind for end in catch.ends}
    if kinds == {"returns"} and all(map(_is_idle, catch.clause.body[:-1])):
        value, looks = catch.ends[0].value, _looks(catch.ends[0])
        if looks and _matters(catch):
            answer = ast.unparse(value) if value is not None else "None"
            return Silence(start(catch.clause), _written(catch), answer=answer, looks=looks)
    if kinds == {"falls through"} and all(map(_is_idle, catch.clause.body)):
        lost = _write_in(function, catch.statement)
        return Silence(start(catch.clause), _written(catch), lost=lost) if lost else None
    return None


def _looks(end: End) -> str:
    """What an answer looks like; empty if it does not look like a success."""
    value = end.value
    if end.status is not None or end.payload == "response":
        return ""
    if payloads.succeeds(value):
        return "success"
    if not payloads.is_nothing(value):
        return ""
    if value is None or isinstance(value, ast.Constant):
        return "no result" if value is None or value.value is None else "zero" if value.value == 0 else "an empty text"
    if isinstance(value, ast.Dict) and value.keys:
        return "an empty result"
    is_list = isinstance(value, ast.List) or (isinstance(value, ast.Call) and dotted(value.func) == "list")
    return "an empty list" if is_list else "an empty result"


def _matters(catch: Catch) -> bool:
    """Whether what was tried is what the route is for: it reaches out, and not only for extras."""
    code, block = catch.code, catch.statement.body
    if attempts.only_computes(code, block):
        return False
    calls = [node for node in own(block) if isinstance(node, ast.Call)]
    names = [".".join(dotted(call.func).split(".")[-2:]) for call in calls]
    return not any(_EXTRA.search(name) for name in names)


def _is_idle(statement: ast.stmt) -> bool:
    """Whether a statement does nothing for the request: `pass`, `…`, `db.rollback()`."""
    if isinstance(statement, ast.Pass):
        return True
    value = statement.value if isinstance(statement, ast.Expr) else None
    call = value.value if isinstance(value, ast.Await) else value
    is_rollback = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "rollback"
    return isinstance(call, ast.Constant) or is_rollback


def _write_in(function: Function, statement: ast.Try) -> str:
    """The commit that is tried."""
    first, last = statement.body[0].lineno, statement.body[-1].end_lineno or 0
    for session in sessions.of(function):
        for use in session.used("commit"):
            if first <= use.position.line <= last:
                return f"{session.text}.{use.method}()"
    return ""


def _hiding(catch: Catch) -> End | None:
    if not catch.is_broad or catch.uses or catch.logs or catch.text_uses:
        return None
    if any(end.kind in ("raises again", "raises") for end in catch.ends):
        return None
    found = (end for end in catch.ends if end.kind == "returns" and end.payload in ("response", "body"))
    return next((end for end in found if end.status is not None and end.status >= _FAILED), None)


def _written(catch: Catch) -> str:
    return f"except {ast.unparse(catch.clause.type)}" if catch.clause.type is not None else "except"
