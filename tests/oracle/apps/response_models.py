"""Response models: the decorator's, else the return annotation, and when there is none."""

from typing import Any, Optional, Union

from fastapi import FastAPI
from pydantic import BaseModel


class Item(BaseModel):
    name: str


class Book(Item):
    pages: int


app = FastAPI()
MODEL = Book
OPTIONS: dict[str, Any] = {"response_model_exclude_none": True}


@app.get("/declared", response_model=Item)
def declared():  # type: ignore[no-untyped-def]
    return {"name": ""}


@app.get("/annotated")
def annotated() -> Item:
    return Item(name="")


@app.get("/both", response_model=Item)
def both() -> Book:
    return Book(name="", pages=1)


@app.get("/any", response_model=Item)
def any_beside_model() -> Any:
    return {}


@app.get("/only-any")
def only_any() -> Any:
    return {}


@app.get("/off", response_model=None)
def off() -> Item:
    return Item(name="")


@app.get("/nothing")
def nothing():  # type: ignore[no-untyped-def]
    return {}


@app.get("/none")
def none() -> None: ...


@app.get("/list", response_model=list[Item])
def as_list() -> Any:
    return []


@app.get("/optional")
def optional() -> Optional[Item]:
    return None


@app.get("/union", response_model=Union[Book, Item])
def union() -> Any:
    return {}


@app.get("/pipe")
def pipe() -> None | Book | Item:
    return None


@app.get("/name", response_model=MODEL)
def by_name() -> Any:
    return {}


@app.get("/dict")
async def as_dict() -> dict[str, list[Item]]:
    return {}


@app.get("/unpacked", **OPTIONS)
def unpacked() -> Item:
    return Item(name="")


@app.get("/exclude", response_model=list[Item], response_model_exclude={"name"})
def exclude() -> Any:
    return []


@app.get("/bare")
def bare() -> dict:  # type: ignore[type-arg]
    return {}


@app.get("/object")
def as_object() -> object:
    return 1
