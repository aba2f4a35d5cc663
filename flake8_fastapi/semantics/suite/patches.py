"""Attributes that tests replace for a while: `patch("app.deps.get_user")`, `monkeypatch.setattr(deps, "get_user", …)`.

Only what the project defines itself: functions, methods and classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.knowledge import doubles
from flake8_fastapi.knowledge.doubles import Form
from flake8_fastapi.semantics import classes, facts
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import ModuleFacts, Value
from flake8_fastapi.semantics.things import (
    ClassThing,
    Frame,
    Instance,
    ModuleThing,
    Thing,
    function_of,
    library_name,
    only_text,
)

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project
    from flake8_fastapi.semantics.values import Evaluator

_WORDS = ("patch", "object", "setattr")
"""The last names of what replaces attributes."""


class Patch(NamedTuple):
    """One attribute that code replaces."""

    call: facts.Call
    frame: Frame
    holder: ModuleThing | ClassThing
    """The module or class whose attribute it is."""
    name: str
    thing: Thing
    """What it is otherwise."""


def of_module(project: Project, path: str) -> Iterator[Patch]:
    """The patches of what the project defines, while a function of a module runs."""
    module = project.facts(path)
    if module is None:
        return
    above = _decorators(module)
    for word in _WORDS:
        for qualname, site in module.mentions.get(word, ()):
            call = site.value
            if site.kind != "call" or not isinstance(call, facts.Call):
                continue
            is_for_function = qualname != facts.MODULE or call in above
            found = _patch(project.evaluator, call, Frame(path, qualname)) if is_for_function else None
            if found is not None:
                yield found


def _decorators(module: ModuleFacts) -> set[Value]:
    """The decorators of a module: what they do happens when the function under them runs."""
    functions = {decorator for found in module.functions.values() for decorator in found.decorators}
    return functions | {decorator for found in module.classes.values() for decorator in found.decorators}


def _patch(ev: Evaluator, call: facts.Call, frame: Frame) -> Patch | None:
    form = _form(ev, call, frame)
    target = call.argument(0, "target")
    if form is None or target is None:
        return None
    first = ev.certain(target, frame)
    text = only_text((first,)) if first is not None else None
    if text is not None and form != "object":
        holder, name = _found(ev, text, frame)
    else:
        attribute = call.argument(1, "attribute", "name")
        name = only_text(ev.evaluate(attribute, frame)) or "" if attribute is not None else ""
        holder = first if form != "path" else None
    if isinstance(holder, Instance) and isinstance(holder.type, ClassThing):
        # What is set on an object hides the method of its class from those who look it up there.
        holder = holder.type
    if not name or not isinstance(holder, (ModuleThing, ClassThing)):
        return None
    thing = _attribute(ev, holder, name)
    return Patch(call, frame, holder, name, thing) if thing is not None else None


def _form(ev: Evaluator, call: facts.Call, frame: Frame) -> Form | None:
    known = doubles.PATCHERS.get(library_name(ev.certain(call.func, frame)))
    if known is not None:
        return known
    fixture, _, rest = written(call.func).partition(".")
    return doubles.MOCKERS.get(rest) if fixture in doubles.MOCKER_FIXTURES else None


def _found(ev: Evaluator, dotted: str, frame: Frame) -> tuple[Thing | None, str]:
    """What a dotted path names: the module or class of the project, and the attribute of it."""
    parts = dotted.split(".")
    for count in range(len(parts) - 1, 0, -1):
        path = ev.files.module(frame.path, ".".join(parts[:count]), 0)
        if path is None:
            continue
        holder: Thing | None = ModuleThing(path)
        for name in parts[count:-1]:
            found = classes.attribute(ev, holder, name) if holder is not None else ()
            holder = found[0] if len(found) == 1 else None
        return holder, parts[-1]
    return None, ""


def _attribute(ev: Evaluator, holder: ModuleThing | ClassThing, name: str) -> Thing | None:
    if isinstance(holder, ClassThing):
        return classes.method(ev, holder, name)
    found = ev.member(holder.path, name)
    thing = found[0] if len(found) == 1 else None
    return thing if isinstance(thing, ClassThing) or function_of(thing) is not None else None


# -- the mock that a patch gives


def mock_of(ev: Evaluator, value: Value, frame: Frame) -> str:
    """The class of the mock that `with patch("app.x") as mock` gives; empty for anything else."""
    given = definition(ev, value, frame)
    if not isinstance(given, facts.Entered) or not isinstance(given.of, facts.Call):
        return ""
    call = given.of
    form = _form(ev, call, frame)
    if form is None or call.open or any(key in doubles.SHAPERS for key, _ in call.keywords):
        return ""
    if len(call.args) > (1 if form == "path" else 2):
        return ""
    found = _patch(ev, call, frame)
    function = ev.function(inner) if found is not None and (inner := function_of(found.thing)) is not None else None
    return "" if function is None else "AsyncMock" if function.is_async else "MagicMock"


def definition(ev: Evaluator, value: Value, frame: Frame) -> Value:
    """What a variable of a function is bound to, where that is one thing; any other value as it is."""
    bindings = ev.bindings(value, frame) if isinstance(value, facts.Local) else ()
    return bindings[0] if len(bindings) == 1 else value
