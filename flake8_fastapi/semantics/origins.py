"""Where a value comes from: the expressions behind variables, conditions, `await`, and helpers of the project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.semantics import arguments, facts
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.things import Bound, Frame, FunctionThing, Library, Made, Thing
from flake8_fastapi.semantics.values import Evaluator

_DEPTH = 8
"""How many helpers and names are looked through."""
_MOST = 40
"""A value that may come from more expressions than these is not known."""
_CHANGERS = frozenset({"update", "pop", "popitem", "clear", "setdefault", "append", "extend", "insert", "remove"})
"""Methods that change what a container holds."""
_OFFLOADERS = frozenset({"asyncio.to_thread", "starlette.concurrency.run_in_threadpool", "anyio.to_thread.run_sync"})


class Origin(NamedTuple):
    """An expression, and where it is evaluated."""

    value: Value
    frame: Frame
    names: tuple[tuple[str, facts.Local], ...] = ()
    """The variables that held the value since, each with the file in which it is one."""

    @property
    def is_none(self) -> bool:
        """Whether it is `None`."""
        return isinstance(self.value, facts.Constant) and self.value.value is None


def of(ev: Evaluator, value: Value, frame: Frame) -> tuple[Origin, ...]:
    """The expressions that a value may come from, `None` aside; empty if they are too many."""
    found: list[Origin] = []
    for origin in _of(ev, value, frame, _DEPTH):
        if len(found) >= _MOST:
            return ()
        if not origin.is_none:
            found.append(origin)
    return tuple(found)


def changes(ev: Evaluator, origin: Origin) -> frozenset[str] | None:
    """The keys that are set in the value while variables hold it; None if they are not known."""
    keys: set[str] = set()
    for path, held in origin.names:
        module = ev.module(path)
        function = module.functions.get(held.function) if module is not None else None
        if function is None:
            return None
        keys |= {key for name, key in function.changed if name == held.name}
        for site in function.sites:
            func = site.value.func if isinstance(site.value, facts.Call) else None
            of = func.of if isinstance(func, facts.Attribute) and func.name in _CHANGERS else None
            if isinstance(of, facts.Local) and of.name == held.name:
                return None
    return None if "*" in keys else frozenset(keys)


def _of(ev: Evaluator, value: Value, frame: Frame, depth: int) -> Iterator[Origin]:
    if depth == 0:
        yield Origin(facts.UNKNOWN, frame)
    elif isinstance(value, facts.Either):
        for each in value.values:
            yield from _of(ev, each, frame, depth - 1)
    elif isinstance(value, facts.Declared) and value.value is not None:
        yield from _of(ev, value.value, frame, depth)
    elif isinstance(value, facts.Local):
        yield from _bound(ev, value, frame, depth)
    elif isinstance(value, facts.Call):
        yield from _called(ev, value, value, frame, depth)
    elif isinstance(value, facts.Awaited) and isinstance(value.of, facts.Call):
        yield from _called(ev, value, value.of, frame, depth)
    else:
        yield Origin(value, frame)


def _bound(ev: Evaluator, value: facts.Local, frame: Frame, depth: int) -> Iterator[Origin]:
    """What a variable of a function may hold where it is used."""
    home = ev.home(value.function, frame)
    bindings = ev.bindings(value, frame)
    for binding in bindings:
        for origin in _of(ev, binding, home, depth - 1):
            yield origin._replace(names=(*origin.names, (home.path, value)))
    if not bindings:
        yield Origin(value, frame)


def _called(ev: Evaluator, whole: Value, call: facts.Call, frame: Frame, depth: int) -> Iterator[Origin]:
    """What a helper of the project returns; of any other call the call itself."""
    callee = ev.certain(call.func, frame)
    is_awaited = whole is not call
    if isinstance(callee, Library) and callee.name == "typing.cast" and len(call.args) == 2:
        yield from _of(ev, call.args[1], frame, depth - 1)
        return
    if is_awaited and isinstance(callee, Library) and callee.name in _OFFLOADERS and call.args:
        callee, is_awaited, made = ev.certain(call.args[0], frame), False, arguments.NO_ARGUMENTS
    else:
        made = Made(call, frame)
    returned = list(_returned(ev, callee, made, is_awaited))
    for value, where, _ in returned:
        yield from _of(ev, value, where, depth - 1)
    if not returned:
        yield Origin(whole, frame)


def _returned(ev: Evaluator, callee: Thing | None, made: Made, is_awaited: bool) -> Iterator[Origin]:
    function = callee.function if isinstance(callee, Bound) else callee
    found = ev.function(function) if isinstance(function, FunctionThing) else None
    if found is None or found.is_generator or found.is_async is not is_awaited:
        return
    assert isinstance(function, FunctionThing)
    owner = callee.owner if isinstance(callee, Bound) else None
    frame = ev.frame_of(function, arguments.bind(ev, function, made, constants=True, owner=owner))
    for value in found.returned:
        yield Origin(value, frame)
