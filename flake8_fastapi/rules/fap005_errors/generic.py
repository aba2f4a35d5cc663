"""Expected failures that are raised as exceptions nobody answers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.code import Code, start
from flake8_fastapi.semantics.errors import exceptions, handled, raised
from flake8_fastapi.semantics.facts import Raise, Value
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.things import Library, function_of
from flake8_fastapi.visitor import Finding, check, fitting, short

_GENERIC = frozenset({"builtins.Exception", "builtins.BaseException", "builtins.RuntimeError"})
_EXPECTED = (
    (404, re.compile(r"\bnot[ _]found\b|\bno such\b|\b(?:do(?:es)?|did)(?: not|n't) exist|\bnot exist", re.IGNORECASE)),
    (409, re.compile(r"\balready\b|\b(?:duplicate|conflict)\b", re.IGNORECASE)),
    (
        401,
        re.compile(r"\bunauthori[sz]ed\b|\bunauthenticated\b|\bcredentials?\b|\btoken\b.*\bexpired\b", re.IGNORECASE),
    ),
    (403, re.compile(r"\bforbidden\b|\bdenied\b|\b(?:not|n't)(?: be)? (?:allowed|authori[sz]ed)\b", re.IGNORECASE)),
    (413, re.compile(r"\btoo (?:large|big)\b", re.IGNORECASE)),
    (429, re.compile(r"\btoo many requests\b|\brate limit", re.IGNORECASE)),
    (
        400,
        re.compile(
            r"\b(?:invalid|incorrect|wrong|unsupported|bad request|not supported|too (?:long|short|many))\b",
            re.IGNORECASE,
        ),
    ),
)
"""The status for a request that cannot be served, and what the text of an exception says of it; the first counts."""
_OWN_FAULT = re.compile(
    r"\b(?:config\w*|environment|env|settings?|initiali[sz]ed|unreachable|impossible|internal\w*|bug|unexpected\w*"
    r"|state|should (?:not|never)|must (?:not|never)|cannot happen|invariant|schema\w*|server|startup|started"
    r"|secret\w*)\b",
    re.IGNORECASE,
)
"""Words of a failure that is the service's own: a 500 is right."""


@check
def generic_raise(function: Function) -> Iterator[Finding]:
    """A route or dependency raises `Exception`, `BaseException` or `RuntimeError` for a request that it cannot serve.

    No exception handler of the project answers it: the client gets 500 "Internal Server Error", never the text, and the
    log has a traceback for what is no fault of the service. Reported where the text says that something was not found,
    exists already, is invalid or forbidden, under a condition on what the function was given or has looked up.

    Not reported: what is caught, what a registered exception handler or a middleware answers; failures of the service
    itself (configuration, invariants).

    Bad::

        @app.get("/users/{user_id}")
        def read_user(user_id: int, db: Session = Depends(get_db)) -> int:
            order = db.get(Order, user_id)
            if order is None:
                raise Exception("User not found")  # FAP005
            return order.id

    Good::

        @app.get("/users/{user_id}")
        def read_user(user_id: int, db: Session = Depends(get_db)) -> int:
            order = db.get(Order, user_id)
            if order is None:
                raise HTTPException(status_code=404, detail="User not found")
            return order.id
    """
    found = [each for each in function.facts.raises if each.within is None and _status_meant(each) is not None]
    code = function.code if found else None
    if code is None or not (function.is_handler or function.is_dependency):
        return
    kind = _kind(function)
    leaving = _leaving(function) if kind is not None else frozenset()
    for each in found:
        cls = exceptions.cls_of(function.ev.certain(each.value, function.frame)) if each.value is not None else None
        if not isinstance(cls, Library) or cls.name not in _GENERIC or each.start not in leaving:
            continue
        if handled.is_handled(function.project, cls) is False and _depends_on_request(code, each):
            yield Finding(each.start, _message(each, f"{kind} `{short(function.name)}`", cls.last))


def _message(found: Raise, who: str, name: str) -> str:
    cure = f"raise `HTTPException({_status_meant(found)}, …)`"
    text = short(_text(found.value), 40)
    return fitting(
        f'`{name}("{text}")` in {who}: the client gets 500 without the text; {cure}',
        f"`{name}` in {who}: the client gets 500 without the text; {cure}",
    )


def _kind(function: Function) -> str | None:
    """What FastAPI takes the function for; None where no client waits for it."""
    roles = {each.role for each in function.registrations}
    return "route" if "route" in roles else "dependency" if "dependency" in roles and "websocket" not in roles else None


def _leaving(function: Function) -> frozenset[facts.Position]:
    """Where the function raises what nothing on its way to FastAPI catches, decorators of the project included."""
    called = [function.thing]
    for each in function.registrations:
        if each.endpoint is not None:
            endpoint = function_of(each.endpoint)
            called = [endpoint] if endpoint is not None else []
    escaping = {each for thing in called for each in raised.escaping(function.ev, thing)}
    return frozenset(each.start for each in escaping if each.path == function.thing.path)


def _status_meant(found: Raise) -> int | None:
    """The status for the failure that an exception tells of; None where it may be no fault of the client."""
    text = _text(found.value)
    if not text or _OWN_FAULT.search(text):
        return None
    return next((status for status, words in _EXPECTED if words.search(text)), None)


def _text(raised_value: Value | None) -> str:
    if not isinstance(raised_value, facts.Call) or not raised_value.args:
        return ""
    parts = raised_value.args[0].parts if isinstance(raised_value.args[0], facts.Text) else raised_value.args[:1]
    return "…".join(str(part.value) for part in parts if isinstance(part, facts.Constant))


def _depends_on_request(code: Code, found: Raise) -> bool:
    """Whether a condition around a `raise` asks for a variable of the function."""
    statement = next((node for node in code.own if isinstance(node, ast.Raise) and start(node) == found.start), None)
    tests = [node.test for node in code.ancestors(statement) if isinstance(node, ast.If)] if statement else []
    return any(isinstance(node, ast.Name) and _is_own(code, node.id) for test in tests for node in ast.walk(test))


def _is_own(code: Code, name: str) -> bool:
    """Whether a variable is a parameter or local of the function."""
    assert not isinstance(code.node, ast.Lambda)
    given = code.node.args
    return name in {each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)} or bool(
        code.assigns(name)
    )
