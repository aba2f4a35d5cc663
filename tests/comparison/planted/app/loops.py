"""Coroutines and loops."""

from __future__ import annotations

import asyncio
from functools import lru_cache

import anyio
from fastapi import APIRouter

router = APIRouter(prefix="/loops")


async def work() -> int:
    await asyncio.sleep(1)
    return 1


def bridge() -> int:
    return asyncio.run(work())


@router.get("/run")
async def run() -> int:
    return asyncio.run(work())  # BAD loop


@router.get("/run-until-complete")
async def run_until_complete() -> int:
    return asyncio.get_event_loop().run_until_complete(work())  # BAD loop


@router.get("/bridge")
async def bridged() -> int:
    return bridge()  # BAD loop


@router.get("/bare")
async def bare() -> None:
    work()  # BAD unawaited


@router.get("/bare-library")
async def bare_library() -> None:
    asyncio.sleep(1)  # BAD unawaited


@router.get("/returned")
def returned():
    return work()  # BAD unawaited


@lru_cache
async def cached() -> int:  # BAD cached
    return await work()


@router.get("/cached")
async def use_cached() -> int:
    return await cached()


@router.get("/right")
async def right() -> int:
    task = asyncio.create_task(work())  # GOOD awaited later
    await asyncio.gather(work(), work())  # GOOD awaited
    async with asyncio.TaskGroup() as group:
        group.create_task(work())  # GOOD awaited by the group
    pending = work()  # GOOD awaited below
    await pending
    with anyio.move_on_after(1):
        await work()  # GOOD awaited
    await task
    return task.result()  # GOOD an asyncio task never waits
