"""From the name of a route to its path: `app.url_path_for("read_user", user_id=1)`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flake8_fastapi.semantics import holders
from flake8_fastapi.semantics.operations import Operation
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.structure.patterns import PARAMETER
from flake8_fastapi.semantics.suite import pieces
from flake8_fastapi.semantics.suite.pieces import Texts
from flake8_fastapi.semantics.things import LiteralThing

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

METHODS = ("url_path_for", "url_for")


def texts(project: Project, name: str | None, given: Mapping[str, Texts]) -> Texts:
    """The paths of all routes of this name, with what their parameters are given."""
    if name is None:
        return pieces.unknown()
    # Of what is mounted the name stands behind that of the mount: `api:read_user`.
    found = _paths(project).get(name.rpartition(":")[2], ())
    return pieces.merged(_filled(path, given) for path in found)


def _filled(path: str, given: Mapping[str, Texts]) -> Texts:
    split = PARAMETER.split(path)
    parts = [pieces.plain(split[0])]
    for name, convertor, literal in zip(split[1::3], split[2::3], split[3::3], strict=True):
        parts.append(given.get(name) or pieces.unknown("path" if convertor == "path" else name))
        parts.append(pieces.plain(literal))
    return pieces.together(parts)


def _paths(project: Project) -> dict[str, tuple[str, ...]]:
    """The paths of the routes of each name."""
    found = project.memo.get("suite.names")
    if not isinstance(found, dict):
        found = project.memo["suite.names"] = {}
        graph = project.graph
        for holder in graph.holders.values():
            if holders.is_application(graph.ev, holder):
                for operation in graph.application(holder).operations:
                    _add(found, operation)
    return found


def _add(found: dict[str, tuple[str, ...]], operation: Operation) -> None:
    name = _name(operation.route)
    if name and operation.path is not None:
        found[name] = tuple(dict.fromkeys((*found.get(name, ()), operation.path)))


def _name(route: Route) -> str:
    given = route.option("name")
    if given is None:
        return route.name
    return given.value if isinstance(given, LiteralThing) and isinstance(given.value, str) else ""
