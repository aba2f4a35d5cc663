"""Handlers that tests call themselves, as plain functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.facts import ModuleFacts
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.suite import configuration
from flake8_fastapi.semantics.things import ClassThing, Frame, ModuleThing, function_of

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project


def is_called(project: Project, route: Route) -> bool:
    """Whether a test may call the handler of a route: a file of tests names it and has its module at hand.

    That it is called is not proved: handed to a helper, wrapped or awaited, it is tested as well.
    """
    handler = route.registration.function
    found = route.function
    if found is None or found.name in ("", "lambda"):
        return False
    for path in project.files.mentioning(found.name):
        if path != handler.path and configuration.is_of_tests(project, path):
            module = project.facts(path)
            if module is not None and _reaches(project, module, handler.path, found.name):
                return True
    return False


def _reaches(project: Project, module: ModuleFacts, handlers: str, name: str) -> bool:
    ev = project.evaluator
    frame = Frame(module.path)
    for bound in _imports(module):
        for thing in ev.evaluate(bound, frame):
            function = function_of(thing)
            if function is not None and function.path == handlers and function.qualname.rpartition(".")[2] == name:
                return True
            if isinstance(thing, (ModuleThing, ClassThing)) and thing.path == handlers and name in module.mentions:
                return True
    return False


def _imports(module: ModuleFacts) -> list[facts.Import]:
    """What a module imports, at its top level and in its functions."""
    tables = [module.names, *(function.locals for function in module.functions.values())]
    return [
        value for table in tables for values in table.values() for value in values if isinstance(value, facts.Import)
    ]
