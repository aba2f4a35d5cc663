"""Which exceptions answer a request by themselves, and with which status."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import classes, facts
from flake8_fastapi.semantics.errors import exceptions, handled
from flake8_fastapi.semantics.errors.raised import Raised
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.routes import status_of
from flake8_fastapi.semantics.things import Frame, FunctionThing, Instance, Library, Thing
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_REDIRECT = "starlette.responses.RedirectResponse"


class Answer(NamedTuple):
    """What answers an exception."""

    status: int | None
    """None if it is no constant: `HTTPException(error.code)`."""


def of(project: Project, found: Raised) -> Answer | None:
    """How an exception is answered by itself: as an HTTPException, or by a handler registered for its class.

    None if it is not, or if it is not known with which status a registered handler answers.
    """
    ev = project.evaluator
    if exceptions.is_http(ev, found.cls):
        return Answer(exceptions.status(ev, found.thing))
    entry = handled.handler_for(project, found.cls)
    if entry is None or entry.kind != "handler" or entry.cls is None or _is_generic(entry.cls):
        return None
    function = entry.function
    status = _given_by(ev, function, found.thing) if function is not None else None
    return Answer(status) if status is not None else None


def _is_generic(cls: exceptions.ExceptionClass) -> bool:
    return isinstance(cls, Library) and cls.name.startswith("builtins.")


def _given_by(ev: Evaluator, function: FunctionThing, exception: Thing) -> int | None:
    """The one status with which an exception handler answers this exception."""
    found = ev.function(function)
    parameters = [each for each in found.parameters if each.name not in ("self", "cls")] if found is not None else []
    if found is None or len(parameters) < 2:
        return None
    instance = exception if isinstance(exception, Instance) else _instance(exception)
    frame = ev.frame_of(function, ((parameters[1].name, instance),) if instance is not None else ())
    given = {of_response(ev, ev.certain(each, frame)) for each in found.returned}
    return given.pop() if len(given) == 1 else None


def _instance(exception: Thing) -> Instance | None:
    cls = exceptions.cls_of(exception)
    return Instance(cls) if cls is not None else None


def of_response(ev: Evaluator, thing: Thing | None) -> int | None:
    """The status of a response that is made, by the call that makes it; None if it is unknown, or no response."""
    if not isinstance(thing, Instance) or not classes.is_a(ev, thing.type, framework.RESPONSE) or thing.made is None:
        return None
    if not isinstance(thing.type, Library) or thing.made.call.open:
        return None
    is_redirect = classes.is_a(ev, thing.type, _REDIRECT)
    call = thing.made.call
    given: Value | None = call.keyword("status_code")
    if given is None and len(call.args) > 1:
        given = call.args[1]
    if given is None:
        return 307 if is_redirect else 200
    return _number(ev, given, thing.made.frame)


def _number(ev: Evaluator, value: Value, frame: Frame) -> int | None:
    return status_of(ev.certain(value, frame)) if value is not facts.UNKNOWN else None
