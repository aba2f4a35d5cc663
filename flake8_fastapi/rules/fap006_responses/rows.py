"""Rows of the database that leave through a response as they are."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.knowledge import sensitive
from flake8_fastapi.semantics import served
from flake8_fastapi.semantics.data import sent
from flake8_fastapi.semantics.data.entities import Entity
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.visitor import Finding, check, fitting


@check
def orm_object_returned(route: Route) -> Iterator[Finding]:
    """A route returns a database object and declares no response model: every loaded column goes out.

    FastAPI turns the object into its attributes, the hash of the password included; a column that is added later goes
    out too, and a relationship as soon as something loads it. Silent where a response model or a return annotation
    filters, where `responses=` describes the answer, and for documents that are pydantic models.

    Bad::

        class Base(DeclarativeBase):
            pass

        class User(Base):
            __tablename__ = "users"

            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]
            password_hash: Mapped[str]

        @app.get("/users/{user_id}")
        def get_user(user_id: int, db: Session = Depends(get_db)):
            return db.get(User, user_id)  # FAP006

    Good::

        class Base(DeclarativeBase):
            pass

        class User(Base):
            __tablename__ = "users"

            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]
            password_hash: Mapped[str]

        class UserOut(BaseModel):
            id: int
            name: str

        @app.get("/users/{user_id}", response_model=UserOut)
        def get_user(user_id: int, db: Session = Depends(get_db)):
            user = db.get(User, user_id)
            if user is None:
                raise HTTPException(404)
            return user
    """
    found = sent.objects(route)
    if found is None or not served.is_first(route, _returns_objects):
        return
    handler, entity = served.named(route), served.clipped(found.held.entity.name)
    rows = f"rows of `{entity}`" if found.held.is_many else f"a row of `{entity}`"
    as_is = "as they are" if found.held.is_many else "as it is"
    secret = _secret(found.held.entity)
    yield Finding(
        found.position,
        fitting(
            f"{handler} returns {rows} {as_is}: every loaded column goes out{secret}; declare a response model",
            f"{handler} returns {rows}: every loaded column goes out{secret}; declare a response model",
            f"{rows} returned: every loaded column goes out{secret}; declare a response model",
            f"{rows} returned: every loaded column goes out; declare a response model",
        ),
    )


def _returns_objects(route: Route) -> bool:
    return sent.objects(route) is not None


def _secret(entity: Entity) -> str:
    """The first column that must not go out, for a message."""
    names = (column.name for column in entity.columns if not column.is_deferred)
    found = next((name for name in names if sensitive.secret(name) is not None), None)
    return f", `{served.clipped(found)}` too" if found is not None else ""


@check
def raw_attribute_dump(route: Route) -> Iterator[Finding]:
    """A route sends all attributes of a database object without naming one: `vars(user)`, `jsonable_encoder(user)`.

    Every column goes out, those that are added later included. Also a `to_dict()` that runs over the columns of the
    table; one that names its fields is right. Silent where a response model filters the result, and for `include=` and
    `exclude=`.

    Bad::

        class Base(DeclarativeBase):
            pass

        class User(Base):
            __tablename__ = "users"

            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]
            password_hash: Mapped[str]

        @app.get("/users/{user_id}")
        def get_user(user_id: int, db: Session = Depends(get_db)):
            return vars(db.get_one(User, user_id))  # FAP006

    Good::

        class Base(DeclarativeBase):
            pass

        class User(Base):
            __tablename__ = "users"

            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]
            password_hash: Mapped[str]

        class UserOut(BaseModel):
            id: int
            name: str

        @app.get("/users/{user_id}", response_model=UserOut)
        def get_user(user_id: int, db: Session = Depends(get_db)):
            return db.get_one(User, user_id)
    """
    found = sent.dumped(route)
    if found is None or not served.is_first(route, _dumps):
        return
    text, entity = served.clipped(found.dump.text), served.clipped(found.dump.entity.name)
    secret = _secret(found.dump.entity)
    yield Finding(
        found.position,
        fitting(
            f"`{text}` sends every loaded column of `{entity}`{secret}: declare a response model and return the object",
            f"`{text}` sends every loaded column of `{entity}`{secret}: declare a response model",
            f"every loaded column of `{entity}` is sent{secret}: declare a response model",
            f"every loaded column of `{entity}` is sent: declare a response model",
        ),
    )


def _dumps(route: Route) -> bool:
    return sent.dumped(route) is not None
