"""The same method and path several times: each is a route, the first one answers."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

app = FastAPI()
router = APIRouter(prefix="/items")


@app.get("/items/{item_id}")
def first(item_id: int) -> int:
    return item_id


@app.get("/items/{item_id}")
def second(item_id: int) -> int:
    return item_id


@router.get("/{item_id}")
def third(item_id: int) -> int:
    return item_id


@router.get("/again")
def again() -> str:
    return "first"


@router.post("/again")  # type: ignore[no-redef]
def again() -> str:  # noqa: F811
    return "second"


app.include_router(router)
