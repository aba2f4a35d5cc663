"""The router's method under a name of its own."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, FastAPI

app = FastAPI()
router = APIRouter(prefix="/bound")

get = router.get
hidden_get = partial(router.get, include_in_schema=False)


@get("/x")
def read_x() -> str:
    return "x"


@hidden_get("/y")
def read_y() -> str:
    return "y"


app.include_router(router)
