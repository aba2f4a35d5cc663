"""How a route is served: whether as JSON, whether in the schema, under which paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from flake8_fastapi.semantics import classes, holders, types
from flake8_fastapi.semantics.holders import Level
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import ClassThing, Library, LiteralThing, TableThing, Thing

JSON = "starlette.responses.JSONResponse"
NO_BODY = frozenset({204, 304})
"""Status codes whose responses have no body."""
_PROBE = re.compile(
    r"(?:^|_)(?:health|healthz|healthcheck|health_check|ready|readyz|readiness|live|livez|liveness|alive|ping"
    r"|heartbeat|probe)(?:_check|_probe)?$"
)

_EXPORT = re.compile(r"(?:^|_)(?:export|download|backup|dump|csv|xlsx|excel)(?:$|_)")


def is_api(route: Route) -> bool:
    """Whether FastAPI validates and documents the route, for clients: not in an application made for a test."""
    return route.is_operation and not route.is_websocket and not route.project.files.is_test(route.source.path)


def has_body(route: Route) -> bool:
    """Whether the status of a success is known, and allows a body."""
    return route.status_code is not None and route.status_code not in NO_BODY


def sends_json(route: Route) -> bool:
    """Whether some application certainly writes what the handler returns as JSON."""
    own = route.response_class
    if own is not None:
        return is_json(route, own)
    if not route.operations:
        return is_json(route, holders.constructor_argument(route.ev, route.holder, "default_response_class"))
    return any(is_json(route, operation.response_class) for operation in route.operations)


def is_json(route: Route, thing: Thing | None) -> bool:
    """Whether a response class writes JSON; the default does."""
    return thing is None or (isinstance(thing, (ClassThing, Library)) and classes.is_a(route.ev, thing, JSON))


def is_documented(route: Route) -> bool:
    """Whether some application certainly shows the route in its schema."""
    if not _is_shown(route.option("include_in_schema")):
        return False
    if not route.operations:
        return _is_shown(holders.constructor_argument(route.ev, route.holder, "include_in_schema"))
    return any(all(_shows(route, level) for level in operation.levels) for operation in route.operations)


def _shows(route: Route, level: Level) -> bool:
    # An application has no such option, so that what it is given besides says nothing.
    is_application = level.call is None and holders.is_application(route.ev, level.holder)
    return is_application or _is_shown(level.option(route.ev, "include_in_schema"))


def _is_shown(thing: Thing | None) -> bool:
    return thing is None or thing == LiteralThing(True)


def is_probe(route: Route) -> bool:
    """Whether the route is asked for its status code: a health check, by the end of its path or of its name."""
    path = (route.written_path or "").strip("/").rpartition("/")[2]
    return any(_PROBE.search(text.lower().replace("-", "_")) is not None for text in (path, route.name))


def is_export(route: Route) -> bool:
    """Whether the route gives everything on purpose, by a part of its path or of its name: an export, a download."""
    parts = [*(route.written_path or "").split("/"), route.name]
    return any(_EXPORT.search(each.lower().replace("-", "_")) is not None for each in parts)


def documents(route: Route, *statuses: int) -> bool:
    """Whether `responses=` describes one of these status codes."""
    thing = route.option("responses")
    if not isinstance(thing, TableThing):
        return False
    keys = {str(route.ev.literal(key, thing.frame)) for key, _ in thing.items if key is not None}
    return any(str(status) in keys for status in statuses)


def is_first(route: Route, condition: Callable[[Route], bool]) -> bool:
    """Whether no registration of the same handler that stands before this one meets the condition too."""
    return not any(condition(other) for other in _before(route))


def _before(route: Route) -> Iterator[Route]:
    registrations = route.project.registrations
    for found in registrations.roles(route.source.path, route.registration.function):
        if found.call is None or found.frame is None or found.holder is None or found.role != "route":
            continue
        if found.call.start < route.position:
            yield Route(route.ev, found, found.holder, route.project, route.source)


# -- in words


def named(route: Route) -> str:
    """The handler, for a message."""
    return f"`{clipped(route.name)}`" if route.name else "the route"


def declared(route: Route) -> str:
    """The declared type of the answer, for a message."""
    type_ = route.response.type
    return clipped(types.text(route.ev, type_)) if type_ is not None else "None"


def clipped(text: str, limit: int = 40) -> str:
    """The text, without its end if it is long."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
