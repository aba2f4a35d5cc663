"""Which operations of an application want a test of their own.

Not those that nobody would write one for: probes, what is on its way out or serves beside the API, and what only some
environments have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_fastapi.semantics import classes, facts, holders, served
from flake8_fastapi.semantics.operations import Operation
from flake8_fastapi.semantics.things import ClassThing, Frame, Library, LiteralThing, Thing

if TYPE_CHECKING:
    from flake8_fastapi.semantics.values import Evaluator

_READING = frozenset({"GET", "HEAD"})
_ABOUT = frozenset({"HEAD", "OPTIONS", "TRACE"})
"""Methods that ask about a route, not for what it does."""
_HTML = "starlette.responses.HTMLResponse"
_ASSET = re.compile(r"\.(?:css|html|ico|js|map|png|svg|txt|webmanifest)$")


def wants_test(operation: Operation) -> bool:
    """Whether an operation is one that tests of the API should request."""
    route = operation.route
    if not route.is_operation or route.methods <= _ABOUT or served.is_probe(route):
        return False
    if route.methods <= _READING and (_is_hidden(operation) or _is_beside_the_api(operation.path)):
        return False
    return not (_is_deprecated(operation) or _is_page(operation) or _is_conditional(operation))


def _is_beside_the_api(path: str | None) -> bool:
    """The page at the root, which greets or lists links, and files that browsers ask for."""
    return path is not None and (not path.strip("/") or _ASSET.search(path) is not None)


def _is_hidden(operation: Operation) -> bool:
    return any(thing != LiteralThing(True) for thing in _given(operation, "include_in_schema"))


def _is_deprecated(operation: Operation) -> bool:
    return any(thing not in (LiteralThing(None), LiteralThing(False)) for thing in _given(operation, "deprecated"))


def _given(operation: Operation, keyword: str) -> Iterator[Thing]:
    """What is given under a keyword, known or not, at the route and at what holds around it."""
    ev = operation.route.ev
    own = operation.route.option(keyword)
    if own is not None:
        yield own
    for level in operation.levels:
        found = level.option(ev, keyword)
        # `FastAPI(**metadata)` is about the texts of the documentation.
        is_app = level.call is None and holders.is_application(ev, level.holder)
        if found is not None and (isinstance(found, LiteralThing) or not is_app):
            yield found


def _is_page(operation: Operation) -> bool:
    cls = operation.response_class
    return isinstance(cls, (ClassThing, Library)) and classes.is_a(operation.route.ev, cls, _HTML)


def _is_conditional(operation: Operation) -> bool:
    """Whether it is registered or included under a condition: tests may run where it does not hold."""
    ev = operation.route.ev
    registration = operation.route.registration
    calls = [(registration.call, registration.frame), *((level.call, level.frame) for level in operation.levels)]
    return any(_has_condition(ev, call, frame) for call, frame in calls if call is not None and frame is not None)


def _has_condition(ev: Evaluator, call: facts.Call, frame: Frame) -> bool:
    module = ev.module(frame.path)
    function = module.functions.get(frame.function) if module is not None else None
    return function is not None and any(site.value is call and site.needs for site in function.sites)
