"""Calls that make a dependency: closures, nested closures, instances, classes, cached factories."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Query


class Repository:
    def __init__(self, model: type, session: str) -> None:
        self.model = model


def get_session(dsn: str) -> Iterator[str]:
    yield dsn


def get_repository(model: type) -> Callable[[str], Repository]:
    def build_repository(session: str = Depends(get_session)) -> Repository:
        return Repository(model, session)

    return build_repository


def require(*permissions: str) -> Callable[..., None]:
    async def check_permissions(x_role: Annotated[str, Header()]) -> None: ...

    return check_permissions


def outer(level: int) -> Callable[..., Any]:
    def middle() -> Callable[..., Any]:
        def inner(depth: int = level) -> int:
            return depth

        return inner

    return middle()


class Permissions:
    def __init__(self, names: list[str]) -> None:
        self.names = names

    async def __call__(self, x_permission: str = Header("")) -> None: ...


def make_instance(name: str) -> Permissions:
    return Permissions([name])


def make_class(size: int) -> type:
    class Sized:
        def __init__(self, width: int = size) -> None: ...

    return Sized


@lru_cache
def cached_factory(name: str) -> Callable[..., str]:
    def cached_dependency(cached: str) -> str:
        return cached

    return cached_dependency


def choose(strict: bool) -> Callable[..., None]:
    def lenient_check(a: int) -> None: ...

    if strict:
        return require("strict")
    return lenient_check


def query_named(name: str) -> Callable[..., str]:
    def read_query(value: str = Query(alias=name)) -> str:
        return value

    return read_query


app = FastAPI()
admin_only = require("admin")


@app.get("/closure", dependencies=[Depends(require("read", "write"))])
def closure(repository: Repository = Depends(get_repository(int))) -> None: ...


@app.get("/named", dependencies=[Depends(admin_only)])
def named(depth: int = Depends(outer(3))) -> None: ...


@app.get("/instances", dependencies=[Depends(Permissions(["a"])), Depends(make_instance("b"))])
def instances() -> None: ...


@app.get("/class")
def by_class(sized: Any = Depends(make_class(3)), text: str = Depends(cached_factory("x"))) -> None: ...


@app.get("/choose", dependencies=[Depends(choose(True))])
def chosen() -> None: ...


@app.get("/alias")
def alias(value: str = Depends(query_named("first")), other: str = Depends(query_named("second"))) -> None: ...


UNKNOWN_ASPECTS = {("GET", "/choose"): {"dependencies", "fields", "scopes"}}
