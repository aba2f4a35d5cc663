"""Objects of an async session that are read after its `commit()`, which expires them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.semantics import facts, reached
from flake8_fastapi.semantics.data import resources
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import FunctionFacts, Site, Value
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.things import Frame, FunctionThing

_TAKING = frozenset({"add", "merge"})
_LOADING = frozenset({"refresh", "get", "get_one"})


class Expired(NamedTuple):
    """An object that is read when it is expired."""

    function: str
    variable: str


def read_after_commit(project: Project) -> Iterator[Expired]:
    """Where functions that serve requests read (or return) what they added to an async session and committed."""
    for path in project.files.mentioning("commit"):
        module = project.facts(path)
        if module is None or project.files.is_test(path):
            continue
        for qualname, site in module.mentions.get("commit", ()):
            found = module.functions[qualname]
            name = _read(project, path, found, site) if found.is_async and site.awaited else None
            if name is not None and reached.thing_by_request(project, FunctionThing(path, qualname)) is not None:
                yield Expired(found.name, name)


def _read(project: Project, path: str, found: FunctionFacts, commit: Site) -> str | None:
    session = _session(project, path, found, commit)
    if session is None:
        return None
    own = [site for site in found.sites if isinstance(site.value, facts.Call) and site.kind == "call"]
    before = [site for site in own if site.start < commit.start]
    after = [site for site in own if site.start > commit.start]
    for name in dict.fromkeys(name for site in before for name in _handed(site, session, _TAKING)):
        reads = [site.start for site in after if _reads(site.value, name) and not _is_loaded(site, session, name)]
        loads = [site.start for site in after if _is_loaded(site, session, name)]
        if loads and (not reads or min(loads) < min(reads)):
            continue
        if reads or any(_gives(value, name) for value in found.returned):
            return name
    return None


def _session(project: Project, path: str, found: FunctionFacts, commit: Site) -> str | None:
    """The async session that is committed, as it is written."""
    func = commit.value.func if isinstance(commit.value, facts.Call) else None
    if not isinstance(func, facts.Attribute):
        return None
    ev = project.evaluator
    resource = resources.resource(ev, ev.certain(func.of, Frame(path, found.qualname)))
    return written(func.of) if resource is not None and resource.kind == "session" and resource.is_async else None


def _handed(site: Site, session: str, methods: frozenset[str]) -> Iterator[str]:
    """The variables that are given to one of these methods of the session."""
    call = site.value
    if not isinstance(call, facts.Call) or not isinstance(call.func, facts.Attribute):
        return
    if call.func.name in methods and written(call.func.of) == session:
        yield from (argument.name for argument in call.args if isinstance(argument, facts.Local))


def _is_loaded(site: Site, session: str, name: str) -> bool:
    return name in _handed(site, session, _LOADING)


def _reads(value: Value, name: str) -> bool:
    """Whether a call is given an attribute of the object."""
    if not isinstance(value, facts.Call):
        return False
    return any(_is_attribute(each, name) for each in (*value.args, *(each for _, each in value.keywords)))


def _gives(value: Value, name: str) -> bool:
    """Whether the object, or an attribute of it, is returned."""
    return _is_attribute(value, name) or (isinstance(value, facts.Local) and value.name == name)


def _is_attribute(value: Value, name: str) -> bool:
    return isinstance(value, facts.Attribute) and isinstance(value.of, facts.Local) and value.of.name == name
