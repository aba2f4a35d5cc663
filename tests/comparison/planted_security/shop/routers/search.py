"""Searching with SQL."""

from __future__ import annotations

import shlex
import sqlite3
import subprocess  # EITHER
import uuid
from enum import Enum
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

router = APIRouter(prefix="/search")
engine = create_engine("sqlite:///shop.db")
COLUMNS = {"name": "name", "price": "price"}
TABLE = "item"


class Wanted(BaseModel):
    name: str
    colour: str = ""


class Column(str, Enum):
    NAME = "name"
    PRICE = "price"


def connection() -> sqlite3.Connection:
    return sqlite3.connect("shop.db")


Connection = Annotated[sqlite3.Connection, Depends(connection)]


@router.get("/formatted")
def by_name(name: str, db: Connection) -> list[str]:
    rows = db.execute(f"SELECT name FROM item WHERE name = '{name}'")  # BAD sql-from-request
    return [row[0] for row in rows]


@router.get("/steps")
def in_steps(db: Connection, order: str = "name") -> list[str]:
    statement = "SELECT name FROM item"
    statement += " ORDER BY " + order
    rows = db.execute(statement)  # BAD sql-from-request
    return [row[0] for row in rows]


@router.post("/body")
def by_body(wanted: Wanted) -> list[str]:
    with Session(engine) as session:
        rows = session.execute(text(f"SELECT name FROM item WHERE colour = '{wanted.colour}'"))  # BAD sql-from-request
        return [row[0] for row in rows]


def matching(name: str) -> str:
    return "SELECT name FROM item WHERE name LIKE '%{}%'".format(name)  # EITHER the call of this is a mistake


@router.post("/helper")
def by_helper(wanted: Wanted, db: Connection) -> list[str]:
    rows = db.execute(matching(wanted.name))  # BAD sql-from-request
    return [row[0] for row in rows]


@router.get("/bound")
def bound(name: str, db: Connection) -> list[str]:
    rows = db.execute("SELECT name FROM item WHERE name = ?", (name,))  # GOOD a parameter
    return [row[0] for row in rows]


@router.get("/numbered")
def numbered(number: int, db: Connection) -> list[str]:
    rows = db.execute(f"SELECT name FROM item WHERE id = {number}")  # GOOD a number
    return [row[0] for row in rows]


@router.get("/sorted")
def sorted_by(column: Column, db: Connection) -> list[str]:
    rows = db.execute(f"SELECT name FROM item ORDER BY {column.value}")  # GOOD one of two words
    return [row[0] for row in rows]


@router.get("/directed")
def directed(direction: Literal["ASC", "DESC"], db: Connection) -> list[str]:
    rows = db.execute(f"SELECT name FROM item ORDER BY name {direction}")  # GOOD one of two words
    return [row[0] for row in rows]


@router.get("/known")
def known(db: Connection, order: str = "name") -> list[str]:
    column = COLUMNS.get(order, "name")
    rows = db.execute(f"SELECT name FROM item ORDER BY {column}")  # GOOD looked up
    return [row[0] for row in rows]


@router.get("/identified")
def identified(item: uuid.UUID, db: Connection) -> list[str]:
    rows = db.execute(f"SELECT name FROM item WHERE uuid = '{item}'")  # GOOD a UUID
    return [row[0] for row in rows]


@router.get("/table")
def of_table(db: Connection) -> list[str]:
    rows = db.execute(f"SELECT name FROM {TABLE}")  # GOOD a constant
    return [row[0] for row in rows]


@router.get("/constrained")
def constrained(name: Annotated[str, Query(pattern="^[a-z]+$")], db: Connection) -> list[str]:
    rows = db.execute(f"SELECT name FROM item WHERE name = '{name}'")  # GOOD letters only
    return [row[0] for row in rows]


@router.get("/message")
def message(name: str) -> str:
    return f"Select {name} from the list, or update it where you like"  # GOOD no SQL


@router.get("/report")
def disk_report(folder: str) -> str:
    return subprocess.run(f"du -s {folder}", shell=True, capture_output=True, text=True).stdout  # BAD command-from-request


@router.get("/report/quoted")
def quoted_report(folder: str) -> str:
    return subprocess.run(f"du -s {shlex.quote(folder)}", shell=True, capture_output=True, text=True).stdout  # EITHER


@router.get("/report/listed")
def listed_report(column: Column) -> str:
    return subprocess.run(["du", "-s", column.value], capture_output=True, text=True).stdout  # EITHER
