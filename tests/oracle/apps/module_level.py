"""Routes on the application itself: every ordinary method, path parameters and convertors."""

from __future__ import annotations

from fastapi import FastAPI

app = FastAPI(title="Module level")


@app.get("/")
def index() -> dict[str, str]:
    return {"name": "index"}


@app.get("/items")
async def list_items() -> list[str]:
    return []


@app.post("/items", status_code=201)
async def create_item(name: str) -> str:
    return name


@app.put("/items/{item_id}")
def replace_item(item_id: int) -> int:
    return item_id


@app.patch("/items/{item_id}")
def change_item(item_id: int) -> int:
    return item_id


@app.delete("/items/{item_id:int}")
def delete_item(item_id: int) -> int:
    return item_id


@app.get("/files/{file_path:path}", tags=["files"])
async def read_file(file_path: str) -> str:
    return file_path


def not_a_route() -> None: ...
