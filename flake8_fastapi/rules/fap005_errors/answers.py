"""Errors that go out with status 200."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics.code import start
from flake8_fastapi.semantics.errors import successes
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.served import clipped, named
from flake8_fastapi.visitor import Finding, check, fitting


@check
def error_with_200(function: Function) -> Iterator[Finding]:
    """A route returns `{"error": …}` or `{"success": False}` where it fails, and the status is that of a success.

    Clients, caches, retries and monitoring go by the status: for them the request was served. The payload is neither
    documented nor validated, and each client has to look into it.

    Not reported: protocols that answer errors with 200 (JSON-RPC, GraphQL, OAuth), webhooks and callbacks, routes that
    set `response.status_code`, checks of health, results that have an error among other data, declared models.

    Bad::

        @app.get("/orders/{order_id}")
        def read_order(order_id: int, db: Session = Depends(get_db)) -> dict[str, str]:
            order = db.get(Order, order_id)
            if order is None:
                return {"error": "Order not found"}  # FAP005
            return {"name": str(order.id)}

    Good::

        @app.get("/orders/{order_id}")
        def read_order(order_id: int, db: Session = Depends(get_db)) -> dict[str, str]:
            order = db.get(Order, order_id)
            if order is None:
                raise HTTPException(status_code=404, detail="Order not found")
            return {"name": str(order.id)}
    """
    for found in successes.errors(function):
        what = f"`{clipped(found.written, 30)}`"
        cure = "raise `HTTPException` with a 4xx or 5xx"
        yield Finding(
            start(found.node),
            fitting(
                f"{named(found.route)} answers {what} with status {found.status}: clients and monitoring take it for a "
                f"success; {cure}",
                f"{what} goes out with status {found.status}: clients and monitoring take it for a success; {cure}",
            ),
        )


@check
def flask_style_status(route: Route) -> Iterator[Finding]:
    """A route returns `payload, 404` as in Flask: FastAPI sends the pair as a list, with status 200.

    Where a response model or return annotation is declared, the pair does not fit it, and the client gets a 500.

    Not reported: routes that declare a tuple or list, and pairs of numbers.

    Bad::

        @app.get("/orders/{order_id}")
        def read_order(order_id: int, db: Session = Depends(get_db)) -> dict[str, str]:
            order = db.get(Order, order_id)
            if order is None:
                return {"error": "Order not found"}, 404  # FAP005
            return {"name": str(order.id)}

    Good::

        @app.get("/orders/{order_id}")
        def read_order(order_id: int, db: Session = Depends(get_db)) -> dict[str, str]:
            order = db.get(Order, order_id)
            if order is None:
                raise HTTPException(status_code=404, detail="Order not found")
            return {"name": str(order.id)}
    """
    for found in successes.pairs(route):
        pair = f"`return …, {found.status}`"
        cure = (
            f"raise `HTTPException({found.status}, …)`"
            if found.status >= 400
            else f"return `JSONResponse(…, {found.status})`"
        )
        effect = (
            "the pair does not fit the response model, the client gets a 500"
            if found.is_declared
            else f"the client gets the list `[…, {found.status}]` with status {found.sent}"
        )
        yield Finding(start(found.node), f"{pair} in {named(route)}: {effect}; {cure}")
