"""Containers are bodies unless they are marked as something else; other generics are scalars."""

from collections import deque
from collections.abc import Iterable, Mapping, MutableMapping, MutableSequence, Sequence
from typing import Dict, FrozenSet, List, Set, Tuple

from fastapi import FastAPI, Header, Query

app = FastAPI()


@app.post("/list")
def as_list(values: list[int]) -> None: ...


@app.get("/get-list")
def get_list(values: list[int] = []) -> None: ...


@app.post("/typing-list")
def as_typing_list(values: List[str] = ["a"]) -> None: ...


@app.post("/bare-dict")
def as_bare_dict(values: dict = {}) -> None: ...


@app.post("/set")
def as_set(values: Set[int]) -> None: ...


@app.post("/frozenset")
def as_frozenset(values: FrozenSet[int] = frozenset()) -> None: ...


@app.post("/tuple")
def as_tuple(values: tuple[int, str]) -> None: ...


@app.post("/tuples")
def as_tuples(values: Tuple[int, ...]) -> None: ...


@app.post("/dict")
def as_dict(values: Dict[str, int]) -> None: ...


@app.post("/mapping")
def as_mapping(values: Mapping[str, int]) -> None: ...


@app.post("/mutable-mapping")
def as_mutable_mapping(values: MutableMapping[str, int]) -> None: ...


@app.post("/sequence")
def as_sequence(values: Sequence[int]) -> None: ...


@app.post("/mutable-sequence")
def as_mutable_sequence(values: MutableSequence[int]) -> None: ...


@app.post("/deque")
def as_deque(values: deque[int]) -> None: ...


@app.get("/iterable")
def as_iterable(values: Iterable[int]) -> None: ...


@app.post("/nested")
def as_nested(values: dict[str, list[int]]) -> None: ...


@app.post("/maybe")
def as_maybe(values: list[int] | None = None) -> None: ...


@app.post("/either")
def as_either(values: int | list[int]) -> None: ...


@app.get("/query")
def as_query(
    values: list[int] = Query(),
    names: set[str] = Query(default=set()),
    pair: tuple[int, int] = Query(...),
    tags: list[str] | None = Query(None),
    x_token: list[str] = Header(default=[]),
) -> None: ...
