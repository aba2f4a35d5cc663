"""The middleware of each application, outermost first: who sees a request before its routes do, with which options."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.semantics import tree
from flake8_fastapi.semantics.middleware.added import Added, Place, Stack
from flake8_fastapi.semantics.middleware.adding import Search
from flake8_fastapi.semantics.structure.branches import Branches
from flake8_fastapi.semantics.things import Instance

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

__all__ = ["Added", "Place", "Stack", "is_beyond", "is_complete", "of", "run_together", "stack", "stacks"]


class _Known(NamedTuple):
    stacks: tuple[Stack, ...]
    is_complete: bool


def of(project: Project) -> tuple[Added, ...]:
    """All middleware of the project, each application's together, outermost first."""
    return tuple(added for stack in stacks(project) for added in stack.added)


def stacks(project: Project) -> tuple[Stack, ...]:
    """The middleware of each application that has any."""
    return _all(project).stacks


def stack(project: Project, app: Instance) -> Stack:
    """The middleware of an application."""
    whole = _all(project)
    for found in whole.stacks:
        if any(_is_same(each.app, app) for each in found.added):
            return found
    return Stack((), True, whole.is_complete)


def is_complete(project: Project) -> bool:
    """Whether everything that the project's own code adds is known, for every application."""
    return _all(project).is_complete


def run_together(project: Project, one: Added, other: Added) -> bool:
    """Whether both may be added in one run: they do not stand in two branches of which only one may run."""
    for here, there in zip(one.trail, other.trail, strict=False):
        if here.path != there.path:
            return True
        if here != there:
            branches = _branches(project, here.path)
            if branches is None:
                return False
            first, second = branches.around(here.position), branches.around(there.position)
            return first <= second or second <= first
    return True


def is_beyond(one: Added, other: Added) -> bool:
    """Whether the other is added by a module that uses a factory of the first one's: another may use it without."""
    origin = one.app.origin if one.app is not None else None
    if origin is None or origin.path != one.path:
        return False
    parting = next((there for here, there in zip(one.trail, other.trail, strict=False) if here != there), None)
    return parting is not None and parting.path != one.path


def _branches(project: Project, path: str) -> Branches | None:
    known: dict[str, Branches | None] = project.memo.setdefault(f"{__name__}.branches", {})
    if path not in known:
        text = project.files.text(path)
        module = tree.read(text, path) if text is not None else None
        known[path] = Branches(module) if module is not None else None
    return known[path]


def _is_same(one: Instance | None, other: Instance) -> bool:
    """Whether two things are one app: made by the same call, as far as that is known."""
    if one is None:
        return False
    if one.origin is None or other.origin is None:
        return one == other
    return one.origin == other.origin or (
        one.origin[:2] == other.origin[:2] and not (one.origin.env and other.origin.env)
    )


def _all(project: Project) -> _Known:
    known: _Known | None = project.memo.get(__name__)
    if known is None:
        project.memo[__name__] = _Known((), False)
        known = project.memo[__name__] = _Known(*Search(project).run())
    return known
