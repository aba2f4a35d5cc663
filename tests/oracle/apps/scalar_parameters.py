"""Scalars: in the path if the path names them, else in the query."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from fastapi import FastAPI


class Color(str, Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1


app = FastAPI()


@app.get("/items/{item_id}/{color}/{file:path}")
def read_item(item_id: int, color: Color, file: Path, level: Level = Level.LOW, verbose: bool = False) -> None: ...


@app.get("/times/{day}")
def read_times(day: date, at: datetime, until: time, every: timedelta = timedelta(days=1)) -> None: ...


@app.post("/kinds/{key}")
def create_kind(key: UUID, kind: Literal["a", "b"], price: Decimal, raw: bytes, pattern: re.Pattern[str]) -> None: ...


@app.put("/loose/{name}")
def replace_loose(name, value, anything: Any, limit=10, *, only: str, offset: float = 0.0) -> None: ...


@app.get("/objects/{number:int}")
def read_objects(number: int, thing: object, nothing: None = None) -> None: ...


@app.get("/rest/{args}")
def read_rest(*args: str, **kwargs: int) -> None: ...
