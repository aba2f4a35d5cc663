"""Which functions work for requests: those that FastAPI calls, and what these call, on whatever thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_fastapi.semantics.loop import AT_START
from flake8_fastapi.semantics.registrations import Registration
from flake8_fastapi.semantics.things import FunctionThing

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_MOST_FUNCTIONS = 100
"""How many callers of callers are looked at before the answer is "unknown"."""


def reached(project: Project, start: FunctionThing) -> tuple[Registration, ...]:
    """What FastAPI calls, per request, that certainly leads to this function; empty if nothing is known to.

    A function that only hooks of start and end reach is not served.
    """
    queue = [FunctionThing(start.path, start.qualname)]
    seen = set(queue)
    for function in queue:
        found = tuple(role for role in project.loop.roles(function) if role.role not in AT_START)
        if found:
            return found
        for caller in project.loop.callers.of(function):
            if caller.function not in seen and len(seen) < _MOST_FUNCTIONS:
                seen.add(caller.function)
                queue.append(caller.function)
    return ()


def is_served(project: Project, function: FunctionThing) -> bool:
    """Whether requests certainly reach the function."""
    return bool(reached(project, function))
