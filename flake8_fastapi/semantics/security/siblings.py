"""Routes that stand out among those on the same router: open, where the others ask who is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import security as tables
from flake8_fastapi.semantics import served
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.security import authentication, optional_auth
from flake8_fastapi.semantics.security.checking import snake, sounds
from flake8_fastapi.semantics.security.guarding import Protection
from flake8_fastapi.semantics.security.public import is_administrative
from flake8_fastapi.semantics.things import Origin

_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Odd(NamedTuple):
    """A route that is open, while its siblings are not."""

    route: Route
    protected: int
    """How many of its siblings are protected."""
    all: int
    """How many there are, itself among them."""
    by: str
    """What protects most of them."""
    is_of_writes: bool
    """Whether only those that write are counted."""


def odd_ones_out(file: File) -> Iterator[Odd]:
    """The routes of a file that write, or are for administrators, and are open, unlike their siblings."""
    if file.project.files.is_test(file.path):
        return
    for routes in _groups(file):
        seen = set()
        for found in _odd(routes):
            if found.route.registration.function not in seen:
                seen.add(found.route.registration.function)
                yield found


def _groups(file: File) -> Iterator[list[Route]]:
    """The routes of the file, by the app or router that they stand on."""
    groups: dict[Origin, list[Route]] = {}
    for route in file.routes:
        if served.is_api(route) and route.holder.origin is not None:
            groups.setdefault(route.holder.origin, []).append(route)
    least = file.project.limits.sibling_routes
    yield from (routes for routes in groups.values() if len(routes) >= least)


def _odd(routes: list[Route]) -> Iterator[Odd]:
    limits = routes[0].project.limits
    candidates = [route for route in routes if _matters(route) and not _is_meant(route)]
    if not candidates:
        return
    known = {route: authentication.own(route) for route in routes}
    for is_of_writes, compared in ((False, routes), (True, [route for route in routes if writes(route)])):
        guarded = [known[route] for route in compared if _is_guarded(route, known[route])]
        if len(compared) < limits.sibling_routes or len(guarded) * 100 < limits.protected_share * len(compared):
            continue
        by = _most_common(guarded)
        for route in candidates if by else ():
            # Where anyone may read, a `POST` for everybody is common: an application, a comment, an order.
            if is_of_writes and "POST" in route.methods:
                continue
            if known[route].is_protected is False and authentication.of_route(route).is_protected is False:
                yield Odd(route, len(guarded), len(compared), by, is_of_writes)
        return


def _is_guarded(route: Route, found: Protection) -> bool:
    """Whether a sibling is protected, or has something whose code is not seen and whose name says so."""
    if found.is_protected is False or (found.is_protected is None and not sounds(found.by)):
        return False
    return found.where not in ("parameter", "decorator dependency") or not _is_optional(route)


def _is_optional(route: Route) -> bool:
    """Whether all that says who calls a sibling lets everybody through."""
    project = route.project
    telling = [each for each in route.dependencies if authentication.authenticates(project, each) is not False]
    return bool(telling) and all(optional_auth.gives_none(project, each) for each in telling)


def _most_common(found: list[Protection]) -> str:
    """What protects most of them; empty if half of them have something without a name."""
    names = Counter(each.by for each in found if each.by)
    return names.most_common(1)[0][0] if names.total() * 2 > len(found) else ""


def _matters(route: Route) -> bool:
    """Whether a stranger could do harm: it writes, or is for administrators."""
    return writes(route) or is_administrative(route)


def writes(route: Route) -> bool:
    """Whether a route changes something, by its method; a `POST` may ask by its path or the name of its handler."""
    if _WRITING.isdisjoint(route.methods):
        return False
    last = (route.written_path or "").rstrip("/").rpartition("/")[2]
    asks = any(tables.ASKING.search(snake(text)) is not None for text in (route.name, last))
    return not (asks and route.methods & _WRITING == {"POST"})


def _is_meant(route: Route) -> bool:
    """Whether it is open on purpose, or another check speaks: a decorator above that of the route never runs."""
    if authentication.is_public(route, route.project):
        return True
    written = route.function.decorators if route.function is not None else ()
    above = next((place for place, each in enumerate(written) if each is route.registration.call), 0)
    return any(not _registers(route, each) for each in range(above))


def _registers(route: Route, place: int) -> bool:
    """Whether the decorator at this place registers a route too."""
    written = route.function.decorators[place] if route.function is not None else None
    return any(each.registration.call is written for each in _all_of_handler(route))


def _all_of_handler(route: Route) -> Iterator[Route]:
    for found in route.project.registrations.roles(route.source.path, route.registration.function):
        if found.call is not None and found.holder is not None and found.role == "route":
            yield Route(route.ev, found, found.holder, route.project, route.source)
