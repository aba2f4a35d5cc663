"""Whether anything looks up an attribute of a module or class while requests are served.

`Depends(get_user)` looks it up once, when the module is imported: a patch of `app.deps.get_user` comes too late for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.facts import MODULE, ClassFacts, FunctionFacts, ModuleFacts, Value
from flake8_fastapi.semantics.suite import held, loading, overrides, visible
from flake8_fastapi.semantics.suite.patches import Patch
from flake8_fastapi.semantics.things import Frame, FunctionThing, ModuleThing

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_MOST_VALUES = 20_000
"""In a module with more values in its functions, anything may be looked up."""


def comes_too_late(project: Project, patch: Patch) -> bool:
    """Whether a patch is of a dependency that `Depends` certainly holds already, and nothing looks it up again."""
    key = held.key_of(patch.thing)
    places = held.of(project).things.get(key, ()) if key is not None else ()
    return (
        bool(places)
        and not may_see(project, patch)
        and not loading.may_be_late(project, patch.frame.path, patch.holder.path, places)
    )


def may_see(project: Project, patch: Patch) -> bool:
    """Whether code of the project may see what a patch puts in place, or that cannot be told."""
    for path in project.files.mentioning(patch.name):
        module = project.facts(path)
        if module is None:
            return True
        if any(_sees(project, patch, module, function) for function in _later(project, patch, module)):
            return True
    return False


def _later(project: Project, patch: Patch, module: ModuleFacts) -> Iterator[FunctionFacts]:
    """The functions of a module that may run while something is patched; of tests those for which it is."""
    for function in module.functions.values():
        if function.qualname != MODULE and (
            not project.files.is_test(module.path)
            or (module.path == patch.frame.path and _is_for(project, patch, module, function))
        ):
            yield function


def _is_for(project: Project, patch: Patch, module: ModuleFacts, function: FunctionFacts) -> bool:
    """Whether a function of the same file is one that patches it, or may ask for a fixture that does."""
    around = patch.frame.function
    if around == MODULE:
        above = [*function.decorators, *(each for cls in _classes(module, function) for each in cls.decorators)]
        return patch.call in above
    own = FunctionThing(module.path, around)
    return function.qualname == around or function.parent == around or visible.is_fixture(project, own)


def _classes(module: ModuleFacts, function: FunctionFacts) -> Iterator[ClassFacts]:
    found = module.classes.get(function.owner) if function.owner is not None else None
    if found is not None:
        yield found


def _sees(project: Project, patch: Patch, module: ModuleFacts, function: FunctionFacts) -> bool:
    if any(
        isinstance(value, facts.Import) and value.name == patch.name
        for bound in function.locals.values()
        for value in bound
    ):
        return True
    frame = Frame(module.path, function.qualname)
    key = held.key_of(patch.thing)
    if any(
        held.key_of(project.evaluator.certain(override.key, frame)) == key
        for override in overrides.of_function(module.path, function)
    ):
        return True
    is_own = isinstance(patch.holder, ModuleThing) and patch.holder.path == module.path
    for count, value in enumerate(_values(function, patch.call)):
        if count > _MOST_VALUES:
            return True
        if isinstance(value, facts.Name) and value.name == patch.name and is_own:
            return True
        if isinstance(value, facts.Attribute) and value.name == patch.name and _may_be(project, patch, value, frame):
            return True
    return False


def _may_be(project: Project, patch: Patch, value: facts.Attribute, frame: Frame) -> bool:
    """Whether `….name` may be the patched one: of a class any of that name, of a module that of this module."""
    if not isinstance(patch.holder, ModuleThing):
        return True
    holder = project.evaluator.certain(value.of, frame)
    return holder is None or holder == patch.holder


def _values(function: FunctionFacts, without: Value) -> Iterator[Value]:
    """All values in the body of a function, those within others too, but for one."""
    pending: list[object] = [
        *(value for bound in function.locals.values() for value in bound),
        *function.returned,
        *function.yielded,
        *(site.value for site in function.sites),
        *(need for site in function.sites for need in site.needs),
        *(assertion.condition for assertion in function.assertions),
        *(each.value for each in function.raises),
        *(part for each in function.overrides for part in (each.key, each.value)),
    ]
    seen: set[int] = set()
    while pending:
        value = pending.pop()
        if isinstance(value, tuple):
            pending.extend(value)
        elif isinstance(value, Value) and value is not without and id(value) not in seen:
            seen.add(id(value))
            if isinstance(value, facts.Parameter):
                # Its annotation and default belong to the code around the function.
                continue
            yield value
            pending.extend(getattr(value, each.name) for each in fields(value))
