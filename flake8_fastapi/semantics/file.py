"""The file at hand as a whole, for checks of what stands at its top level or of how much it holds."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from flake8_fastapi.semantics.facts import ModuleFacts
from flake8_fastapi.semantics.registrations import ROUTE_ROLES, Registration
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import Frame
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.code import Source
    from flake8_fastapi.semantics.project import Project


class File:
    """One file that flake8 hands over. It is shown once, before everything that stands in it."""

    def __init__(self, project: Project, found: ModuleFacts, source: Source) -> None:
        self.project = project
        self.facts = found
        self.source = source

    @property
    def path(self) -> str:
        """Where it is."""
        return self.facts.path

    @property
    def ev(self) -> Evaluator:
        """Evaluates values of the project."""
        return self.project.evaluator

    @property
    def frame(self) -> Frame:
        """Where the values of its top level are evaluated."""
        return Frame(self.path)

    @property
    def registrations(self) -> tuple[Registration, ...]:
        """What it hands to FastAPI, in the order of the source as far as it has one."""
        return self.project.registrations.of(self.path)

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """The routes and websockets that it registers, each once."""
        found = (
            Route(self.ev, each, each.holder, self.project, self.source)
            for each in self.registrations
            if each.role in ROUTE_ROLES and each.call is not None and each.frame is not None and each.holder is not None
        )
        return tuple(dict.fromkeys(found))
