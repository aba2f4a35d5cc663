"""Middleware that refuses requests by itself: its answers do not come from the application inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_fastapi.knowledge import libraries
from flake8_fastapi.knowledge.middleware import ANSWERS, CORS, NEEDED
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.errors import statuses
from flake8_fastapi.semantics.facts import FunctionFacts, Value
from flake8_fastapi.semantics.middleware.middleware import Added
from flake8_fastapi.semantics.things import ClassThing, Frame, FunctionThing, Instance, Library, Thing
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_OWN_CORS = re.compile(rb"access-control-allow", re.IGNORECASE)
_LOWEST = 400


def status(project: Project, added: Added) -> int | None:
    """The status with which a middleware certainly refuses some requests; None if there is none, or it is not known.

    What sets the headers for other origins itself is none of these.
    """
    if isinstance(added.thing, Library):
        return _of_library(project, added.thing)
    function = added.function(project.evaluator)
    if function is None or _OWN_CORS.search(project.files.text(function.path) or b""):
        return None
    return next(_of_function(project.evaluator, added, function), None)


def may_set_cors(project: Project, added: Added) -> bool:
    """Whether a middleware gives answers of others the headers for other origins, or may do so."""
    ev = project.evaluator
    if added.thing is None or "cors" in added.name.lower() or added.is_a(ev, CORS):
        return True
    path = added.thing.path if isinstance(added.thing, (ClassThing, FunctionThing)) else None
    return path is not None and _OWN_CORS.search(project.files.text(path) or b"") is not None


def _of_library(project: Project, cls: Library) -> int | None:
    for name in libraries.ancestors(cls.name):
        needed = NEEDED.get(name, ())
        if name in ANSWERS and (not needed or any(project.files.mentioning(word) for word in needed)):
            return ANSWERS[name]
    return None


def _of_function(ev: Evaluator, added: Added, function: FunctionThing) -> Iterator[int]:
    found = ev.function(function)
    if found is None:
        return
    env: tuple[tuple[str, Thing], ...] = ()
    if isinstance(added.thing, ClassThing) and found.parameters:
        env = ((found.parameters[0].name, Instance(added.thing)),)
    frame = ev.frame_of(function, env)
    for value in (*found.returned, *_sent(found)):
        for each in _ways(ev, value, frame):
            for thing in ev.evaluate(each, frame):
                refusal = statuses.of_response(ev, thing)
                if refusal is not None and refusal >= _LOWEST and not _copies_headers(thing):
                    yield refusal


def _sent(found: FunctionFacts) -> Iterator[Value]:
    """What `await response(scope, receive, send)` sends."""
    for site in found.sites:
        call = site.value
        if isinstance(call, facts.Call) and site.awaited and len(call.args) == 3:
            yield call.func


def _ways(ev: Evaluator, value: Value, frame: Frame) -> Iterator[Value]:
    """The values that a variable may have: one may be unknown, such as what the application answers."""
    if isinstance(value, facts.Local) and (bindings := ev.bindings(value, frame)):
        yield from bindings
    elif isinstance(value, facts.Either):
        yield from value.values
    else:
        yield value


def _copies_headers(thing: Thing) -> bool:
    """Whether a response is made with headers that are not written out: they may be those of another one."""
    made = thing.made if isinstance(thing, Instance) else None
    given = made.call.keyword("headers") if made is not None else None
    if given is None:
        return False
    return not isinstance(given, facts.Table) or any(key is None for key, _ in given.items)
