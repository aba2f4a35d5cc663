"""Handlers that do the work of a repository."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.structure import layout, sizes
from flake8_fastapi.visitor import Finding, check, fitting, short


@check
def persistence_in_handler(function: Function) -> Iterator[Finding]:
    """A handler makes 5 or more session calls on one path: what it does to the data belongs in a repository or service.

    It can be tested with a request and a database only, and no job or other route can do the same. Of the handlers of
    good projects under 1 % make as many. The figure is an option, `--fastapi-session-calls`; 1 forbids any.

    A query counts once, however many steps it is built in, and so do a call in a loop and the calls of one statement;
    of exclusive branches only the one with the most counts. What frames them does not: `commit()`, `flush()`,
    `refresh()`, `rollback()`, `begin()`, `close()`.

    Not reported: what `fat-handler` reports, tests, examples, documentation, scripts, generated modules and notebooks.

    Bad::

        @app.post("/orders/{order_id}/copy", status_code=204)
        def copy_order(order_id: int, db: Session = Depends(get_db)) -> None:  # FAP003
            order = db.get(Order, order_id)
            if order is None:
                raise HTTPException(status_code=404)
            db.execute(delete(Basket))
            db.add(Basket(order_id=order.id))
            db.add(Order(id=order.id + 1))
            db.delete(order)
            db.commit()

    Good::

        def copy_to_basket(db: Session, order: Order) -> None:
            db.execute(delete(Basket))
            db.add(Basket(order_id=order.id))
            db.add(Order(id=order.id + 1))
            db.delete(order)
            db.commit()

        @app.post("/orders/{order_id}/copy", status_code=204)
        def copy_order(order_id: int, db: Session = Depends(get_db)) -> None:
            order = db.get(Order, order_id)
            if order is None:
                raise HTTPException(status_code=404)
            copy_to_basket(db, order)
    """
    size, least = sizes.of(function), function.project.limits.session_calls
    if not size.makes_calls(least) or not function.is_handler or size.session_calls < least:
        return
    if size.is_fat or not layout.is_of_application(function):
        return
    place = layout.place_for(function.project.files, function.thing.path, "queries")
    many = f"{size.session_calls} session calls on one path" if size.session_calls > 1 else "a session call of its own"
    figures = f"`{short(function.name)}` makes {many}"
    yield Finding(
        function.position,
        fitting(
            f"{figures}: no test or job can do that without a request; move it to `{place}`",
            f"{figures}: only a request can do that; move it to `{place}`",
            f"{figures}: only a request can do that; move it to `{short(place)}`",
        ),
    )
