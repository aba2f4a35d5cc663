"""Applications that all tests of a run share: a module makes them when it is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_fastapi.semantics import facts, hints
from flake8_fastapi.semantics.facts import MODULE, Value
from flake8_fastapi.semantics.suite import clients, fixtures
from flake8_fastapi.semantics.things import Frame, FunctionThing, Instance

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_MOST_HOPS = 8
"""Through how many names and fixtures an application is followed to where it is made."""


def application(project: Project, value: Value, frame: Frame, hops: int = _MOST_HOPS) -> Instance | None:
    """The shared application that a value is; None for one that is made for a test, and for unknown ones."""
    if hops == 0:
        return None
    if isinstance(value, facts.Parameter):
        return _of_fixture(project, value, frame, hops)
    if isinstance(value, facts.Attribute) and value.name == "app":
        found = _of_client(project, value.of, frame, hops)
        if found is not None:
            return found
    bound = hints.definition(project.evaluator, value, frame)
    if bound is None:
        return None
    inner, where = facts.undeclared(bound[0]), bound[1]
    if isinstance(inner, facts.Call):
        thing = project.evaluator.certain(inner, where) if where.function == MODULE else None
        return thing if isinstance(thing, Instance) else None
    return application(project, inner, where, hops - 1)


def _of_fixture(project: Project, parameter: facts.Parameter, frame: Frame, hops: int) -> Instance | None:
    """What a fixture hands on, without making it."""
    asking = project.evaluator.function(FunctionThing(frame.path, parameter.function))
    owner = asking.owner if asking is not None else None
    fixture = fixtures.of(project, frame.path, owner, parameter.name)
    found = project.evaluator.function(fixture) if fixture is not None else None
    if fixture is None or found is None:
        return None
    given = found.yielded if found.is_generator else found.returned
    return application(project, given[0], Frame(fixture.path, fixture.qualname), hops - 1) if len(given) == 1 else None


def _of_client(project: Project, client: Value, frame: Frame, hops: int) -> Instance | None:
    """`client.app` of a test client."""
    made = project.evaluator.certain(client, frame)
    if clients.of(project.evaluator, client, frame) is None or not isinstance(made, Instance) or made.made is None:
        return None
    given = made.made.call.argument(0, "app")
    return application(project, given, made.made.frame, hops - 1) if given is not None else None
