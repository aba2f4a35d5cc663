"""Which sessions the generator of a streaming response works with, after the handler has returned.

Since FastAPI 0.134 a handler may be such a generator itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import classes, facts
from flake8_fastapi.semantics.data import resources, sessions
from flake8_fastapi.semantics.data.handover import Handover, Held, Inside, Work, closes, inside, named
from flake8_fastapi.semantics.data.spawned import last_name
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import Position, Site, Value
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.things import ClassThing, Frame, Library
from flake8_fastapi.semantics.values import Evaluator

_LAST = frozenset({"StreamingResponse", "EventSourceResponse"})
_GENERATOR_ROUTES = (0, 134)


class Streamed(NamedTuple):
    """A stream that works with a session of the function that makes it, or of the handler that it is."""

    position: Position
    text: str
    """The generator as it is called: `lines()`."""
    held: Held
    sends_rows: bool
    """Whether the generator iterates what the session reads: an export needs the connection as long as it runs."""


def of(function: Function) -> Iterator[Streamed]:
    """The streaming responses that a function makes, and the stream that it is."""
    if function.facts.is_generator:
        yield from _own(function)
    for site in function.facts.sites:
        call = site.value if site.kind == "call" else None
        if isinstance(call, facts.Call) and _may_stream(function, call) and _streams(function.ev, call, function.frame):
            yield from _streamed(function, site, call, function.frame)


def _own(function: Function) -> Iterator[Streamed]:
    """What a handler sends that is a generator itself: reported where it uses the session."""
    version = function.project.fastapi_version
    if (version is not None and version < _GENERATOR_ROUTES) or not function.is_handler:
        return
    for session in sessions.of(function):
        held = named(function.ev, session.value, function.frame) if session.origin == "injected" else None
        if held is not None:
            sites = function.facts.sites
            sends_rows = any(
                site.kind == "iterate" and _reads(function.ev, site.value, function.frame) for site in sites
            )
            yield Streamed(session.uses[0].position, f"{function.name}()", held, sends_rows)


def _may_stream(function: Function, call: facts.Call) -> bool:
    frame = Frame(function.thing.path, function.thing.qualname)
    name = last_name(function.ev, call, frame)
    return name in _LAST or (name.endswith("Response") and name[:1].isupper())


def _streams(ev: Evaluator, call: facts.Call, frame: Frame) -> bool:
    cls = ev.certain(call.func, frame)
    return isinstance(cls, (Library, ClassThing)) and classes.is_a(ev, cls, *framework.STREAMS)


def _streamed(function: Function, site: Site, call: facts.Call, frame: Frame) -> Iterator[Streamed]:
    content = call.keyword("content") or (call.args[0] if call.args else None)
    source = _source(function.ev, content, frame) if content is not None else None
    lent = _lent(source.works) if source is not None else []
    if source is not None and lent:
        yield Streamed(site.start, source.text, lent[0], source.sends_rows)


def _lent(works: list[Work]) -> list[Held]:
    """The sessions that are worked with and not closed there."""
    own = {work.held.key for work in works if closes(work)}
    return [work.held for work in works if work.held.key not in own]


class _Source(NamedTuple):
    """A generator that somebody else iterates."""

    text: str
    works: list[Work]
    sends_rows: bool


def _source(ev: Evaluator, value: Value, frame: Frame, depth: int = 4) -> _Source | None:
    """The generator that an expression certainly is, here or in the function that makes it."""
    if depth == 0:
        return None
    if isinstance(value, facts.Local):
        bindings = resources.bindings_of(ev, value, frame)
        return _source(ev, bindings[0], frame, depth - 1) if len(bindings) == 1 else None
    if isinstance(value, facts.Awaited):
        return _source(ev, value.of, frame, depth)
    if not isinstance(value, facts.Call):
        return None
    body = inside(ev, value, frame)
    if body is None:
        # `iterate_in_threadpool(rows(db))`, `aiter(…)`: something that hands on what it is given.
        return _source(ev, value.args[0], frame, depth - 1) if len(value.args) == 1 else None
    if body.facts.is_generator:
        return _Source(written(value), list(Handover(ev).works(value, frame)), _sends_rows(ev, body))
    made = _source(ev, body.facts.returned[0], body.frame, depth - 1) if len(body.facts.returned) == 1 else None
    if made is None:
        return None
    return _Source(written(value), list(Handover(ev).outside(made.works, body)), made.sends_rows)


def _sends_rows(ev: Evaluator, body: Inside) -> bool:
    return any(site.kind == "iterate" and _reads(ev, site.value, body.frame) for site in body.facts.sites)


def _reads(ev: Evaluator, value: Value, frame: Frame, depth: int = 6) -> bool:
    """Whether an expression is what a session reads: `db.scalars(…)`, `(await db.execute(…)).all()`, a variable."""
    if depth == 0:
        return False
    if isinstance(value, (facts.Awaited, facts.Attribute, facts.Item)):
        return _reads(ev, value.of, frame, depth)
    if isinstance(value, facts.Local):
        bindings = resources.bindings_of(ev, value, frame)
        return any(_reads(ev, each, frame, depth - 1) for each in bindings if not isinstance(each, facts.Parameter))
    if not isinstance(value, facts.Call):
        return False
    body = inside(ev, value, frame)
    if body is not None and body.facts.is_generator:
        return _sends_rows(ev, body)
    if any(True for _ in Handover(ev).works(value, frame)):
        return True
    return isinstance(value.func, facts.Attribute) and _reads(ev, value.func.of, frame, depth - 1)
