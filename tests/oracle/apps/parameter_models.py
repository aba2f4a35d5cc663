"""Models of query parameters, headers and cookies: one field each, as FastAPI keeps them."""

from typing import Annotated, Literal

from fastapi import Cookie, Depends, FastAPI, Header, Query
from pydantic import BaseModel, Field

SINCE = (0, 115)


class Filter(BaseModel):
    limit: int = Field(100, gt=0)
    order_by: Literal["name", "age"] = "name"
    tags: list[str] = []


class CommonHeaders(BaseModel):
    host: str
    if_modified_since: str | None = None


class Cookies(BaseModel):
    session_id: str
    model_config = {"extra": "forbid"}


app = FastAPI()
FilterQuery = Annotated[Filter, Query()]


@app.get("/query")
def with_query(filter_query: Annotated[Filter, Query()]) -> None: ...


@app.get("/header")
def with_headers(common_headers: Annotated[CommonHeaders, Header()]) -> None: ...


@app.get("/cookie")
def with_cookies(the_cookies: Annotated[Cookies, Cookie()]) -> None: ...


@app.get("/default")
def with_default(filter_query: Filter = Query()) -> None: ...


@app.get("/alias")
def with_alias(filter_query: FilterQuery) -> None: ...


def paginate(filter_query: FilterQuery) -> int:
    return filter_query.limit


@app.get("/depends")
def with_dependency(limit: Annotated[int, Depends(paginate)]) -> None: ...
