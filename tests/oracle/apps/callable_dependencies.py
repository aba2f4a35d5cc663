"""Methods, instances, partials and lambdas as dependencies."""

from functools import partial
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query


class Service:
    def __init__(self, name: str = "") -> None:
        self.name = name

    def find(self, key: str) -> str:
        return key

    async def find_later(self, key: str, late: bool = True) -> str:
        return key

    @classmethod
    def make(cls, kind: str) -> "Service":
        return cls(kind)

    @staticmethod
    def ping(host: str) -> str:
        return host

    @property
    def guard(self) -> Any:
        return self.find


class Page:
    def __init__(self, size: int) -> None:
        self.size = size

    def __call__(self, page: int = 1, limit: Annotated[int, Query(alias="max")] = 10) -> int:
        return page * self.size


class SubPage(Page):
    pass


def read(first: str, second: int, third: bool = False) -> str:
    return first


service = Service()
pages = SubPage(10)
read_two = partial(read, second=2)
app = FastAPI()


@app.get("/bound")
def bound(found: str = Depends(service.find), later: str = Depends(service.find_later)) -> None: ...


@app.get("/on-new-instance")
def on_new_instance(found: str = Depends(Service("x").find)) -> None: ...


@app.get("/class-method")
def class_method(made: Service = Depends(Service.make), ping: str = Depends(Service.ping)) -> None: ...


@app.get("/unbound")
def unbound(found: str = Depends(Service.find)) -> None: ...


@app.get("/instance")
def instance(page: int = Depends(Page(5)), other: int = Depends(pages)) -> None: ...


@app.get("/property")
def by_property(found: str = Depends(service.guard)) -> None: ...


@app.get("/partial")
def by_partial(value: str = Depends(partial(read, "a")), other: str = Depends(read_two)) -> None: ...


@app.get("/partial-positional")
def by_partial_positional(value: str = Depends(partial(read, "a", 1, third=True))) -> None: ...


@app.get("/lambda")
def by_lambda(value: str = Depends(lambda q, size=1: q), nothing: None = Depends(lambda: None)) -> None: ...
