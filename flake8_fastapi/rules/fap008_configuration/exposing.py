"""Configuration that reaches a client."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_fastapi.semantics import facts, types
from flake8_fastapi.semantics.code import start
from flake8_fastapi.semantics.config import exposure
from flake8_fastapi.semantics.config.exposure import Exposed
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.security import authentication
from flake8_fastapi.semantics.things import Frame, library_name
from flake8_fastapi.visitor import Finding, check, fitting, short

_BODIES = frozenset(
    {
        "fastapi.Response", "starlette.responses.JSONResponse", "starlette.responses.PlainTextResponse",
        "starlette.responses.HTMLResponse", "fastapi.responses.ORJSONResponse", "fastapi.responses.UJSONResponse",
    }
)  # fmt: skip
"""Responses whose first argument is their body."""


@check
def secret_exposed(route: Route) -> Iterator[Finding]:
    """A route answers with configuration: the environment, the settings object, or a secret of either.

    Database passwords and signing keys leave the server, and whoever has a signing key forges a token for any user.

    Not reported: fields of type `SecretStr` (masked), fields that a response model leaves out, dumps with `include` or
    `exclude`, and what is cut, masked or only asked for.

    Bad::

        @app.get("/debug")
        def debug() -> dict[str, str]:
            return dict(os.environ)  # FAP008

    Good::

        @app.get("/debug")
        def debug() -> dict[str, bool]:
            return {"has_database": "DATABASE_URL" in os.environ}
    """
    code = route.code
    if code is None or route.is_websocket or route.project.files.is_test(code.source.path):
        return
    for node, value in _answers(code.node, route):
        frame = Frame(code.source.path, code.qualname)
        body, type_ = _body(route, value, frame)
        if body is None:
            continue
        for found in exposure.of(route.ev, body, frame):
            if exposure.is_sent(route.ev, found, type_):
                yield Finding(start(node), _message(route, found))
                return


def _answers(node: ast.AST, route: Route) -> Iterator[tuple[ast.stmt | ast.expr, Value]]:
    """What the handler returns."""
    code = route.code
    if code is None or (route.function is not None and route.function.is_generator):
        return
    if isinstance(node, ast.Lambda):
        yield node.body, code.source.value(node.body)
    for statement in code.returns():
        if statement.value is not None:
            yield statement, code.source.value(statement.value)


def _body(route: Route, value: Value, frame: Frame) -> tuple[Value | None, types.Type | None]:
    """What is sent, and the type that filters it; no value where that is not known."""
    if isinstance(value, facts.Call):
        callee = library_name(route.ev.certain(value.func, frame))
        if callee in _BODIES:
            return (value.args[0] if value.args else value.keyword("content")), None
    options = ("response_model_include", "response_model_exclude")
    if route.response.source == "unknown" or any(route.option(each) is not None for each in options):
        return None, None
    return value, route.response.type


def _message(route: Route, found: Exposed) -> str:
    is_protected = authentication.of_route(route).is_protected
    who = "whoever it lets in" if is_protected else "a client" if is_protected is None else "anyone"
    if found.kind == "environment":
        what, gets = "the environment", "every secret of the process"
    elif found.kind == "settings":
        what, gets = f"all of `{short(found.name, 30)}`", f"`{short(found.secret, 30)}` with it"
    else:
        what, gets = f"`{short(found.name, 30)}`", "the secret itself"
    name = f"route `{short(route.name, 30)}`" if route.name else "the route"
    return fitting(
        f"{name} answers with {what}: {who} gets {gets}; answer with a model of what clients need",
        f"{name} answers with {what}: {who} gets {gets}; leave it out",
        f"the route answers with {what}: {who} gets {gets}; leave it out",
    )
