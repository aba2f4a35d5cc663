"""Where the handler of a route sends its clients on to; those of tests follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_fastapi.semantics import classes
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.suite import targets
from flake8_fastapi.semantics.suite.kinds import Target
from flake8_fastapi.semantics.things import Frame, Instance

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_REDIRECT = "starlette.responses.RedirectResponse"


def of(project: Project, route: Route) -> Iterator[Target]:
    """The paths to which the handler of a route redirects, as far as they are spelled out.

    One that is not known at all leads to another site in nearly all projects: to a login, a shop, a file.
    """
    if not project.files.mentioning("RedirectResponse"):
        return
    ev = project.evaluator
    handler = route.registration.function
    frame = Frame(handler.path, handler.qualname)
    for value in route.function.returned if route.function is not None else ():
        for thing in ev.evaluate(value, frame):
            if isinstance(thing, Instance) and thing.made is not None and classes.is_a(ev, thing.type, _REDIRECT):
                call, where = thing.made
                written = call.argument(0, "url")
                if written is not None:
                    found = targets.of(ev, written, where)
                    yield from (target for target in found if target and isinstance(target[0], str))
