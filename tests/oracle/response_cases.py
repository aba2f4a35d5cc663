"""Small applications in two versions: a mistake in an answer, and the right way to do the same.

The first version shows the fault at run time and has a mark where the linter reports it; the second answers as it
should, and the linter is silent. FOLDER is a folder with `file.pdf`, PORT a web server on this machine.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

ROWS = 40
"""How many users there are; each has one order."""
FILE_SIZE = 1_000_000

IMPORTS = f"""\
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
from fastapi import Depends, FastAPI
from fastapi.encoders import jsonable_encoder
from fastapi.responses import FileResponse, JSONResponse, Response
from pydantic import BaseModel
from sqlalchemy import ForeignKey, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, selectinload, sessionmaker
from sqlalchemy.pool import StaticPool

app = FastAPI()


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    orders: Mapped[list["Order"]] = relationship(back_populates="user")


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User] = relationship(back_populates="orders")


class UserOut(BaseModel):
    id: int
    name: str


def fill(target: Any) -> None:
    Base.metadata.create_all(target)
    with Session(target) as db:
        db.add_all(User(name=f"user{{n}}", password_hash="secret-hash", orders=[Order()]) for n in range({ROWS}))
        db.commit()


"""
SYNC = """\
engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
SessionLocal = sessionmaker(engine)
fill(engine)


def get_db() -> Iterator[Session]:
    with SessionLocal() as db:
        yield db


"""
ASYNC = """\
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool

fill(create_engine("sqlite:///FOLDER/data.db"))
engine = create_async_engine("sqlite+aiosqlite:///FOLDER/data.db", poolclass=NullPool)
AsyncSessionLocal = async_sessionmaker(engine, expire_on_commit=False)


async def get_db() -> AsyncIterator[AsyncSession]:
    async with AsyncSessionLocal() as db:
        yield db


"""


class Outcome(NamedTuple):
    """What became of one request."""

    body: str
    """What the client got; empty where it got a 500."""
    error: str
    """The error that left the application, with its class; empty where there was none."""
    pieces: int
    """In how many pieces the body was sent."""
    objects: int
    """How many rows became objects."""
    statements: int
    """How many statements the database ran."""


@dataclass(frozen=True)
class Pair:
    name: str
    bad: str
    good: str
    shows: Callable[[Outcome], bool]
    """Whether an outcome is that of the fault."""
    url: str
    needs: tuple[str, ...] = ()
    """Packages that are not always installed."""


PAIRS: list[Pair] = []


def pair(
    name: str,
    bad: str,
    good: str,
    shows: Callable[[Outcome], bool],
    *,
    url: str = "/",
    before: str = SYNC,
    needs: tuple[str, ...] = (),
) -> None:
    wrong, right = (IMPORTS + before + textwrap.dedent(text).lstrip("\n") for text in (bad, good))
    PAIRS.append(Pair(name, wrong, right, shows, url, needs))


def fails_with(text: str) -> Callable[[Outcome], bool]:
    return lambda outcome: text in outcome.error


def sends_hash(outcome: Outcome) -> bool:
    return "secret-hash" in outcome.body


def loads_all(outcome: Outcome) -> bool:
    return outcome.objects >= ROWS


def is_quoted(outcome: Outcome) -> bool:
    """Whether the body is JSON for a text that is JSON in turn."""
    first = json.loads(outcome.body)
    return isinstance(first, str) and isinstance(json.loads(first), dict)


# The size of an answer

pair(
    "whole table",
    """
    @app.get("/")
    def list_users(db: Session = Depends(get_db)) -> list[UserOut]:
        return db.query(User).order_by(User.id).all()  # FAP006 unbounded-query
    """,
    """
    @app.get("/")
    def list_users(limit: int = 20, offset: int = 0, db: Session = Depends(get_db)) -> list[UserOut]:
        return db.query(User).order_by(User.id).limit(min(limit, 100)).offset(offset).all()
    """,
    loads_all,
)

pair(
    "whole table in a repository",
    """
    class Users:
        def __init__(self, db: Session) -> None:
            self.db = db

        def every(self) -> list[User]:
            return list(self.db.scalars(select(User).order_by(User.id)).all())  # FAP006 unbounded-query


    @app.get("/")
    def list_users(db: Session = Depends(get_db)) -> list[UserOut]:
        return Users(db).every()
    """,
    """
    class Users:
        def __init__(self, db: Session) -> None:
            self.db = db

        def some(self, limit: int) -> list[User]:
            return list(self.db.scalars(select(User).order_by(User.id).limit(limit)).all())


    @app.get("/")
    def list_users(db: Session = Depends(get_db)) -> list[UserOut]:
        return Users(db).some(20)
    """,
    loads_all,
)

pair(
    "page cut in memory",
    """
    @app.get("/")
    def list_users(skip: int = 0, limit: int = 20, db: Session = Depends(get_db)) -> list[UserOut]:
        users = db.query(User).order_by(User.id).all()  # FAP006 pagination-in-memory
        return users[skip : skip + limit]
    """,
    """
    @app.get("/")
    def list_users(skip: int = 0, limit: int = 20, db: Session = Depends(get_db)) -> list[UserOut]:
        return db.query(User).order_by(User.id).offset(skip).limit(limit).all()
    """,
    loads_all,
    url="/?limit=5",
)

pair(
    "whole file",
    """
    @app.get("/{name}")
    def download(name: str) -> Response:
        data = Path("FOLDER", name).read_bytes()
        return Response(data, media_type="application/pdf")  # FAP006 whole-file-response
    """,
    """
    @app.get("/{name}")
    def download(name: str) -> FileResponse:
        return FileResponse(Path("FOLDER", name), media_type="application/pdf")
    """,
    lambda outcome: outcome.pieces == 1,
    url="/file.pdf",
)

# Rows as answers

pair(
    "row",
    """
    @app.get("/{user_id}")
    def get_user(user_id: int, db: Session = Depends(get_db)):
        return db.get(User, user_id)  # FAP006 orm-object-returned
    """,
    """
    @app.get("/{user_id}", response_model=UserOut)
    def get_user(user_id: int, db: Session = Depends(get_db)):
        return db.get(User, user_id)
    """,
    sends_hash,
    url="/1",
)

pair(
    "attributes of a row",
    """
    @app.get("/{user_id}")
    def get_user(user_id: int, db: Session = Depends(get_db)):
        return jsonable_encoder(db.get_one(User, user_id))  # FAP006 raw-attribute-dump
    """,
    """
    @app.get("/{user_id}", response_model=UserOut)
    def get_user(user_id: int, db: Session = Depends(get_db)):
        return jsonable_encoder(db.get_one(User, user_id))
    """,
    sends_hash,
    url="/1",
)

pair(
    "table as response model",
    """
    from sqlmodel import Field, SQLModel


    class Hero(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str
        remark: str = "secret-hash"


    @app.get("/", response_model=Hero)  # FAP006 orm-response-model
    def get_hero() -> Any:
        return Hero(id=1, name="x")
    """,
    """
    from sqlmodel import Field, SQLModel


    class HeroOut(SQLModel):
        name: str


    class HeroRow(HeroOut, table=True):
        id: int | None = Field(default=None, primary_key=True)
        remark: str = "secret-hash"


    @app.get("/", response_model=HeroOut)
    def get_hero() -> Any:
        return HeroRow(id=1, name="x")
    """,
    sends_hash,
    needs=("sqlmodel",),
)

_ORDERS_OUT = """
class OrderOut(BaseModel):
    id: int


class UserWithOrders(UserOut):
    orders: list[OrderOut]


"""

pair(
    "lazy relation of many rows",
    """
    @app.get("/", response_model=list[UserWithOrders])
    def list_users(db: Session = Depends(get_db)):
        return db.scalars(select(User).order_by(User.id).limit(20)).all()  # FAP006 lazy-relation
    """,
    """
    @app.get("/", response_model=list[UserWithOrders])
    def list_users(db: Session = Depends(get_db)):
        return db.scalars(select(User).options(selectinload(User.orders)).order_by(User.id).limit(20)).all()
    """,
    lambda outcome: outcome.statements > 20,
    before=SYNC + _ORDERS_OUT.lstrip("\n"),
)

pair(
    "lazy relation under AsyncSession",
    """
    @app.get("/{user_id}", response_model=UserWithOrders)
    async def get_user(user_id: int, db: AsyncSession = Depends(get_db)):
        return await db.scalar(select(User).where(User.id == user_id))  # FAP006 lazy-relation
    """,
    """
    @app.get("/{user_id}", response_model=UserWithOrders)
    async def get_user(user_id: int, db: AsyncSession = Depends(get_db)):
        return await db.scalar(select(User).options(selectinload(User.orders)).where(User.id == user_id))
    """,
    fails_with("MissingGreenlet"),
    url="/1",
    before=ASYNC + _ORDERS_OUT.lstrip("\n"),
    needs=("aiosqlite", "greenlet"),
)

pair(
    "models that contain each other",
    """
    class Owner(UserOut):
        orders: list["OrderOut"]


    class OrderOut(BaseModel):
        id: int
        user: Owner


    @app.get("/{order_id}", response_model=OrderOut)  # FAP006 deep-response-model
    def get_order(order_id: int, db: Session = Depends(get_db)):
        return db.get(Order, order_id)
    """,
    """
    class OrderOut(BaseModel):
        id: int
        user: UserOut


    @app.get("/{order_id}", response_model=OrderOut)
    def get_order(order_id: int, db: Session = Depends(get_db)):
        return db.get(Order, order_id)
    """,
    fails_with("recursion_loop"),
    url="/1",
)

# What the content is made of

pair(
    "answer of another server",
    """
    @app.get("/", response_model=None)
    def fetch():
        return requests.get("http://127.0.0.1:PORT/", timeout=5)  # FAP006 foreign-response
    """,
    """
    @app.get("/", response_model=None)
    def fetch():
        return requests.get("http://127.0.0.1:PORT/", timeout=5).json()
    """,
    lambda outcome: outcome.body != "{}",
    before="",
)

pair(
    "text that is encoded again",
    """
    @app.get("/")
    def prices() -> Any:
        return json.dumps({"apple": 3})  # FAP006 double-encoded
    """,
    """
    @app.get("/")
    def prices() -> Any:
        return {"apple": 3}
    """,
    is_quoted,
    before="",
)

pair(
    "text for a response that encodes it again",
    """
    @app.get("/")
    def prices() -> JSONResponse:
        return JSONResponse(content=json.dumps({"apple": 3}))  # FAP006 double-encoded
    """,
    """
    @app.get("/")
    def prices() -> Response:
        return Response(content=json.dumps({"apple": 3}), media_type="application/json")
    """,
    is_quoted,
    before="",
)

pair(
    "text where a model is declared",
    """
    @app.get("/", response_model=UserOut)
    def get_user() -> Any:
        return UserOut(id=1, name="x").model_dump_json()  # FAP006 double-encoded
    """,
    """
    @app.get("/", response_model=UserOut)
    def get_user() -> Any:
        return UserOut(id=1, name="x")
    """,
    fails_with("ResponseValidationError"),
    before="",
)

for _name, _bad, _good in (
    ("datetime", "datetime.now()", "datetime.now().isoformat()"),
    ("UUID", "uuid.uuid4()", "str(uuid.uuid4())"),
    ("set", "{1, 2}", "[1, 2]"),
    ("bytes", 'b"x"', '"x"'),
    ("model", 'UserOut(id=1, name="x")', 'UserOut(id=1, name="x").model_dump()'),
):
    _text = """
    @app.get("/")
    def answer() -> JSONResponse:
        return JSONResponse({{"value": {value}}}){mark}
    """
    pair(
        f"response of a {_name}",
        _text.format(value=_bad, mark="  # FAP006 unserializable-response"),
        _text.format(value=_good, mark=""),
        fails_with("TypeError: Object of type"),
        before="",
    )

pair(
    "dump of a model with a datetime",
    """
    class Event(BaseModel):
        at: datetime


    @app.get("/")
    def get_event() -> JSONResponse:
        return JSONResponse(Event(at=datetime.now()).model_dump())  # FAP006 unserializable-response
    """,
    """
    class Event(BaseModel):
        at: datetime


    @app.get("/")
    def get_event() -> JSONResponse:
        return JSONResponse(Event(at=datetime.now()).model_dump(mode="json"))
    """,
    fails_with("TypeError: Object of type"),
    before="",
)

pair(
    "plain response of a dict",
    """
    @app.get("/")
    def answer() -> Response:
        return Response({"apple": 3})  # FAP006 unserializable-response
    """,
    """
    @app.get("/")
    def answer() -> JSONResponse:
        return JSONResponse({"apple": 3})
    """,
    fails_with("AttributeError"),
    before="",
)
