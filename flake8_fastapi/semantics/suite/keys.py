"""Keys of `dependency_overrides` that are not what `Depends` holds, so that FastAPI never finds the override."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from flake8_fastapi.semantics import calls, classes, facts, handed, hints, types
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.suite import called, configuration, held, patches
from flake8_fastapi.semantics.suite.overrides import Override
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Coroutine,
    Frame,
    FunctionThing,
    Generator,
    Instance,
    Library,
    LiteralThing,
    Partial,
    Thing,
    function_of,
)

if TYPE_CHECKING:
    from flake8_fastapi.semantics.facts import FunctionFacts
    from flake8_fastapi.semantics.project import Project
    from flake8_fastapi.semantics.values import Evaluator

_EQUAL = frozenset({"__eq__", "__hash__", "__new__"})
"""Methods by which two objects of a class may be the same key."""


class Fault(NamedTuple):
    """Why an override is never used."""

    kind: Literal["fresh", "result", "lambda", "marker", "alias", "text", "factory", "class", "nowhere"]
    name: str
    """The function or class that people should know about: the factory, the class, the dependency."""


def fault(project: Project, override: Override) -> Fault | None:
    """What is certainly wrong with the key of an override; None where nothing is."""
    ev, frame = project.evaluator, override.frame
    key = override.key
    if isinstance(key, facts.Call):
        return _of_call(ev, key, frame)
    if isinstance(key, facts.Function):
        return Fault("lambda", "lambda") if _is_lambda(key) else None
    thing = ev.certain(key, frame)
    if isinstance(thing, LiteralThing):
        return Fault("text", str(thing.value)) if isinstance(thing.value, str) else None
    if hints.is_marker(thing):
        return Fault("marker", handed.text_of(key))
    if thing == Library("typing.Annotated"):
        return Fault("alias", handed.text_of(key))
    return _of_named(project, thing, key, frame)


def _is_lambda(value: facts.Function) -> bool:
    return value.qualname.rpartition(".")[2].startswith("<lambda")


def _of_call(ev: Evaluator, call: facts.Call, frame: Frame) -> Fault | None:
    """`require("admin")`: an object that is made anew, which equals no other."""
    name = handed.text_of(call.func)
    callee = ev.certain(call.func, frame)
    if isinstance(callee, ClassThing):
        return Fault("fresh", name) if _is_one_of_its_kind(ev, callee) else None
    things = handed.given_by(ev, call, frame)
    if len(things) != 1:
        return None
    (made,) = things
    if hints.is_marker(made):
        return Fault("marker", name)
    if isinstance(made, (Generator, Coroutine)):
        return Fault("result", name)
    function = function_of(callee)
    if function is None:
        return Fault("fresh", name) if isinstance(made, Partial) and isinstance(callee, Library) else None
    found = ev.function(function)
    if found is None or not _is_plain(ev, function, found):
        return None
    return Fault("fresh", name) if _is_made_in(ev, made, function, found) else None


def _is_plain(ev: Evaluator, function: FunctionThing, found: FunctionFacts) -> bool:
    """Whether a function runs at each call, and is what its name says: no decorator keeps results or wraps it."""
    return len(calls.traits(ev, function) & {"builtins.staticmethod", "builtins.classmethod"}) == len(found.decorators)


def _is_made_in(ev: Evaluator, made: Thing, function: FunctionThing, found: FunctionFacts) -> bool:
    """Whether a function that returns this made it just now: a function in it, a `partial`, an object."""
    if isinstance(made, FunctionThing):
        inner = ev.function(made)
        return made.path == function.path and inner is not None and inner.parent == function.qualname
    returned = [facts.undeclared(value) for value in found.returned]
    if not returned or not all(isinstance(value, facts.Call) for value in returned):
        return False
    if isinstance(made, Partial):
        return True
    return isinstance(made, Instance) and isinstance(made.type, ClassThing) and _is_one_of_its_kind(ev, made.type)


def _is_one_of_its_kind(ev: Evaluator, cls: ClassThing) -> bool:
    """Whether two instances of a class are never the same key."""
    order, complete = classes.mro(ev, cls)
    if not complete or types.is_dataclass(ev, types.Type("class", cls)):
        return False
    for base in order:
        if isinstance(base, Library):
            if base.name not in ("builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol"):
                return False
            continue
        found = classes.facts_of(ev, base)
        if found is None or found.decorators or not _EQUAL.isdisjoint(found.attributes):
            return False
        if any(name == "metaclass" for name, _ in found.keywords):
            return False
    return True


def _of_named(project: Project, thing: Thing | None, key: Value, frame: Frame) -> Fault | None:
    """A function or class by its name, which `Depends` holds, or only what it returns, or not at all."""
    name = held.key_of(thing)
    if name is None:
        return None
    known = held.of(project)
    if name in known.things:
        return None
    if name in known.makers:
        return Fault("class" if isinstance(thing, ClassThing) else "factory", handed.text_of(key))
    found = function_of(thing)
    if found is None or not _is_own(project, found, thing):
        return None
    last = found.qualname.rpartition(".")[2]
    if not held.is_nowhere(project, last, is_method="." in found.qualname) or _is_patched(project, frame.path, name):
        return None
    return Fault("nowhere", handed.text_of(key)) if called.may_be(project, frame, name) else None


def _is_patched(project: Project, path: str, name: held.Key) -> bool:
    """Whether a file, or a `conftest.py` that serves it, also patches a function: the override does no harm then."""
    files = (path, *configuration.conftests(project, path))
    return any(held.key_of(patch.thing) == name for each in files for patch in patches.of_module(project, each))


def _is_own(project: Project, function: FunctionThing, thing: Thing | None) -> bool:
    """Whether a function or method is the application's, and written as the key says: no wrapper stands in for it."""
    found = project.evaluator.function(function)
    if found is None or project.files.is_test(function.path) or found.parent is not None:
        return False
    return _is_plain(project.evaluator, function, found) and (
        found.owner is None or isinstance(thing, Bound) or bool(found.decorators)
    )
