"""`NewType` and type variables are scalars to FastAPI, whatever they stand for."""

from typing import Annotated, NewType, TypeVar

from fastapi import Body, FastAPI
from pydantic import BaseModel


class Item(BaseModel):
    name: str


UserId = NewType("UserId", int)
ItemId = NewType("ItemId", UserId)
Ids = NewType("Ids", list[int])
T = TypeVar("T")
Bound = TypeVar("Bound", bound=Item)
Number = int
Items = list[Item]

app = FastAPI()


@app.get("/users/{user_id}")
def read_user(user_id: UserId, item_id: ItemId) -> UserId:
    return user_id


@app.post("/ids")
def create_ids(ids: Ids) -> Ids:
    return ids


@app.post("/marked")
def create_marked(ids: Annotated[Ids, Body()]) -> list[ItemId]:
    return []


@app.post("/variables")
def create_variables(first: T, second: list[T]) -> None: ...


@app.post("/bound")
def create_bound(item: Bound) -> None: ...


@app.post("/aliases/{number}")
def create_aliases(number: Number, items: Items) -> Items:
    return items
