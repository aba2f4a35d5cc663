"""What the body of a dependency does: what it writes, whom it tells, whether it authenticates."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_fastapi.knowledge import libraries
from flake8_fastapi.semantics import dependencies, signatures
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.errors import exceptions
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.things import Bound, Library

_SESSIONS = frozenset({"sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession"})
_WRITES = frozenset({"add", "add_all", "merge", "delete", "bulk_save_objects", "bulk_insert_mappings"})
_WRITING_STATEMENTS = frozenset({"insert", "update", "delete"})
_MAIL = frozenset(
    {
        *("smtplib.SMTP.send_message", "smtplib.SMTP.sendmail", "aiosmtplib.send", "aiosmtplib.SMTP.send_message"),
        *("aiosmtplib.SMTP.sendmail", "fastapi_mail.FastMail.send_message", "resend.Emails.send", "yagmail.SMTP.send"),
        *("sendgrid.SendGridAPIClient.send", "redmail.EmailSender.send", "postmarker.core.PostmarkClient.emails.send"),
    }
)
_AUTHENTICATION = frozenset(
    {
        *("auth", "authenticate", "authenticated", "authentication", "authorize", "authorized", "authorization"),
        *("login", "token", "jwt", "oauth", "oauth2", "permission", "permissions", "role", "roles", "admin"),
        *("credential", "credentials", "apikey", "current", "require", "required", "verify", "verified"),
        *("identity", "principal", "superuser", "access", "ratelimit", "limiter", "throttle"),
    }
)
"""Words in the name of a dependency that says who somebody is and what they may do."""
_REFUSALS = frozenset({401, 403, 429})
_OWN_REFUSALS = frozenset({*_REFUSALS, None})

TELLING = frozenset({"commit", *(name.rpartition(".")[2] for name in _MAIL)})
"""Last names of calls without which there is no deed."""


def done_by(code: Code) -> list[str]:
    """What it does that belongs to a service, in words."""
    found = []
    before = _before_yield(code)
    names = {name for call in before for name in _library_names(code, call)}
    commits = any(name.rpartition(".")[2] == "commit" for name in names if _is_of_session(name))
    if commits and any(_writes(code, call) and _always_runs(code, call) for call in before):
        found.append("writes and commits data")
    if names & _MAIL:
        found.append("sends mail")
    return found


def _before_yield(code: Code) -> list[ast.Call]:
    """The calls that run before the route: of a generator those above its first `yield`."""
    lines = [node.lineno for node in code.own if isinstance(node, (ast.Yield, ast.YieldFrom))]
    return [call for call in code.calls() if not lines or call.lineno < min(lines)]


def _always_runs(code: Code, call: ast.Call) -> bool:
    """Whether it runs whatever was found: what is created where it is missing stands under an `if`."""
    return not any(isinstance(around, (ast.If, ast.ExceptHandler, ast.Match)) for around in code.ancestors(call))


def _library_names(code: Code, call: ast.Call) -> Iterator[str]:
    """The library function or method that is called, under the names of all classes that have it."""
    thing = code.thing(call.func)
    if isinstance(thing, Bound):
        thing = thing.function
    if isinstance(thing, Library):
        parent, _, last = thing.name.rpartition(".")
        yield from (f"{ancestor}.{last}" for ancestor in libraries.ancestors(parent))


def _is_of_session(name: str) -> bool:
    return name.rpartition(".")[0] in _SESSIONS


def _writes(code: Code, call: ast.Call) -> bool:
    names = [name for name in _library_names(code, call) if _is_of_session(name)]
    if any(name.rpartition(".")[2] in _WRITES for name in names):
        return True
    if not any(name.rpartition(".")[2] in ("execute", "scalar", "scalars", "exec") for name in names) or not call.args:
        return False
    return _is_writing_statement(code, call.args[0])


def _is_writing_statement(code: Code, node: ast.expr) -> bool:
    """`insert(Row).values(…)`, written out."""
    while isinstance(node, ast.Call):
        if not isinstance(node.func, ast.Attribute):
            break
        thing = code.thing(node.func)
        if isinstance(thing, Library):
            break
        node = node.func.value
    thing = code.thing(node.func) if isinstance(node, ast.Call) else None
    return isinstance(thing, Library) and thing.name.startswith("sqlalchemy.") and thing.last in _WRITING_STATEMENTS


# -- authentication


def authenticates(function: Function, code: Code) -> bool:
    """Whether it says who somebody is, what they may do, or how often: by its name, its scheme, or what it raises."""
    owner = function.facts.owner or ""
    if _words(f"{owner}_{function.name}") & _AUTHENTICATION:
        return True
    if any(isinstance(node, ast.Raise) and _refuses(code, node) for node in code.own):
        return True
    signature = signatures.of(function.ev, function.thing)
    found = dependencies.analyzed(function.ev, signature, frozenset()) if signature is not None else ()
    needed = (parameter.dependency for parameter in found if parameter.dependency is not None)
    return any(each.scheme or _words(each.name) & _AUTHENTICATION for one in needed for each in one.walk())


def _words(name: str) -> set[str]:
    """`get_currentUser` has the words get, current and user."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)}


def _refuses(code: Code, node: ast.Raise) -> bool:
    """Whether an HTTPException of 401, 403 or 429 is raised."""
    thing = code.thing(node.exc) if node.exc is not None else None
    cls = exceptions.cls_of(thing)
    if not exceptions.is_http(code.source.ev, cls):
        return False
    # A class of the project's own whose status nobody knows most likely says what the caller may not do.
    return exceptions.status(code.source.ev, thing) in (_REFUSALS if isinstance(cls, Library) else _OWN_REFUSALS)
