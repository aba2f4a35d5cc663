"""For whom a function runs that meets an exception: whether a client waits, and what it has asked for."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Literal

from flake8_fastapi.semantics import served
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.reached import thing_by_request
from flake8_fastapi.semantics.routes import Route

Audience = Literal["route", "dependency", "middleware", "exception handler", "service"]
_AUDIENCES: tuple[Audience, ...] = ("route", "exception handler", "middleware", "dependency")
_EXAMINES = re.compile(
    r"(?:^|_)(?:health|healthz|healthcheck|ready|readiness|liveness|ping|probe|test|tests|testing|debug|diagnose"
    r"|diagnostic|diagnostics|check|validate|validation|verify|sandbox|playground|eval|evaluate|execute|preview"
    r"|lint|connect|disconnect|monitor|monitoring|build|compile|run)(?:_|$)",
    re.IGNORECASE,
)
"""Names of routes that are asked whether something works, or to run what the client wrote: why not is part of the
answer."""
_HERE = ("localhost", "127.0.0.1", "::1")
_OPERATORS = re.compile(r"(?:^|_)(?:super_?user|super_?admin|admin|admins|setup|install)(?:_|$)", re.IGNORECASE)
"""Names of routes, and of dependencies, that let in nobody but who runs the service."""


def audience(function: Function) -> Audience | None:
    """Whom a function answers: FastAPI takes it for this, or ("service") it runs for one of these; None if nobody
    waits for what it gives, or that is unknown."""
    if function.project.files.is_test(function.thing.path):
        return None
    roles = {each.role for each in function.registrations}
    if roles:
        return next((role for role in _AUDIENCES if role in roles and "websocket" not in roles), None)
    found = thing_by_request(function.project, function.thing)
    return "service" if found is not None and found.role in _AUDIENCES else None


def routes_of(function: Function) -> tuple[Route, ...]:
    """The routes whose handler a function is."""
    return tuple(
        Route(function.ev, each, each.holder, function.project, function.source)
        for each in function.registrations
        if each.role == "route" and each.holder is not None and each.call is not None and each.frame is not None
    )


def examines(function: Function) -> bool:
    """Whether a route is there to tell whether something works, by its name, its path, or that of its module."""
    if _EXAMINES.search(function.name) or _EXAMINES.search(Path(function.thing.path).stem):
        return True
    return any(served.is_probe(route) or _says_so(route) for route in routes_of(function))


def _says_so(route: Route) -> bool:
    return any(_EXAMINES.search(part) is not None for part in _parts(route))


def is_for_operators(function: Function) -> bool:
    """Whether only those who run the service may call a route: to them a text of the service tells nothing new."""
    routes = routes_of(function)
    names = [function.name, Path(function.thing.path).stem, *(part for route in routes for part in _parts(route))]
    names.extend(each.name for route in routes for each in route.dependencies)
    return any(_OPERATORS.search(each) is not None for each in names) or _is_for_localhost(function)


def _is_for_localhost(function: Function) -> bool:
    """Whether the code compares with the address of the machine itself: `request.client.host == "127.0.0.1"`."""
    nodes = function.code.own if function.code is not None else ()
    return any(isinstance(node, ast.Constant) and node.value in _HERE for node in nodes)


def _parts(route: Route) -> list[str]:
    return (route.path or route.written_path or "").replace("-", "_").split("/")
