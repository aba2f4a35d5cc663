"""Routes added to a router after it was included: served since FastAPI 0.137, lost before."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

SINCE = (0, 137)

app = FastAPI()
router = APIRouter(prefix="/router")


@router.get("/early")
def early() -> str:
    return "early"


app.include_router(router)


@router.get("/late")
def late() -> str:
    return "late"
