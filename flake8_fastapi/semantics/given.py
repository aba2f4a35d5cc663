"""What the callers of an async helper pass to it.

FastAPI fills the parameters of a handler. Those of a helper are what its callers pass, whatever the annotations say:
real projects annotate `Session` where an `AsyncSession` arrives. Callers are searched in the whole project, so this is
asked only where the answer can matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from flake8_fastapi.knowledge import libraries
from flake8_fastapi.knowledge.blocking import table
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.facts import FunctionFacts, Site
from flake8_fastapi.semantics.things import Frame, FunctionThing, Instance, Library, Thing

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_SESSION = "sqlalchemy.orm.Session"


def frame(project: Project, thing: FunctionThing, found: FunctionFacts, has_stalls: Callable[[], bool]) -> Frame:
    """Where the body of an async function is evaluated, with what its callers pass for doubtful parameters.

    `has_stalls` tells whether it seems to block as it stands; only then is it worth asking whether that is so.
    """
    plain = Frame(thing.path, thing.qualname)
    asked = list(_unknown(project, plain, found))
    if not asked:
        misleading = [item.name for item in found.parameters if _may_mislead(project, plain, found, item)]
        asked = misleading if misleading and has_stalls() else []
    if not asked or project.loop.roles(thing):
        return plain
    return plain._replace(env=project.loop.env(thing, tuple(dict.fromkeys(asked))))


def _unknown(project: Project, plain: Frame, found: FunctionFacts) -> Iterator[str]:
    """Parameters of unknown type on which (for `self`: on an attribute of which) a method is called that may block."""
    for parameter in found.parameters:
        for root, holder in _possible_calls(found):
            if _concerns(root, found, parameter) and _type_of(project, plain, holder) is None:
                yield parameter.name


def _may_mislead(project: Project, plain: Frame, found: FunctionFacts, parameter: facts.Parameter) -> bool:
    """Whether the code alone may give a wrong picture of what is passed: an annotated session, or a condition."""
    if _is_self(found, parameter):
        roots = {root_of_value(value) for site in found.sites for value in site.needs}
        roots.update(root for root, holder in _possible_calls(found) if _is_session(_type_of(project, plain, holder)))
        return any(_concerns(root, found, parameter) for root in roots)
    return parameter.annotation is not None and _is_session(_type_of(project, plain, parameter))


def _concerns(root: str, found: FunctionFacts, parameter: facts.Parameter) -> bool:
    if parameter.kind in ("args", "kwargs"):
        return False
    return root.startswith(f"{parameter.name}.") if _is_self(found, parameter) else root == parameter.name


def _is_self(found: FunctionFacts, parameter: facts.Parameter) -> bool:
    return found.owner is not None and parameter.index == 0


def _type_of(project: Project, plain: Frame, value: facts.Value) -> Thing | None:
    return project.evaluator.certain(value, plain)


def _is_session(thing: Thing | None) -> bool:
    """Whether a thing is a sync session by its annotation only: nothing that made it was seen."""
    return (
        isinstance(thing, Instance)
        and isinstance(thing.type, Library)
        and thing.made is None
        and _SESSION in libraries.ancestors(thing.type.name)
    )


def _possible_calls(found: FunctionFacts) -> Iterator[tuple[str, facts.Value]]:
    """The calls, not awaited, of a method with the name of a blocking one: variable and object."""
    for site in found.sites:
        if site.awaited or not isinstance(site.value, facts.Call) or not isinstance(site.value.func, facts.Attribute):
            continue
        if site.value.func.name in _method_names():
            yield root_of(site), site.value.func.of


@cache
def _method_names() -> frozenset[str]:
    """The last names of methods that are known to block, except those that texts and containers have as well."""
    names = {row.name.rpartition(".")[2] for row in table().values() if row.kind == "method"}
    return frozenset(names.difference(*(dir(kind) for kind in (str, bytes, dict, list, set, tuple))))


def root_of(site: Site) -> str:
    """The variable that a call chain starts from: `db` in `db.query(X).first()`, `self.db` in `self.db.get()`."""
    return root_of_value(site.value)


def root_of_value(value: facts.Value) -> str:
    """The same for the expression itself."""
    names: list[str] = []
    while True:
        if isinstance(value, facts.Call):
            value = value.func
        elif isinstance(value, facts.Attribute):
            names.append(value.name)
            value = value.of
        elif isinstance(value, (facts.Item, facts.Awaited)):
            value = value.of
        elif isinstance(value, (facts.Local, facts.Name)):
            first = value.name
            return f"{first}.{names[-1]}" if first in ("self", "cls") and names else first
        else:
            return ""
