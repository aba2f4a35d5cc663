"""One spelling for every way to write a response type."""

import dataclasses
import datetime
import typing as t
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Dict, Generic, List, Literal, NamedTuple, Optional, Tuple, TypeVar, Union
from uuid import UUID

from fastapi import FastAPI
from pydantic import BaseModel
from typing_extensions import Annotated, TypedDict

T = TypeVar("T")
K = TypeVar("K")


class Color(Enum):
    RED = "red"


class Item(BaseModel):
    name: str


class Page(BaseModel, Generic[T]):
    items: list[T]


class Pair(BaseModel, Generic[K, T]):
    key: K
    value: T


class ItemPage(Page[Item]):
    total: int


@dataclasses.dataclass
class Point:
    x: int


class Options(TypedDict):
    dry: bool


class Range(NamedTuple):
    start: int
    stop: int


Items = List[Item]
MaybeItem = Optional[Item]
ItemId = t.NewType("ItemId", int)

app = FastAPI()


@app.get("/typing")
def typing_names() -> Dict[str, List[Tuple[int, ...]]]:
    return {}


@app.get("/page")
def page() -> Page[Item]:
    return Page(items=[])


@app.get("/page-of-pages", response_model=Page[Pair[str, list[Item]]])
def page_of_pages() -> Any:
    return {}


@app.get("/raw-page", response_model=Page)
def raw_page() -> Any:
    return {}


@app.get("/sub-page")
def sub_page() -> ItemPage:
    return ItemPage(items=[], total=0)


@app.get("/alias")
def alias() -> Items:
    return []


@app.get("/maybe-alias", response_model=list[MaybeItem])
def maybe_alias() -> Any:
    return []


@app.get("/union-of-aliases", response_model=Union[MaybeItem, Page[Item], None])
def union_of_aliases() -> Any:
    return None


@app.get("/new-type")
def new_type() -> ItemId:
    return ItemId(1)


@app.get("/annotated")
def annotated() -> Annotated[Item, "metadata"]:
    return Item(name="")


@app.get("/literal")
def literal() -> Literal["a", 1, True, None, Color.RED]:
    return "a"


@app.get("/dataclass")
def dataclass() -> Point:
    return Point(1)


@app.get("/typed-dict", response_model=Sequence[Options])
def typed_dict() -> Any:
    return []


@app.get("/tuple")
def named_tuple() -> tuple[Range, int]:
    return Range(1, 2), 3


@app.get("/times", response_model=Mapping[UUID, datetime.datetime])
def times() -> Any:
    return {}


@app.get("/enum")
def enum() -> Color:
    return Color.RED


@app.get("/scalar")
def scalar() -> float | None:
    return 1.0


@app.get("/set")
def as_set() -> frozenset[str]:
    return frozenset()
