"""Whether a test expects that a route refuses what it is sent, or who sends it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.semantics.facts import Position
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.security import authentication, groups, guarding
from flake8_fastapi.semantics.suite import raised, tested, validated
from flake8_fastapi.semantics.suite.kinds import STATUSES, Request
from flake8_fastapi.semantics.things import FunctionThing

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_UNAUTHORIZED = frozenset({401, 403})
_ELSEWHERE = frozenset(range(300, 400))
"""A page may send away whom it does not know, or what it does not take."""
_BAD_DATA = frozenset(range(400, 500)) - _UNAUTHORIZED - {404, 405}


def never_with_bad_data(project: Project, route: Route) -> Parameter | None:
    """The parameter of which no test may expect that the route refuses a value, while tests request the route.

    Only for the first of the routes that take the same model: one test is missing, not one for each.
    """
    found = _bodies(project)
    parameter = validated.of(route)
    members = found.members.get(_taken(route, parameter), ()) if parameter is not None else ()
    is_told = parameter is not None and _taken(route, parameter) not in found.refusing
    return parameter if is_told and _is_first(route, members) else None


def never_refused(project: Project, route: Route) -> tuple[Route, ...]:
    """The tested routes that are protected by the same words, if no test may expect that any of them is refused.

    Empty where there is such a test, and for all of them but the first: one test is missing, not one for each. Empty,
    too, where tests show of other routes that what protects them refuses, unless they do so of most.
    """
    if not _is_guarded(route):
        return ()
    found = _protections(project)
    group = groups.of(route)
    members = found.members.get(group, ())
    if group in found.refusing or not _is_first(route, members) or not _is_exception(project, route):
        return ()
    name = guard_of(route)
    return tuple(each for each in members if guard_of(each) == name)


def _is_exception(project: Project, route: Route) -> bool:
    """Whether tests show of most groups with the same guard that it refuses, or of none, and this is the first.

    A suite that shows it once, and leaves it at that, tests the guard and not the routes.
    """
    key = f"{__name__}.guards"
    known: dict[Hashable, dict[Hashable, bool]] | None = project.memo.get(key)
    if known is None:
        known = project.memo[key] = {}
        found = _protections(project)
        for group, members in found.members.items():
            for each in members:
                alike = known.setdefault(_guard(each), {})
                alike[group] = alike.get(group, False) or each.written_at in found.refused
    alike = known.get(_guard(route), {})
    shown = sum(alike.values())
    return 2 * shown >= len(alike) if shown else next(iter(alike), None) == groups.of(route)


def _guard(route: Route) -> Hashable:
    found = groups.guard_of(route)
    return found.function if found is not None and found.function is not None else guard_of(route)


def _is_first(route: Route, members: tuple[Route, ...]) -> bool:
    return bool(members) and members[0].written_at == route.written_at


def guard_of(route: Route) -> str:
    """The name of what turns unknown clients away, as the person who wrote it knows it; empty if it has none."""
    found = groups.guard_of(route)
    return guarding.shown(found) if found is not None else authentication.of_route(route).by


class _Groups(NamedTuple):
    """What the tests of a project do with routes of which one test would do for all."""

    members: dict[Hashable, tuple[Route, ...]]
    """The tested ones, in the order of files and lines."""
    refusing: frozenset[Hashable]
    """Those of which a test may expect that one is refused."""
    refused: frozenset[tuple[str, Position]]
    """The routes of which a test certainly expects it."""


class _Reading(NamedTuple):
    """How routes are grouped, and what shows that one refuses."""

    groups_of: Callable[[Route], tuple[Hashable, ...]]
    """Its own group first; the others share what a test of it shows."""
    statuses_of: Callable[[Route], frozenset[int]]
    is_tested_alone: Callable[[Route], bool]
    """Whether a test does without a request."""


def _protections(project: Project) -> _Groups:
    """The routes that are protected by the same words."""
    return _grouped(
        project,
        "protections",
        _Reading(
            lambda route: (groups.of(route), groups.file_of(route)) if _is_guarded(route) else (),
            lambda _: _UNAUTHORIZED,
            lambda route: _is_tested_alone(project, route),
        ),
    )


def _bodies(project: Project) -> _Groups:
    """The routes that take the same model."""

    def group_of(route: Route) -> tuple[Hashable, ...]:
        parameter = validated.of(route)
        return (_taken(route, parameter),) if parameter is not None else ()

    def is_alone(route: Route) -> bool:
        parameter = validated.of(route)
        return parameter is not None and validated.is_tested_alone(project, parameter)

    return _grouped(project, "bodies", _Reading(group_of, _refusals, is_alone))


def _grouped(project: Project, kind: str, reading: _Reading) -> _Groups:
    key = f"{__name__}.{kind}"
    known = project.memo.get(key)
    if known is None:
        known = project.memo[key] = _found(project, reading)
    assert isinstance(known, _Groups)
    return known


def _found(project: Project, reading: _Reading) -> _Groups:
    members: dict[Hashable, tuple[Route, ...]] = {}
    refusing: set[Hashable] = set()
    refused: set[tuple[str, Position]] = set()
    for route in sorted(tested.routes(project), key=lambda each: each.written_at):
        found = tested.coverage(route)
        shared = reading.groups_of(route) if found.requests or found.possible else ()
        if not shared:
            continue
        statuses = reading.statuses_of(route)
        asked = (*found.requests, *found.possible)
        if reading.is_tested_alone(route) or any(_may_be_refused(each, statuses) for each in asked):
            refusing.update(shared)
        if any(_is_refused(each, statuses) for each in found.requests):
            refused.add(route.written_at)
        if tested.is_of_application(route) and tested.is_tested(route):
            members[shared[0]] = (*members.get(shared[0], ()), route)
    return _Groups(members, frozenset(refusing), frozenset(refused))


def _taken(route: Route, parameter: Parameter) -> Hashable:
    """What tells which data a route takes: its models, else the handler."""
    return validated.models(route.ev, parameter) or tested.handler_of(route)


def _refusals(route: Route) -> frozenset[int]:
    """The statuses that may say that what the route takes is bad: what is not found, too, where only that names it."""
    names = [each.path_names for each in route.operations]
    missing = frozenset({404}) if names and all(each == frozenset() for each in names) else frozenset[int]()
    return _BAD_DATA | missing | (frozenset() if _is_guarded(route) else _UNAUTHORIZED)


def _is_tested_alone(project: Project, route: Route) -> bool:
    """Whether a test calls what asks who is there, and expects an exception."""
    inner = (each for guard in groups.guards(route) for each in guard.walk())
    functions = (each.function for each in inner if each.function is not None)
    return any(FunctionThing(each.path, each.qualname) in raised.called(project) for each in functions)


def _is_guarded(route: Route) -> bool:
    """Whether something before the handler certainly turns unknown clients away, and it is not the way in."""
    if authentication.is_public(route, route.project):
        return False
    found = authentication.of_route(route)
    return found.is_protected is True and (found.where == "middleware" or bool(groups.guards(route)))


def _may_be_refused(request: Request, statuses: frozenset[int]) -> bool:
    """Whether a request may be there to be answered so; one at whose answer nothing looks is not."""
    accepted, is_asserted = request.expected
    if accepted is None or (is_asserted and accepted == STATUSES):
        return True
    return _is_refused(request, statuses) or (bool(accepted) and accepted <= _ELSEWHERE)


def _is_refused(request: Request, statuses: frozenset[int]) -> bool:
    accepted = request.expected.accepted
    return accepted is not None and accepted != STATUSES and not accepted.isdisjoint(statuses)
