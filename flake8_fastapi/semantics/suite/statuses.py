"""The statuses that a value may be, as tests write what they expect: numbers, names, tables, parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from http import HTTPStatus

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.config import constants
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.routes import status_of
from flake8_fastapi.semantics.suite import elements
from flake8_fastapi.semantics.suite.frames import Frames
from flake8_fastapi.semantics.suite.kinds import Written
from flake8_fastapi.semantics.things import Frame, Items, LiteralThing, Thing, library_name

_DEEPEST = 12
_MOST = 200
"""More values than these are not looked at."""
_CONTAINERS = frozenset({"builtins.set", "builtins.frozenset", "builtins.list", "builtins.tuple", "builtins.sorted"})

_CODES = frozenset({"httpx.codes", "httpx2.codes", "requests.codes", "requests.status_codes.codes", "http.client"})
"""Where libraries name the statuses as `http.HTTPStatus` does, some of them in lower case."""

_Part = tuple[Value, int]


def of(frames: Frames, value: Value, place: int) -> frozenset[int] | None:
    """The numbers that a value may be; None if one of them is not known."""
    found: set[int] = set()
    for part, where in _alternatives(frames, value, place, _DEEPEST):
        numbers = _numbers(frames, part, where)
        if numbers is None or len(found) > _MOST:
            return None
        found |= numbers
    return frozenset(found) or None


def inside(frames: Frames, value: Value, place: int) -> frozenset[int] | None:
    """The numbers in a list, tuple, set or range; None if they are not known, or it may be one of several."""
    parts = list(_alternatives(frames, value, place, _DEEPEST))
    if len(parts) != 1:
        return None
    part, where = parts[0]
    display = _display(frames, part, where)
    if display is None:
        return _range(frames, part, where)
    found: set[int] = set()
    for item, place in display:
        numbers = inside(frames, item.of, place) if isinstance(item, facts.Starred) else of(frames, item, place)
        if numbers is None or (len(numbers) > 1 and not isinstance(item, facts.Starred)):
            return None
        found |= numbers
    return frozenset(found)


# -- one value


def _numbers(frames: Frames, value: Value, place: int) -> set[int] | None:
    frame = frames.frame(place)
    found: set[int] = set()
    for thing in frames.ev.evaluate(value, frame):
        status = _status(thing)
        if status is None:
            return _constant(frames, value, frame)
        found.add(status)
    return found or _constant(frames, value, frame)


def _status(thing: Thing) -> int | None:
    found = status_of(thing)
    parent, _, name = library_name(thing).rpartition(".")
    if found is None and parent in _CODES and name.upper() in HTTPStatus.__members__:
        return int(HTTPStatus[name.upper()])
    return found


def _constant(frames: Frames, value: Value, frame: Frame) -> set[int] | None:
    known = constants.of(frames.ev, value, frame)
    return {known.value} if known is not None and isinstance(known.value, int) and not known.is_default else None


def _display(frames: Frames, value: Value, place: int) -> list[_Part] | None:
    """The elements of a list, tuple or set; None for anything else."""
    if isinstance(value, facts.Call) and len(value.args) == 1:
        callee = frames.ev.certain(value.func, frames.frame(place))
        if library_name(callee) in _CONTAINERS:
            return _display(frames, value.args[0], place)
    if isinstance(value, facts.Display) and value.kind != "each":
        return [(item, place) for item in value.items]
    thing = frames.ev.certain(value, frames.frame(place))
    if isinstance(thing, Items) and not thing.repeated:
        where = frames.place(thing.frame)
        return [(item, where) for item in thing.values]
    return None


def _range(frames: Frames, value: Value, place: int) -> frozenset[int] | None:
    if not isinstance(value, facts.Call) or not 1 <= len(value.args) <= 2:
        return None
    if library_name(frames.ev.certain(value.func, frames.frame(place))) != "builtins.range":
        return None
    ends = [of(frames, argument, place) for argument in value.args]
    if any(end is None or len(end) != 1 for end in ends):
        return None
    first, last = ([0] if len(ends) == 1 else []) + [min(end) for end in ends if end is not None]
    return frozenset(range(max(first, 0), min(last, 1_000)))


# -- several


def _alternatives(frames: Frames, value: Value, place: int, depth: int) -> Iterator[_Part]:
    """The expressions that a value may stand for, as far as they are seen."""
    inner = _behind(frames, value, place) if depth else None
    if inner is None:
        yield value, place
        return
    for count, (part, where) in enumerate(inner):
        if count > _MOST:
            yield facts.UNKNOWN, where
            return
        yield from _alternatives(frames, part, where, depth - 1)


def _behind(frames: Frames, value: Value, place: int) -> Iterable[_Part] | None:
    """What a variable, parameter or element of a table may be; None where the value speaks for itself."""
    frame = frames.frame(place)
    if isinstance(value, facts.Local):
        given = dict(frames.ev.home(value.function, frame).env).get(value.name)
        if isinstance(given, Written):
            return [(given.value, frames.place(given.frame))]
        if isinstance(given, (LiteralThing, Items)):
            return None
        home = frames.place(frames.ev.home(value.function, frame))
        return [(each, home) for each in frames.ev.bindings(value, frame)] or None
    if isinstance(value, facts.Declared) and value.value is not None:
        return [(value.value, place)]
    if isinstance(value, facts.Parameter):
        return _given(frames, value, place)
    if isinstance(value, facts.Either) and value.operator == "if":
        return [(each, place) for each in value.values]
    if isinstance(value, (facts.Iterated, facts.Unpacked)):
        found = elements.expressions(frames.ev, value, frame)
    elif isinstance(value, facts.Item):
        found = elements.looked_up(frames.ev, value, frame)
    else:
        return None
    return [(each, frames.place(where)) for each, where in found] if found is not None else None


def _given(frames: Frames, parameter: facts.Parameter, place: int) -> list[_Part] | None:
    """What the callers of a function give to its parameter, or its default."""
    known: Thing | None = dict(frames.frame(place).env).get(parameter.name)
    if known is not None:
        return [(known.value, frames.place(known.frame))] if isinstance(known, Written) else None
    found: list[_Part] = []
    callers = frames.callers(place)
    for caller in callers:
        given = caller.call.given(parameter, caller.shift)
        if given is not None:
            found.append((given, caller.place))
        elif parameter.default is not None and not caller.call.open:
            found.append((parameter.default, place))
        else:
            return None
    return found or None
