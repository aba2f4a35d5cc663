"""Relationships that are read while the answer is put together."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics import served
from flake8_fastapi.semantics.data import loading, sent
from flake8_fastapi.semantics.data.loading import Unloaded
from flake8_fastapi.semantics.facts import Position
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.visitor import Finding, check, fitting


@check
def lazy_relation(route: Route) -> Iterator[Finding]:
    """The response model reads a relationship that the query does not load with its rows.

    FastAPI reads the attribute while it validates the answer: with a sync session each row costs a query of its own,
    under `AsyncSession` the read raises `MissingGreenlet` and the request ends in a 500, for a single object too.
    Reported at the query, where the loader option is missing. Silent unless model, relationship and query are all
    resolved; for relationships that say how they are loaded; and for one object of a sync session.

    Bad::

        class Base(DeclarativeBase):
            pass

        class User(Base):
            __tablename__ = "users"

            id: Mapped[int] = mapped_column(primary_key=True)
            orders: Mapped[list["Order"]] = relationship()

        class Order(Base):
            __tablename__ = "orders"

            id: Mapped[int] = mapped_column(primary_key=True)
            user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

        class OrderOut(BaseModel):
            id: int

        class UserOut(BaseModel):
            id: int
            orders: list[OrderOut]

        @app.get("/users", response_model=list[UserOut])
        def list_users(db: Session = Depends(get_db)):
            return db.scalars(select(User).limit(20)).all()  # FAP006

    Good::

        class Base(DeclarativeBase):
            pass

        class User(Base):
            __tablename__ = "users"

            id: Mapped[int] = mapped_column(primary_key=True)
            orders: Mapped[list["Order"]] = relationship()

        class Order(Base):
            __tablename__ = "orders"

            id: Mapped[int] = mapped_column(primary_key=True)
            user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

        class OrderOut(BaseModel):
            id: int

        class UserOut(BaseModel):
            id: int
            orders: list[OrderOut]

        @app.get("/users", response_model=list[UserOut])
        def list_users(db: Session = Depends(get_db)):
            return db.scalars(select(User).options(selectinload(User.orders)).limit(20)).all()
    """
    if not served.is_api(route) or not route.shows_handler:
        return
    for found in loading.unloaded(route):
        place = _query(route, found)
        if place is not None:
            yield Finding(place, _message(found, "the query"))
        else:
            query = f"`{found.text}`" if found.text else "the query"
            yield Finding(sent.position(route, found.returned), _message(found, query))


def _query(route: Route, found: Unloaded) -> Position | None:
    """Where the query begins; None if it stands in another file."""
    query = found.result.query
    return query.call.start if query.call is not None and query.frame.path == route.source.path else None


def _message(found: Unloaded, query: str) -> str:
    relation = f"{found.entity.name}.{found.relationship.name}"
    loader = "selectinload" if found.is_collection else "joinedload"
    harm = "`MissingGreenlet` under `AsyncSession`" if found.is_async else "one more query per row"
    read = f"`{served.clipped(found.schema.name)}` reads `{served.clipped(relation)}`"
    variants = (
        f"{read}, which {query} does not load: {harm}; add `options({loader}({relation}))`",
        f"{read}, which {query} does not load: {harm}; add `{loader}`",
        f"{read}, which the query does not load: {harm}; add `{loader}`",
        f"{read}, which is not loaded: {harm}; add `{loader}`",
    )
    return fitting(*variants)
