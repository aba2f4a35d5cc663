"""Routers that arrive by star imports, through a re-export."""

from __future__ import annotations

from fastapi import FastAPI
from routing import *  # noqa: F403

app = FastAPI()


@users.get("/late-name")  # noqa: F405
def read_late() -> str:
    return "late"


app.include_router(users)  # noqa: F405
app.include_router(items)  # noqa: F405
