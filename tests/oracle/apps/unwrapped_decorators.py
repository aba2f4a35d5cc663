"""A wrapper without `functools.wraps` shows FastAPI its own parameters; `__signature__` shows what it likes."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from pydantic import BaseModel


class Item(BaseModel):
    name: str


app = FastAPI()


def naked(function: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


def with_request(function: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(request: Request, item: Item) -> Item:
        return function(request, item)  # type: ignore[no-any-return]

    return wrapper


def wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(request: Request, *args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


def signed(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(**kwargs: Any) -> Any:
        return function(**kwargs)

    own = inspect.signature(function)
    extra = inspect.Parameter("tenant", inspect.Parameter.KEYWORD_ONLY, annotation=str)
    wrapper.__signature__ = own.replace(parameters=[*own.parameters.values(), extra])  # type: ignore[attr-defined]
    return wrapper


@app.get("/naked/{item_id}")
@naked
def read_naked(item_id: int) -> Item:
    return Item(name="")


@app.post("/request")
@with_request
def create(request: Request, item: Item) -> Item:
    return item


@app.get("/wrapped/{item_id}")
@wrapped
def read_wrapped(item_id: int, q: str = "") -> Item:
    return Item(name=q)


@app.get("/signed/{item_id}")
@signed
def read_signed(item_id: int) -> Item:
    return Item(name="")


UNKNOWN_ASPECTS = {("GET", "/signed/{item_id}"): {"fields", "response_model", "dependencies", "scopes"}}
