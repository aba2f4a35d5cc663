"""JSON text: which values are encoded already, so that encoding them again quotes them."""

from __future__ import annotations

from flake8_fastapi.knowledge import encoding, framework
from flake8_fastapi.semantics import classes, facts, origins
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.things import Bound, ClassThing, Frame, Instance, Library
from flake8_fastapi.semantics.values import Evaluator


def is_encoded(ev: Evaluator, value: Value, frame: Frame) -> bool:
    """Whether a value certainly is JSON text already, whatever helper of the project made it."""
    found = origins.of(ev, value, frame)
    return bool(found) and all(_encodes(ev, value, where) for value, where, _ in found)


def _encodes(ev: Evaluator, value: Value, frame: Frame) -> bool:
    func = value.func if isinstance(value, facts.Call) else None
    if not isinstance(value, facts.Call) or func is None:
        return False
    if isinstance(func, facts.Attribute):
        if func.name in ("decode", "encode") and is_encoded(ev, func.of, frame):
            return True
        if func.name in encoding.MODEL_ENCODERS and _is_of_model(ev, func, frame):
            return True
        if func.name == "to_json":
            return _is_of_frame(ev, func, value, frame)
    return name_of(ev, func, frame) in encoding.ENCODERS


def _is_of_model(ev: Evaluator, func: facts.Attribute, frame: Frame) -> bool:
    """Whether this is the method of a pydantic model itself, not one that the class defines."""
    thing = ev.certain(func.of, frame)
    if not isinstance(thing, Instance):
        # No other library has a method of that name.
        return thing is None and func.name == "model_dump_json"
    if not classes.is_a(ev, thing.type, framework.PYDANTIC_MODEL):
        return False
    return not isinstance(thing.type, ClassThing) or classes.method(ev, thing.type, func.name) is None


def _is_of_frame(ev: Evaluator, func: facts.Attribute, call: facts.Call, frame: Frame) -> bool:
    """Whether pandas writes a table to text, not to a file."""
    if call.open or call.args or call.keyword("path_or_buf") is not None:
        return False
    thing = ev.certain(func.of, frame)
    if isinstance(thing, Instance):
        return classes.is_a(ev, thing.type, *encoding.FRAMES)
    return thing is None and call.keyword("orient") is not None


def name_of(ev: Evaluator, func: Value, frame: Frame) -> str:
    """The canonical name of the library function that is called; empty for any other."""
    thing = ev.certain(func, frame)
    function = thing.function if isinstance(thing, Bound) else thing
    return function.name if isinstance(function, Library) else ""
