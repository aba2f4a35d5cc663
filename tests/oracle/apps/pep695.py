"""`type` statements and generic functions and classes."""

from typing import Annotated

from fastapi import Depends, FastAPI, Header, Query
from pydantic import BaseModel

PYTHON = (3, 12)
SINCE = (0, 128, 2)


class Item(BaseModel):
    name: str


class Page[T](BaseModel):
    items: list[T]


def current_user(x_token: Annotated[str, Header()]) -> str:
    return x_token


type ItemId = int
type Items = list[Item]
type User = Annotated[str, Depends(current_user)]
type Limit = Annotated[int, Query(ge=1)]

app = FastAPI()


@app.get("/items/{item_id}")
def read_item(item_id: ItemId, user: User, limit: Limit = 10) -> Item:
    return Item(name=user)


@app.get("/items")
def list_items() -> Page[Item]:
    return Page(items=[])


@app.post("/items")
def create_items(items: Items) -> Items:
    return items


@app.put("/items")
def replace_items(items: Items | None = None) -> Page[Items]:
    return Page(items=[])


def first[T](values: list[T]) -> T:
    return values[0]


@app.post("/first")
def create_first[T](values: list[T], picked: Annotated[str, Depends(first)]) -> None: ...
