"""How dependencies are put together: too deep, twice, or in a form that is in the way."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.semantics import classes, dependencies, facts, hints, holders
from flake8_fastapi.semantics.code import Code, start
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import Position, Value
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.markers import Marker
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.registrations import ROUTE_ROLES
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Instance,
    Library,
    Thing,
)
from flake8_fastapi.semantics.values import Evaluator
from flake8_fastapi.visitor import Finding, check

_DEEPEST = 7
"""A chain of more dependencies is reported. Chains of 7, and 8 dependencies, are found in well-kept applications."""
_MOST = 8
"""A handler with more dependencies is reported: 99 of 100 have 4 or fewer."""
_LONGEST = 75
"""So many characters of a chain are shown."""
_ANNOTATED_SINCE = (0, 95)
_STUBS = (ast.Pass, ast.Raise)


@check
def deep_dependencies(route: Route) -> Iterator[Finding]:
    """A chain of more than 7 dependencies, or a handler with more than 8: nobody can follow what a request runs.

    Bad::

        def a() -> int: return 1
        def b(x: int = Depends(a)) -> int: return x
        def c(x: int = Depends(b)) -> int: return x
        def d(x: int = Depends(c)) -> int: return x
        def e(x: int = Depends(d)) -> int: return x
        def f(x: int = Depends(e)) -> int: return x
        def g(x: int = Depends(f)) -> int: return x
        def h(x: int = Depends(g)) -> int: return x

        @app.get("/deep")
        def deep(x: int = Depends(h)) -> int:  # FAP004
            return x

    Good::

        def a() -> int: return 1
        def b(x: int = Depends(a)) -> int: return x

        @app.get("/flat")
        def flat(x: int = Depends(b)) -> int:
            return x
    """
    chain = _chain(route)
    own = [*route.listed, *(each.dependency for each in _injected(route))]
    if len(own) > _MOST:
        yield Finding(
            _definition(route),
            f"`{route.name}` has {len(own)} dependencies of its own: who reads it cannot tell what runs; "
            "gather what belongs together in one",
        )
    elif len(chain) > _DEEPEST and not any(_chain(other) == chain for other in _earlier(route)):
        yield Finding(
            _definition(route),
            f"`{route.name}` needs {len(chain)} levels of dependencies: {_shown(chain)}; shorten the chain",
        )


def _earlier(route: Route) -> Iterator[Route]:
    """The routes that the file registers before this one."""
    for each in route.project.registrations.of(route.source.path):
        if each.holder is None or each.call is None or each.frame is None or each.call.start >= route.position:
            continue
        if each.role in ROUTE_ROLES:
            yield Route(route.ev, each, each.holder, route.project, route.source)


def _chain(route: Route) -> tuple[str, ...]:
    """The names of the longest chain of dependencies of a route."""
    own = (each.dependency for each in _injected(route))
    return max((_longest(each) for each in (*route.listed, *own, *_of_view(route))), key=len, default=())


def _definition(route: Route) -> Position:
    """Where the handler's `def` stands; the route where it stands in another file."""
    node = route.code.node if route.code is not None else None
    return Position(node.lineno, node.col_offset) if node is not None else route.position


class _Injected(NamedTuple):
    """A parameter that is a dependency."""

    name: str
    parameter: Parameter
    dependency: Dependency


def _injected(route: Route) -> list[_Injected]:
    """The parameters that are dependencies, without `self` of a class-based view."""
    return [
        _Injected(each.name, each, each.dependency)
        for each in route.parameters
        if each.kind == "dependency" and each.dependency is not None
    ]


def _of_view(route: Route) -> list[Dependency]:
    """What the instance of a class-based view depends on."""
    views = [each.dependency for each in route.parameters if each.kind == "self" and each.dependency is not None]
    return [child for view in views for child in view.children]


def _longest(dependency: Dependency) -> tuple[str, ...]:
    """Names from a dependency down to its deepest; security schemes and other ends that libraries give do not count."""
    below = max((_longest(child) for child in dependency.children), key=len, default=())
    if not below and dependency.function is None and not isinstance(dependency.callee, ClassThing):
        return ()
    return (dependency.name or "…", *below)


def _shown(chain: tuple[str, ...]) -> str:
    """The chain; of a long one its beginning and its end."""
    links = [f"`{name}`" for name in chain]
    kept = len(links)
    while kept > 1 and sum(map(len, links[:kept])) + 3 * kept > _LONGEST:
        kept -= 1
    return " → ".join(links if kept == len(links) else [*links[:kept], "…", links[-1]])


# -- twice


class _Use(NamedTuple):
    """One dependency of a route, and where it is asked for."""

    dependency: Dependency
    where: str
    """In words, for a message."""
    parameter: Parameter | None = None


@check
def duplicate_dependency(route: Route) -> Iterator[Finding]:
    """A route asks for the same dependency twice: among its parameters, in its decorator, or on its router as well.

    The second adds nothing; that of a factory runs the check again. Silent where the router guards and a parameter
    gives the handler the value, where `use_cache=False` asks for another one, and where the scopes differ. What all
    routes of a router repeat is said at the first.

    Bad::

        def current_user(request: Request) -> str:
            return request.headers["x-user"]

        @app.get("/me", dependencies=[Depends(current_user)])
        def me(user: str = Depends(current_user)) -> str:  # FAP004
            return user

    Good::

        def current_user(request: Request) -> str:
            return request.headers["x-user"]

        @app.get("/me")
        def me(user: str = Depends(current_user)) -> str:
            return user
    """
    own = [_Use(each, "in `dependencies` of the route") for each in route.listed]
    own += [_Use(each.dependency, f"as `{each.name}`", each.parameter) for each in _injected(route)]
    seen: dict[object, str] = {}
    around = _around(route) if own else frozenset()
    for use in own:
        key = _identity(use.dependency)
        if key is None:
            continue
        if key in seen:
            yield _duplicate(route, use, seen[key])
        elif key in around and _is_guard(use.parameter) and not _is_said(route, key):
            yield _duplicate(route, use, "on the router or app")
        seen.setdefault(key, use.where)


def _duplicate(route: Route, use: _Use, first: str) -> Finding:
    made = use.dependency.marker.made
    if use.parameter is not None:
        position = route.place(use.parameter)
    elif made is not None and made.frame.path == route.source.path:
        position = made.call.start
    else:
        position = route.position
    value = _argument(use.dependency)
    name = written(value[0]) if value is not None else use.dependency.name
    return Finding(
        position, f"`{name or use.dependency.name}` is asked for twice: it stands {first} already; leave one out"
    )


def _around(route: Route) -> frozenset[object]:
    """The dependencies that hold for the route wherever it is served."""
    ways = [frozenset(filter(None, map(_identity, operation.inherited))) for operation in route.operations]
    if not ways:
        level = holders.Level(route.holder).option(route.ev, "dependencies")
        ways = [frozenset(filter(None, map(_identity, dependencies.listed(route.ev, level)[0])))]
    return frozenset.intersection(*ways)


def _is_guard(parameter: Parameter | None) -> bool:
    """Whether nobody wants the value: it stands in a list, or its name says so."""
    return parameter is None or parameter.name.startswith("_")


def _is_said(route: Route, key: object) -> bool:
    """Whether the same was said at an earlier route of the same router: one finding is enough."""
    return any(
        other.holder == route.holder and any(_identity(each) == key for each in other.dependencies)
        for other in _earlier(route)
    )


def _argument(dependency: Dependency) -> tuple[Value, Frame] | None:
    """What `Depends` is given, and where that is written; None for `Depends()`."""
    made = dependency.marker.made
    if made is None:
        return None
    value = made.call.args[0] if made.call.args else made.call.keyword("dependency")
    return (value, made.frame) if value is not None else None


def _identity(dependency: Dependency) -> object | None:
    """What makes two dependencies the same; None where that is not certain."""
    made = dependency.marker.made
    if made is None or made.call.open or not dependency.uses_cache or dependency.scopes is None:
        return None
    scope = made.call.keyword("scope")
    options = (dependency.scopes, dependency.ev.literal(scope, made.frame) if scope is not None else None)
    argument = _argument(dependency)
    what = _callee_identity(dependency.ev, dependency.callee, *argument) if argument else dependency.callee
    return (what, options) if what is not None else None


def _callee_identity(ev: Evaluator, callee: Thing | None, value: Value, frame: Frame) -> object | None:
    if isinstance(value, facts.Call):
        return _call_identity(ev, value, frame)
    followed = hints.definition(ev, value, frame)
    if followed is not None and isinstance(followed[0], facts.Call):
        return id(followed[0])
    if isinstance(callee, (FunctionThing, ClassThing, Library)):
        return None if isinstance(value, facts.Function) else callee
    return (callee, written(value)) if isinstance(callee, Bound) else None


def _call_identity(ev: Evaluator, call: facts.Call, frame: Frame) -> object | None:
    """Two calls of one function with the same constants give dependencies that do the same."""
    callee = ev.certain(call.func, frame)
    if callee is None or call.open:
        return None
    given = [ev.literal(value, frame) for value in (*call.args, *(value for _, value in call.keywords))]
    if any(value is NotImplemented for value in given):
        return None
    return (callee, repr(given), tuple(name for name, _ in call.keywords))


# -- form


@check(optional=True)
def untestable_dependency(marker: Marker) -> Iterator[Finding]:
    """`Depends(lambda: …)` or `Depends(partial(…))`: there is no object that `dependency_overrides` could name.

    Bad::

        @app.get("/items")
        def items(size: int = Depends(lambda: 20)) -> int:  # FAP004
            return size

    Good::

        def page_size() -> int:
            return 20

        @app.get("/items")
        def items(size: int = Depends(page_size)) -> int:
            return size
    """
    value = marker.argument
    what = ""
    if isinstance(value, facts.Function):
        what = "a lambda"
    elif isinstance(value, facts.Call):
        callee = marker.project.evaluator.certain(value.func, marker.frame)
        what = "a `partial`" if callee == Library("functools.partial") else ""
    if what:
        yield Finding(
            marker.position,
            f"{what} made inside `Depends` cannot be overridden in tests; give it a name, and depend on that",
        )


@check(optional=True)
def unused_dependency_value(route: Route) -> Iterator[Finding]:
    """The handler never reads the value of a dependency: `dependencies=[…]` of the route says so.

    Silent for names that begin with an underscore.

    Bad::

        def current_user(request: Request) -> str:
            return request.headers["x-user"]

        @app.get("/items")
        def items(user: str = Depends(current_user)) -> str:  # FAP004
            return "ok"

    Good::

        def current_user(request: Request) -> str:
            return request.headers["x-user"]

        @app.get("/items", dependencies=[Depends(current_user)])
        def items() -> str:
            return "ok"
    """
    code = route.code
    if code is None or not route.is_plain or _is_stub(code) or _reads_all(code):
        return
    for parameter in _injected(route):
        name = parameter.name
        if not name.startswith("_") and not code.uses(name) and not code.assigns(name):
            yield Finding(
                route.place(parameter.parameter),
                f"the value of `{name}` is never read: remove it, or put it into `dependencies=[...]` if it guards",
            )


def _is_stub(code: Code) -> bool:
    """Whether the body says nothing: a docstring, `...`, `pass`, `raise NotImplementedError`."""
    return all(
        isinstance(each, _STUBS) or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        for each in code.statements
    )


def _reads_all(code: Code) -> bool:
    return any(isinstance(call.func, ast.Name) and call.func.id in ("locals", "vars") for call in code.calls())


@check(optional=True)
def non_annotated_depends(function: Function) -> Iterator[Finding]:
    """`user: str = Depends(…)` where `Annotated[str, Depends(…)]` says the same without a default that is none.

    With `Annotated` (FastAPI 0.95) the function can be called by hand, and an alias can be used in many places.

    Bad::

        def current_user(request: Request) -> str:
            return request.headers["x-user"]

        @app.get("/me")
        def me(user: str = Depends(current_user)) -> str:  # FAP004
            return user

    Good::

        def current_user(request: Request) -> str:
            return request.headers["x-user"]

        @app.get("/me")
        def me(user: Annotated[str, Depends(current_user)]) -> str:
            return user
    """
    version = function.project.fastapi_version
    if function.facts.name == "lambda" or (version is not None and version < _ANNOTATED_SINCE):
        return
    for parameter in function.facts.parameters:
        default = parameter.default
        if default is None or isinstance(default, facts.Constant) or _is_local(default):
            continue
        thing = function.ev.certain(default, Frame(function.thing.path, function.facts.parent or facts.MODULE))
        if hints.is_marker(thing):
            assert isinstance(thing, Instance) and isinstance(thing.type, Library)
            declared = written(parameter.annotation) if parameter.annotation is not None else "..."
            yield Finding(
                parameter.start,
                f"`{parameter.name}` has `{thing.type.last}` as its default; "
                f"write `Annotated[{declared or '...'}, {thing.type.last}(...)]`",
            )


def _is_local(default: Value) -> bool:
    """Whether a default names a variable of the function around it, which an annotation kept as text could not."""
    if isinstance(default, facts.Call):
        return any(_is_local(value) for value in (default.func, *default.args, *(each for _, each in default.keywords)))
    return isinstance(default, facts.Local) or (isinstance(default, facts.Attribute) and _is_local(default.of))


@check(optional=True)
def service_built_in_handler(route: Route) -> Iterator[Finding]:
    """A handler builds a service from what it was injected, where a dependency could inject the service.

    Bad::

        class UserService:
            def __init__(self, db: Session) -> None:
                self.db = db

        @app.get("/users")
        def users(db: Annotated[Session, Depends(get_db)]) -> str:
            return str(UserService(db))  # FAP004

    Good::

        class UserService:
            def __init__(self, db: Annotated[Session, Depends(get_db)]) -> None:
                self.db = db

        @app.get("/users")
        def users(service: Annotated[UserService, Depends()]) -> str:
            return str(service)
    """
    code = route.code
    if code is None:
        return
    injected = {parameter.name for parameter in _injected(route)}
    for call in code.calls():
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        names = [each.id for each in given if isinstance(each, ast.Name) and each.id in injected]
        if names and _is_service(route.ev, code.thing(call.func)):
            name = ast.unparse(call.func)
            yield Finding(
                start(call),
                f"`{route.name}` builds `{name}` from `{names[0]}`; depend on `{name}`, so that tests can replace it",
            )


def _is_service(ev: Evaluator, thing: Thing | None) -> bool:
    """Whether a class is plain and has a constructor of its own: no model, table, record, error or response."""
    if not isinstance(thing, ClassThing) or classes.method(ev, thing, "__init__") is None:
        return False
    order, complete = classes.mro(ev, thing)
    libraries = [each.name for each in order if isinstance(each, Library)]
    return complete and all(
        name in ("abc.ABC", "builtins.object", "typing.Generic", "typing.Protocol") for name in libraries
    )
