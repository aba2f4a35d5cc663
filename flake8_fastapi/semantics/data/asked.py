"""Look-ups by what a client sent: whether a request can ask for something that is not there."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from flake8_fastapi.knowledge import lookups as tables
from flake8_fastapi.knowledge import types as type_tables
from flake8_fastapi.semantics import facts, parameters, schemas, signatures, types
from flake8_fastapi.semantics.data import missing, queries, roots
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.facts import FunctionFacts, Position, Value
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.registrations import Registration
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import Bound, ClassThing, Frame, FunctionThing, Library
from flake8_fastapi.semantics.values import Evaluator

Source = Literal["path", "query", "body", "request"]
"""Where in a request a key comes from; `request` where the handler reads it itself."""
_SERVING = frozenset({"route", "dependency"})
"""A websocket answers no status."""
_DEPTH = 4
"""How many callers above each other are asked."""
_SENT: dict[str, Source] = {
    "path": "path",
    "query": "query",
    "body": "body",
    "form": "body",
}
_PLAIN = tuple(f"builtins.{name}" for name in ("dict", "str", "int", "float", "bool"))
_FORMS = ("fastapi.security.OAuth2PasswordRequestForm", "fastapi.security.OAuth2PasswordRequestFormStrict")


def source(
    project: Project, function: FunctionThing, keys: Collection[Value], before: Position, depth: int = _DEPTH
) -> Source | None:
    """Where in a request one of the keys of a look-up comes from; None if no client chooses them.

    None as well where something that runs before may have made sure that the key has a row: whatever is given the same
    parameter, in the function, in its callers or in a dependency of the route.
    """
    ev = project.evaluator
    found = ev.function(function)
    if found is None or depth == 0 or project.files.is_test(function.path):
        return None
    frame = ev.frame_of(function)
    trace = roots.of(ev, keys, frame)
    for root in trace.roots:
        if root.parameter.function != function.qualname or _is_settled(ev, found, root, frame, before, trace):
            continue
        answer = _of_parameter(project, function, found, root, depth)
        if answer is not None:
            return answer
    return None


def _of_parameter(
    project: Project, function: FunctionThing, found: FunctionFacts, root: roots.Root, depth: int
) -> Source | None:
    roles = [each for each in project.loop.roles(function) if each.role in _SERVING]
    for role in roles:
        answer = _sent(project.evaluator, function, role, root)
        if answer is not None:
            return answer
    if roles:
        return None
    for caller in project.loop.callers.of(function):
        shift = 1 if _is_bound(project.evaluator, caller.call, caller.frame) else 0
        keys = missing.given(caller.call, root.parameter, shift)
        answer = source(project, caller.function, keys, caller.call.start, depth - 1)
        if answer is not None:
            return answer
    return None


def _is_bound(ev: Evaluator, call: facts.Call, frame: Frame) -> bool:
    return isinstance(ev.certain(call.func, frame), Bound)


# -- parameters that FastAPI fills


def _sent(ev: Evaluator, function: FunctionThing, role: Registration, root: roots.Root) -> Source | None:
    if role.role == "dependency":
        parameter = _of_dependency(ev, function, root.parameter)
    else:
        parameter = _of_route(ev, role, root.parameter)
    if parameter is None or _is_closed(ev, parameter):
        return None
    if parameter.kind == "special":
        is_request = parameter.type is not None and types.is_a(ev, parameter.type, *type_tables.CONNECTIONS)
        return "request" if is_request and root.attribute in tables.REQUEST_PARTS else None
    if parameter.kind == "dependency":
        return "body" if parameter.dependency is not None and _is_form(parameter) else None
    return _SENT.get(parameter.kind)


def _of_dependency(ev: Evaluator, function: FunctionThing, wanted: facts.Parameter) -> Parameter | None:
    """A parameter of a dependency; what the paths of its routes name is taken for a part of the query here."""
    found = ev.function(function)
    if found is None:
        return None
    around = signatures.around(function, found)
    declaration = signatures.Declaration(
        wanted.name, wanted.annotation, wanted.default, around, wanted.kind, wanted.start
    )
    return parameters.analyze(ev, declaration, frozenset())


def _of_route(ev: Evaluator, role: Registration, wanted: facts.Parameter) -> Parameter | None:
    if role.holder is None:
        return None
    route = Route(ev, role, role.holder)
    parameter = next((each for each in route.parameters if each.name == wanted.name), None)
    for dependency in route.every_dependency():
        if any(each.name == wanted.name and each.kind != "dependency" for each in dependency.parameters):
            # It is given the same key, and runs before.
            return None
        if parameter is not None and parameter.kind == "path" and _reads_path(ev, dependency):
            return None
    return parameter


def _reads_path(ev: Evaluator, dependency: Dependency) -> bool:
    """Whether a dependency looks up what the path names: `get_order(db, request.path_params["order_id"])`."""
    function, found = dependency.function, dependency.facts
    if function is None or found is None:
        return False
    frame = ev.frame_of(function)
    given = (
        each for site in found.sites if isinstance(site.value, facts.Call) for each in _given(ev, site.value, frame)
    )
    return any(root.attribute == "path_params" for root in roots.of(ev, given, frame).roots)


def _is_form(parameter: Parameter) -> bool:
    """`form: OAuth2PasswordRequestForm = Depends()`, `query: SearchQuery = Depends()`"""
    assert parameter.dependency is not None
    callee = parameter.dependency.callee
    return (isinstance(callee, Library) and callee.name in _FORMS) or (
        isinstance(callee, ClassThing) and parameter.dependency.function is None
    )


def _is_closed(ev: Evaluator, parameter: Parameter) -> bool:
    """Whether few values pass, for each of which there may well be a row: an enum, a `Literal`, a bool, a pattern."""
    if parameter.option("pattern") is not None or parameter.option("regex") is not None:
        return True
    return parameter.type is not None and any(
        each.kind == "literal" or types.is_a(ev, each, "enum.Enum", "builtins.bool")
        for each in types.members(parameter.type)
    )


# -- what runs before


def _is_settled(
    ev: Evaluator, found: FunctionFacts, key: roots.Root, frame: Frame, before: Position, trace: roots.Trace
) -> bool:
    """Whether something else that is given the same key runs earlier in the function."""
    for site in found.sites:
        call = site.value
        if not isinstance(call, facts.Call) or call.start >= before or call.end > before or call in trace.values:
            continue
        same = (
            each.parameter.name == key.parameter.name and each.attribute in ("", key.attribute)
            for each in roots.of(ev, _given(ev, call, frame), frame).roots
        )
        if any(same) and _looks_up(ev, call, frame):
            return True
    return False


def _given(ev: Evaluator, call: facts.Call, frame: Frame) -> tuple[Value, ...]:
    """What a call is given; of one that runs a query, the query."""
    func = call.func
    runs = isinstance(func, facts.Attribute) and func.name in tables.RUNS and queries.of(ev, func.of, frame) is not None
    before = (func.of,) if isinstance(func, facts.Attribute) and runs else ()
    return (*call.args, *(each for _, each in call.keywords), *before)


def _looks_up(ev: Evaluator, call: facts.Call, frame: Frame) -> bool:
    """Whether a call may look something up, or write it: nothing of the standard library, no log, no conversion."""
    callee = ev.certain(call.func, frame)
    function = callee.function if isinstance(callee, Bound) else callee
    if isinstance(function, Library) and (
        function.name in tables.CONVERSIONS or function.name.partition(".")[0] in tables.NOT_DATA
    ):
        return False
    func = call.func
    name = func.name if isinstance(func, (facts.Attribute, facts.Name, facts.Local)) else ""
    return name not in tables.SILENT and not isinstance(callee, ClassThing)


def is_served(project: Project, function: FunctionThing) -> bool:
    """Whether FastAPI calls a function itself."""
    return any(each.role in _SERVING for each in project.loop.roles(function))


def refused(project: Project, function: FunctionThing) -> types.Type | None:
    """What a handler is declared to answer with, where FastAPI refuses None in its place on every route of it."""
    ev = project.evaluator
    declared: list[types.Type] = []
    for role in project.loop.roles(function):
        if role.role != "route" or role.holder is None:
            return None
        route = Route(ev, role, role.holder)
        type_ = route.response.type
        if not route.is_plain or not route.is_operation or type_ is None or not _refuses_none(ev, type_):
            return None
        declared.append(type_)
    return declared[0] if declared else None


def _refuses_none(ev: Evaluator, type_: types.Type) -> bool:
    if not types.is_known(type_) or types.is_optional(type_):
        return False
    return all(
        schemas.of(ev, each) is not None or types.is_sequence(ev, each) or each.is_named(*_PLAIN)
        for each in types.members(type_)
    )
