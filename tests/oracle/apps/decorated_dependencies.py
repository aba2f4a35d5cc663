"""Dependencies below decorators, and generators of both kinds."""

import functools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, TypeVar

from fastapi import Depends, FastAPI

F = TypeVar("F", bound=Callable[..., Any])


def traced(function: F) -> F:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper  # type: ignore[return-value]


def retried(times: int) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        @functools.wraps(function)
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            return await function(*args, **kwargs)

        return wrapper  # type: ignore[return-value]

    return decorate


def registered(function: F) -> F:
    return function


@traced
def get_name(name: str) -> str:
    return name


@retried(times=3)
async def get_age(age: int = 3) -> int:
    return age


@registered
@traced
def get_both(name: str = Depends(get_name)) -> str:
    return name


@functools.lru_cache
def get_settings() -> dict[str, str]:
    return {}


@functools.cache
def get_cached(region: str) -> str:
    return region


def open_file(file_name: str) -> Iterator[str]:
    yield file_name


async def open_later(late_name: str, file: str = Depends(open_file)) -> AsyncIterator[str]:
    yield late_name


app = FastAPI()


@app.get("/decorated")
def decorated(name: str = Depends(get_name), age: int = Depends(get_age), both: str = Depends(get_both)) -> None: ...


@app.get("/cached")
def cached(settings: dict[str, str] = Depends(get_settings), region: str = Depends(get_cached)) -> None: ...


@app.get("/generators")
def generators(
    file: str = Depends(open_file), late: str = Depends(open_later), again: str = Depends(open_file, use_cache=False)
) -> None: ...
