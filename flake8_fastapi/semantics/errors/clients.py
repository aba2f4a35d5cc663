"""For whom a function runs that meets an exception: whether a client waits, and what it has asked for."""

from __future__ import annotations

import re
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
    r"|lint|connect|disconnect)(?:_|$)",
    re.IGNORECASE,
)
"""Names of routes that are asked whether something works: why not is part of the answer."""


_OPERATORS = re.compile(r"super_?(?:user|admin)", re.IGNORECASE)
"""Names of dependencies that let in nobody but who runs the service."""


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
    """Whether a route is there to tell whether something works, by its name or the end of its path."""
    if _EXAMINES.search(function.name):
        return True
    return any(served.is_probe(route) or _says_so(route) for route in routes_of(function))


def _says_so(route: Route) -> bool:
    parts = (route.written_path or "").replace("-", "_").split("/")
    return any(_EXAMINES.search(part) is not None for part in parts)


def is_for_operators(function: Function) -> bool:
    """Whether only those who run the service may call a route: to them a text of the service tells nothing new."""
    dependencies = (each for route in routes_of(function) for each in (*route.dependencies, *route.listed))
    return any(_OPERATORS.search(each.name) is not None for each in dependencies)
