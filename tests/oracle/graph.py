"""What our own analysis says about an application: the one place here that knows its interface."""

from __future__ import annotations

from pathlib import Path

from running import Served

from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.project import Project

APPS = Path(__file__).parent / "apps"
UNKNOWN_PATH = "?"


class OneFile(Files):
    """A project of one file, though others stand beside it."""

    def __init__(self, path: str) -> None:
        super().__init__(str(Path(path).parent))
        self._paths = (path,)


def static_routes(main: Path, application: str = "app") -> set[Served]:
    """The routes of the application that this name in this file holds. A path that is not certain is `?`."""
    # Only the application's own folder: the repository around it is no part of it.
    top = APPS / main.relative_to(APPS).parts[0]
    files = Files(str(top)) if top.is_dir() else OneFile(str(main))
    graph = Project(files).application(str(main), application)
    assert graph is not None, f"no application {application!r} found in {main}"
    return {
        Served(method, UNKNOWN_PATH if route.path is None else route.path, route.handler)
        for route in graph.routes
        for method in route.methods
    }
