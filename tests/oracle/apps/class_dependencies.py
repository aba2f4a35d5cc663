"""Classes as dependencies: what their constructor takes is what the client sends."""

from dataclasses import dataclass, field
from typing import Annotated, Generic, NamedTuple, Optional, TypeVar

from fastapi import Depends, FastAPI, Header, Query, Request
from pydantic import BaseModel, Field

T = TypeVar("T")


def get_db(dsn: str = "") -> str:
    return dsn


class Plain:
    def __init__(self, request: Request, q: str, limit: int = 10, db: str = Depends(get_db)) -> None:
        self.q = q


class Inherited(Plain):
    pass


class Extended(Plain):
    def __init__(self, page: int, **kwargs: str) -> None:
        self.page = page


class Empty:
    pass


class Made:
    def __new__(cls, size: int) -> "Made":
        return super().__new__(cls)


@dataclass
class Window:
    start: int
    stop: Annotated[int, Query(alias="end")] = 10
    step: Optional[int] = None
    x_token: str = Header("")
    db: str = Depends(get_db)
    hidden: int = field(default=0, init=False)


@dataclass
class Wider(Window):
    extra: str = ""


class Filters(BaseModel):
    name: str
    limit: int = 10
    order: Optional[str] = Field(None, max_length=10)
    ids: list[int] = Query([])
    aliased: int = Field(1, alias="alias")


class Point(NamedTuple):
    x: int
    y: int = 0


class Repository(Generic[T]):
    def __init__(self, tenant: str) -> None:
        self.tenant = tenant


class Users(Repository[int]):
    pass


app = FastAPI()


@app.get("/given")
def given(plain: Plain = Depends(Plain), *, inherited: Annotated[object, Depends(Inherited)]) -> None: ...


@app.get("/own")
def own(plain: Plain = Depends(), *, empty: Annotated[Empty, Depends()]) -> None: ...


@app.get("/extended")
def extended(extended: Annotated[Extended, Depends()], made: Annotated[Made, Depends()]) -> None: ...


@app.get("/dataclass")
def with_dataclass(window: Annotated[Window, Depends()]) -> None: ...


@app.get("/wider")
def with_wider(window: Annotated[Wider, Depends()]) -> None: ...


@app.get("/model")
def with_model(filters: Filters = Depends()) -> None: ...


@app.get("/tuple")
def with_tuple(point: Annotated[Point, Depends(Point)]) -> None: ...


@app.get("/generic")
def with_generic(users: Annotated[Users, Depends()]) -> None: ...


@app.get("/parametrized")
def with_parametrized(users: Annotated[Repository[int], Depends(Repository)]) -> None: ...
