"""HTTP exceptions of which the client never hears: a broad `except` catches them, or the schema does not list them."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics import answers
from flake8_fastapi.semantics.errors import documented, exceptions, raised, swallowing
from flake8_fastapi.semantics.errors.outcomes import Outcome
from flake8_fastapi.semantics.errors.swallowing import Swallowed
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import ClassThing
from flake8_fastapi.visitor import Finding, check, fitting, short


@check
def swallowed_http_exception(function: Function) -> Iterator[Finding]:
    """An `HTTPException` is raised in a `try`, there or by a function it calls, and a broad `except` catches it.

    The client gets what that clause makes of it: a 500 instead of the 404, a payload with status 200, nothing. So do
    the project's own exceptions for which an exception handler is registered. A decorator whose wrapper catches
    everything is reported at its `except`, with one of the routes that it stands on.

    Not reported: a clause before it that names the exception, clauses that raise it again or look at it, the same
    status, a 5xx in place of another; the failure of one item in a loop, a default in place of what a helper raises,
    and where no client waits: background tasks, websockets, start-up. Dependencies that catch around `yield` are
    another check's.

    Bad::

        @app.get("/orders/{order_id}")
        def read_order(order_id: int, db: Session = Depends(get_db)) -> int:
            try:
                order = db.get(Order, order_id)
                if order is None:
                    raise HTTPException(status_code=404, detail="Order not found")
                return order.id
            except Exception:  # FAP005
                raise HTTPException(status_code=500, detail="Could not read the order")

    Good::

        @app.get("/orders/{order_id}")
        def read_order(order_id: int, db: Session = Depends(get_db)) -> int:
            try:
                order = db.get(Order, order_id)
                if order is None:
                    raise HTTPException(status_code=404, detail="Order not found")
                return order.id
            except HTTPException:
                raise
            except Exception:
                raise HTTPException(status_code=500, detail="Could not read the order")
    """
    for found in swallowing.of(function):
        yield Finding(found.position, _message(function, found))


def _message(function: Function, found: Swallowed) -> str:
    is_http = exceptions.is_http(function.ev, found.found.cls)
    named = short("HTTPException" if is_http else found.found.name, 30)
    what = f"the {found.status}" if found.status is not None else f"the `{named}`"
    if not is_http:
        what = f"the {found.status} of `{named}`"
    source, effect = _source(found), _effect(found.outcome)
    if found.is_suppressed:
        return f"`{short(found.written)}` drops {what} {source}: {effect}; raise it outside"
    cure = f"put `except {named}: raise` first"
    helper = f"from `{short(found.found.via[0], 30)}()`" if found.found.via else source
    return fitting(
        f"`{short(found.written, 30)}` catches {what} {source}: {effect}; {cure}",
        f"`{short(found.written, 30)}` catches {what} {helper}: {effect}; {cure}",
        f"`{short(found.written, 20)}` catches {what} {source}: {effect}; {cure}",
        f"`{short(found.written, 20)}` catches {what} {source}: {effect}; let it through first",
    )


def _source(found: Swallowed) -> str:
    if found.handler:
        return f"of route `{short(found.handler, 30)}`"
    if found.found.via:
        return f"that `{short(found.found.via[0], 30)}()` raises"
    return f"raised in line {found.by.line}"


def _effect(outcome: Outcome) -> str:
    if outcome.kind == "goes on":
        return "the client gets no error"
    if outcome.kind == "gives":
        return "the caller gets a value, the client no error"
    if outcome.status is not None:
        return f"the client gets {outcome.status}"
    name = outcome.cls.qualname if isinstance(outcome.cls, ClassThing) else outcome.cls.name if outcome.cls else ""
    return f"callers get `{short(name.rpartition('.')[2], 20)}`"


@check(optional=True)
def undocumented_http_exception(route: Route) -> Iterator[Finding]:
    """A route answers with a status that no `responses=` lists: of the route, of its routers, or of the app.

    Raised by the handler, or by functions of the project that it calls. The API docs and generated clients know the
    success and 422 only. Routes outside the schema, and those of which no application is found, are left out.

    Off by default: good projects list few of these.

    Bad::

        @app.get("/orders/{order_id}")  # FAP005
        def read_order(order_id: int, db: Session = Depends(get_db)) -> int:
            order = db.get(Order, order_id)
            if order is None:
                raise HTTPException(status_code=404, detail="Order not found")
            return order.id

    Good::

        @app.get("/orders/{order_id}", responses={404: {"description": "There is no such order"}})
        def read_order(order_id: int, db: Session = Depends(get_db)) -> int:
            order = db.get(Order, order_id)
            if order is None:
                raise HTTPException(status_code=404, detail="Order not found")
            return order.id
    """
    if route.is_websocket:
        return
    handler = answers.endpoint(route)
    found = raised.escaping(route.ev, handler) if handler is not None else ()
    given = {exceptions.status(route.ev, each.thing) for each in found}
    missing = sorted(status for status in given if status is not None and documented.lists(route, status) is False)
    if missing:
        listed = " and ".join(
            [", ".join(map(str, missing[:-1])), str(missing[-1])] if missing[1:] else [str(missing[0])]
        )
        yield Finding(
            route.position,
            f"route `{short(route.name)}` may answer {listed}, which no `responses=` lists: "
            "docs and generated clients do not know; add it",
        )
