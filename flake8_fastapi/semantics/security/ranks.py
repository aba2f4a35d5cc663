"""Whether a route asks for more than that somebody is signed in: a role, a permission, a scope, administrators."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from flake8_fastapi.knowledge import security as tables
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.security import around, authentication, checking, guarding
from flake8_fastapi.semantics.security.public import is_administrative
from flake8_fastapi.semantics.things import FunctionThing, Instance

_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_MOST_PEERS = 200
"""How many routes beside one are looked at."""
_FEWEST_PEERS = 2


def is_for_few(dependency: Dependency) -> bool:
    """Whether a dependency, or one that it needs, says by its name, scopes or code that some users may not pass."""
    if any(each.scopes != () for each in dependency.walk()):
        return True
    return any(has_power(guarding.shown(each)) or has_power(each.name) for each in dependency.walk())


def has_power(name: str) -> bool:
    """Whether a name has a word about roles and the like."""
    return not tables.POWERS.isdisjoint(checking.snake(name).replace(".", "_").split("_"))


def is_for_all(route: Route, user: Dependency) -> bool:
    """Whether whoever is signed in certainly may call a route: nothing but who the user is stands before it."""
    operations = route.operations
    if not operations or not route.is_plain or is_administrative(route) or around.adds_later(route.project):
        return False
    known = {each.function for each in user.walk() if each.function is not None}
    if is_for_few(user) or any(_may_rank(route, function) for function in known):
        return False
    for operation in operations:
        if not operation.is_complete or around.of_app(route.project, operation.levels[0].holder)[0] is not False:
            return False
        for each in operation.dependencies:
            is_known = each.function in known or authentication.authenticates(route.project, each) is False
            if not is_known or is_for_few(each):
                return False
    return True


def _may_rank(route: Route, function: FunctionThing) -> bool:
    """Whether the code of a dependency has a word about roles, or answers 403."""
    found = route.ev.function(function)
    return found is None or tables.POWER_TEXT.search(checking.text(route.project, function.path, found)) is not None


def ranked_peer(route: Route) -> tuple[Route, str] | None:
    """Another route that writes to the same collection, and what it asks of users.

    Only where every other one that writes asks for it: `PUT /menu` and `PUT /menu/{id}` beside `DELETE /menu/{id}`.
    """
    stem = _stem(route)
    found = [peer for peer in _peers(route) if _stem(peer) == stem] if stem else []
    asked = [(peer, name) for peer in found for name in (_rank(peer),) if name]
    return asked[0] if len(asked) >= _FEWEST_PEERS and len(asked) == len(found) else None


def _stem(route: Route) -> str:
    """`/api/menu` of `/api/menu/{item_id}`: what stands before the first parameter; empty if that is not certain."""
    paths = {each.path for each in route.operations}
    path = paths.pop() if len(paths) == 1 else None
    return path.partition("{")[0].rstrip("/") if path is not None else ""


def _peers(route: Route) -> Iterator[Route]:
    """The other routes that write, on the same router or on those that are included beside it."""
    graph, project = route.project.graph, route.project
    holders: dict[object, Instance] = {route.holder.origin: route.holder}
    for above in graph.parents(route.holder):
        if not above.is_mount:
            holders.update((each.child.origin, each.child) for each in graph.inclusions(above.holder))
    held = (
        Route(route.ev, each, holder, project)
        for holder in holders.values()
        for each in graph.routes(holder)
        if each.call is not None and each.frame is not None and each.function != route.registration.function
    )
    yield from islice((each for each in held if not _WRITING.isdisjoint(each.methods)), _MOST_PEERS)


def _rank(route: Route) -> str:
    """What a route asks of users beyond being signed in, as it is written; empty if nothing."""
    for operation in route.operations:
        for each in operation.dependencies:
            if is_for_few(each) and authentication.authenticates(route.project, each) is True:
                return guarding.shown(each)
    for value, _ in route.decorators:
        name = written(value.func if isinstance(value, facts.Call) else value)
        if has_power(name):
            return name
    return ""
