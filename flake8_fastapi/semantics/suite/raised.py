"""What tests call where they expect an exception: models, dependencies, functions that they test without a request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_fastapi.knowledge import validation as tables
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.suite import configuration
from flake8_fastapi.semantics.things import Bound, ClassThing, Frame, FunctionThing, Instance, Thing, function_of
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_RAISES = ("raises", "assertRaises", "assertRaisesRegex")


def called(project: Project) -> frozenset[Thing]:
    """The functions and classes of the project that tests call, or validate with, where they expect an exception."""
    known = project.memo.get(__name__)
    if known is None:
        known = project.memo[__name__] = frozenset(_called(project))
    assert isinstance(known, frozenset)
    return known


def _called(project: Project) -> Iterator[Thing]:
    collected = configuration.files(project)
    for path in sorted({path for word in _RAISES for path in project.files.mentioning(word)}.intersection(collected)):
        module = project.facts(path)
        if module is None:
            continue
        functions = {name for word in _RAISES for name, _ in module.mentions.get(word, ())}
        for qualname in sorted(functions.intersection(module.functions)):
            for site in module.functions[qualname].sites:
                if isinstance(site.value, facts.Call):
                    yield from _callee(project.evaluator, site.value.func, Frame(path, qualname))


def _callee(ev: Evaluator, func: facts.Value, frame: Frame) -> Iterator[Thing]:
    """A function, a class, or the class whose object or model is called."""
    if isinstance(func, facts.Attribute) and func.name in tables.MODEL_METHODS:
        func = func.of
    thing = ev.certain(func, frame)
    if isinstance(thing, Bound) and isinstance(thing.owner, ClassThing):
        yield thing.owner
    if isinstance(thing, Instance) and isinstance(thing.type, ClassThing):
        yield thing.type
    if isinstance(thing, ClassThing):
        yield thing
    function = function_of(thing)
    if function is not None:
        yield FunctionThing(function.path, function.qualname)
