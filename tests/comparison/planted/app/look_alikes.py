"""Right code that looks wrong."""

from __future__ import annotations

import asyncio
import functools
import io
import os.path
import queue
import time
from pathlib import Path

import anyio
import httpx
import redis.asyncio as redis
import requests
from fastapi import APIRouter, Depends
from fastapi.concurrency import run_in_threadpool

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.database import get_async_db
from app.services import weather

router = APIRouter(prefix="/look-alikes")
cache = redis.Redis()


class Store:
    """Names like those of blocking clients."""

    def get(self, key: str) -> str:
        return key

    def execute(self, key: str) -> str:
        return key

    def read(self) -> str:
        return ""

    def send(self) -> None:
        pass


requests_log = Store()


@router.get("/offloaded")
async def offloaded() -> None:
    await asyncio.to_thread(time.sleep, 1)  # GOOD thread
    await run_in_threadpool(requests.get, "https://example.com")  # GOOD thread
    await run_in_threadpool(weather.today, "Oslo")  # GOOD thread
    await asyncio.to_thread(lambda: time.sleep(1))  # GOOD thread
    await anyio.to_thread.run_sync(functools.partial(time.sleep, 1))  # GOOD thread
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, Path("x").read_text)  # GOOD thread

    def work() -> None:
        time.sleep(1)  # GOOD only runs in a thread

    await asyncio.to_thread(work)  # GOOD thread


@router.get("/names")
async def names() -> None:
    store = Store()
    store.get("x")  # GOOD own class
    store.execute("x")  # GOOD own class
    store.read()  # GOOD own class
    store.send()  # GOOD own class
    requests_log.get("x")  # GOOD own class
    {}.get("x")  # GOOD dict
    io.StringIO("x").read()  # GOOD in memory
    ",".join(["x"])  # GOOD str
    requests = {"get": 1}
    requests.get("get")  # GOOD a dict that hides the library


@router.get("/local")
async def local() -> None:
    requests.Session()  # GOOD no I/O
    httpx.Client()  # GOOD no I/O
    os.path.join("a", "b")  # GOOD text only
    os.path.normpath("a/../b")  # GOOD text only
    os.path.relpath("a", "b")  # GOOD text only
    Path("a").with_suffix(".txt")  # GOOD text only
    jobs: queue.Queue[int] = queue.Queue()
    jobs.put_nowait(1)  # GOOD never waits


@router.get("/async-clients")
async def async_clients() -> None:
    async with httpx.AsyncClient() as client:
        await client.get("https://example.com")  # GOOD awaited
    await cache.get("key")  # GOOD awaited
    async with await anyio.open_file("x") as file:
        await file.read()  # GOOD awaited
    await anyio.Path("x").read_text()  # GOOD awaited


@router.get("/sync")
def sync() -> str:
    time.sleep(1)  # GOOD worker thread
    with open("x") as file:  # GOOD worker thread
        file.read()  # GOOD worker thread
    return weather.today("Oslo")  # GOOD worker thread


@router.get("/other-sleep")
async def other_sleep() -> None:
    from asyncio import sleep

    await sleep(1)  # GOOD asyncio's


@router.get("/wrong-annotation")
async def wrong_annotation(db: Session = Depends(get_async_db)) -> None:
    await db.execute(text("SELECT 1"))  # GOOD the provider decides: this session is async
