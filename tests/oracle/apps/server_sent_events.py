"""Server-sent events are generators too."""

from collections.abc import AsyncIterable

from fastapi import FastAPI
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel

SINCE = (0, 135)


class Item(BaseModel):
    name: str


app = FastAPI()


@app.get("/items", response_class=EventSourceResponse)
async def stream_items() -> AsyncIterable[Item]:
    yield Item(name="")


@app.get("/events", response_class=EventSourceResponse)
async def stream_events() -> AsyncIterable[ServerSentEvent]:
    yield ServerSentEvent(data="")


@app.get("/untyped", response_class=EventSourceResponse)
async def stream_untyped():  # type: ignore[no-untyped-def]
    yield {}
