"""Every marker inside `Annotated`: one counts, the last; others and plain metadata do not."""

from typing import Annotated

import fastapi
import typing_extensions
from fastapi import Body, Cookie, FastAPI, Header, Path, Query
from fastapi.param_functions import Query as QueryFunction
from fastapi.params import Header as HeaderClass
from pydantic import BaseModel, Field


class Item(BaseModel):
    name: str


Limit = Annotated[int, Query(le=100)]
Small = Annotated[Limit, Field(gt=0)]
Token = Annotated[str, Header(alias="Authorization")]
Ids = Annotated[list[int], Query(alias="id")]

app = FastAPI()


@app.get("/kinds/{key}")
def kinds(
    key: Annotated[int, Path(title="Key")],
    query: Annotated[str, Query()],
    user_agent: Annotated[str, Header()],
    session_id: Annotated[str, Cookie()],
    module: Annotated[str, fastapi.Query()],
    function: Annotated[str, QueryFunction()],
    x_class: Annotated[str, HeaderClass()],
    extension: typing_extensions.Annotated[str, Query(alias="ext")],
) -> None: ...


@app.get("/aliases")
def aliases(token: Token, ids: Ids, small: Small, limit: Limit = 10) -> None: ...


@app.get("/last")
def last(
    value: Annotated[str, Query(), Header()],
    outer: Annotated[Annotated[str, Header()], Query(alias="out")],
    mixed: Annotated[str, "text", Query(alias="m"), 3],
    bare: Annotated[str, Query],
) -> None: ...


@app.get("/names/{item-id}")
def names(
    item_id: Annotated[int, Path(alias="item-id")],
    from_: Annotated[str, Query(alias="from")],
    x_token: Annotated[str, Header(convert_underscores=False)],
    x_long_name: Annotated[str, Header()],
    x_given: Annotated[str, Header(alias="x_given")],
    a_cookie: Annotated[str, Cookie(alias="a-cookie")],
) -> None: ...


@app.post("/bodies")
def bodies(item: Annotated[Item, Body()], note: Annotated[str, Body(alias="comment")], page: int = 1) -> None: ...


@app.post("/union")
def union(item: Annotated[Item | None, Body(embed=True)] = None) -> None: ...
