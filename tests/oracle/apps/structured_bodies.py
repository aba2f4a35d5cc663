"""Classes with fields are bodies: models, dataclasses, typed dictionaries."""

import dataclasses
from typing import Generic, Optional, TypeVar, Union

from fastapi import FastAPI
from pydantic import BaseModel, RootModel
from pydantic.dataclasses import dataclass
from typing_extensions import TypedDict

T = TypeVar("T")


class Item(BaseModel):
    name: str


class Book(Item):
    pages: int


class Names(RootModel[list[str]]):
    pass


class Box(BaseModel, Generic[T]):
    content: T


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


@dataclass
class Checked:
    x: int


class Options(TypedDict, total=False):
    dry: bool


app = FastAPI()


@app.post("/model")
def with_model(item: Item) -> None: ...


@app.post("/inherited")
def with_inherited(book: Book) -> None: ...


@app.post("/root")
def with_root(names: Names) -> None: ...


@app.post("/generic")
def with_generic(box: Box[int]) -> None: ...


@app.post("/dataclass")
def with_dataclass(point: Point) -> None: ...


@app.post("/pydantic-dataclass")
def with_checked(checked: Checked) -> None: ...


@app.post("/typed-dict")
def with_typed_dict(options: Options) -> None: ...


@app.post("/optional")
def with_optional(item: Optional[Item]) -> None: ...


@app.post("/default")
def with_default(item: Optional[Item] = None) -> None: ...


@app.post("/union")
def with_union(thing: Union[Book, Item]) -> None: ...


@app.post("/pipe")
def with_pipe(thing: Book | Point | None = None) -> None: ...


@app.post("/list")
def with_list(items: list[Item]) -> None: ...


@app.post("/dict")
def with_dict(items: dict[str, Item]) -> None: ...


@app.get("/model")
def get_with_model(item: Item, limit: int = 10) -> None: ...
