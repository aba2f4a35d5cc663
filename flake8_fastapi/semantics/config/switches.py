"""Where an application of the file at hand is switched to debugging."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.semantics import facts, holders
from flake8_fastapi.semantics.config import constants, launches
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import Position, Value
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.things import Frame, Instance


class Switch(NamedTuple):
    """A value that says whether to debug."""

    position: Position
    text: str
    """What is switched, as written: `FastAPI(debug=…)`, `app.debug`."""
    value: Value
    frame: Frame


def debugging(file: File) -> Iterator[Switch]:
    """What is given as `debug` to applications, and assigned to their `debug`; conditions aside."""
    yield from _given(file)
    yield from _assigned(file)


def on(file: File, switch: Switch) -> constants.Known | None:
    """The constant by which it is on; None where it is off or that is not known."""
    value = switch.value
    if isinstance(value, facts.Comparison) and value.is_equality:
        left = constants.of(file.ev, value.left, switch.frame)
        right = constants.of(file.ev, value.right, switch.frame)
        is_on = left is not None and right is not None and left.value == right.value
        return constants.Known(True, left.is_default or right.is_default) if is_on and left and right else None
    known = constants.of(file.ev, value, switch.frame)
    return known if known is not None and known.value is True else None


def _given(file: File) -> Iterator[Switch]:
    for found in file.facts.functions.values():
        for site in found.sites:
            call = site.value
            if not isinstance(call, facts.Call) or not any(key in ("debug", None) for key, _ in call.keywords):
                continue
            frame = Frame(file.path, found.qualname)
            app = file.ev.certain(call, frame)
            if not isinstance(app, Instance) or app.origin is None or not holders.is_application(file.ev, app):
                continue
            given = holders.written(file.ev, call, "debug", frame)
            if given is not None and _is_passed_on(file, app, call) and not launches.is_conditional(file, call):
                yield Switch(site.start, f"{written(call.func)}(debug=True)", *given)


def _is_passed_on(file: File, app: Instance, call: facts.Call) -> bool:
    """Whether a factory gives its `debug` to the application that it makes."""
    if app.made is None or app.made.call is call:
        return app.made is not None
    inner = holders.written(file.ev, app.made.call, "debug", app.made.frame)
    return inner is not None and isinstance(inner[0], (facts.Local, facts.Parameter))


def _assigned(file: File) -> Iterator[Switch]:
    if b".debug" not in (file.project.files.text(file.path) or b""):
        return
    for node in ast.walk(file.source.tree):
        target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
        if not isinstance(node, ast.Assign) or not isinstance(target, ast.Attribute) or target.attr != "debug":
            continue
        app = file.source.thing(target.value)
        is_app = isinstance(app, Instance) and holders.is_application(file.ev, app)
        if is_app and not any(isinstance(outer, (ast.If, ast.Match)) for outer in file.source.ancestors(node)):
            position = Position(node.lineno, node.col_offset)
            yield Switch(position, ast.unparse(target), file.source.value(node.value), file.source.frame(node.value))
