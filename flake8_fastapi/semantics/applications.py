"""The applications that a file makes for others to run."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.knowledge import documentation as tables
from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import classes, facts
from flake8_fastapi.semantics.facts import Position
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.things import Instance


def made_in(file: File) -> Iterator[Instance]:
    """The applications of FastAPI that a file makes and gives routes, once each; none in tests and examples."""
    project = file.project
    if "FastAPI" not in file.facts.mentions or project.files.is_test(file.path):
        return
    folders, name = project.files.parts(file.path)
    words = name.removesuffix(".py").split("_")
    if tables.EXAMPLE_FOLDERS.intersection(folders) or tables.EXAMPLES.intersection(words):
        return
    seen: set[Position] = set()
    for origin, holder in project.graph.holders.items():
        is_here = origin.path == file.path and origin.end not in seen
        if is_here and classes.is_a(file.ev, holder.type, framework.FASTAPI):
            seen.add(origin.end)
            yield holder


def name_of(file: File, app: Instance) -> str:
    """The variable that a file assigns an application to; empty if there is none."""
    made = app.made
    function = file.facts.functions.get(made.frame.function) if made is not None else None
    for table in (file.facts.names, function.locals if function is not None else {}):
        for name, values in table.items():
            if made is not None and any(facts.undeclared(value) is made.call for value in values):
                return name
    return ""
