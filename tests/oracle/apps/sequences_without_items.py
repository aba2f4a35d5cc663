"""A sequence without item types is taken for a sequence of files, a named tuple too."""

from collections.abc import Sequence
from typing import List, NamedTuple, Optional

from fastapi import Body, FastAPI

NEEDS = ("python_multipart",)


class Pair(NamedTuple):
    left: int
    right: int


app = FastAPI()


@app.post("/list")
def as_list(values: list) -> None: ...


@app.post("/typing-list")
def as_typing_list(values: List = []) -> None: ...


@app.post("/tuple")
def as_tuple(values: tuple, more: set = set(), others: Sequence = ()) -> None: ...


@app.post("/maybe")
def as_maybe(values: Optional[list] = None) -> None: ...


@app.post("/pair")
def as_pair(pair: Pair) -> None: ...


@app.post("/pairs")
def as_pairs(pairs: list[Pair]) -> None: ...


@app.post("/marked")
def as_marked(values: list = Body(), pair: Pair = Body()) -> None: ...
