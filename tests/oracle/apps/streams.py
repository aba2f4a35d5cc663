"""Generators as handlers: their items are streamed, there is no response model."""

import typing
from collections.abc import AsyncIterable, AsyncIterator, Generator, Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

SINCE = (0, 141)


class Item(BaseModel):
    name: str


app = FastAPI()


@app.get("/async")
async def stream_async() -> AsyncIterable[Item]:
    yield Item(name="")


@app.get("/async-iterator")
async def stream_async_iterator() -> AsyncIterator[Item]:
    yield Item(name="")


@app.get("/sync")
def stream_sync() -> Iterable[Item]:
    yield Item(name="")


@app.get("/generator")
def stream_generator() -> Generator[Item, None, None]:
    yield Item(name="")


@app.get("/bare-typing")
async def stream_bare_typing() -> typing.AsyncIterable:  # type: ignore[type-arg]
    yield Item(name="")


@app.get("/untyped")
async def stream_untyped():  # type: ignore[no-untyped-def]
    yield {"name": ""}


@app.get("/bytes", response_class=StreamingResponse)
async def stream_bytes() -> AsyncIterable[bytes]:
    yield b""


@app.get("/declared", response_model=Item)
def declared() -> Iterable[Item]:
    yield Item(name="")


@app.get("/no-generator")
def no_generator() -> Iterable[Item]:
    return []


@app.get("/list")
def as_list() -> list[Any]:
    return []
