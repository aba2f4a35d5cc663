"""Look-ups that may find nothing: which calls give None where a row, document, key or match is missing.

Through functions and methods of the project as well: one that hands on what a look-up gives without a test for None is
a look-up itself. What a function does with the result beyond that is not followed: then it is none.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import lookups as tables
from flake8_fastapi.knowledge import queries as query_tables
from flake8_fastapi.semantics import arguments, calls, classes, facts, types
from flake8_fastapi.semantics.data import roots
from flake8_fastapi.semantics.data.queries import Reader, Result, Spot
from flake8_fastapi.semantics.data.queries.returned import locals_in
from flake8_fastapi.semantics.errors import raised
from flake8_fastapi.semantics.facts import FunctionFacts, Value
from flake8_fastapi.semantics.things import (
    Bound,
    Coroutine,
    Frame,
    FunctionThing,
    Instance,
    Library,
    LiteralThing,
    Made,
    TableThing,
    Thing,
)
from flake8_fastapi.semantics.values import Evaluator

Kind = Literal["row", "document", "key", "match"]
_DEPTH = 6
"""How many functions inside each other are followed."""
_TRANSPARENT = frozenset(
    {"builtins.staticmethod", "builtins.classmethod", "abc.abstractmethod", "typing.override", "typing.overload"}
)
_FINDERS = ("get", "find", "fetch", "load", "lookup", "retrieve", "read", "by_")
"""How functions begin, or go on, that look something up."""


class Miss(NamedTuple):
    """What a call gives is None where nothing is found."""

    kind: Kind
    keys: tuple[Value, ...]
    """The expressions, where the call stands, that choose what is looked for."""


def of(ev: Evaluator, call: facts.Call, frame: Frame, is_awaited: bool, depth: int = _DEPTH) -> Miss | None:
    """What kind of look-up a call is; None if it is none, always finds something, or that is unknown."""
    if last_name(call) not in _NAMES and not may_be_own(ev, call):
        return None
    callee = ev.certain(call.func, frame)
    function = callee.function if isinstance(callee, Bound) else callee
    if isinstance(function, FunctionThing):
        return _of_function(ev, function, callee, Made(call, frame), is_awaited, depth) if depth > 0 else None
    if not is_awaited and isinstance(ev.certain(call, frame), Coroutine):
        return None
    name = call.func.name if isinstance(call.func, facts.Attribute) else ""
    if name in _METHODS:
        found = Reader(ev).read(call, Spot(frame))
        if isinstance(found, Result):
            return _of_result(found, call, name)
    return _of_library(ev, call, callee, frame)


def last_name(call: facts.Call) -> str:
    """The last part of what is called: `first` of `db.query(User).first()`."""
    return call.func.name if isinstance(call.func, (facts.Attribute, facts.Name, facts.Local)) else ""


def may_be_own(ev: Evaluator, call: facts.Call) -> bool:
    """Whether a function of the project may be called, as far as the name tells: costs less than to evaluate it."""
    name = last_name(call)
    if isinstance(call.func, facts.Attribute):
        return name in ev.files.function_names
    # It may be imported by another name.
    return bool(name) and not name[0].isupper() and not hasattr(builtins, name)


_METHODS = frozenset(name for names in tables.MISSES.values() for name in names)
_NAMES = _METHODS | {"get", "next"} | {name.rpartition(".")[2] for name in tables.MATCHES}


# -- libraries


def _of_result(found: Result, call: facts.Call, name: str) -> Miss | None:
    query = found.query
    if name not in tables.MISSES.get(query.library, ()) or found.shape not in ("entity", "row", "mapping", "scalar"):
        return None
    if query.is_reduced or found.is_cursor or (name == "scalar" and found.shape != "entity"):
        # A column may hold NULL as well.
        return None
    if query.call is not None and any(map(_is_aggregate, query.call.args)):
        # It always has a row.
        return None
    earlier = () if query.call is None else (query.call,)
    return Miss("document" if query.library in tables.DOCUMENTS else "row", (call, *earlier))


def _is_aggregate(value: Value) -> bool:
    """Whether an expression sums many rows up: `func.coalesce(func.sum(Order.total), 0).label("total")`"""
    if not isinstance(value, facts.Call):
        return False
    func = value.func
    of = func.of if isinstance(func, facts.Attribute) else func
    is_sum = isinstance(func, facts.Attribute) and func.name in query_tables.AGGREGATES
    return is_sum or any(map(_is_aggregate, (of, *value.args)))


def _of_library(ev: Evaluator, call: facts.Call, callee: Thing | None, frame: Frame) -> Miss | None:
    if isinstance(callee, Library):
        if callee.name in tables.MATCHES:
            return Miss("match", call.args[1:2])
        is_next = callee.name == "builtins.next" and len(call.args) == 2 and _is_none(ev, call.args[1], frame)
        return Miss("key", call.args[:1]) if is_next else None
    if not isinstance(call.func, facts.Attribute) or not call.args or call.keywords:
        return None
    owner = ev.certain(call.func.of, frame)
    if call.func.name != "get":
        is_pattern = isinstance(owner, Instance) and owner.type == Library("re.Pattern")
        return Miss("match", call.args[:1]) if is_pattern and f"re.{call.func.name}" in tables.MATCHES else None
    if len(call.args) > 2 or (len(call.args) == 2 and not _is_none(ev, call.args[1], frame)):
        return None
    if isinstance(owner, TableThing):
        return None if _has_every(ev, owner, call.args[0], frame) else Miss("key", (call.args[0], call.func.of))
    if isinstance(owner, Instance) and classes.is_a(ev, owner.type, *tables.MAPPINGS, *tables.REDIS):
        return Miss("key", (call.args[0], call.func.of))
    if isinstance(call.func.of, facts.Attribute) and call.func.of.name in tables.REQUEST_PARTS:
        if str(ev.literal(call.args[0], frame)).lower() in tables.ALWAYS_SENT:
            return None
        return Miss("key", (call.func.of,))
    return None


def _is_none(ev: Evaluator, value: Value, frame: Frame) -> bool:
    return ev.certain(value, frame) == LiteralThing(None)


def _has_every(ev: Evaluator, table: TableThing, key: Value, frame: Frame) -> bool:
    """Whether a dict that is written out has the constant key."""
    wanted = ev.certain(key, frame)
    if not isinstance(wanted, LiteralThing):
        return False
    return any(written is None or ev.certain(written, table.frame) == wanted for written, _ in table.items)


# -- functions of the project


def _of_function(
    ev: Evaluator, function: FunctionThing, callee: Thing | None, made: Made, is_awaited: bool, depth: int
) -> Miss | None:
    found = ev.function(function)
    if found is None or found.is_generator or found.is_async is not is_awaited or not _is_plain(ev, function, found):
        return None
    owner = callee.owner if isinstance(callee, Bound) else None
    shift = 1 if owner is not None else 0
    if not found.returned:
        return Miss("row", _every(made.call)) if _is_abstract_finder(ev, function, found) else None
    others = [value for value in found.returned if not facts.is_none(value)]
    if not others or not all(isinstance(each, _HANDED_ON) for each in others):
        return None
    frame = ev.frame_of(function, arguments.bind(ev, function, made, constants=True, owner=owner))
    # By a helper too: `if order is None: not_found("Order")`.
    may_raise = any(each.within is None for each in found.raises) or bool(raised.escaping(ev, function))
    if may_raise and not (any(map(facts.is_none, found.returned)) and _is_optional(ev, function, found)):
        # It may well raise where nothing is found.
        return None
    inner = [miss for value in found.returned for miss in [_returned(ev, found, value, frame, depth)] if miss]
    if len(inner) != len(others):
        return None
    keys = (key for miss in inner for key in miss.keys)
    found_roots = roots.of(ev, keys, frame).roots
    taken = {each.parameter.name: each.parameter for each in found_roots if each.parameter.function == found.qualname}
    return Miss(inner[0].kind, tuple(value for each in taken.values() for value in given(made.call, each, shift)))


_HANDED_ON = (facts.Local, facts.Call, facts.Awaited)


def _is_plain(ev: Evaluator, function: FunctionThing, found: FunctionFacts) -> bool:
    """Whether nothing but known decorators stands around a function."""
    traits = calls.traits(ev, function) if found.decorators else frozenset()
    return len(traits) == len(found.decorators) and traits <= _TRANSPARENT


def _returned(ev: Evaluator, found: FunctionFacts, value: Value, frame: Frame, depth: int) -> Miss | None:
    """What a function hands on, if that is what a look-up gives and nothing in it tests for None."""
    if isinstance(value, facts.Local):
        bound = ev.bindings(value, frame) if value.function == found.qualname else ()
        if len(bound) != 1 or not _hands_on(found, value):
            return None
        value = bound[0]
    if isinstance(value, facts.Declared) and value.value is not None:
        value = value.value
    is_awaited = isinstance(value, facts.Awaited)
    call = value.of if isinstance(value, facts.Awaited) else value
    return of(ev, call, frame, is_awaited, depth - 1) if isinstance(call, facts.Call) else None


def _hands_on(found: FunctionFacts, variable: facts.Local) -> bool:
    """Whether a function does nothing with a variable but return it, or says that it may return None."""
    if any(map(facts.is_none, found.returned)):
        return True
    if any(name == variable.name for name, _ in found.changed):
        return False
    used = (part for site in found.sites for value in (site.value, *site.needs) for part in _inside(value))
    bound = (part for name, values in found.locals.items() if name != variable.name
             for value in values for part in _inside(value))  # fmt: skip
    return not any(isinstance(each, facts.Local) and each.name == variable.name for each in (*used, *bound))


def _inside(value: Value) -> Iterator[Value]:
    """A value, and the variables that it is made of."""
    yield value
    yield from locals_in(value)


def _is_optional(ev: Evaluator, function: FunctionThing, found: FunctionFacts) -> bool:
    return found.returns is not None and types.is_optional(types.resolve(ev, found.returns, ev.frame_of(function)))


def _is_abstract_finder(ev: Evaluator, function: FunctionThing, found: FunctionFacts) -> bool:
    """Whether an abstract method promises an object or None: `def get_by_id(self, user_id: int) -> User | None: ...`"""
    if found.returns is None or found.owner is None or not (found.never_returns or not found.sites):
        return False
    if not any(found.name.startswith(word) or f"_{word}" in found.name for word in _FINDERS):
        return False
    type_ = types.resolve(ev, found.returns, ev.frame_of(function))
    return types.is_optional(type_) and all(types.is_scalar(ev, each) is False for each in types.members(type_))


def _every(call: facts.Call) -> tuple[Value, ...]:
    return (*call.args, *(value for _, value in call.keywords))


def given(call: facts.Call, parameter: facts.Parameter, shift: int) -> tuple[Value, ...]:
    """What a call gives for a parameter; everything where unpacking hides that."""
    if call.open or parameter.kind in ("args", "kwargs"):
        return _every(call)
    written = call.keyword(parameter.name)
    if written is not None:
        return (written,)
    place = parameter.index - shift if parameter.index is not None else -1
    return (call.args[place],) if 0 <= place < len(call.args) else ()


def lookups(ev: Evaluator, sites: Iterable[facts.Site], frame: Frame) -> Iterator[tuple[facts.Site, Miss]]:
    """The look-ups among the calls of a function that may find nothing."""
    for site in sites:
        if isinstance(site.value, facts.Call) and site.role != "statement":
            found = of(ev, site.value, frame, site.awaited)
            if found is not None:
                yield site, found
