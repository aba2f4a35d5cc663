"""Routers that no application includes, a second application, and a factory nobody calls."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

app = FastAPI()
other = FastAPI()
lost = APIRouter(prefix="/lost")
half = APIRouter(prefix="/half")
parent = APIRouter(prefix="/parent")


@lost.get("/x")
def read_lost() -> str:
    return "lost"


@half.get("/x")
def read_half() -> str:
    return "half"


@other.get("/other")
def read_other() -> str:
    return "other"


@app.get("/x")
def read_x() -> str:
    return "x"


def never_called() -> None:
    app.include_router(lost)


parent.include_router(half)
other.include_router(half)

OPTIONAL = {("GET", "/lost/x")}
