"""A default factory inside a marker makes a parameter optional."""

from typing import Annotated

from fastapi import Body, Cookie, FastAPI, Header, Query

app = FastAPI()


@app.get("/annotated")
def annotated(
    ids: Annotated[list[str], Query(default_factory=list)],
    x_token: Annotated[str, Header(default_factory=str)],
    session: Annotated[str, Cookie(default_factory=lambda: "")],
) -> None: ...


@app.post("/default")
def default(ids: list[str] = Query(default_factory=list), names: list[str] = Body(default_factory=list)) -> None: ...
