"""Decorators that wrap sync and async functions differently: either wrapper shows the function's parameters."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import Depends, FastAPI

F = TypeVar("F", bound=Callable[..., Any])


def traced(function: F) -> F:
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def async_wrapper(*args: Any, **kwargs: Any) -> Any:
            return await function(*args, **kwargs)

        return async_wrapper  # type: ignore[return-value]

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper  # type: ignore[return-value]


def retried(function: F | None = None, *, times: int = 3) -> Any:
    def decorate(function: F) -> F:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return wrapper  # type: ignore[return-value]

    return decorate if function is None else decorate(function)


@traced
def get_name(name: str) -> str:
    return name


@traced
async def get_age(age: int = 1) -> int:
    return age


@retried
def get_first(first: str) -> str:
    return first


@retried(times=2)
def get_second(second: str) -> str:
    return second


app = FastAPI()


@app.get("/items/{item_id}")
@traced
async def read_item(item_id: int, name: str = Depends(get_name)) -> int:
    return item_id


@app.get("/both")
@traced
def both(age: int = Depends(get_age), first: str = Depends(get_first), second: str = Depends(get_second)) -> int:
    return age


UNKNOWN_ASPECTS = {("GET", "/both"): {"dependencies", "fields", "scopes"}}
