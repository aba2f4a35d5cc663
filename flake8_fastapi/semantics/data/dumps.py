"""Expressions that give all attributes of an ORM object, whichever they are: `vars(user)`, `jsonable_encoder(user)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import entities as tables
from flake8_fastapi.semantics import classes, facts, writable
from flake8_fastapi.semantics.data import rows
from flake8_fastapi.semantics.data.entities import Entity
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import FunctionFacts, Value
from flake8_fastapi.semantics.things import Bound, ClassThing, Frame, FunctionThing, Library
from flake8_fastapi.semantics.values import Evaluator

_DEPTH = 6
"""How many containers, variables and responses lie around."""


class Dump(NamedTuple):
    """All attributes of an object, taken without naming them."""

    entity: Entity
    text: str
    """As it is written: `user.__dict__`, `jsonable_encoder(users)`."""
    in_response: bool = False
    """It is given to a response that the handler builds, which no response model filters."""


def of(ev: Evaluator, value: Value, frame: Frame, depth: int = _DEPTH) -> Dump | None:
    """The dump that an expression is or contains; None if there is none, or that is unknown."""
    if depth == 0:
        return None
    found = _here(ev, value, frame)
    if found is not None:
        return found
    for part, where in _parts(ev, value, frame):
        found = of(ev, part, where, depth - 1)
        if found is not None:
            return found
    content = _content(ev, value, frame)
    found = of(ev, content, frame, depth - 1) if content is not None else None
    return found._replace(in_response=True) if found is not None else None


def _parts(ev: Evaluator, value: Value, frame: Frame) -> Iterator[tuple[Value, Frame]]:
    if isinstance(value, facts.Display):
        yield from ((each, frame) for each in value.items)
    elif isinstance(value, facts.Table):
        yield from ((each, frame) for _, each in value.items)
    elif isinstance(value, facts.Either):
        yield from ((each, frame) for each in value.values)
    elif isinstance(value, facts.Local):
        module = ev.module(frame.path)
        function = module.functions.get(value.function) if module is not None else None
        every = function.locals.get(value.name, ()) if function is not None else ()
        if function is not None and len(every) == 1 and not _is_changed(function, value.name):
            yield every[0], ev.home(value.function, frame)


def _is_changed(function: FunctionFacts, name: str) -> bool:
    """Whether items of a variable may be taken out again: `data.pop("password")`, `del data["password"]`."""
    if any(changed == name for changed, _ in function.changed):
        return True
    called = (site.value.func for site in function.sites if isinstance(site.value, facts.Call))
    return any(
        isinstance(func, facts.Attribute) and isinstance(func.of, facts.Local) and func.of.name == name
        for func in called
    )


def _content(ev: Evaluator, value: Value, frame: Frame) -> Value | None:
    """What a response that writes JSON is given."""
    if not isinstance(value, facts.Call) or value.open:
        return None
    callee = ev.certain(value.func, frame)
    if not isinstance(callee, (ClassThing, Library)) or writable.writer(ev, callee) not in ("json", "orjson"):
        return None
    return value.keyword("content") or (value.args[0] if value.args else None)


def _here(ev: Evaluator, value: Value, frame: Frame) -> Dump | None:
    of_what = attributes_of(ev, value, frame)
    if of_what is not None:
        return _dump(ev, of_what, value, frame)
    if not isinstance(value, facts.Call) or value.open:
        return None
    callee = ev.certain(value.func, frame)
    function = callee.function if isinstance(callee, Bound) else callee
    if isinstance(function, Library) and function.name in tables.ENCODERS:
        is_whole = len(value.args) == 1 and all(key in tables.HARMLESS_OPTIONS for key, _ in value.keywords)
        return _dump(ev, value.args[0], value, frame) if is_whole else None
    if isinstance(value.func, facts.Attribute) and not value.args and not value.keywords:
        return _by_method(ev, value, value.func, frame)
    if isinstance(callee, FunctionThing) and len(value.args) == 1 and not value.keywords:
        found = ev.function(callee)
        name = found.parameters[0].name if found is not None and found.parameters else ""
        return _dump(ev, value.args[0], value, frame) if _gives_all(ev, callee, name) else None
    return None


def _dump(ev: Evaluator, of_what: Value, value: Value, frame: Frame) -> Dump | None:
    held = rows.held(ev, of_what, frame)
    if held is None or (held.entity.is_model and held.entity.mapper != "sqlmodel"):
        return None
    return Dump(held.entity, _shown(value))


def _shown(value: Value) -> str:
    """The expression, for a message."""
    if isinstance(value, facts.Table):
        return f"**{_shown(value.items[0][1])}"
    if isinstance(value, facts.Call):
        argument = written(value.args[0]) if value.args else ""
        return f"{written(value.func)}({argument})"
    return written(value)


def _by_method(ev: Evaluator, call: facts.Call, func: facts.Attribute, frame: Frame) -> Dump | None:
    """`user.to_dict()`, `hero.model_dump()`"""
    held = rows.held(ev, func.of, frame)
    if held is None or held.is_many or held.is_boxed:
        return None
    method = classes.method(ev, held.entity.cls, func.name)
    if method is None:
        is_model = held.entity.mapper == "sqlmodel" and func.name in tables.MODEL_DUMPS
        return Dump(held.entity, _shown(call)) if is_model else None
    found = ev.function(method)
    name = found.parameters[0].name if found is not None and found.parameters else ""
    return Dump(held.entity, _shown(call)) if _gives_all(ev, method, name) else None


def attributes_of(ev: Evaluator, value: Value, frame: Frame) -> Value | None:
    """X of `X.__dict__` and `vars(X)`, copies of them included."""
    if isinstance(value, facts.Attribute):
        return value.of if value.name == "__dict__" else None
    if isinstance(value, facts.Table):
        # Also with more beside it: `{**user.__dict__, "orders": 3}`.
        spread = [item for key, item in value.items if key is None]
        return attributes_of(ev, spread[0], frame) if len(spread) == 1 and value.items[0][0] is None else None
    if not isinstance(value, facts.Call):
        return None
    if isinstance(value.func, facts.Attribute) and value.func.name == "copy" and not value.args:
        return attributes_of(ev, value.func.of, frame)
    callee = ev.certain(value.func, frame)
    if callee == Library("builtins.vars") and len(value.args) == 1:
        return value.args[0]
    if callee == Library("builtins.dict") and len(value.args) == 1 and not value.keywords:
        return attributes_of(ev, value.args[0], frame)
    return None


# -- functions that dump what they are given


def _gives_all(ev: Evaluator, function: FunctionThing, subject: str) -> bool:
    """Whether a function gives all columns of its argument: `{c.name: getattr(row, c.name) for c in columns}`."""
    found = ev.function(function)
    if found is None or len(found.parameters) != 1 or len(found.returned) != 1 or found.is_generator or found.is_async:
        return False
    frame = ev.frame_of(function)
    returned = found.returned[0]
    if _is_subject(attributes_of(ev, returned, frame), subject):
        return True
    if type(returned) is not Value:
        return False
    loops = [site for site in found.sites if site.kind == "iterate"]
    if len(loops) != 1 or loops[0].is_partial:
        return False
    over = loops[0].value
    func = over.func if isinstance(over, facts.Call) else None
    items = func.of if isinstance(func, facts.Attribute) and func.name == "items" else facts.UNKNOWN
    return _is_over_columns(over, subject) or _is_subject(attributes_of(ev, items, frame), subject)


def _is_subject(value: Value | None, subject: str) -> bool:
    return isinstance(value, facts.Local) and value.name == subject


def _is_over_columns(value: Value, subject: str) -> bool:
    """`self.__table__.columns`, `self.__mapper__.c`, `inspect(self).mapper.column_attrs`."""
    if not isinstance(value, facts.Attribute) or value.name not in tables.COLUMN_COLLECTIONS:
        return False
    return any(_is_subject(each, subject) for each in _down(value))


def _down(value: Value) -> Iterator[Value]:
    while True:
        yield value
        if isinstance(value, facts.Attribute):
            value = value.of
        elif isinstance(value, facts.Call) and len(value.args) == 1:
            value = value.args[0]
        else:
            return
