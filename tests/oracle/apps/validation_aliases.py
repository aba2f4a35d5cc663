"""The name for validation is the name in the request, before `alias`."""

from typing import Annotated

from fastapi import Body, Cookie, FastAPI, Header, Query

SINCE = (0, 124, 4)

app = FastAPI()


@app.get("/query")
def query(
    only: Annotated[str, Query(validation_alias="v")],
    both: Annotated[str, Query(alias="a", validation_alias="b")],
    default: str = Query("", validation_alias="d"),
) -> None: ...


@app.post("/other")
def other(
    x_header: Annotated[str, Header(validation_alias="X-Other")],
    cookie: Annotated[str, Cookie(validation_alias="biscuit")],
    body: Annotated[str, Body(validation_alias="text")],
) -> None: ...
