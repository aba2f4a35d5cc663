"""Which statuses the schema of a route lists: `responses=` of the route, of routers, inclusions and of the app."""

from __future__ import annotations

from flake8_fastapi.semantics.operations import Operation
from flake8_fastapi.semantics.routes import Route, status_of
from flake8_fastapi.semantics.things import LiteralThing, TableThing, Thing
from flake8_fastapi.semantics.values import Evaluator

_VALIDATION = "422"
"""FastAPI lists it itself."""


def lists(route: Route, status: int) -> bool | None:
    """Whether the schema lists a status for this route in each application; None if it is unknown, or hidden."""
    operations = [each for each in route.operations if each.is_hidden is False]
    if not operations:
        return None
    verdicts = {_lists(each, str(status)) for each in operations}
    return verdicts.pop() if len(verdicts) == 1 else None


def _lists(operation: Operation, status: str) -> bool | None:
    ev = operation.route.ev
    given = [operation.route.option("responses"), *(level.option(ev, "responses") for level in operation.levels)]
    keys = [_keys(ev, thing) for thing in given]
    known = {_VALIDATION}.union(*(each for each in keys if each is not None))
    if not known.isdisjoint({status, f"{status[0]}XX", f"{status[0]}xx", "default"}):
        return True
    return None if None in keys else False


def _keys(ev: Evaluator, thing: Thing | None) -> frozenset[str] | None:
    """The statuses of one `responses=`; None if some are unknown."""
    if thing is None or thing == LiteralThing(None):
        return frozenset()
    if not isinstance(thing, TableThing):
        return None
    found: set[str] = set()
    for key, value in thing.items:
        if key is None:
            inner = _keys(ev, ev.certain(value, thing.frame))
            if inner is None:
                return None
            found |= inner
            continue
        named = ev.certain(key, thing.frame)
        status = status_of(named)
        text = named.value if isinstance(named, LiteralThing) else None
        if status is None and not isinstance(text, str):
            return None
        found.add(str(status) if status is not None else str(text))
    return frozenset(found)
