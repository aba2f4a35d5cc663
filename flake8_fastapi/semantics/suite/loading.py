"""Which modules are imported before a test runs, and which perhaps not before it does."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from flake8_fastapi.semantics.facts import MODULE, Import, ModuleFacts
from flake8_fastapi.semantics.suite import called, configuration

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_RELOADING = re.compile(rb"\bsys\.modules\b|\bimport_module\b|\breload\(|\brun_path\(|\brun_module\(|\b__import__\(")
"""What files of tests say that import modules in ways of their own, or once more."""

_Body = tuple[str, str]
"""A function, or `MODULE`, by file and qualified name."""


def may_be_late(project: Project, path: str, known: str, modules: Iterable[str]) -> bool:
    """Whether one of these modules may be imported for the first time while a test of this file runs.

    `known` is a module that is imported in any case.
    """
    asking = (path, *configuration.conftests(project, path))
    if any(_RELOADING.search(project.files.text(each) or b"") for each in asking):
        return True
    late = set(modules) - _imported(project, (*asking, known), whenever=False)
    return bool(late) and not late.isdisjoint(_imported(project, (*asking, known), whenever=True))


def _imported(project: Project, files: Iterable[str], *, whenever: bool) -> set[str]:
    """The modules that files import, and those that these import: at once, or whenever one of their functions runs."""
    pending: list[_Body] = [(path, MODULE) for path in files]
    seen: set[_Body] = set(pending)
    while pending:
        body = pending.pop()
        module = project.facts(body[0])
        if module is None:
            continue
        found = {(path, MODULE) for value in _imports(module, body[1]) for path in _files(project, module.path, value)}
        if whenever and body[1] == MODULE:
            found |= {(module.path, qualname) for qualname in module.functions}
        elif not whenever and body[1] in module.functions:
            callees = called.called(project, module.path, module.functions[body[1]])
            found |= {(callee.path, callee.qualname) for _, callee in callees if callee is not None}
        pending.extend(found - seen)
        seen |= found
    return {path for path, _ in seen}


def _imports(module: ModuleFacts, qualname: str) -> Iterator[Import]:
    function = module.functions.get(qualname)
    bound = module.names if qualname == MODULE else function.locals if function is not None else {}
    if qualname == MODULE:
        yield from module.stars
    for values in bound.values():
        yield from (value for value in values if isinstance(value, Import))


def _files(project: Project, importer: str, value: Import) -> Iterator[str]:
    """The files that an import runs: the module, one that is a name of a package, and the packages around it."""
    found = project.files.module(importer, value.module, value.level)
    below = project.files.submodule(found, value.name) if found is not None and value.name is not None else None
    for path in (found, below):
        if path is not None and path.endswith(".py"):
            yield path
            yield from _packages(project, path)


def _packages(project: Project, path: str) -> Iterator[str]:
    folder = os.path.dirname(path)
    while "__init__.py" in project.files.names(folder):
        yield os.path.join(folder, "__init__.py")
        folder = os.path.dirname(folder)
