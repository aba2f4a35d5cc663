"""`add_api_route`, `api_route` and called decorators with every option, on endpoints of every kind."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel


class Item(BaseModel):
    name: str


def check(token: str) -> None: ...


def read(item_id: int, q: str = "") -> Item:
    return Item(name=q)


class Service:
    def __init__(self, name: str) -> None:
        self.name = name

    def find(self, key: str, db: None = Depends(check)) -> list[Item]:
        return []

    @classmethod
    async def make(cls, item: Item) -> Item:
        return item

    @staticmethod
    def ping(host: str) -> str:
        return host

    def __call__(self, size: int = 1) -> dict[str, int]:
        return {}


service = Service("x")
app = FastAPI()
router = APIRouter(prefix="/r")

app.add_api_route(
    "/read/{item_id}", read, methods=["GET", "POST"], response_model=Any, status_code=201, dependencies=[Depends(check)]
)
app.add_api_route("/find", service.find, tags=["find"], include_in_schema=False)
app.add_api_route("/make", Service.make, methods=["PUT"])
app.add_api_route("/ping", endpoint=Service.ping, response_class=PlainTextResponse)
app.add_api_route("/call", service, name="call")
app.add_api_route("/partial/{first}", partial(read, q="x"))
app.add_api_route("/lambda/{key}", lambda key, page=Query(1): key)
app.api_route("/called", methods=["PATCH"], response_model=Item)(service.find)
router.get("/called/{item_id}", response_model=None)(read)
router.add_api_route("/items/{item_id}", read, response_model=list[Item], deprecated=True)
app.include_router(router, dependencies=[Depends(check)])
