"""Everything else that runs on the event loop, and what does not."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import requests
from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, Request, WebSocket
from fastapi.responses import JSONResponse
from pydantic import BaseModel, computed_field, field_validator
from starlette.middleware.base import BaseHTTPMiddleware

router = APIRouter(prefix="/roles")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield


async def async_dependency() -> int:
    return requests.get("https://example.com").status_code  # BAD role


async def yielding_dependency() -> AsyncIterator[int]:
    yield 1
    time.sleep(1)  # BAD role


class CallableDependency:
    async def __call__(self) -> int:
        time.sleep(1)  # BAD role
        return 1


def sync_dependency() -> Iterator[int]:
    time.sleep(1)  # GOOD worker thread
    yield 1


class ClassDependency:
    def __init__(self) -> None:
        time.sleep(1)  # GOOD worker thread


async def async_task() -> None:
    time.sleep(1)  # BAD role


def sync_task() -> None:
    time.sleep(1)  # GOOD worker thread


class Body(BaseModel):
    url: str

    @field_validator("url")
    @classmethod
    def reachable(cls, value: str) -> str:
        requests.head(value)  # BAD role
        return value


class Answer(BaseModel):
    city: str

    @computed_field
    @property
    def weather(self) -> str:
        return requests.get(self.city).text  # BAD role


@router.post("/sync")
def sync_handler(
    body: Body,
    tasks: BackgroundTasks,
    one: Annotated[int, Depends(async_dependency)],
    two: Annotated[int, Depends(yielding_dependency)],
    three: Annotated[int, Depends(CallableDependency())],
    four: Annotated[int, Depends(sync_dependency)],
    five: Annotated[ClassDependency, Depends()],
) -> Answer:
    time.sleep(1)  # GOOD worker thread
    tasks.add_task(async_task)
    tasks.add_task(sync_task)
    return Answer(city="Oslo")


@router.websocket("/socket")
async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    time.sleep(1)  # BAD role


async def added_by_call() -> None:
    time.sleep(1)  # BAD role


router.add_api_route("/added", added_by_call)


class Audit(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: Any) -> Any:
        time.sleep(1)  # BAD role
        return await call_next(request)


class Pure:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        time.sleep(1)  # BAD role
        await self.app(scope, receive, send)


async def on_error(request: Request, error: Exception) -> JSONResponse:
    time.sleep(1)  # BAD role
    return JSONResponse({}, 500)


def on_value_error(request: Request, error: Exception) -> JSONResponse:
    time.sleep(1)  # GOOD worker thread
    return JSONResponse({}, 500)


def install(app: FastAPI) -> None:
    app.add_middleware(Audit)
    app.add_middleware(Pure)
    app.add_exception_handler(KeyError, on_error)
    app.add_exception_handler(ValueError, on_value_error)

    @app.middleware("http")
    async def timing(request: Request, call_next: Any) -> Any:
        time.sleep(1)  # BAD role
        return await call_next(request)
