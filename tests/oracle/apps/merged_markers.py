"""Markers of an `Annotated` alias and of its use are merged: what the last one leaves out comes from the first."""

from typing import Annotated

from fastapi import FastAPI, Header, Query

SINCE = (0, 157)

Size = Annotated[int, Query(alias="page-size", ge=1)]

app = FastAPI()


@app.get("/narrowed")
def narrowed(size: Annotated[Size, Query(le=5)]) -> None: ...


@app.get("/renamed")
def renamed(size: Annotated[Size, Query(alias="n")]) -> None: ...


@app.get("/moved")
def moved(size: Annotated[Size, Header()]) -> None: ...


@app.get("/plain")
def plain(size: Annotated[Size, "metadata"] = 3) -> None: ...
