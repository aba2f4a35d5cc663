"""The `Depends(…)` and `Security(…)` of the file at hand, wherever they are written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from flake8_fastapi.semantics import facts, hints
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import Position, Value
from flake8_fastapi.semantics.things import Frame, Instance, Thing, Things

if TYPE_CHECKING:
    from flake8_fastapi.semantics.code import Source
    from flake8_fastapi.semantics.project import Project

NAMES = ("Depends", "Security")


class Marker:
    """One `Depends(…)` or `Security(…)` as it stands in the source."""

    def __init__(self, project: Project, source: Source, call: facts.Call, frame: Frame, instance: Instance) -> None:
        self.project = project
        self.source = source
        self.call = call
        self.frame = frame
        """Where it is evaluated: the module, or the function around it."""
        self.dependency = Dependency(project.evaluator, instance, None, frame)

    @property
    def position(self) -> Position:
        """Where it begins."""
        return self.call.start

    @property
    def argument(self) -> Value | None:
        """What it is given as dependency; None for `Depends()`, and where that is not to be seen."""
        if self.call.args:
            return None if isinstance(self.call.args[0], facts.Starred) else self.call.args[0]
        return self.call.keyword("dependency")

    @property
    def text(self) -> str:
        """That argument in short: `get_db`, `require()`."""
        return written(self.argument) if self.argument is not None else ""

    @cached_property
    def callees(self) -> Things:
        """What the argument may be; empty if unknown."""
        return self.project.evaluator.evaluate(self.argument, self.frame) if self.argument is not None else ()

    @property
    def callee(self) -> Thing | None:
        """What the argument certainly is."""
        return self.dependency.callee if self.argument is not None else None


def of(project: Project, source: Source) -> Iterator[Marker]:
    """All markers of a file."""
    module = project.facts(source.path)
    seen: set[Position] = set()
    for name in NAMES:
        for qualname, site in module.mentions.get(name, ()) if module is not None else ():
            if not isinstance(site.value, facts.Call) or site.start in seen:
                continue
            frame = Frame(source.path, qualname)
            found = project.evaluator.certain(site.value, frame)
            if isinstance(found, Instance) and hints.is_marker(found):
                seen.add(site.start)
                yield Marker(project, source, site.value, frame, found)
