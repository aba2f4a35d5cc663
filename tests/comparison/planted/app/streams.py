"""Streaming responses."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Iterator

import requests
from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from sqlalchemy import select

from app.database import SessionLocal, User
from app.services.weather import lines

router = APIRouter(prefix="/streams")


async def rows() -> AsyncIterator[str]:
    with SessionLocal() as db:
        for user in db.scalars(select(User)):  # BAD stream
            yield str(user.id)


async def proxied(answer: requests.Response) -> AsyncIterator[bytes]:
    for chunk in answer.iter_content():  # BAD stream
        yield chunk


async def forecast() -> AsyncIterator[str]:
    for line in lines("Oslo"):  # BAD stream
        yield line


@router.get("/rows")
async def stream_rows() -> StreamingResponse:
    return StreamingResponse(rows())


@router.get("/forecast")
def stream_forecast() -> StreamingResponse:
    return StreamingResponse(forecast())


@router.get("/proxied")
def stream_proxied() -> StreamingResponse:
    return StreamingResponse(proxied(requests.get("https://example.com", stream=True)))


def sync_rows() -> Iterator[str]:
    with open("users.csv") as file:
        for row in csv.reader(file):
            yield row[0]


@router.get("/sync-rows")
async def stream_sync_rows() -> StreamingResponse:
    return StreamingResponse(sync_rows())  # GOOD iterated in a worker thread
