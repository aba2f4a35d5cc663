"""Which modules belong to one application: those that a module which makes a `FastAPI` imports, directly or not.

One repository may hold several applications that share nothing; what stands in two of them cannot be had in one place.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.facts import ModuleFacts
from flake8_fastapi.semantics.structure import layout

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_MOST_MODULES = 400
"""How many importers of importers are looked at."""


class Together:
    """The applications that modules of a project belong to. Importers are searched for, so few modules are read."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._importers: dict[str, tuple[str, ...]] = {}
        self._applications: dict[str, frozenset[str]] = {}

    def applications(self, path: str) -> frozenset[str]:
        """The modules that make an application and import this one, or are it."""
        known = self._applications.get(path)
        if known is None:
            known = self._applications[path] = frozenset(filter(self._makes_application, self._above(path)))
        return known

    def parts(self, paths: Sequence[str]) -> dict[str, str]:
        """Modules divided by application: those with one value belong to one; unknown ones stand alone."""
        part = {path: path for path in paths}
        for place, path in enumerate(paths):
            for other in paths[:place]:
                if part[path] != part[other] and not self.applications(path).isdisjoint(self.applications(other)):
                    old = part[path]
                    part.update((each, part[other]) for each in paths if part[each] == old)
        return part

    def importers(self, path: str) -> tuple[str, ...]:
        """The modules of the application that import this one directly."""
        known = self._importers.get(path)
        if known is None:
            known = self._importers[path] = tuple(self._find(path))
        return known

    def _above(self, path: str) -> Iterable[str]:
        queue = [path]
        seen = {path}
        for current in queue:
            for importer in self.importers(current) if len(seen) < _MOST_MODULES else ():
                if importer not in seen:
                    seen.add(importer)
                    queue.append(importer)
        return queue

    def _find(self, path: str) -> Iterator[str]:
        stem = os.path.basename(path).removesuffix(".py")
        word = os.path.basename(os.path.dirname(path)) if stem == "__init__" else stem
        files = self.project.files
        siblings = tuple(each for each in files.paths() if os.path.dirname(each) == os.path.dirname(path))
        for importer in dict.fromkeys((*files.mentioning(word), *(siblings if stem == "__init__" else ()))):
            if importer != path and not layout.is_aside(files, importer):
                module = self.project.facts(importer)
                if module is not None and any(self._means(each, importer, path) for each in _imports(module)):
                    yield importer

    def _means(self, found: facts.Import, importer: str, path: str) -> bool:
        files = self.project.files
        module = files.module(importer, found.module, found.level)
        if module is None:
            return False
        if module == path:
            return True
        return found.name is not None and files.submodule(module, found.name) == path

    def _makes_application(self, path: str) -> bool:
        module = self.project.facts(path)
        return module is not None and "FastAPI" in module.mentions


def _imports(module: ModuleFacts) -> Iterator[facts.Import]:
    yield from module.stars
    for bindings in module.names.values():
        yield from (value for value in bindings if isinstance(value, facts.Import))
    for function in module.functions.values():
        for bindings in function.locals.values():
            yield from (value for value in bindings if isinstance(value, facts.Import))
