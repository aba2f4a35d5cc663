"""Tags add up, `include_in_schema` must be true everywhere, `responses` and `deprecated` change nothing here."""

from enum import Enum

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel


class Tag(str, Enum):
    USERS = "users"
    ITEMS = "items"


class Message(BaseModel):
    text: str


TAGS = ["constant"]

app = FastAPI(openapi_tags=[{"name": "users"}], responses={500: {"model": Message}})
parent = APIRouter(prefix="/parent", tags=["parent"])
users = APIRouter(prefix="/users", tags=[Tag.USERS], responses={404: {"model": Message}}, deprecated=True)
secret = APIRouter(prefix="/secret", include_in_schema=False)


@app.get("/route", tags=["route", Tag.ITEMS])
def on_route() -> None: ...


@app.get("/constant", tags=TAGS)
def constant() -> None: ...


@app.get("/hidden", include_in_schema=False, tags=["hidden"])
def hidden() -> None: ...


@app.get("/shown", include_in_schema=True, responses={200: {"model": Message}})
def shown() -> None: ...


@users.get("/plain")
def plain() -> None: ...


@users.get("/own", tags=["own", "users"])
def own() -> None: ...


@secret.get("/inside", include_in_schema=True)
def inside() -> None: ...


@app.websocket("/ws")
async def talk() -> None: ...


parent.include_router(users, tags=["included"])
parent.include_router(secret)
app.include_router(parent, tags=["app"])
app.include_router(users, include_in_schema=False)
