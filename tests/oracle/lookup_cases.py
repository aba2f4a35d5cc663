"""Small applications in two versions: a look-up that may find nothing, used without a test and with one.

The first version answers a request for something that is not there with a 500 (or as if it were there) and has a mark
where the linter reports it; the second answers as it should, and the linter is silent.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

IMPORTS = """\
import re
from collections.abc import Iterator
from typing import Any

from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.pool import StaticPool

app = FastAPI()
ITEMS: dict[str, dict[str, Any]] = {"1": {"name": "one"}}


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class UserOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str


engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
SessionLocal = sessionmaker(engine)
Base.metadata.create_all(engine)
with SessionLocal() as db:
    db.add(User(id=1, name="one"))
    db.commit()


def get_db() -> Iterator[Session]:
    with SessionLocal() as db:
        yield db


"""


@dataclass(frozen=True)
class Pair:
    name: str
    bad: str
    good: str
    wrong: int
    """The status of the first version for a request for what is not there."""
    right: int
    """That of the second."""
    error: str
    """The exception that leaves the first version; empty where none does."""
    missing: str
    present: str
    """The URLs for what is not there and for what is; both versions answer the latter with 200."""


PAIRS: list[Pair] = []


def pair(
    name: str,
    bad: str,
    good: str,
    error: str = "",
    *,
    wrong: int = 500,
    right: int = 404,
    missing: str = "/users/9",
    present: str = "/users/1",
) -> None:
    first, second = (IMPORTS + textwrap.dedent(text).lstrip() for text in (bad, good))
    PAIRS.append(Pair(name, first, second, wrong, right, error, missing, present))


def handler(body: str, *, declared: str = "", before: str = "", answers: str = " -> str") -> str:
    """A route that is given the number of a user and a session."""
    decorator = f'@app.get("/users/{{user_id}}"{declared})'
    head = f"{decorator}\ndef read(user_id: int, db: Session = Depends(get_db)){answers}:\n"
    return textwrap.dedent(before) + head + textwrap.indent(textwrap.dedent(body).strip("\n"), "    ") + "\n"


ABSENT = "if user is None:\n    raise HTTPException(404)\n"

for name, find in {
    "get": "db.get(User, user_id)",
    "legacy-first": "db.query(User).filter(User.id == user_id).first()",
    "legacy-get": "db.query(User).filter_by(id=user_id).one_or_none()",
    "scalars-first": "db.scalars(select(User).where(User.id == user_id)).first()",
    "scalar": "db.scalar(select(User).where(User.id == user_id))",
    "scalar-one-or-none": "db.execute(select(User).where(User.id == user_id)).scalar_one_or_none()",
}.items():
    pair(
        name,
        handler(f"user = {find}\nreturn user.name  # FAP005 unchecked-lookup: `user.name` raises AttributeError"),
        handler(f"user = {find}\n{ABSENT}return user.name"),
        "AttributeError",
    )

FIND = "user = db.get(User, user_id)\n"

for name, use, error in (
    ("store", 'user.name = "two"', "AttributeError"),
    ("setattr", 'setattr(user, "name", "two")', "AttributeError"),
    ("delete", "db.delete(user)", "UnmappedInstanceError"),
    ("refresh", "db.refresh(user)", "UnmappedInstanceError"),
    ("validate", "UserOut.model_validate(user)", "ValidationError"),
):
    pair(
        name,
        handler(f'{FIND}{use}  # FAP005 unchecked-lookup: {error}\nreturn "done"'),
        handler(f'{FIND}{ABSENT}{use}\nreturn "done"'),
        error,
    )

pair(
    "response-model",
    handler(
        "return db.get(User, user_id)  # FAP005 unchecked-lookup",
        declared=", response_model=UserOut",
        answers="",
    ),
    handler(f"{FIND}{ABSENT}return user", declared=", response_model=UserOut", answers=""),
    "ResponseValidationError",
)
pair(
    "unpacked",
    handler(
        """
        row = db.execute(text("SELECT id, name FROM users WHERE id = :id"), {"id": user_id}).fetchone()
        number, name = row  # FAP005 unchecked-lookup: unpacking it raises TypeError
        return f"{number} {name}"
        """
    ),
    handler(
        """
        row = db.execute(text("SELECT id, name FROM users WHERE id = :id"), {"id": user_id}).fetchone()
        if row is None:
            raise HTTPException(404)
        number, name = row
        return f"{number} {name}"
        """
    ),
    "TypeError",
)
pair(
    "caught",
    handler(
        """
        try:
            user = db.get(User, user_id)
            return user.name  # FAP005 unchecked-lookup
        except Exception as error:
            raise HTTPException(500, detail="failed") from error
        """
    ),
    handler(
        """
        try:
            user = db.get(User, user_id)
            return user.name
        except AttributeError as error:
            raise HTTPException(404, detail="no such user") from error
        """
    ),
)
CRUD = """
class Repository:
    def __init__(self, db: Session) -> None:
        self.db = db

    def get(self, user_id: int) -> User | None:
        return self.db.get(User, user_id)

    def require(self, user_id: int) -> User:
        user = self.db.get(User, user_id)
        if user is None:
            raise HTTPException(404)
        return user


"""
pair(
    "repository",
    handler("user = Repository(db).get(user_id)\nreturn user.name  # FAP005 unchecked-lookup", before=CRUD),
    handler("user = Repository(db).require(user_id)\nreturn user.name", before=CRUD),
    "AttributeError",
)
ITEM = '@app.get("/items/{item_id}")\ndef read(item_id: str) -> str:\n'
pair(
    "module-dict",
    ITEM + '    return ITEMS[item_id]["name"]  # FAP005 unchecked-lookup: raises KeyError\n',
    ITEM + '    if item_id not in ITEMS:\n        raise HTTPException(404)\n    return ITEMS[item_id]["name"]\n',
    "KeyError",
    missing="/items/9",
    present="/items/1",
)
pair(
    "dict-get",
    ITEM + '    item = ITEMS.get(item_id)\n    return item["name"]  # FAP005 unchecked-lookup\n',
    ITEM
    + "    item = ITEMS.get(item_id)\n    if item is None:\n        raise HTTPException(404)\n"
    + '    return item["name"]\n',
    "TypeError",
    missing="/items/9",
    present="/items/1",
)
pair(
    "match",
    ITEM + '    return re.match(r"\\d", item_id).group()  # FAP005 unchecked-lookup: a 500 instead of a 422\n',
    ITEM
    + '    found = re.match(r"\\d", item_id)\n    if found is None:\n        raise HTTPException(422)\n'
    + "    return found.group()\n",
    "AttributeError",
    right=422,
    missing="/items/x",
    present="/items/1",
)
HEADER = '@app.get("/agent/{name}")\ndef read(name: str, request: Request) -> str:\n'
pair(
    "header",
    HEADER + '    return request.headers.get(f"x-{name}").lower()  # FAP005 unchecked-lookup: a 500 instead of a 400\n',
    HEADER
    + '    found = request.headers.get(f"x-{name}")\n    if found is None:\n        raise HTTPException(400)\n'
    + "    return found.lower()\n",
    "AttributeError",
    right=400,
    missing="/agent/other",
    present="/agent/given",
)
QUERY = "query = db.query(User).filter(User.id == user_id)\n"
pair(
    "truth-of-query",
    handler(
        QUERY
        + "if not query:  # FAP005 query-truth-test: always true\n    raise HTTPException(404)\n"
        + 'return ", ".join(user.name for user in query)'
    ),
    handler(
        "users = db.query(User).filter(User.id == user_id).all()\n"
        "if not users:\n    raise HTTPException(404)\n"
        'return ", ".join(user.name for user in users)'
    ),
    wrong=200,
)
pair(
    "query-is-none",
    handler(
        QUERY
        + "if query is None:  # FAP005 query-truth-test: never None\n    raise HTTPException(404)\n"
        + 'return ", ".join(user.name for user in query)'
    ),
    handler(
        QUERY
        + "if query.first() is None:\n    raise HTTPException(404)\n"
        + 'return ", ".join(user.name for user in query)'
    ),
    wrong=200,
)
pair(
    "truth-of-result",
    handler(
        """
        result = db.execute(select(User).where(User.id == user_id))
        if not result:  # FAP005 query-truth-test: a cursor
            raise HTTPException(404)
        return ", ".join(user.name for user in result.scalars())
        """
    ),
    handler(
        """
        users = db.execute(select(User).where(User.id == user_id)).scalars().all()
        if not users:
            raise HTTPException(404)
        return ", ".join(user.name for user in users)
        """
    ),
    wrong=200,
)
