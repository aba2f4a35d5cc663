"""What was meant to provide a value, and is no dependency."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_fastapi.semantics import classes, facts, handed, hints, parameters, signatures
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.markers import Marker
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.routes import Route, names_in
from flake8_fastapi.semantics.signatures import Declaration
from flake8_fastapi.semantics.things import FunctionThing, Generator, Instance, Library, Thing, function_of, only
from flake8_fastapi.semantics.values import Evaluator
from flake8_fastapi.visitor import Finding, check

_SESSION_FACTORIES = {
    "sqlalchemy.orm.sessionmaker": "local_kw",
    "sqlalchemy.orm.scoped_session": "kw",
    "sqlalchemy.ext.asyncio.async_sessionmaker": "local_kw",
    "sqlalchemy.ext.asyncio.async_scoped_session": "kw",
}
"""Session factories -> the name of their `**` parameter, which FastAPI takes for a query parameter."""
_FACTORY_TYPES = frozenset(Library(name) for name in _SESSION_FACTORIES)
_SESSIONS = (
    "sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession", "sqlmodel.Session",
    "sqlmodel.ext.asyncio.session.AsyncSession",
)  # fmt: skip
_SESSION_NAMES = frozenset({"db", "db_session", "session", "conn", "connection", "database"})
_SURE_SESSION_NAMES = frozenset({"db", "db_session"})
"""Names of parameters that nobody gives to a text from the query."""
_MARKERS = frozenset({"Body", "Cookie", "Depends", "File", "Form", "Header", "Path", "Query", "Security"})
_INJECTING = frozenset({"route", "websocket", "dependency"})


@check
def not_a_dependency(subject: Function | Marker) -> Iterator[Finding]:
    """What is to be injected is no dependency.

    `Depends(SessionLocal)`: FastAPI asks the client for the parameters of the session factory. A provider, session or
    `next(get_db())` as the default of a parameter: FastAPI takes it for a query parameter that has one value for all.
    A `db` with neither annotation nor `Depends`: the client has to send it.

    Bad::

        SessionLocal = sessionmaker()

        @app.get("/users")
        def users(db: Session = Depends(SessionLocal)) -> int:  # FAP004
            return db.info["count"]

        @app.get("/names")
        def names(db) -> int:  # FAP004
            return db.query(User).count()

    Good::

        SessionLocal = sessionmaker()

        def get_db() -> Iterator[Session]:
            with SessionLocal() as session:
                yield session

        @app.get("/users")
        def users(db: Session = Depends(get_db)) -> int:
            return db.info["count"]
    """
    if isinstance(subject, Marker):
        yield from _faults_of_marker(subject)
        return
    suspects = [parameter for parameter in subject.facts.parameters if _is_suspect(parameter)]
    if suspects and any(each.role in _INJECTING for each in subject.registrations):
        names = _path_names(subject)
        for suspect in suspects:
            yield from _faults_of_parameter(subject, suspect, names)


def _faults_of_marker(marker: Marker) -> Iterator[Finding]:
    """What is wrong with a `Depends(…)` that names a session or its factory."""
    ev, thing = marker.project.evaluator, marker.callee
    is_opened = isinstance(thing, Instance) and _is_session(ev, thing)
    if is_opened and isinstance(marker.argument, facts.Call):
        return  # `Depends(SessionLocal())` is a called dependency.
    fault = _fault_of_session(ev, thing, marker.text)
    if fault:
        yield Finding(marker.position, fault)


def _fault_of_session(ev: Evaluator, thing: Thing | None, name: str) -> str:
    """What is wrong with a session, session class or session factory as a dependency."""
    if isinstance(thing, Instance) and isinstance(thing.type, Library):
        keywords = _SESSION_FACTORIES.get(thing.type.name)
        if keywords is not None:
            return (
                f"FastAPI asks clients for the `{keywords}` of the session factory `{name}`: 422; "
                "depend on a function that yields one"
            )
    if isinstance(thing, Instance) and thing.made is not None and _is_session(ev, thing):
        return f"`{name}` is a session, which `Depends` cannot call; depend on a function that yields one"
    if isinstance(thing, Library) and thing.name in _SESSIONS:
        return (
            f"FastAPI asks clients for the arguments of `{thing.last}`, which has no engine; "
            "depend on a function that yields one"
        )
    return ""


def _is_suspect(parameter: facts.Parameter) -> bool:
    """The cheap question first: whether a parameter may be one that was meant to be injected, and is not."""
    if parameter.kind not in ("positional", "keyword"):
        return False
    default, annotation = parameter.default, parameter.annotation
    if isinstance(default, facts.Call) and default.args:
        return written(default.func).rpartition(".")[2] not in _MARKERS
    if default is not None:
        return not isinstance(default, facts.Constant)
    return isinstance(annotation, facts.Item) or (annotation is None and parameter.name in _SESSION_NAMES)


def _path_names(function: Function) -> frozenset[str]:
    """What the paths of its routes name."""
    routes = (
        Route(function.ev, each, each.holder)
        for each in function.registrations
        if each.holder is not None and each.call is not None and each.frame is not None
    )
    return frozenset(name for route in routes if route.path is not None for name in names_in(route.path))


def _faults_of_parameter(
    function: Function, declared: facts.Parameter, path_names: frozenset[str]
) -> Iterator[Finding]:
    ev, frame = function.ev, signatures.around(function.thing, function.facts)
    declaration = Declaration(declared.name, declared.annotation, declared.default, frame, declared.kind)
    parameter = parameters.analyze(ev, declaration, path_names)
    if parameter.kind == "dependency" and parameter.marker is not None:
        made = parameter.marker.made
        if made is not None and not made.call.args and not made.call.keywords and made.frame.path == frame.path:
            callee = only(hints.dependency(ev, parameter.marker, declared.annotation, frame))
            fault = _fault_of_session(ev, callee, declared.name)
            if fault and isinstance(callee, Library):
                yield Finding(made.call.start, fault)
    elif parameter.kind in ("query", "body", "unknown"):
        fault = _fault_of_default(function, declared) or _fault_without_default(function, declared)
        if fault:
            yield Finding(declared.start, fault)


def _fault_of_default(function: Function, declared: facts.Parameter) -> str:
    """What is wrong with a default that was meant to be injected."""
    if declared.default is None:
        return ""
    ev = function.ev
    thing = ev.certain(declared.default, signatures.around(function.thing, function.facts))
    text = handed.text_of(declared.default)
    none = f"`{declared.name}` is no dependency"
    is_session = isinstance(thing, Instance) and thing.made is not None and _is_session(ev, thing)
    if isinstance(thing, Generator) or is_session:
        return f"{none}: `{text}` is made once, and FastAPI looks for `{declared.name}` in the query; use `Depends`"
    never = f"{none}: FastAPI never calls its default `{text}`"
    if isinstance(thing, Instance) and thing.type in _FACTORY_TYPES:
        return f"{never}; depend on a function that yields a session"
    provider = function_of(thing)
    if provider is not None and _is_provider(function.project, provider, thing, declared.default):
        return f"{never}; write `Depends({text})`"
    return ""


def _is_session(ev: Evaluator, thing: Instance) -> bool:
    return classes.is_a(ev, thing.type, *_SESSIONS)


def _is_provider(project: Project, function: FunctionThing, thing: Thing | None, default: facts.Value) -> bool:
    """Whether a function is there to be injected."""
    ev = project.evaluator
    found = ev.function(function)
    if found is None:
        return False
    if isinstance(default, facts.Call):
        return handed.is_dependency_like(ev, thing)
    return found.is_generator or any(each.role == "dependency" for each in project.loop.roles(function))


def _fault_without_default(function: Function, declared: facts.Parameter) -> str:
    """What is wrong with a session that is declared like any query parameter."""
    name = declared.name
    if declared.annotation is not None or declared.default is not None or function.code is None:
        return ""
    if name not in _SESSION_NAMES or not _is_undecorated(function):
        return ""
    if not any(_is_used_as_object(function, use) for use in function.code.uses(name)):
        return ""
    return (
        f"`{name}` has neither annotation nor `Depends`: each client must send it in the query; "
        f"write `{name}: Session = Depends(...)`"
    )


def _is_undecorated(function: Function) -> bool:
    """Whether nothing but routes stand on it: any other decorator may supply the parameter."""
    routes = {id(each.call) for each in function.registrations if each.call is not None}
    return all(id(decorator) in routes for decorator in function.facts.decorators)


def _is_used_as_object(function: Function, use: ast.Name) -> bool:
    """Whether a parameter is used in a way that no text from the query allows."""
    parent = function.source.parent(use)
    if isinstance(parent, ast.Attribute):
        return not hasattr(str, parent.attr)
    if use.id not in _SURE_SESSION_NAMES:
        return False
    return isinstance(parent, ast.keyword) or (isinstance(parent, ast.Call) and use in parent.args)
