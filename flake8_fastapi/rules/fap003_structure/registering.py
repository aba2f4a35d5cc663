"""How handlers are registered, and who else calls them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import classes, facts, holders, tree, unfilled
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.structure import plain
from flake8_fastapi.semantics.structure.plain import Misfit
from flake8_fastapi.semantics.things import ClassThing, Library
from flake8_fastapi.semantics.unfilled import CallByHand
from flake8_fastapi.visitor import Finding, check, fitting, short

_RECEIVERS = frozenset({"self", "cls"})
_BARE_BASES = frozenset({"builtins.object", "abc.ABC"})
"""Bases with which a class remains a plain one."""
_REGISTERING = (*framework.ROUTE_DECORATORS, *framework.ROUTE_ADDERS)
_FIRST_WITHOUT_ROUTE = (0, 133)
"""From here on FastAPI runs with Starlette 1, and a fresh install gets it."""
_GONE = frozenset({"route", "add_websocket_route"})
"""What an application had from Starlette until 1.0; a router still has it."""


@check
def handler_called(function: Function) -> Iterator[Finding]:
    """A route handler is called by other code, which leaves out what only FastAPI fills in.

    A parameter that is left out is the `Query` or `Depends` object of its default: a limit of `Query(10)` is not 10.
    Silent where everything is given, and where the marker does no harm (never read, overwritten, asked for its type).

    Bad::

        @app.get("/users")
        def list_users(limit: int = Query(10)) -> list[int]:
            return list(range(limit))

        @app.get("/users/first")
        def first_user() -> int:
            return list_users()[0]  # FAP003

    Good::

        def find_users(limit: int) -> list[int]:
            return list(range(limit))

        @app.get("/users")
        def list_users(limit: int = Query(10)) -> list[int]:
            return find_users(limit)

        @app.get("/users/first")
        def first_user() -> int:
            return find_users(1)[0]
    """
    for found in unfilled.calls_by_hand(function):
        if found.is_of_handler:
            yield Finding(found.call.start, _called_message(function, found))


def _called_message(function: Function, found: CallByHand) -> str:
    handler = f"route handler `{short(written(found.call.func))}()` is called by hand"
    unknown = _unknown_keyword(function, found)
    if unknown is not None:
        return f"{handler}: it takes no `{short(unknown, 24)}`, that is a TypeError; share a function that both call"
    missing = [each.name for each in found.unfilled if each.is_missing]
    if missing:
        what = f"without `{missing[0]}` that is a TypeError"
    elif len(found.unfilled) == 1:
        what = f"`{found.unfilled[0].name}` stays a `{found.unfilled[0].marker}` object"
    else:
        first, second, *others = (each.name for each in found.unfilled)
        what = f"`{first}` and {f'{len(others) + 1} more' if others else f'`{second}`'} stay marker objects"
    return fitting(
        f"{handler}: {what}; pass it, or share a function that both call",
        f"{handler}: {what}; pass a value",
    )


def _unknown_keyword(function: Function, found: CallByHand) -> str | None:
    """What the call passes by a name that the handler does not have."""
    callee = function.ev.function(found.callee)
    if callee is None or any(each.kind == "kwargs" for each in callee.parameters):
        return None
    names = {each.name for each in callee.parameters}
    return next((name for name, _ in found.call.keywords if name is not None and name not in names), None)


@check
def method_as_route(route: Route) -> Iterator[Finding]:
    """A route decorator stands on a method of a plain class: nobody makes an instance.

    FastAPI takes `self` for a query parameter. Every request without `?self=` is answered with status 422, and one
    with it gets a text for `self`. Silent for class-based views: classes with a decorator, a base or a metaclass of
    their own, and classes that are handed to something.

    Bad::

        class Users:
            @app.get("/users")  # FAP003
            def list_users(self) -> list[int]:
                return []

    Good::

        class Users:
            def list_users(self) -> list[int]:
                return []

        app.add_api_route("/users", Users().list_users)
    """
    function = route.function
    if function is None or function.owner is None or route.registration.call not in function.decorators[:1]:
        return
    first = function.parameters[0] if function.parameters else None
    if first is None or first.name not in _RECEIVERS or first.annotation is not None or first.default is not None:
        return
    if len(function.decorators) > 1 and not _only_registered(route):
        return
    cls = ClassThing(route.handler_path, function.owner)
    if not _is_plain_class(route, cls) or _is_special(route):
        return
    name = f"{function.owner.rpartition('.')[2]}.{function.name}"
    effect = "every connection is refused" if route.is_websocket else "every request without it gets 422"
    yield Finding(
        route.position,
        fitting(
            f"nobody binds `{first.name}` of `{short(name)}`: it is a required query parameter, and {effect}; "
            "use a plain function",
            f"`{first.name}` of `{short(name, 30)}` is a required query parameter: {effect}; use a plain function",
        ),
    )


def _only_registered(route: Route) -> bool:
    """Whether the other decorators register it as well, and change nothing."""
    function = route.function
    return function is not None and all(
        isinstance(each, facts.Call) and isinstance(each.func, facts.Attribute) and each.func.name in _REGISTERING
        for each in function.decorators
    )


def _is_plain_class(route: Route, cls: ClassThing) -> bool:
    """Whether nothing may turn the class into a view."""
    found = classes.facts_of(route.ev, cls)
    if found is None or found.decorators or found.keywords:
        return False
    for base in found.bases:
        thing = route.ev.certain(base, route.frame)
        if not isinstance(thing, Library) or thing.name not in _BARE_BASES:
            return False
    return not _is_handed_on(route, found.name)


def _is_handed_on(route: Route, name: str) -> bool:
    """Whether the class is given to something anywhere: `register(app, Users)`, `views = [Users, Orders]`."""
    files = route.project.files
    for path in dict.fromkeys((route.source.path, *files.mentioning(name))):
        text = files.text(path)
        module = tree.read(text, path) if text is not None else None
        if module is not None and _is_given(module, name):
            return True
    return False


def _is_given(module: ast.Module, name: str) -> bool:
    """Whether a module does anything with a class but make instances and read its attributes."""
    nodes = list(ast.walk(module))
    imported = (alias for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names)
    names = {name, *(alias.asname for alias in imported if alias.name == name and alias.asname)}
    used = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    used |= {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    return any(
        id(node) not in used
        and (
            (isinstance(node, ast.Name) and node.id in names) or (isinstance(node, ast.Attribute) and node.attr == name)
        )
        for node in nodes
    )


def _is_special(route: Route) -> bool:
    """Whether the router may see to methods itself: a subclass that registers in its own way, or a route class."""
    kind = route.holder.type
    if isinstance(kind, ClassThing):
        own, complete = classes.mro(route.ev, kind)
        if not complete or any(
            classes.lookup(route.ev, each, name) is not None
            for each in own
            if isinstance(each, ClassThing)
            for name in ("add_api_route", "add_api_websocket_route", "__getattribute__", *framework.ROUTE_DECORATORS)
        ):
            return True
    return holders.constructor_argument(route.ev, route.holder, "route_class") is not None


@check
def generic_route_decorator(file: File) -> Iterator[Finding]:
    """A handler is registered with Starlette's `route`, though it is written for FastAPI's `get` or `post`.

    Starlette passes the request and nothing else, validates and documents nothing, and expects a `Response`: a dict
    that is returned becomes a status of 500. `FastAPI.route` and `FastAPI.add_websocket_route` are gone with
    Starlette 1, which FastAPI 0.133 and later run with: there the import ends with an AttributeError.

    Silent, where the methods exist, for handlers that take the request and return a response.

    Bad::

        router = APIRouter()

        @router.route("/users")  # FAP003
        def list_users(request: Request):
            return {"users": []}

    Good::

        router = APIRouter()

        @router.get("/users", include_in_schema=False)
        def list_users() -> dict[str, list[int]]:
            return {"users": []}
    """
    for route in file.routes:
        if route.is_operation or not classes.is_a(file.ev, route.holder.type, framework.FASTAPI, framework.ROUTER):
            continue
        shown = written(route.call.func)
        if not shown:
            continue
        if _is_gone(route):
            yield Finding(
                route.position,
                f"`{short(shown)}` is gone since Starlette 1: the import ends with an AttributeError; "
                f"{_instead(route)}",
            )
            continue
        misfit = plain.misfit(route)
        if misfit is not None:
            yield Finding(route.position, _generic_message(route, shown, misfit))


def _is_gone(route: Route) -> bool:
    version = route.project.fastapi_version
    is_new = version is None or version >= _FIRST_WITHOUT_ROUTE
    return is_new and route.registration.method in _GONE and holders.is_application(route.ev, route.holder)


def _generic_message(route: Route, shown: str, misfit: Misfit) -> str:
    what = "websocket" if route.is_websocket else "request"
    name = short(misfit.name, 24)
    effects = {
        "nothing": f"`{short(route.name)}` takes none: each {what} fails with a TypeError",
        "data": f"`{short(route.name)}` returns data, no Response: status 500",
        "first": f"`{name}` is the {what} itself, and no value of it",
        "required": f"`{name}` is missing: each {what} fails with a TypeError",
        "default": f"`{name}` always keeps its default",
        "marker": f"`{name}` stays a marker object",
    }
    head = f"`{short(shown)}` passes only the {what}"
    return fitting(f"{head}; {effects[misfit.kind]}; {_instead(route)}", f"{head}; {effects[misfit.kind]}")


def _instead(route: Route) -> str:
    """The method of FastAPI to use."""
    func = route.call.func
    owner = written(func.of) if isinstance(func, facts.Attribute) else ""
    if route.registration.method.startswith("add_"):
        name = "add_api_websocket_route" if route.is_websocket else "add_api_route"
        return f"use `{owner}.{name}`" if owner else f"use `{name}`"
    if route.is_websocket:
        name = "websocket"
    else:
        name = next(iter(route.methods)).lower() if len(route.methods) == 1 else "api_route"
    return f"use `@{owner}.{name}`" if owner else f"use `{name}`"
