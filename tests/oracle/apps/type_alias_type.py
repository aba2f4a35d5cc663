"""`TypeAliasType` by call: FastAPI looks through it where it is the whole annotation."""

from typing import Annotated

from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel
from typing_extensions import TypeAliasType

SINCE = (0, 128, 2)


class Item(BaseModel):
    name: str


def current_user() -> str:
    return "me"


Items = TypeAliasType("Items", list[Item])
Limit = TypeAliasType("Limit", Annotated[int, Query(alias="max")])
User = TypeAliasType("User", Annotated[str, Depends(current_user)])
Number = TypeAliasType("Number", int)

app = FastAPI()


@app.post("/items")
def create_items(items: Items) -> Items:
    return items


@app.get("/limit")
def read_limit(user: User, number: Number, limit: Limit = 10) -> Number | None:
    return limit


@app.post("/hidden")
def create_hidden(items: Items | None = None) -> list[Items]:
    return []
