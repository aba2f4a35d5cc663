"""Blocking calls that stand one to five calls away, in other modules."""

from __future__ import annotations

import time

from fastapi import APIRouter

from app.services import reexport, weather
from app.services.weather import RemoteStation, Station, lines

router = APIRouter(prefix="/helpers")


def nap() -> None:
    time.sleep(1)


@router.get("/same-module")
async def same_module() -> None:
    nap()  # BAD chain


@router.get("/nested")
async def nested() -> None:
    def inner() -> None:
        nap()

    inner()  # BAD chain


@router.get("/lambda")
async def in_lambda() -> None:
    pause = lambda: time.sleep(1)  # noqa: E731
    pause()  # BAD chain


@router.get("/three-deep")
async def three_deep() -> str:
    return weather.today("Oslo")  # BAD chain


@router.get("/re-exported")
async def re_exported() -> str:
    return reexport.pull("Oslo")  # BAD chain


@router.get("/star")
async def star() -> str:
    return reexport.today("Oslo")  # BAD chain


@router.get("/generator")
async def generator() -> int:
    return sum(len(line) for line in lines("Oslo"))  # BAD chain


@router.get("/generator-loop")
async def generator_loop() -> None:
    for line in lines("Oslo"):  # BAD chain
        print(line)


@router.get("/recursive")
async def recursive() -> str:
    return weather.retry("Oslo", 3)  # BAD chain


@router.get("/mutual")
async def mutual() -> str:
    return weather.even("Oslo")  # BAD chain


@router.get("/class-method")
async def class_method() -> str:
    return Station.nearest()  # BAD chain


@router.get("/static-method")
async def static_method() -> str:
    return Station().farthest()  # BAD chain


@router.get("/inherited")
async def inherited() -> str:
    return RemoteStation().report()  # BAD chain


@router.get("/property")
async def wind() -> str:
    return Station().wind  # BAD chain


@router.get("/through-async")
async def through_async() -> str:
    return await weather.tomorrow("Oslo")


@router.get("/not-iterated")
async def not_iterated() -> None:
    lines("Oslo")  # GOOD a generator that never runs
    weather.parse("Oslo")  # GOOD does not block
    Station().report()  # GOOD this class's detail() does not block
