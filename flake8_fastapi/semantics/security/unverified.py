"""Security schemes that are all a route has to tell who calls, though nobody looks at what they give.

FastAPI's schemes read a credential and ask at most that there is one: `OAuth2PasswordBearer` takes any text after
`Bearer`, an API key scheme any value. Certain only where everything else that may authenticate is known not to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.knowledge import security as tables
from flake8_fastapi.semantics import dependencies, facts, holders, schemas, signatures
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.facts import Position
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.holders import Level
from flake8_fastapi.semantics.operations import Operation
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.registrations import ROUTE_ROLES
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.security import around, authentication, checking, token_flow
from flake8_fastapi.semantics.taint.taint import World
from flake8_fastapi.semantics.things import ClassThing, FunctionThing, Instance, Library, function_of

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_SCHEMES = frozenset(
    f"fastapi.security.{name}"
    for name in (
        *("OAuth2", "OAuth2PasswordBearer", "OAuth2AuthorizationCodeBearer", "OpenIdConnect", "HTTPBearer"),
        *("HTTPBasic", "HTTPDigest", "APIKeyHeader", "APIKeyQuery", "APIKeyCookie"),
    )
)
_MOST_ROUTES = 1_500
"""How many routes of a project are looked at to find one that a dependency alone protects."""
_LONGEST_HANDER = 15
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_NAMED = (facts.Attribute, facts.Name, facts.Local)
_BUILDING = frozenset({"append", "extend", "update", "list", "dict", "sorted", "str", "len", "range", "enumerate"})
_CREDENTIAL_KINDS = ("header", "cookie", "unknown", "self")


class Unverified(NamedTuple):
    """A credential that nobody checks."""

    position: Position
    scheme: str
    """The class of the scheme."""
    parameter: str
    """The parameter that gets it; empty where nothing does."""
    user: str
    """The function whose parameter that is, or a route that only asks for it."""
    is_handler: bool
    is_strict: bool
    """Whether a request without any credential is refused."""


# -- what gives a credential


def scheme_of(dependency: Dependency) -> Instance | None:
    """The scheme of FastAPI's own, no subclass, whose credential a dependency gives as it was sent; None otherwise."""
    callee = dependency.callee
    if isinstance(callee, Instance) and isinstance(callee.type, Library):
        return callee if dependency.scheme in _SCHEMES else None
    function = function_of(callee)
    found = dependency.facts if function is not None and function == dependency.function else None
    carrying = [each for each in dependency.parameters if each.dependency is not None]
    if found is None or len(carrying) != 1 or len(dependency.parameters) != 1:
        return None
    return scheme_of(carrying[0].dependency) if _hands_on(found, carrying[0].name) else None  # type: ignore[arg-type]


def _hands_on(found: facts.FunctionFacts, name: str) -> bool:
    """Whether a function does nothing with its parameter but return it, or the credential that it has."""
    simple = not found.raises and not found.tries and not found.is_generator and found.lines <= _LONGEST_HANDER
    runs_nothing = all(site.kind == "read" for site in found.sites)
    return simple and runs_nothing and bool(found.returned) and all(_is_it(each, name) for each in found.returned)


def _is_it(value: facts.Value, name: str) -> bool:
    if isinstance(value, facts.Attribute):
        value = value.of
    return isinstance(value, (facts.Local, facts.Parameter)) and value.name == name


def is_strict(project: Project, scheme: Instance) -> bool:
    """Whether a scheme refuses a request without any credential."""
    given = scheme.made.call.keyword("auto_error") if scheme.made is not None else None
    return given is None or scheme.made is None or project.evaluator.literal(given, scheme.made.frame) is not False


# -- where it goes


def of(function: Function) -> Iterator[Unverified]:
    """The credentials that a handler or dependency is given, and that nobody checks on some route."""
    project = function.project
    if not function.facts.parameters or project.files.is_test(function.thing.path) or function.facts.never_returns:
        return
    if not may_depend(function.facts) or checking.is_named(project, function.name):
        return
    taken = parameters(function)
    found = [(each, scheme) for each in taken if (scheme := _carried(each)) is not None]
    code = function.code if found else None
    if code is None or not function.registrations or any(names_credential(project, each) for each in taken):
        return
    given = frozenset(each.name for each, _ in found)
    fate = token_flow.fate(project, code, given)
    is_handler = function.is_handler
    if fate == "checked" or (is_handler and all(_is_handed(function, each) for each, _ in found)):
        return
    if fate == "returned" and not is_handler:
        is_hander = len(found) == len(taken) == 1 and _hands_on(function.facts, found[0][0].name)
        is_open = is_hander and _speaks_for_many(function, function.thing)
    else:
        routes = (each for each in routes_with(function) if not (is_handler and _gives_a_constant(each, given)))
        is_open = any(is_open_but_for(each, (function.thing,)) for each in routes)
    if is_open:
        parameter, scheme = found[0]
        strict = all(is_strict(project, each) for _, each in found)
        where = parameter.start or function.position
        name = scheme.type.name.rpartition(".")[2] if isinstance(scheme.type, Library) else ""
        yield Unverified(where, name, parameter.name, function.name, is_handler, strict)


def may_depend(found: facts.FunctionFacts) -> bool:
    """Whether a parameter may be a dependency, as far as its form tells. Cheap: no value is evaluated."""
    return any(
        isinstance(each.default, (facts.Call, facts.Name, facts.Local, facts.Attribute))
        or isinstance(each.annotation, (facts.Item, facts.Name, facts.Attribute))
        for each in found.parameters
    )


def parameters(function: Function) -> tuple[Parameter, ...]:
    """The parameters of a function as FastAPI sees those of a dependency."""
    if __name__ not in function.memo:
        signature = signatures.of(function.ev, function.thing)
        found = dependencies.analyzed(function.ev, signature, frozenset()) if signature is not None else ()
        function.memo[__name__] = found
    known: tuple[Parameter, ...] = function.memo[__name__]
    return known


def _carried(parameter: Parameter) -> Instance | None:
    return scheme_of(parameter.dependency) if parameter.dependency is not None else None


# -- functions that only hand it on


def _is_handed(function: Function, parameter: Parameter) -> bool:
    """Whether a function of the project hands the credential to several routes: then it is the place to verify it."""
    hander = function_of(parameter.dependency.callee) if parameter.dependency is not None else None
    return hander is not None and _speaks_for_many(function, hander)


def _speaks_for_many(function: Function, hander: FunctionThing) -> bool:
    """Whether only handlers get a credential from a function, and several of them drop it, with nothing else there."""
    memo = function.project.memo.setdefault(f"{__name__}.handers", {})
    key = (hander.path, hander.qualname)
    if key not in memo:
        routes = [each for each in _all_routes(function.project) if _uses(each, hander)]
        is_shared = len(routes) > 1 and not any(_needs(each, hander) for each in routes)
        memo[key] = is_shared and len(list(islice(_dropping(function, hander, routes), 2))) > 1
    known: bool = memo[key]
    return known


def _needs(route: Route, hander: FunctionThing) -> bool:
    """Whether another dependency of a route gets it."""
    return any(child.function == hander for each in route.every_dependency() for child in each.children)


def _dropping(function: Function, hander: FunctionThing, routes: list[Route]) -> Iterator[Route]:
    world = World(function.project, function.source)
    for route in routes:
        handler = route.registration.function
        given = (each for each in route.parameters if each.dependency is not None)
        names = frozenset(each.name for each in given if each.dependency and each.dependency.function == hander)
        is_open = bool(names) and not _gives_a_constant(route, names) and is_open_but_for(route, (hander, handler))
        code = world.code(handler) if is_open else None
        if code is not None and token_flow.fate(function.project, code, names) != "checked":
            yield route


# -- routes


def routes_with(function: Function) -> Iterator[Route]:
    """The routes of a handler; of a dependency those of the project that need it, as far as they are looked at."""
    if function.is_handler:
        yield from _routes_of(function)
    else:
        yield from (each for each in _all_routes(function.project) if _uses(each, function.thing))


def _routes_of(function: Function) -> Iterator[Route]:
    for each in function.registrations:
        if each.role in ROUTE_ROLES and each.call is not None and each.frame is not None and each.holder is not None:
            yield Route(function.ev, each, each.holder, function.project, function.source)


def _all_routes(project: Project) -> Iterator[Route]:
    """The routes of the project, tests aside, up to a number."""
    found = (route for holder in list(project.graph.holders.values()) for route in _held(project, holder))
    yield from islice(found, _MOST_ROUTES)


def _held(project: Project, holder: Instance) -> Iterator[Route]:
    """The routes of an app or router itself."""
    for each in project.graph.routes(holder):
        if each.call is not None and each.frame is not None and not project.files.is_test(each.frame.path):
            yield Route(project.evaluator, each, holder, project)


def _uses(route: Route, function: FunctionThing) -> bool:
    return any(
        each.function == function
        for operation in route.operations
        for dependency in operation.dependencies
        for each in dependency.walk()
    )


# -- schemes in lists


def listed(route: Route) -> Iterator[Unverified]:
    """The schemes in `dependencies=[…]` of a route of the file at hand that are all it has."""
    if route.keyword("dependencies") is None or route.project.files.is_test(route.source.path):
        return
    found = [(each, scheme) for each in route.listed if (scheme := scheme_of(each)) is not None]
    if found and not _gives_a_constant(route) and is_open_but_for(route, ()):
        dependency, scheme = found[0]
        yield _listed(route, dependency, scheme, route.source.path, route.position)


def _listed(route: Route, dependency: Dependency, scheme: Instance, path: str, position: Position) -> Unverified:
    where = dependency.where
    if where is not None and where.path == path and dependency.call is not None:
        position = dependency.call.start
    name = scheme.type.name.rpartition(".")[2] if isinstance(scheme.type, Library) else ""
    return Unverified(position, name, "", route.name, True, is_strict(route.project, scheme))


def around_routes(project: Project, path: str) -> Iterator[Unverified]:
    """The schemes that a file gives to an app, a router or an inclusion, where they are all that some route has."""
    seen: set[int] = set()
    for level, dependency, scheme in _leveled(project):
        where, call = dependency.where, dependency.call
        if where is None or call is None or where.path != path or id(call) in seen or project.files.is_test(path):
            continue
        for route in _below(project, level):
            own = any(scheme_of(each) is not None for each in route.listed)
            if not own and not _gives_a_constant(route) and is_open_but_for(route, ()):
                seen.add(id(call))
                yield _listed(route, dependency, scheme, path, call.start)
                break


def _leveled(project: Project) -> list[tuple[Level, Dependency, Instance]]:
    """The schemes given to apps, routers and inclusions of the project."""
    key = f"{__name__}.levels"
    if key not in project.memo:
        project.memo[key] = list(_levels(project))
    known: list[tuple[Level, Dependency, Instance]] = project.memo[key]
    return known


def _levels(project: Project) -> Iterator[tuple[Level, Dependency, Instance]]:
    ev, graph = project.evaluator, project.graph
    if not any(project.files.mentioning(name.rpartition(".")[2]) for name in sorted(_SCHEMES)):
        return
    for holder in list(graph.holders.values()):
        levels = [Level(holder)]
        levels += [Level(each.child, each.call, each.frame) for each in graph.inclusions(holder) if not each.is_mount]
        for level in levels:
            for dependency in dependencies.listed(ev, level.option(ev, "dependencies"))[0]:
                scheme = scheme_of(dependency)
                if scheme is not None:
                    yield level, dependency, scheme


def _below(project: Project, level: Level) -> Iterator[Route]:
    """The routes for which a level holds, up to a number."""
    yield from islice(_each_below(project, level.holder, set()), _MOST_ROUTES)


def _each_below(project: Project, holder: Instance, seen: set[object]) -> Iterator[Route]:
    if holder.origin in seen:
        return
    seen.add(holder.origin)
    yield from _held(project, holder)
    for inclusion in project.graph.inclusions(holder):
        if not inclusion.is_mount:
            yield from _each_below(project, inclusion.child, seen)


def _gives_a_constant(route: Route, given: Collection[str] = ()) -> bool:
    """Whether a route only reads, takes nothing, and calls nothing but what builds a list: no secret is in it."""
    found = route.function
    if found is None or not route.methods <= _READS or any(each.name not in given for each in found.parameters):
        return False
    calls = (site.value for site in found.sites if isinstance(site.value, facts.Call))
    return all(isinstance(call.func, _NAMED) and call.func.name in _BUILDING for call in calls)


# -- whether anything else may authenticate


def is_open_but_for(route: Route, harmless: Collection[FunctionThing], *, even_if_public: bool = False) -> bool:
    """Whether a route certainly has nothing that may tell who calls, but for schemes and these functions.

    Those are known to let everybody through; the handler may be one of them. A route that is meant to be public is
    none of these, unless that is asked for.
    """
    project = route.project
    if route.function is None or not route.is_operation or route.is_websocket or not route.is_plain:
        return False
    if not route.operations or route.registration.inner is not None or around.adds_later(project):
        return False
    if any(names_credential(project, each) for each in route.parameters):
        return False
    if not even_if_public and authentication.is_public(route, project):
        return False
    known = {(each.path, each.qualname) for each in harmless}
    handler = route.registration.function
    if (handler.path, handler.qualname) not in known and not _is_indifferent(route, handler):
        return False
    return all(_has_nothing_else(route, each, known) for each in route.operations)


def _is_indifferent(route: Route, handler: FunctionThing) -> bool:
    """Whether a handler that is not at hand looks at no credential: it refuses nobody, and is given none."""
    if any(_carried(each) is not None for each in route.parameters):
        return False
    return checking.refuses(route.project, handler) is not True


def _has_nothing_else(route: Route, operation: Operation, harmless: Collection[tuple[str, str]]) -> bool:
    project = route.project
    if not operation.is_complete or around.of_app(project, operation.levels[0].holder)[0] is not False:
        return False
    if any(not _is_plain_level(route, level) for level in operation.levels):
        return False
    return all(_is_innocent(project, each, harmless) for each in operation.dependencies)


def _is_plain_level(route: Route, level: Level) -> bool:
    if isinstance(level.holder.type, ClassThing):
        return False
    if level.call is not None or holders.is_application(route.ev, level.holder):
        return True
    return level.option(route.ev, "route_class") is None


def _is_innocent(project: Project, dependency: Dependency, harmless: Collection[tuple[str, str]]) -> bool:
    """Whether a dependency certainly authenticates nobody: a scheme, what hands it on, what is harmless, and others."""
    if scheme_of(dependency) is not None:
        return True
    if _is_one_of(dependency, harmless):
        return all(_is_innocent(project, each, harmless) for each in dependency.children)
    if not any(_is_one_of(each, harmless) for each in dependency.walk()):
        return authentication.authenticates(project, dependency) is False
    # What it is given is not the credential, but what a harmless function made without it.
    function = dependency.function
    if function is None or checking.refuses(project, function) is True:
        return False
    if any(names_credential(project, each) for each in dependency.parameters):
        return False
    return all(_is_innocent(project, each, harmless) for each in dependency.children)


def _is_one_of(dependency: Dependency, functions: Collection[tuple[str, str]]) -> bool:
    function = dependency.function
    return function is not None and (function.path, function.qualname) in functions


def names_credential(project: Project, parameter: Parameter) -> bool:
    """Whether a parameter other than a dependency may bring a credential."""
    if parameter.kind == "dependency":
        return False
    if parameter.kind in _CREDENTIAL_KINDS:
        return True
    if parameter.kind == "special":
        return parameter.type is None or not parameter.type.is_named(framework.BACKGROUND_TASKS, framework.RESPONSE)
    if is_credential(parameter.name):
        return True
    schema = schemas.of(project.evaluator, parameter.type) if parameter.type is not None else None
    return schema is not None and any(is_credential(each.name) for each in schema.fields)


def is_credential(name: str) -> bool:
    """Whether a name says that a client proves something with the value."""
    return tables.CREDENTIAL_NAME.search(checking.snake(name)) is not None
