"""Other decorators between the route decorator and the function."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import FastAPI

F = TypeVar("F", bound=Callable[..., Any])
app = FastAPI()


def logged(function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(function)
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        return await function(*args, **kwargs)

    return wrapper


def limited(rate: str) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        function.rate = rate  # type: ignore[attr-defined]
        return function

    return decorate


class Cached:
    def __init__(self, seconds: int) -> None:
        self.seconds = seconds

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return wrapper


@app.get("/logged/{item_id}")
@logged
async def read_logged(item_id: int) -> int:
    return item_id


@app.get("/limited")
@limited("5/minute")
@logged
async def read_limited() -> str:
    return "limited"


@limited("1/minute")
@app.post("/limited")
async def write_limited() -> str:
    return "limited"


@app.get("/cached")
@Cached(seconds=60)
def read_cached() -> str:
    return "cached"
