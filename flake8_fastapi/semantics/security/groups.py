"""Routes that the same words protect: what one test shows of the protection of one, it shows of all."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.security import checking
from flake8_fastapi.semantics.security.guarding import authenticates


def of(route: Route) -> Hashable:
    """What tells the group of a route that is protected.

    That is the place where a router, inclusion, class or application names the dependency that turns unknown clients
    away; the file, where the route itself asks for more; the application, where no dependency does.
    """
    around = _around(route)
    if _asked(route, around):
        return file_of(route)
    for dependency in reversed(around):
        if dependency.where is not None and dependency.call is not None:
            return dependency.where.path, dependency.call.start
    return tuple(each.levels[0].holder.origin for each in route.operations[:1] if each.levels)


def guard_of(route: Route) -> Dependency | None:
    """The dependency that makes a route a member of its group; None where none does.

    Of one that needs others, that is the first that is called like a guard: `get_order` may need `current_user`.
    """
    around = _around(route)
    found = next(iter((*_asked(route, around), *reversed(around))), None)
    named = (each for each in found.walk() if checking.sounds(each.name) and _is_guard(route, each)) if found else ()
    return next(iter(named), found)


def file_of(route: Route) -> Hashable:
    """What tells the routes that are registered in the same file."""
    return __name__, route.frame.path


def guards(route: Route) -> tuple[Dependency, ...]:
    """Every dependency that certainly answers 401 or 403 to unknown clients of a route, its own last."""
    return (*_around(route), *_own(route))


def _around(route: Route) -> tuple[Dependency, ...]:
    return (*_inherited(route), *_of_class(route))


def _is_guard(route: Route, dependency: Dependency) -> bool:
    """Whether a dependency, or one that it needs, does so. That it is called like one that does is not enough."""
    project = route.project
    return any(
        authenticates(project, each) is True
        and (bool(each.scheme) or each.function is None or checking.turns_away(project, each.function))
        for each in dependency.walk()
    )


def _asked(route: Route, around: tuple[Dependency, ...]) -> tuple[Dependency, ...]:
    """What the route asks for beyond what stands around it: it may ask again, to know who it is."""
    above = [each.callee for each in around]
    return tuple(each for each in _own(route) if each.callee is None or each.callee not in above)


def _own(route: Route) -> Iterator[Dependency]:
    parameters = (each.dependency for each in route.parameters if each.kind != "self" and each.dependency is not None)
    yield from (each for each in (*route.listed, *parameters) if _is_guard(route, each))


def _inherited(route: Route) -> Iterator[Dependency]:
    """What asks who is there around a route on the first way to it, outermost first."""
    for operation in route.operations[:1]:
        yield from (each for each in operation.inherited if _is_guard(route, each))


def _of_class(route: Route) -> Iterator[Dependency]:
    """The same of a class-based view: variables of its class, and of those that it inherits from."""
    views = (each.dependency for each in route.parameters if each.kind == "self" and each.dependency is not None)
    for view in views:
        inner = (each.dependency for each in view.parameters if each.dependency is not None)
        yield from (each for each in inner if _is_guard(route, each))
