"""Applications that include their routers only when they start: without the start, every path of these is a 404."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.facts import Call, Site
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.holders import is_application
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.structure import hooks
from flake8_fastapi.semantics.suite import startup
from flake8_fastapi.semantics.suite.index import Suite
from flake8_fastapi.semantics.suite.kinds import Hole, Request
from flake8_fastapi.semantics.suite.matching import Table
from flake8_fastapi.semantics.things import Frame, FunctionThing, Instance

_NOT_FOUND = 404
_SUCCESS = frozenset(range(200, 300))


def includer(project: Project, app: Instance) -> str:
    """The function that includes routers in an application when it starts; empty if anything else includes some too."""
    known: dict[object, str] = project.memo.setdefault("suite.late", {})
    if app.origin is None:
        return ""
    if app.origin not in known:
        known[app.origin] = _includer(project, app)
    return known[app.origin]


def is_asked_for(file: File, app: Instance) -> bool:
    """Whether a test of a file, or any test where it is a `conftest.py`, wants an answer of what is included late."""
    suite = Suite.of(file.project)
    early = [each for each in file.project.graph.application(app).operations if len(each.levels) == 1]
    table = Table(early)
    is_shared = file.path.endswith("conftest.py")
    return any(
        request.app is not None and request.app.origin == app.origin and _is_missed(request, table)
        for request in suite.requests
        if is_shared or request.test.path == file.path
    )


def _is_missed(request: Request, early: Table) -> bool:
    """Whether a request fails a test, because no route has its path yet."""
    if any(isinstance(part, Hole) and part.is_wide for part in request.target):
        return False
    if request.methods is None or "OPTIONS" in request.methods:
        return False  # Middleware answers preflight requests.
    routed = early.routed(request.target, request.methods)
    if routed.certain or routed.possible:
        return False
    accepted = request.expected.accepted
    return accepted is not None and _NOT_FOUND not in accepted and not accepted.isdisjoint(_SUCCESS)


def _includer(project: Project, app: Instance) -> str:
    started = startup.started(project, app)
    late: list[FunctionThing] = []
    for function, site in _inclusions(project):
        if function in started:
            late.extend([function] if _is_in(project, app, function, site) else ())
        elif _may_be_in(project, app, function, site):
            return ""
    return started[late[0]].name if late else ""


def _inclusions(project: Project) -> Iterator[tuple[FunctionThing, Site]]:
    """The calls that include a router or mount an application, outside the tests."""
    for name in ("include_router", "mount"):
        for path in project.files.mentioning(name):
            module = None if project.files.is_test(path) else project.facts(path)
            for qualname, site in module.mentions.get(name, ()) if module is not None else ():
                yield FunctionThing(path, qualname), site


def _is_in(project: Project, app: Instance, function: FunctionThing, site: Site) -> bool:
    """Whether a function that runs at the start includes routers in the application, which a lifespan is handed."""
    holder = _holder(site)
    if holder is None or not _includes(site):
        return False
    found = project.evaluator.certain(holder, Frame(function.path, function.qualname))
    if isinstance(found, Instance) and found.origin is not None:
        return found.origin == app.origin
    lifespan = hooks.lifespan(project, app)
    known = project.evaluator.function(function)
    if lifespan is None or (lifespan.path, lifespan.qualname) != (function.path, function.qualname):
        return False
    given = known.parameters[0].name if known is not None and known.parameters else None
    return isinstance(holder, (facts.Local, facts.Parameter)) and holder.name == given


def _may_be_in(project: Project, app: Instance, function: FunctionThing, site: Site) -> bool:
    """Whether something else may include routers in the application."""
    holder = _holder(site)
    found = project.evaluator.certain(holder, Frame(function.path, function.qualname)) if holder is not None else None
    if not isinstance(found, Instance):
        return True
    return is_application(project.evaluator, found) and (found.origin is None or found.origin == app.origin)


def _holder(site: Site) -> facts.Value | None:
    func = site.value.func if isinstance(site.value, Call) else None
    return func.of if isinstance(func, facts.Attribute) else None


def _includes(site: Site) -> bool:
    func = site.value.func if isinstance(site.value, Call) else None
    return isinstance(func, facts.Attribute) and func.name == "include_router"
