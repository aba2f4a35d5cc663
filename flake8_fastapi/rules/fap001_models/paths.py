"""FAP001: what a request says in its path and query string."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_fastapi.knowledge import framework
from flake8_fastapi.knowledge import types as tables
from flake8_fastapi.rules.fap001_models.payloads import WITH_BODY
from flake8_fastapi.semantics import facts, parameters, routes, schemas, types
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.operations import Operation
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import FunctionThing, Library
from flake8_fastapi.visitor import Finding, check


@check
def unused_path_parameter(route: Route) -> Iterator[Finding]:
    """A parameter of the path is taken by neither the handler nor a dependency: every value gets the same answer.

    Often the handler's parameter has another name, and FastAPI reads that one from the query string.

    Silent while a dependency, a decorator or the path is not resolved, where the request itself is looked at, for
    `{rest:path}`, and for names with a leading underscore.

    Bad::

        @app.get("/items/{id}")  # FAP001
        def item(item_id: int) -> None:
            print(item_id)

    Good::

        @app.get("/items/{item_id}")
        def item(item_id: int) -> None:
            print(item_id)
    """
    unused = _unused_names(route)
    if not unused:
        return
    shown = ", ".join(f"`{{{name}}}`" for name in unused[:3])
    handler = f"`{route.name}`" if route.name else "its handler"
    other = next((parameter.name for parameter in route.parameters if _is_mistaken(parameter, unused)), None)
    ending = f"`{other}` comes from the query" if other is not None else "any value will do"
    yield Finding(
        route.position,
        f"path has {shown}, but neither {handler} nor a dependency takes it: {ending}; take or drop it",
    )


_CATCH_ALL = re.compile(r"{([a-zA-Z_][a-zA-Z0-9_]*):path}")


def _unused_names(route: Route) -> list[str]:
    """The names in the path that nothing takes, however the route is reached, in the order of the path."""
    if not route.shows_handler or not _is_transparent(route) or _looks_at_path(route):
        return []
    operations = route.operations
    if not operations:
        return _left_alone(route) if route.path is not None else []
    found = [_unused_in(operation) for operation in operations]
    return [name for name in found[0] if all(name in names for names in found[1:])]


def _is_transparent(route: Route) -> bool:
    """Whether the parameters are known, under decorators of the project or of libraries that hand all through."""
    for _, thing in route.decorators:
        if isinstance(thing, Library) and not thing.name.startswith(framework.TRANSPARENT_DECORATORS):
            return False
        if thing is None:
            return False
    return route.has_signature


def _left_alone(route: Route) -> list[str]:
    """The same for a route whose router is in no application that was found."""
    complete = all(parameter.kind != "unknown" for parameter in route.parameters) and all(
        dependency.is_complete for dependency in route.dependencies
    )
    listed = route.listed_under(None)[1]
    if not complete or not listed or route.path is None:
        return []
    return _missing(route, route.path, route.parameters, route.dependencies)


def _unused_in(operation: Operation) -> list[str]:
    if not operation.is_complete or operation.path is None:
        return []
    return _missing(operation.route, operation.path, operation.parameters, operation.dependencies)


def _missing(route: Route, path: str, taken: tuple[Parameter, ...], dependencies: tuple[Dependency, ...]) -> list[str]:
    every = [each for dependency in dependencies for each in dependency.walk()]
    names: set[str] = set(_CATCH_ALL.findall(path))
    if any(_dependency_looks_at_path(route, dependency) for dependency in every):
        return []
    held = (*taken, *(parameter for dependency in every for parameter in dependency.parameters))
    for parameter in held:
        if parameter.kind == "path":
            found = _path_names(route, parameter)
            if found is None:
                return []
            names.update(found)
    wanted = dict.fromkeys(re.findall(r"{([a-zA-Z_][a-zA-Z0-9_]*)", path))
    left = [name for name in wanted if name not in names and not name.startswith("_")]
    own = () if _is_request_handed_on(route, every) else routes.names_in(route.written_path or "")
    return [name for name in left if name in own or not _is_read_by_hand(route, name)]


def _is_request_handed_on(route: Route, dependencies: list[Dependency]) -> bool:
    """Whether some function of the project, which may be any, is given the request."""
    if any(not isinstance(route.source.parent(use), ast.Attribute) for use in _uses_of_request(route)):
        return True
    return any(_is_connection(route, parameter) for each in dependencies for parameter in each.parameters)


def _path_names(route: Route, parameter: Parameter) -> tuple[str, ...] | None:
    """The names in the path that a parameter takes; None if they are not known."""
    schema = schemas.of(route.ev, parameter.type) if parameter.type is not None else None
    if schema is not None:
        return tuple(field.name for field in schema.fields) if schema.is_complete else None
    name = parameters.wire_name(route.ev, parameter)
    return (name,) if name is not None else None


def _is_connection(route: Route, parameter: Parameter) -> bool:
    return (
        parameter.kind == "special"
        and parameter.type is not None
        and types.is_a(route.ev, parameter.type, *tables.CONNECTIONS)
    )


def _is_read_by_hand(route: Route, name: str) -> bool:
    """Whether some file of the project reads this parameter from a request: `request.path_params["item_id"]`.

    Of a prefix this may be a middleware, of the route's own path a function that is handed the request.
    """
    files = route.ev.files
    if not files.paths():
        return True
    quoted = (f'"{name}"'.encode(), f"'{name}'".encode())
    return any(text in (files.text(path) or b"") for path in files.mentioning("path_params") for text in quoted)


_OF_PATH = frozenset({"path_params", "url", "scope", "url_for"})
_OF_BODY = frozenset({"body", "json", "form", "stream", "receive", "scope"})


def _looks_at_path(route: Route) -> bool:
    """Whether the handler may read the path from the request."""
    for use in _uses_of_request(route):
        around = route.source.parent(use)
        if isinstance(around, ast.Attribute) and around.attr in _OF_PATH:
            return True
    return route.code is None and any(_is_connection(route, parameter) for parameter in route.parameters)


def _looks_at_body(route: Route) -> bool:
    """Whether the handler may read the body from the request: it does, or hands the request on."""
    for use in _uses_of_request(route):
        around = route.source.parent(use)
        if not isinstance(around, ast.Attribute) or around.attr in _OF_BODY:
            return True
    return route.code is None and any(_is_connection(route, parameter) for parameter in route.parameters)


def _uses_of_request(route: Route) -> Iterator[ast.Name]:
    for parameter in route.parameters:
        if route.code is not None and _is_connection(route, parameter):
            yield from route.code.uses(parameter.name)


def _dependency_looks_at_path(route: Route, dependency: Dependency) -> bool:
    """Whether a dependency may read the path from the request in a way of its own."""
    if not any(_is_connection(route, parameter) for parameter in dependency.parameters):
        return False
    function = dependency.function
    text = _text_of(route, function) if function is not None else None
    return text is None or any(f".{word}".encode() in text for word in _OF_PATH)


def _text_of(route: Route, function: FunctionThing) -> bytes | None:
    """The source of a function, up to the next one that is not inside it."""
    module, found = route.ev.module(function.path), route.ev.function(function)
    text = route.ev.files.text(function.path)
    if module is None or found is None or text is None:
        return None
    inside = f"{found.qualname}."
    others = (each for each in module.functions.values() if not each.qualname.startswith(inside))
    first = found.position.line
    last = min((each.position.line for each in others if each.position.line > first), default=None)
    return b"\n".join(text.splitlines()[first - 1 : last - 1 if last is not None else None])


def _dependency_looks_at_body(route: Route, dependency: Dependency) -> bool:
    """Whether a dependency may read the body from the request: it does, or hands the request on."""
    names = {parameter.name for parameter in dependency.parameters if _is_connection(route, parameter)}
    found = dependency.facts
    if not names or found is None:
        return bool(names)
    for site in found.sites:
        if isinstance(site.value, facts.Call):
            func = site.value.func
            if isinstance(func, facts.Attribute) and func.name in _OF_BODY and _is_one_of(func.of, names):
                return True
            if any(_is_one_of(value, names) for value in (*site.value.args, *dict(site.value.keywords).values())):
                return True
    return False


def _is_one_of(value: facts.Value, names: set[str]) -> bool:
    return isinstance(value, facts.Local) and value.name in names


def _is_mistaken(parameter: Parameter, unused: list[str]) -> bool:
    """Whether this is meant for the path under a similar name, and read from the query string."""
    is_query = parameter.kind == "query" and parameter.marker is None and parameter.required is True
    return is_query and any(parameter.name.endswith(name) or name.endswith(parameter.name) for name in unused)


@check
def write_without_body(route: Route) -> Iterator[Finding]:
    """A POST, PUT or PATCH takes its data as three or more parameters of the query string.

    Query strings are logged, cached and limited in length, and no model describes the data. Flags, choices, paging and
    sorting do not count, and a POST whose parameters are all optional is taken for an action with filters.

    Bad::

        @app.post("/teachers")  # FAP001
        def create(name: str, email: str, age: int) -> None:
            print(name, email, age)

    Good::

        class Teacher(BaseModel):
            name: str
            email: str
            age: int

        @app.post("/teachers")
        def create(teacher: Teacher) -> None:
            print(teacher)
    """
    if not route.methods or not route.methods <= WITH_BODY or not _is_transparent(route):
        return
    if _looks_at_body(route) or _is_lookup(route):
        return
    ways = [(operation.parameters, operation.dependencies) for operation in route.operations if operation.is_complete]
    if len(ways) < len(route.operations):
        return
    found = [_data_of(route, *way) for way in ways or [(route.parameters, route.dependencies)]]
    data = min(found, key=len)
    if len(data) >= _MANY and (route.methods != {"POST"} or any(parameter.required for parameter in data)):
        shown = ", ".join(f"`{parameter.name}`" for parameter in data[:3])
        more = " and more" if len(data) > _MANY else ""
        yield Finding(
            route.position,
            f"{'/'.join(sorted(route.methods))} `{route.name}` takes its data, {shown}{more}, from the query string; "
            "declare a model for the body",
        )


_MANY = 3
_LOOKUPS = frozenset(
    {"calculate", "check", "compare", "compute", "convert", "estimate", "find", "lookup", "preview", "search"}
)
"""Words in the names of routes that answer a question, and write nothing."""
_OPTIONS = frozenset(
    {"limit", "offset", "skip", "page", "per_page", "page_size", "size", "cursor", "after", "before", "top", "count"}
    | {"sort", "sort_by", "order", "order_by", "direction", "q", "query", "search", "filter", "fields", "include"}
    | {"format", "lang", "language", "locale", "timezone", "tz", "version"}
)
"""What a query string is for, in requests that write as well."""


def _is_lookup(route: Route) -> bool:
    words = re.split(r"[^a-z]+", f"{route.name} {route.written_path or ''}".lower())
    return not _LOOKUPS.isdisjoint(words)


def _data_of(route: Route, taken: tuple[Parameter, ...], dependencies: tuple[Dependency, ...]) -> list[Parameter]:
    """The parameters that hold data; none if there is a body, or may be one."""
    every = [each for dependency in dependencies for each in dependency.walk()]
    if not all(each.is_complete for each in dependencies):
        return []
    if any(_dependency_looks_at_body(route, each) for each in every):
        return []
    held = (*taken, *(parameter for each in every for parameter in each.parameters))
    if any(parameter.kind in ("body", "form", "file", "unknown") for parameter in held):
        return []
    return [parameter for parameter in taken if parameter.kind == "query" and _is_data(route, parameter)]


def _is_data(route: Route, parameter: Parameter) -> bool:
    if parameter.type is None or parameter.name in _OPTIONS:
        return False
    members = list(types.members(parameter.type))
    return bool(members) and all(
        types.is_a(route.ev, member, *_DATA) and not types.is_a(route.ev, member, "enum.Enum") for member in members
    )


_DATA = frozenset(
    {f"builtins.{name}" for name in ("str", "int", "float", "bytes")}
    | {f"datetime.{name}" for name in ("date", "datetime", "time", "timedelta")}
    | {"decimal.Decimal", "uuid.UUID", "pydantic.EmailStr", "pydantic.HttpUrl", "pydantic.SecretStr"}
)
