"""What turns away unknown clients: dependencies with all that they need, parameters, decorators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.knowledge import security as tables
from flake8_fastapi.semantics import classes, facts, schemas, signatures, types
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.security import checking
from flake8_fastapi.semantics.security.checking import any_of, sounds
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Instance,
    Library,
    Partial,
    Thing,
    function_of,
)
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

Where = Literal[
    "parameter", "decorator dependency", "router", "include", "app", "class", "decorator", "body", "middleware", ""
]
_KEY = __name__
_MOST_NAMES = 5
"""Through how many variables a dependency that is not resolved is followed."""


class Protection(NamedTuple):
    """Whether a client must say who it is before a route does anything."""

    is_protected: bool | None
    """None if that is unknown."""
    by: str = ""
    """What protects it, or may: the name as the person who wrote it knows it; empty if there is none."""
    where: Where = ""


OPEN = Protection(False)
UNKNOWN = Protection(None)


# -- dependencies


def authenticates(project: Project, dependency: Dependency) -> bool | None:
    """Whether a dependency, with everything it needs, turns away unknown clients; None if that is unknown."""
    memo = project.memo.setdefault(f"{_KEY}.dependency", {})
    callee = dependency.callee
    if callee is None:
        return _unresolved(project, dependency)
    key = (callee, callee.made.call.start if isinstance(callee, Instance) and callee.made is not None else None)
    if key not in memo:
        memo[key] = None
        memo[key] = _authenticates(project, dependency, callee)
    verdict: bool | None = memo[key]
    return verdict


def _authenticates(project: Project, dependency: Dependency, callee: Thing) -> bool | None:
    if checking.is_named(project, dependency.name, _name_of(callee)):
        return True
    if dependency.scheme:
        return True if _is_strict(project, callee) else None
    by_library = _of_library(callee)
    if by_library is not None:
        return by_library == "yes" if by_library != "unknown" else None
    return any_of((*_of_functions(project, dependency, callee), *_of_parameters(project, dependency)))


def _name_of(thing: Thing) -> str:
    """The dotted name of something of a library."""
    if isinstance(thing, (Bound, Partial)):
        return _name_of(thing.function)
    if isinstance(thing, Instance):
        return _name_of(thing.type)
    return thing.name if isinstance(thing, Library) else ""


def _of_library(callee: Thing) -> Literal["yes", "no", "unknown"] | None:
    """What is known of a dependency of a library; None for one of the project."""
    name = _name_of(callee)
    if not name:
        return None
    package, _, last = name.partition(".")[0], "", name.rpartition(".")[2]
    if package in tables.AUTH_LIBRARIES:
        return "unknown" if last in tables.PASSIVE else "yes"
    return "no" if package in tables.OPEN_LIBRARIES else "unknown"


def _is_strict(project: Project, scheme: Thing) -> bool:
    """Whether a security scheme refuses a request without credentials by itself."""
    made = scheme.made if isinstance(scheme, Instance) else None
    if made is None:
        return True
    given = made.call.keyword("auto_error")
    if given is None:
        return not made.call.open
    return project.evaluator.literal(given, made.frame) is True


def _of_functions(project: Project, dependency: Dependency, callee: Thing) -> Iterator[bool | None]:
    """What the functions that run say: the callee itself, its wrappers, what they wrap."""
    found = list(_running(project, callee))
    inner = dependency.function
    if inner is not None and inner not in found:
        found.append(inner)
    if isinstance(callee, ClassThing) and sounds(callee.qualname.rpartition(".")[2]):
        yield None
    for each in found:
        yield checking.refuses(project, each)
        yield from _of_decorators(project, each)


def _running(project: Project, callee: Thing) -> Iterator[FunctionThing]:
    if isinstance(callee, Instance) and isinstance(callee.type, ClassThing):
        method = classes.method(project.evaluator, callee.type, "__call__")
        yield from () if method is None else (method,)
    else:
        yield from checking.functions_of(project, callee)


def _of_decorators(project: Project, function: FunctionThing) -> Iterator[bool | None]:
    found = project.evaluator.function(function)
    frame = signatures.around(function, found) if found is not None else None
    for decorator in found.decorators if found is not None else ():
        func = decorator.func if isinstance(decorator, facts.Call) else decorator
        if frame is not None:
            yield of_decorator(project, func, project.evaluator.certain(func, frame))


def _of_parameters(project: Project, dependency: Dependency) -> Iterator[bool | None]:
    """What its own parameters say: further dependencies, and values that may be credentials."""
    if dependency.signature is None:
        yield None
    for parameter in dependency.parameters:
        yield of_parameter(project, parameter).is_protected


def _unresolved(project: Project, dependency: Dependency) -> bool | None:
    """A dependency that is not resolved: `Depends(fastapi_users.current_user())` is known by what it calls."""
    call, where = dependency.call, dependency.where
    given = (call.args[0] if call.args else call.keyword("dependency")) if call is not None else None
    if given is None or where is None:
        return None
    seen = 0
    value: Value = given
    while isinstance(value, (facts.Name, facts.Local)) and seen < _MOST_NAMES:
        # `current_user = fastapi_users.current_user()`
        bound = _definition(project, value, where)
        if bound is None:
            break
        value, where, seen = *bound, seen + 1
    func = value.func if isinstance(value, facts.Call) else value
    if checking.is_named(project, written(func), written(given)):
        return True
    thing = project.evaluator.certain(func, where)
    return True if thing is not None and _of_library(thing) == "yes" else None


def _definition(project: Project, value: facts.Name | facts.Local, frame: Frame) -> tuple[Value, Frame] | None:
    """The one expression that a variable is bound to, in another module too."""
    ev = project.evaluator
    if isinstance(value, facts.Local):
        bindings = ev.bindings(value, frame)
    else:
        module = ev.module(frame.path)
        bindings = module.names.get(value.name, ()) if module is not None else ()
    if len(bindings) != 1:
        return None
    found = facts.undeclared(bindings[0])
    if isinstance(found, facts.Import) and found.name is not None:
        path = ev.files.module(frame.path, found.module, found.level)
        other = ev.module(path) if path is not None else None
        if path is None or other is None or found.name not in other.names:
            return None
        return facts.Name(found.name), Frame(path)
    return found, frame


# -- parameters


def of_parameter(project: Project, parameter: Parameter) -> Protection:
    ev = project.evaluator
    alias = _alias(parameter)
    if alias and checking.is_named(project, alias):
        return Protection(True, alias)
    if parameter.dependency is not None:
        verdict = authenticates(project, parameter.dependency)
        return Protection(verdict, "" if verdict is False else alias or shown(parameter.dependency))
    if parameter.kind == "unknown" or (parameter.kind != "special" and _is_strange(ev, parameter)):
        written_down = parameter.declaration.default or parameter.declaration.annotation
        text = alias or (written(written_down) if written_down is not None else "")
        return Protection(None, text if sounds(text) or sounds(parameter.name) else "")
    if parameter.kind == "special":
        return OPEN
    if tables.CREDENTIAL_NAME.search(checking.snake(parameter.name)):
        return UNKNOWN
    return UNKNOWN if parameter.kind == "body" and _has_credentials(project, parameter) else OPEN


def _is_strange(ev: Evaluator, parameter: Parameter) -> bool:
    """Whether the annotation is not understood: what it stands for may be a dependency."""
    return parameter.type is not None and not types.is_known(parameter.type)


def _alias(parameter: Parameter) -> str:
    """`CurrentUser` of `user: CurrentUser`, where that name holds the dependency; empty otherwise."""
    annotation, default = parameter.declaration.annotation, parameter.declaration.default
    is_name = isinstance(annotation, (facts.Name, facts.Local, facts.Attribute))
    return written(annotation) if annotation is not None and is_name and default is None else ""


def shown(dependency: Dependency) -> str:
    """What a dependency calls, as it is written: `get_current_user`, `require_role` of `require_role("admin")`."""
    call = dependency.call
    given = (call.args[0] if call.args else call.keyword("dependency")) if call is not None else None
    if given is None:
        return dependency.name
    return written(given.func if isinstance(given, facts.Call) else given) or dependency.name


def _has_credentials(project: Project, parameter: Parameter) -> bool:
    """Whether a body has a field by which the client may prove something: a token, a signature."""
    schema = schemas.of(project.evaluator, parameter.type) if parameter.type is not None else None
    return schema is not None and any(
        tables.CREDENTIAL_NAME.search(checking.snake(each.name)) is not None for each in schema.fields
    )


# -- decorators


def of_decorator(project: Project, func: Value, thing: Thing | None) -> bool | None:
    """Whether a decorator turns away unknown clients."""
    name = written(func)
    if checking.is_named(project, name, _name_of(thing) if thing is not None else ""):
        return True
    library = _name_of(thing) if thing is not None else ""
    if library:
        if library in tables.REQUIRES or library.partition(".")[0] in tables.AUTH_LIBRARIES:
            return True
        return False if library.startswith(framework.TRANSPARENT_DECORATORS) else None if sounds(library) else False
    if isinstance(thing, Instance) and isinstance(thing.type, ClassThing):
        return any_of(checking.refuses(project, each) for each in checking.methods(project, thing.type))
    if isinstance(thing, ClassThing):
        return any_of(checking.refuses(project, each) for each in checking.methods(project, thing))
    function = function_of(thing)
    if function is None:
        return None
    return any_of(checking.refuses(project, each) for each in checking.nested(project, function))
