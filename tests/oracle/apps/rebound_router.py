"""One name for several routers, one after the other."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

app = FastAPI()

router = APIRouter(prefix="/first")


@router.get("/x")
def read_first() -> str:
    return "first"


app.include_router(router)

router = APIRouter(prefix="/second")


@router.get("/x")
def read_second() -> str:
    return "second"


app.include_router(router)

# A name with two values may be left unknown.
UNKNOWN = {("GET", "/first/x"), ("GET", "/second/x")}
