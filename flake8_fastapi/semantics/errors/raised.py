"""What functions raise: by `raise` of their own, and by calling functions of the project that raise.

Only what is certain counts: a class that is resolved, raised by a statement that no `try` around it catches (one whose
classes are unknown counts as catching), in a callee that is resolved and really run here: a coroutine that is awaited,
no generator.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flake8_fastapi.semantics import arguments, facts
from flake8_fastapi.semantics.errors import exceptions
from flake8_fastapi.semantics.errors.exceptions import ExceptionClass
from flake8_fastapi.semantics.facts import Clause, FunctionFacts, Position, Raise, Site
from flake8_fastapi.semantics.things import Bound, ClassThing, Frame, FunctionThing, Partial, Thing
from flake8_fastapi.semantics.values import Evaluator

_DEEPEST = 6
"""How many calls lie at most between a function and the `raise`."""
_MOST = 40
"""How many exceptions of one function are kept: more is no help to anybody."""


class Raised(NamedTuple):
    """An exception that is raised somewhere."""

    cls: ExceptionClass
    thing: Thing
    """What is raised: an instance with the call that makes it, or the class."""
    path: str
    """The file in which the `raise` stands."""
    start: Position
    via: tuple[str, ...] = ()
    """The names of the functions called on the way to it, outermost first; empty for a `raise` of the function."""

    @property
    def name(self) -> str:
        """The class as a message shows it."""
        return (self.cls.qualname if isinstance(self.cls, ClassThing) else self.cls.name).rpartition(".")[2]


def escaping(ev: Evaluator, function: FunctionThing) -> tuple[Raised, ...]:
    """What may leave a function, its own `raise` statements first."""
    return _escaping(ev, function, _DEEPEST)


def reaching(ev: Evaluator, found: FunctionFacts, frame: Frame, guard: int) -> Iterator[tuple[Position, Raised]]:
    """What comes to the `except` clauses of one `try` of a function (an index of its `tries`): by which `raise` or call
    of its body, and what."""
    for raised in found.raises:
        for each in _raised(ev, frame, raised) if guard in raised.guards else ():
            if _passes(ev, found, frame, each.cls, _inside(raised.guards, guard)):
                yield raised.start, each
    for site in found.sites:
        for each in _of_site(ev, site, frame, _DEEPEST) if guard in site.guards else ():
            if _passes(ev, found, frame, each.cls, _inside(site.guards, guard)):
                yield site.start, each


def _inside(guards: tuple[int, ...], guard: int) -> tuple[int, ...]:
    return guards[guards.index(guard) + 1 :]


def catching(ev: Evaluator, found: FunctionFacts, frame: Frame, guard: int, cls: ExceptionClass) -> int | None:
    """The clause of a `try` that catches an exception, by index; None if none does, or it is unknown which."""
    for index, clause in enumerate(found.tries[guard].clauses):
        verdict = exceptions.catches(ev, clause, frame, cls)
        if verdict is None:
            return None
        if verdict:
            return index
    return None


def _escaping(ev: Evaluator, function: FunctionThing, depth: int) -> tuple[Raised, ...]:
    known = ev.raised_memo.get((function, depth))
    if known is None:
        found = ev.function(function)
        frame = ev.frame_of(function)
        each = _leaving(ev, found, frame, depth) if found is not None and not found.is_generator else ()
        known = ev.raised_memo[function, depth] = tuple(_nearest(each))[:_MOST]
    return known


def _nearest(found: Iterable[Raised]) -> Iterable[Raised]:
    """Of those that one statement raises, the one that comes by the shortest way."""
    kept: dict[tuple[object, ...], Raised] = {}
    for each in found:
        key = (each.cls, each.path, each.start)
        if key not in kept or len(each.via) < len(kept[key].via):
            kept[key] = each
    return kept.values()


def _leaving(ev: Evaluator, found: FunctionFacts, frame: Frame, depth: int) -> Iterator[Raised]:
    for raised in found.raises:
        for each in _raised(ev, frame, raised):
            if _passes(ev, found, frame, each.cls, raised.guards):
                yield each
    for site in found.sites if depth else ():
        for each in _of_site(ev, site, frame, depth - 1):
            if _passes(ev, found, frame, each.cls, site.guards):
                yield each


def _raised(ev: Evaluator, frame: Frame, statement: Raise) -> Iterator[Raised]:
    """What a `raise` raises; what was caught and is raised again comes with the `try` that it came from."""
    if statement.value is None:
        return
    thing = ev.certain(statement.value, frame)
    cls = exceptions.cls_of(thing)
    if thing is not None and cls is not None:
        yield Raised(cls, thing, frame.path, statement.start)


def _of_site(ev: Evaluator, site: Site, frame: Frame, depth: int) -> Iterator[Raised]:
    callee = _run(ev, site, frame)
    if callee is None:
        return
    found = ev.function(callee)
    for each in _escaping(ev, callee, depth) if found is not None else ():
        yield each._replace(via=(found.name, *each.via)) if found is not None else each


def _run(ev: Evaluator, site: Site, frame: Frame) -> FunctionThing | None:
    """The function of the project that a call certainly runs."""
    if site.kind != "call" or site.lazy or not isinstance(site.value, facts.Call):
        return None
    if any(arguments.is_false(ev.certain(value, frame)) for value in site.needs):
        return None
    thing = ev.certain(site.value.func, frame)
    thing = thing.function if isinstance(thing, (Bound, Partial)) else thing
    if not isinstance(thing, FunctionThing):
        return None
    found = ev.function(thing)
    return thing if found is not None and (site.awaited or not found.is_async) else None


def _passes(ev: Evaluator, found: FunctionFacts, frame: Frame, cls: ExceptionClass, guards: tuple[int, ...]) -> bool:
    """Whether an exception raised in these `try` statements gets out of all of them."""
    return all(_gets_out(ev, found, frame, cls, guard) for guard in guards)


def _gets_out(ev: Evaluator, found: FunctionFacts, frame: Frame, cls: ExceptionClass, guard: int) -> bool:
    statement = found.tries[guard]
    if statement.discards:
        return False
    for clause in statement.clauses:
        verdict = exceptions.catches(ev, clause, frame, cls)
        if verdict is not False:
            return verdict is True and _only_raises_again(found, guard, clause)
    return True


def _only_raises_again(found: FunctionFacts, guard: int, clause: Clause) -> bool:
    """Whether an `except` raises what it caught, and nothing else; whether it always does is not asked."""
    index = found.tries[guard].clauses.index(clause)
    own = [each for each in found.raises if each.within == (guard, index)]
    return clause.raises_again and all(_is_again(each, clause) for each in own)


def _is_again(raised: Raise, clause: Clause) -> bool:
    value = raised.value
    return value is None or (isinstance(value, (facts.Local, facts.Name)) and value.name == clause.name)
