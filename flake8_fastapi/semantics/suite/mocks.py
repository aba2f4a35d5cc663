"""Mocks of `unittest.mock` as FastAPI sees them: their signature is `(*args, **kwargs)`."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from flake8_fastapi.knowledge import doubles
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.suite import patches
from flake8_fastapi.semantics.things import Bound, ClassThing, Frame, Instance, Items, Library, Thing, library_name

if TYPE_CHECKING:
    from flake8_fastapi.semantics.code import Source
    from flake8_fastapi.semantics.values import Evaluator

_AWARE = re.compile(rb"__signature__|[\"'?&]kwargs[\"'=]")
"""What a file says that gives mocks the signature of something, or sends what a bare mock asks for."""


def name_of(source: Source, value: Value, frame: Frame) -> str:
    """The class of a bare mock that a value certainly is: `MagicMock`; empty for anything else.

    One with the `spec` of a function is none: it has that function's signature, or does not work at all.
    """
    ev = source.ev
    if _is_aware(ev, source.path):
        return ""
    thing = ev.certain(value, frame)
    if isinstance(thing, Instance):
        return _made(ev, thing)
    holder, _, part = library_name(thing).rpartition(".")
    if isinstance(thing, Bound) and isinstance(thing.owner, Instance) and holder in doubles.MOCKS:
        return _made(ev, thing.owner) if not _is_given(thing.owner, part) and _is_mock_each(source, part) else ""
    return _by_mocker(patches.definition(ev, value, frame)) or patches.mock_of(ev, value, frame)


def _is_aware(ev: Evaluator, path: str) -> bool:
    return _AWARE.search(ev.files.text(path) or b"") is not None


def _by_mocker(value: Value) -> str:
    """`mocker.MagicMock()` of pytest-mock, where nothing says what it looks like."""
    if not isinstance(value, facts.Call) or value.args or value.open:
        return ""
    fixture, _, name = written(value.func).partition(".")
    is_mock = fixture in doubles.MOCKER_FIXTURES and f"unittest.mock.{name}" in doubles.MOCKS
    return name if is_mock and value.keyword("spec") is None and value.keyword("spec_set") is None else ""


def _made(ev: Evaluator, thing: Instance) -> str:
    if not isinstance(thing.type, Library) or thing.type.name not in doubles.MOCKS or thing.made is None:
        return ""
    call, frame = thing.made
    if _is_aware(ev, frame.path):
        return ""
    specs = [call.argument(0, "spec"), call.keyword("spec_set")]
    is_plain = not call.open and not any(spec and _is_function(ev.certain(spec, frame)) for spec in specs)
    return thing.type.last if is_plain else ""


def _is_function(spec: Thing | None) -> bool:
    """Whether the spec of a mock is a function, or may be one."""
    return not isinstance(spec, (ClassThing, Instance, Items)) and not (
        isinstance(spec, Library) and spec.last[:1].isupper()
    )


def _is_given(owner: Instance, part: str) -> bool:
    """Whether the attribute of a mock is something else by its constructor: `Mock(get_user=fake_user)`."""
    return owner.made is not None and owner.made.call.keyword(part) is not None


def _is_mock_each(source: Source, part: str) -> bool:
    """Whether everything that the file gives to attributes of this name is a mock."""
    for node in ast.walk(source.tree):
        targets = node.targets if isinstance(node, ast.Assign) else ()
        if any(isinstance(target, ast.Attribute) and target.attr == part for target in targets):
            assert isinstance(node, ast.Assign)
            thing = source.thing(node.value)
            if not isinstance(thing, Instance) or not _made(source.ev, thing):
                return False
    return True
