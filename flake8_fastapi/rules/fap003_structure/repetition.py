"""The same code in several places."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.structure import doubles, layout, twins
from flake8_fastapi.semantics.structure.doubles import Double
from flake8_fastapi.semantics.structure.runs import Place
from flake8_fastapi.semantics.structure.twins import Twins
from flake8_fastapi.visitor import Finding, check, fitting, short

_COLOURLESS = frozenset({"data", "entity", "existing", "found", "obj", "record", "res", "result", "row", "value"})
"""Variables whose name does not say what was looked up."""


@check
def repeated_logic(file: File) -> Iterator[Finding]:
    """The same statements stand in several handlers: who mends one of them forgets the others.

    The names of variables, messages and logging aside, at least 4 statements are equal in 3 handlers or dependencies
    (`--fastapi-repeated-statements`, `--fastapi-repeated-copies`), or fewer in 4 (`--fastapi-repeated-short-copies`):
    these only if they look something up and refuse the request where there is nothing, or refuse it for another
    reason, need nothing of the handler but parameters and stand under no condition, so that they can be a dependency.
    A guard (`if …: raise`) counts as one statement; adding, committing, refreshing, handing on and returning as none.
    Handlers of different applications or versions (`v1`, `v2`) are not compared. A block is reported once, where it
    stands first by path and line, whichever files are linted.

    Bad::

        @app.get("/orders/{order_id}")
        def show(order_id: int, db: Session = Depends(get_db)) -> OrderOut:
            order = db.get(Order, order_id)  # FAP003
            if order is None:
                raise HTTPException(404, "Order not found")
            return OrderOut.model_validate(order)

        @app.get("/orders/{order_id}/total")
        def total(order_id: int, db: Session = Depends(get_db)) -> float:
            order = db.get(Order, order_id)
            if order is None:
                raise HTTPException(404, "Order not found")
            return order.total

        @app.get("/orders/{order_id}/owner")
        def owner(order_id: int, db: Session = Depends(get_db)) -> int:
            order = db.get(Order, order_id)
            if order is None:
                raise HTTPException(404, "No such order")
            return order.owner_id

        @app.get("/orders/{order_id}/date")
        def date(order_id: int, db: Session = Depends(get_db)) -> str:
            found = db.get(Order, order_id)
            if found is None:
                raise HTTPException(404, "Order not found")
            return str(found.date)

    Good::

        def get_order_or_404(order_id: int, db: Session = Depends(get_db)) -> Order:
            order = db.get(Order, order_id)
            if order is None:
                raise HTTPException(404, "Order not found")
            return order

        @app.get("/orders/{order_id}/total")
        def total(order: Order = Depends(get_order_or_404)) -> float:
            return order.total
    """
    for found in twins.of(file):
        yield Finding(found.places[0].start, _repeated(file, found))


def _repeated(file: File, found: Twins) -> str:
    place = found.places[0]
    others = {each.handler: each for each in found.places if each.handler != place.handler}
    near = sorted(others.values(), key=lambda each: each.handler.path != file.path)
    lines = f"these {place.lines} lines also stand" if place.lines > 1 else "this line also stands"
    return fitting(
        *(
            f"{lines} in {where}: a fix must be made {found.copies} times; {cure}"
            for cure in _cures(file, found)
            for where in _wheres(file, near)
        )
    )


def _wheres(file: File, places: list[Place]) -> Iterator[str]:
    """Where else it stands, in words, then in fewer."""
    first, more = places[0], len(places) - 1
    path = os.path.relpath(first.handler.path, file.project.files.root)
    if first.handler.path == file.path:
        names = [f"`{short(first.handler.name)}` (line {first.start.line})", f"line {first.start.line}"]
    else:
        names = [f"`{short(path)}:{first.start.line}`", f"`{os.path.basename(path)}:{first.start.line}`"]
    yield from (f"{name} and {more} more" if more else name for name in names)


def _cures(file: File, found: Twins) -> tuple[str, ...]:
    if all(each.needs_parameters and each.is_certain for each in found.places) and not found.leaves:
        name = _given(found)
        if found.is_lookup and found.answers_404 and name is not None:
            return f"make them `Depends(get_{short(name)}_or_404)`", "make them a dependency"
        if found.is_lookup or found.is_refusal or found.places[0].opens:
            return ("make them a dependency",)
    where = layout.place_for(file.project.files, file.path, "services")
    return f"make them one function, such as in `{short(where)}`", "make them one function"


def _given(found: Twins) -> str | None:
    """What most of the places call what they look up."""
    names = Counter(name for place in found.places for name in place.gives if len(place.gives) == 1)
    telling = [name for name, _ in names.most_common() if name not in _COLOURLESS]
    return telling[0] if telling else None


@check
def duplicate_provider(file: File) -> Iterator[Finding]:
    """A dependency such as `get_db` is defined again, in another module of the application or under another name.

    FastAPI knows a dependency by its function: `app.dependency_overrides[get_db]` in a test replaces one of them, and
    the routes with the other go on to the real database; and where both serve one request, each opens a session of its
    own. Functions are the same if their bodies mean the same: two factories that lead to two databases do not.
    Applications that share nothing may each have their own. The one to import is the most imported.

    Bad::

        def get_db() -> Iterator[Session]:
            with SessionLocal() as session:
                yield session

        def get_session() -> Iterator[Session]:  # FAP003
            with SessionLocal() as db:
                yield db

        app = FastAPI()

        @app.get("/users/count")
        def count_users(db: Session = Depends(get_db)) -> int:
            return db.scalar(select(func.count(User.id))) or 0

        @app.get("/orders/count")
        def count_orders(db: Session = Depends(get_session)) -> int:
            return db.scalar(select(func.count(Order.id))) or 0

    Good::

        def get_db() -> Iterator[Session]:
            with SessionLocal() as session:
                yield session

        app = FastAPI()

        @app.get("/users/count")
        def count_users(db: Session = Depends(get_db)) -> int:
            return db.scalar(select(func.count(User.id))) or 0

        @app.get("/orders/count")
        def count_orders(db: Session = Depends(get_db)) -> int:
            return db.scalar(select(func.count(Order.id))) or 0
    """
    for found in doubles.of(file):
        yield Finding(found.position, _doubled(file, found))


def _doubled(file: File, found: Double) -> str:
    path = os.path.relpath(found.original.path, file.project.files.root)
    name = found.original.qualname
    line = found.original_position.line
    fate = f"overriding one leaves {'the other' if found.copies == 2 else 'the others'}"
    fate += " on the real database" if found.opens else " in use"
    if found.original.path == file.path:
        return f"`{short(found.name)}` does the same as `{short(name)}` (line {line}): {fate}; keep one of them"
    if name != found.name:
        return fitting(
            f"`{short(found.name)}` does the same as `{short(name)}` in `{short(path)}`: {fate}; import that",
            f"`{short(found.name)}` does the same as `{short(name)}` in `{short(path)}`: {fate}",
        )
    times = "again" if found.copies == 2 else f"{found.copies} times"
    return fitting(
        *(
            f"`{short(name)}` is defined {times} (see `{where}:{line}`): {fate}; import that"
            for where in (path, short(path), os.path.basename(path))
        )
    )
