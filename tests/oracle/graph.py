"""What our own analysis says about an application: the one place here that knows its interface."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from operations import WEBSOCKET, Field, Operation, Operations, first_served
from running import Served

from flake8_fastapi.knowledge import types as tables
from flake8_fastapi.semantics import classes, operations, parameters, types
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.graph import Application
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.things import ClassThing, Library, LiteralThing

APPS = Path(__file__).parent / "apps"
UNKNOWN_PATH = "?"


class OneFile(Files):
    """A project of one file, though others stand beside it."""

    def __init__(self, path: str) -> None:
        super().__init__(str(Path(path).parent))
        self._paths = (path,)


def static_application(main: Path, application: str = "app", root: Path | None = None) -> Application:
    """The application that this name in this file holds. A root other than the file's own says what belongs to it."""
    # Only the application's own folder: the repository around it is no part of it.
    top = root or APPS / main.relative_to(APPS).parts[0]
    files = Files(str(top)) if top.is_dir() else OneFile(str(main))
    found = Project(files).application(str(main), application)
    assert found is not None, f"no application {application!r} found in {main}"
    return found


def static_routes(main: Path, application: str = "app") -> set[Served]:
    """Its routes. A path that is not certain is `?`."""
    return {
        Served(method, UNKNOWN_PATH if operation.path is None else operation.path, operation.handler)
        for operation in _served(static_application(main, application))
        for method in operation.methods
    }


def static_operations(main: Path, application: str = "app", root: Path | None = None) -> Operations:
    """Its operations, in the words of the running side."""
    found = static_application(main, application, root)
    return first_served(_said(each, method) for each in _served(found) for method in sorted(each.methods))


def _served(application: Application) -> list[operations.Operation]:
    """Without plain routes of Starlette, of which the running side says nothing either."""
    return [each for each in application.operations if each.route.is_operation]


def _said(operation: operations.Operation, method: str) -> Operation:
    path = UNKNOWN_PATH if operation.path is None else operation.path
    known = operation.is_complete
    websocket = method == WEBSOCKET
    return Operation(
        method,
        path,
        operation.handler,
        _known_fields(operation) if known else None,
        "" if websocket else _response_text(operation),
        None if websocket else _status(operation),
        tuple(sorted(_names(operation))) if known else None,
        frozenset(_scopes(operation)) if known else None,
        () if websocket else operation.tags,
        "" if websocket else _response_class(operation),
        False if websocket else operation.is_hidden,
    )


def _every(operation: operations.Operation) -> Iterator[Dependency]:
    for dependency in operation.dependencies:
        yield from dependency.walk()


def _known_fields(operation: operations.Operation) -> frozenset[Field] | None:
    found = frozenset(_fields(operation))
    return found if all(field.name for field in found) else None


def _fields(operation: operations.Operation) -> Iterator[Field]:
    ev = operation.route.ev
    for parameter in (*operation.parameters, *(each for found in _every(operation) for each in found.parameters)):
        if parameter.kind in ("dependency", "special", "self"):
            continue
        name = parameter.name if _is_model(operation, parameter) else parameters.wire_name(ev, parameter)
        yield Field(parameter.kind, name or "", parameter.required is True)


def _is_model(operation: operations.Operation, parameter: Parameter) -> bool:
    if parameter.kind == "body" or parameter.type is None:
        return False
    return all(types.is_a(operation.route.ev, each, tables.MODEL) for each in types.members(parameter.type))


def _names(operation: operations.Operation) -> Iterator[str]:
    return ("<lambda>" if each.name == "lambda" else each.name for each in _every(operation))


def _scopes(operation: operations.Operation) -> Iterator[tuple[str, frozenset[str]]]:
    for dependency in operation.dependencies:
        yield from _scopes_of(dependency, frozenset())


def _scopes_of(dependency: Dependency, above: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    reaching = above | frozenset(dependency.scopes or ())
    takes = any(
        each.kind == "special" and each.type is not None and each.type.name == "fastapi.security.SecurityScopes"
        for each in dependency.parameters
    )
    if takes or dependency.scheme:
        yield dependency.name, reaching
    for child in dependency.children:
        yield from _scopes_of(child, reaching)


def _response_text(operation: operations.Operation) -> str | None:
    response = operation.route.response
    if response.source == "unknown":
        return None
    if response.type is None:
        return ""
    return types.text(operation.route.ev, response.type) if types.is_known(response.type) else None


def _status(operation: operations.Operation) -> int | None:
    thing = operation.route.option("status_code")
    return None if thing is None or thing == LiteralThing(None) else operation.route.status_code


def _response_class(operation: operations.Operation) -> str | None:
    thing = operation.response_class
    if thing is None:
        return "JSONResponse"
    if isinstance(thing, ClassThing):
        found = classes.facts_of(operation.route.ev, thing)
        return found.name if found is not None else None
    return thing.last if isinstance(thing, Library) else None
