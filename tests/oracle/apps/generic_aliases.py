"""Aliases with type variables, filled in where they are used."""

from typing import Annotated, Any, Generic, Optional, TypeVar

from fastapi import Body, Depends, FastAPI, Query
from pydantic import BaseModel

T = TypeVar("T")


class Item(BaseModel):
    name: str


class Service:
    def __init__(self, tenant: str) -> None:
        self.tenant = tenant


class Answer(BaseModel, Generic[T]):
    data: T


Inject = Annotated[T, Depends()]
Maybe = Optional[T]
Many = list[T]
FromQuery = Annotated[T, Query()]
Embedded = Annotated[T, Body(embed=True)]

app = FastAPI()


@app.get("/inject")
def inject(service: Inject[Service]) -> Maybe[Item]:
    return None


@app.get("/query")
def query(ids: FromQuery[list[int]], name: FromQuery[str] = "") -> Many[Item]:
    return []


@app.post("/body")
def body(item: Embedded[Item], more: Maybe[Item] = None) -> Answer[Item] | None:
    return None


@app.post("/many", response_model=Answer[Many[Item]])
def many(items: Many[Item]) -> Any:
    return {}
