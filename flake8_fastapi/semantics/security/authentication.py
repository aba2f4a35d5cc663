"""Whether a route is protected, and by what, wherever authentication may arrive.

That is a parameter, the decorator, the router, an inclusion, the app, a class-based view, a decorator of the handler, a
call in its body, or middleware. Whatever is not understood makes the answer unknown, never no.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_fastapi.knowledge import security as tables
from flake8_fastapi.semantics import classes, dependencies, facts, holders
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.holders import Level
from flake8_fastapi.semantics.operations import Operation
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.security import around, checking, guarding
from flake8_fastapi.semantics.security.checking import any_of, sounds
from flake8_fastapi.semantics.security.guarding import OPEN, UNKNOWN, Protection, Where, authenticates
from flake8_fastapi.semantics.security.public import is_public
from flake8_fastapi.semantics.things import (
    ClassThing,
    Library,
    function_of,
)

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

__all__ = ["Protection", "authenticates", "is_public", "of_route", "own", "project_has_authentication"]

_KEY = __name__


def of_route(route: Route) -> Protection:
    """Whether a route is protected on every way in which an application serves it; unknown if it is on some."""
    memo = route.project.memo.setdefault(f"{_KEY}.route", {})
    if route not in memo:
        memo[route] = _of_route(route)
    found: Protection = memo[route]
    return found


def _of_route(route: Route) -> Protection:
    here = own(route)
    if here.is_protected:
        return here
    operations = [each for each in route.operations if not _is_of_test(route.project, each)]
    inherited = _inherited(route, operations)
    if inherited.is_protected:
        return inherited
    return _strongest((here, inherited, _by_middleware(route, operations)))


def _by_middleware(route: Route, operations: list[Operation]) -> Protection:
    """What middleware does; it may also be what a dependency is that is added past all constructors."""
    apps = {each.levels[0].holder.origin: each.levels[0].holder for each in operations if each.levels}
    found = [around.of_app(route.project, app) for app in apps.values() or (None,)]
    verdicts = {verdict for verdict, _ in found}
    name = next((name for _, name in found if name), "")
    if verdicts == {False}:
        return UNKNOWN if around.adds_later(route.project) else OPEN
    return Protection(True if verdicts == {True} else None, name, "middleware")


def own(route: Route) -> Protection:
    """The same, by the route itself: without routers, inclusions, apps and middleware."""
    memo = route.project.memo.setdefault(f"{_KEY}.own", {})
    if route not in memo:
        memo[route] = _strongest(_own(route))
    found: Protection = memo[route]
    return found


def _strongest(found: Iterator[Protection] | tuple[Protection, ...]) -> Protection:
    """The first that is certain; else one that may be, with a name if there is one."""
    best = OPEN
    for each in found:
        if each.is_protected:
            return each
        if each.is_protected is None and (best.is_protected is False or not best.by):
            best = each
    return best


def _own(route: Route) -> Iterator[Protection]:
    yield from _listed(route)
    yield from _parameters(route)
    yield from _decorators(route)
    yield from _wrapping(route)
    yield _body(route)


# -- the route itself


def _listed(route: Route) -> Iterator[Protection]:
    _, is_whole = route.listed_under(None)
    for dependency in route.listed:
        yield Protection(authenticates(route.project, dependency), guarding.shown(dependency), "decorator dependency")
    if not is_whole:
        yield UNKNOWN


def _parameters(route: Route) -> Iterator[Protection]:
    if route.signature is None:
        yield UNKNOWN
    for parameter in route.parameters:
        found = guarding.of_parameter(route.project, parameter)
        where: Where = "class" if parameter.kind == "self" else "parameter"
        yield found._replace(where=where) if found.is_protected is not False else found
        if parameter.kind == "self":
            yield _of_view(route)


def _of_view(route: Route) -> Protection:
    """A class-based view: what its decorators do, and whether its bases are known."""
    owner = route.function.owner if route.function is not None else None
    if owner is None:
        return OPEN
    cls = ClassThing(route.handler_path, owner)
    order, is_whole = classes.mro(route.ev, cls)
    if not is_whole:
        return UNKNOWN
    found = [each for each in order if isinstance(each, ClassThing)]
    known = [each for each in (classes.facts_of(route.ev, cls) for cls in found) if each is not None]
    names = [name for each in known for name in (each.name, *_variables(each))]
    return UNKNOWN if any(sounds(name) for name in names) else OPEN


def _variables(cls: facts.ClassFacts) -> Iterator[str]:
    """The names of what a class and its instances have, methods aside."""
    for name, values in (*cls.attributes.items(), *cls.instance.items()):
        if not any(isinstance(value, facts.Function) for value in values):
            yield name


def _decorators(route: Route) -> Iterator[Protection]:
    """The decorators between the route's own and the `def`."""
    for value, thing in route.decorators:
        func = value.func if isinstance(value, facts.Call) else value
        name = written(func)
        verdict = guarding.of_decorator(route.project, func, thing)
        yield Protection(verdict, name if verdict or sounds(name.rpartition(".")[2]) else "", "decorator")


def _wrapping(route: Route) -> Iterator[Protection]:
    """A decorator of the project that registers the route itself: `@protected_route(router.get, "/x")`."""
    func = route.call.func
    function = function_of(route.ev.certain(func, route.frame))
    if function is not None:
        found = (checking.refuses(route.project, each) for each in checking.nested(route.project, function))
        verdict = True if checking.is_named(route.project, written(func)) else any_of(found)
        yield Protection(verdict, written(func) if verdict or sounds(written(func)) else "", "decorator")


def _body(route: Route) -> Protection:
    """What the handler does: it raises 401, or calls something that does."""
    function = route.registration.function
    found = route.ev.function(function)
    if found is None:
        return UNKNOWN
    for site in found.sites:
        name = _last_name(site.value)
        if name and _is_guard(route, site.value, name):
            return Protection(True, name, "body")
    if checking.answers(route.project, function):
        return Protection(True, "", "body")
    # The name of a handler says whom it concerns, not who may call it.
    introduced = checking.is_introduced(route.project, route.frame.path, route.position, found)
    return UNKNOWN if introduced or checking.is_telling(route.project, function) else OPEN


def _is_guard(route: Route, value: Value, name: str) -> bool:
    """Whether a call in the body is there to turn away unknown clients: by a method of a library, by name and deed."""
    if name in tables.REFUSING_METHODS or checking.is_named(route.project, name):
        return True
    if not sounds(name) or not isinstance(value, facts.Call):
        return False
    frame = route.ev.frame_of(route.registration.function)
    callee = function_of(route.ev.certain(value.func, frame))
    return callee is not None and checking.refuses(route.project, callee) is True


def _last_name(value: Value) -> str:
    func = value.func if isinstance(value, facts.Call) else None
    return func.name if isinstance(func, (facts.Attribute, facts.Name, facts.Local)) else ""


# -- what stands around it


def _inherited(route: Route, operations: list[Operation]) -> Protection:
    """What routers, inclusions and apps ask for, on every way to the route."""
    if not operations:
        alone = _of_level(route, Level(route.holder), None)
        is_served = around.is_included(route.project, route.holder)
        is_unsure = not is_served or around.may_be_given(route.project, route.holder)
        return UNKNOWN if alone.is_protected is False and is_unsure else alone
    found = [_of_operation(route, each) for each in operations]
    if all(each.is_protected for each in found):
        return found[0]
    return OPEN if all(each.is_protected is False for each in found) else UNKNOWN


def _is_of_test(project: Project, operation: Operation) -> bool:
    origin = operation.levels[0].holder.origin if operation.levels else None
    return origin is not None and project.files.is_test(origin.path)


def _of_operation(route: Route, operation: Operation) -> Protection:
    return _strongest(_of_level(route, level, operation) for level in reversed(operation.levels))


def _of_level(route: Route, level: Level, operation: Operation | None) -> Protection:
    ev, project = route.ev, route.project
    where: Where = (
        "include" if level.call is not None else "app" if holders.is_application(ev, level.holder) else "router"
    )
    path_names = operation.path_names if operation is not None else None
    listed, is_whole = dependencies.listed(ev, level.option(ev, "dependencies"), path_names)
    if level.call is not None:
        where = "include"
    found = [Protection(authenticates(project, each), guarding.shown(each), where) for each in listed]
    if not is_whole:
        found.append(UNKNOWN)
    if level.call is None and isinstance(level.holder.type, ClassThing):
        found.extend(_of_holder_class(project, level.holder.type))
    if _has_own_route_class(route, level):
        found.append(UNKNOWN)
    return _strongest(tuple(found))


def _of_holder_class(project: Project, cls: ClassThing) -> Iterator[Protection]:
    """A router class of the project may add what it likes to each route."""
    for method in checking.methods(project, cls):
        if checking.is_telling(project, method):
            yield UNKNOWN


def _has_own_route_class(route: Route, level: Level) -> bool:
    """Whether routes are made by a class of the project that has a word about credentials, or by an unknown one."""
    if level.call is not None or holders.is_application(route.ev, level.holder):
        return False
    given = level.option(route.ev, "route_class")
    if given is None or isinstance(given, Library):
        return False
    if not isinstance(given, ClassThing):
        return True
    return any(checking.is_telling(route.project, each) for each in checking.methods(route.project, given))


# -- the project


def project_has_authentication(project: Project) -> bool:
    """Whether anything in the project, tests aside, certainly turns away unknown clients."""
    if _KEY not in project.memo:
        project.memo[_KEY] = False
        project.memo[_KEY] = around.of_app(project, None)[0] is True or _has_guard(project)
    found: bool = project.memo[_KEY]
    return found


def _has_guard(project: Project) -> bool:
    files = project.files
    for path in dict.fromkeys((*files.mentioning("Depends"), *files.mentioning("Security"))):
        if files.is_test(path):
            continue
        for registration in project.registrations.of(path):
            if registration.role == "dependency" and checking.refuses(project, registration.function):
                return True
    return False
