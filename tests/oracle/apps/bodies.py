"""One body, several bodies, embedded bodies and bodies that dependencies ask for."""

from typing import Annotated, Any

from fastapi import Body, Depends, FastAPI
from pydantic import BaseModel


class Item(BaseModel):
    name: str


class User(BaseModel):
    name: str


app = FastAPI()


def read_note(note: Annotated[str, Body()]) -> str:
    return note


def read_item(item: Item) -> Item:
    return item


@app.post("/single")
def single(item: Item) -> None: ...


@app.post("/several/{key}")
def several(key: int, item: Item, user: User, importance: Annotated[int, Body()], q: str | None = None) -> None: ...


@app.post("/embedded")
def embedded(item: Annotated[Item, Body(embed=True)]) -> None: ...


@app.post("/dependency")
def from_dependency(note: str = Depends(read_note)) -> None: ...


@app.post("/both")
def from_both(user: User, note: str = Depends(read_note), item: Item = Depends(read_item)) -> None: ...


@app.post("/same")
def same(item: Item, again: Item = Depends(read_item)) -> None: ...


@app.post("/any")
def anything(payload: Any = Body(None)) -> None: ...


@app.delete("/delete")
def delete(item: Item) -> None: ...
