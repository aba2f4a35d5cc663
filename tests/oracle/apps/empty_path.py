"""Empty paths under a prefix, `path=` as keyword, both prefixes."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

app = FastAPI()
items = APIRouter(prefix="/items")
users = APIRouter()
both = APIRouter(prefix="/inner")


@items.get("")
def list_items() -> list[str]:
    return []


@items.post(path="")
def create_item() -> None: ...


@items.get("/")
def list_items_slash() -> list[str]:
    return []


@users.get("")
def list_users() -> list[str]:
    return []


@users.put(path="/{user_id}", status_code=202)
def replace_user(user_id: int) -> None: ...


@both.delete(status_code=202, path="/{key}")
def delete(key: str) -> None: ...


@app.get(path="/keyword")
def keyword() -> str:
    return ""


app.include_router(items)
app.include_router(users, prefix="/users")
app.include_router(prefix="/outer", router=both)
