"""Several decorators on one function: each route has its own options and its own path parameters."""

from typing import Any

from fastapi import APIRouter, Depends, FastAPI, status
from pydantic import BaseModel


class Item(BaseModel):
    name: str


def check(token: str) -> None: ...


app = FastAPI()
v1 = APIRouter(prefix="/v1", tags=["v1"])
v2 = APIRouter(prefix="/v2", dependencies=[Depends(check)])


@app.get("/items", tags=["list"])
@app.get("/items/{item_id}", response_model=Item, tags=["one"])
@app.post("/items", status_code=status.HTTP_201_CREATED, include_in_schema=False)
async def items(item_id: int | None = None, page: int = 1) -> Any:
    return {}


@v1.put("/items/{key}", response_model=None)
@v2.put("/items/{key}", dependencies=[Depends(check)])
@v2.patch("/items", status_code=202)
def change(key: str, item: Item) -> Item:
    return item


app.include_router(v1)
app.include_router(v2)
