"""Small applications, each with one blocking call, and where that call runs.

A mark says that the call runs on the event loop's thread and that the linter reports it there; an
application without a mark blocks a worker thread only, or nothing, and the linter is silent. `# missed:`
marks what runs on the loop and is not reported, see `harness.py`. `time.sleep(0.25)` is the call that the
recorder knows; PORT is a web server on this machine, FOLDER a folder that holds `file.txt`.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import Any

IMPORTS = """\
import asyncio
import concurrent.futures
import contextlib
import functools
import queue
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import anyio
import anyio.from_thread
import anyio.to_process
import anyio.to_thread
import httpx
import requests
import starlette.concurrency
from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, Query, Request, Response, WebSocket
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, computed_field, field_serializer, field_validator, model_validator
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from sqlalchemy.pool import StaticPool
from starlette.concurrency import iterate_in_threadpool
from starlette.middleware.base import BaseHTTPMiddleware

"""

LOAD = """\
def load():
    time.sleep(0.25)
    return 1


"""

DATABASE = """\
engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
SessionLocal = sessionmaker(engine)


def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


"""

APP = "app = FastAPI()\n\n\n"


@dataclass(frozen=True)
class Case:
    name: str
    text: str
    method: str = "GET"
    url: str = "/"
    json: Any = field(default=None, hash=False)
    status: int | None = 200
    """What the application answers; None where that does not matter."""
    requests: int = 1
    websocket: bool = False
    backend: str = "asyncio"
    since: tuple[int, ...] = (0,)
    """The FastAPI version from which it runs where the case says."""
    needs: tuple[str, ...] = ()
    """Packages that are not always installed."""
    unseen: bool = False
    """The blocking work runs where the recorder does not look, such as another process, or there is none."""
    anywhere: bool = False
    """The linter must report it, no matter in which line and under which name."""

    @property
    def on_loop(self) -> bool:
        return "# FAP002 " in self.text or "# missed: FAP002 " in self.text


CASES: list[Case] = []


def case(name: str, text: str, *, before: str = APP, **options: Any) -> None:
    CASES.append(Case(name, IMPORTS + before + textwrap.dedent(text).lstrip("\n"), **options))


# Handlers

case(
    "async route",
    """
    @app.get("/")
    async def read():
        time.sleep(0.25)  # FAP002 blocking-call
    """,
)
case(
    "def route",
    """
    @app.get("/")
    def read():
        time.sleep(0.25)
    """,
)
case(
    "bound async method",
    """
    class Service:
        async def read(self):
            time.sleep(0.25)  # FAP002 blocking-call


    service = Service()
    app.add_api_route("/", service.read)
    """,
)
case(
    "bound sync method",
    """
    class Service:
        def read(self):
            time.sleep(0.25)


    service = Service()
    app.add_api_route("/", service.read)
    """,
)
case(
    "instance with async __call__",
    """
    class Read:
        async def __call__(self):
            time.sleep(0.25)  # FAP002 blocking-call


    app.add_api_route("/", Read())
    """,
    since=(0, 123, 5),
)
case(
    "instance with sync __call__",
    """
    class Read:
        def __call__(self):
            time.sleep(0.25)


    app.add_api_route("/", Read())
    """,
)
case(
    "partial of a sync function",
    """
    def read(seconds):
        time.sleep(0.25)


    app.add_api_route("/", functools.partial(read, 1))
    """,
)
case(
    "partial of an async function",
    """
    async def read(seconds):
        time.sleep(0.25)  # FAP002 blocking-call


    app.add_api_route("/", functools.partial(read, 1))
    """,
)
case("lambda route", 'app.add_api_route("/", lambda: time.sleep(0.25))\n')
case(
    "sync wrapper around an async route",
    """
    def traced(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            time.sleep(0.25)  # FAP002 blocking-call
            return function(*args, **kwargs)

        return wrapper


    @app.get("/")
    @traced
    async def read():
        return {}
    """,
    since=(0, 123, 5),
)
case(
    "async wrapper around an async route",
    """
    def traced(function):
        @functools.wraps(function)
        async def wrapper(*args, **kwargs):
            time.sleep(0.25)  # FAP002 blocking-call
            return await function(*args, **kwargs)

        return wrapper


    @app.get("/")
    @traced
    async def read():
        return {}
    """,
)
case(
    "sync wrapper around a sync route",
    """
    def traced(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            time.sleep(0.25)
            return function(*args, **kwargs)

        return wrapper


    @app.get("/")
    @traced
    def read():
        return {}
    """,
)
case(
    "websocket handler",
    """
    @app.websocket("/")
    async def talk(websocket: WebSocket):
        await websocket.accept()
        time.sleep(0.25)  # FAP002 blocking-call
    """,
    websocket=True,
)
case(
    "async route of an included router",
    """
    router = APIRouter()


    @router.get("/x")
    async def read():
        time.sleep(0.25)  # FAP002 blocking-call


    app.include_router(router, prefix="/r")
    """,
    url="/r/x",
)

case(
    "handler nested in a factory",
    """
    def create_app():
        app = FastAPI()

        @app.get("/")
        async def read():
            time.sleep(0.25)  # FAP002 blocking-call

        return app


    app = create_app()
    """,
    before="",
)
case(
    "renamed import",
    """
    from time import sleep as nap

    app = FastAPI()


    @app.get("/")
    async def read():
        nap(0.25)  # FAP002 blocking-call
    """,
    before="",
)
case(
    "in a comprehension",
    """
    @app.get("/")
    async def read():
        return [time.sleep(0.25) for _ in range(1)]  # FAP002 blocking-call
    """,
)
case(
    "nested function that is not called",
    """
    @app.get("/")
    async def read():
        def unused():
            time.sleep(0.25)

        return unused.__name__
    """,
    unseen=True,
)
case(
    "nested function that is called",
    """
    @app.get("/")
    async def read():
        def work():
            time.sleep(0.25)

        work()  # FAP002 blocking-helper
    """,
)

# Dependencies

case(
    "async dependency",
    """
    async def load():
        time.sleep(0.25)  # FAP002 blocking-call


    @app.get("/")
    def read(value=Depends(load)): ...
    """,
)
case(
    "def dependency",
    """
    def load():
        time.sleep(0.25)


    @app.get("/")
    async def read(value=Depends(load)): ...
    """,
)
case(
    "async dependency of the decorator",
    """
    async def check():
        time.sleep(0.25)  # FAP002 blocking-call


    @app.get("/", dependencies=[Depends(check)])
    def read(): ...
    """,
)
case(
    "async dependency of a def dependency",
    """
    async def check():
        time.sleep(0.25)  # FAP002 blocking-call


    def load(value=Depends(check)): ...


    @app.get("/")
    def read(value=Depends(load)): ...
    """,
)
case(
    "async yield dependency, before",
    """
    async def load():
        time.sleep(0.25)  # FAP002 blocking-call
        yield 1


    @app.get("/")
    def read(value=Depends(load)): ...
    """,
)
case(
    "async yield dependency, after",
    """
    async def load():
        try:
            yield 1
        finally:
            time.sleep(0.25)  # FAP002 blocking-call


    @app.get("/")
    def read(value=Depends(load)): ...
    """,
)
case(
    "sync yield dependency, before",
    """
    def load():
        time.sleep(0.25)
        yield 1


    @app.get("/")
    async def read(value=Depends(load)): ...
    """,
)
case(
    "sync yield dependency, after",
    """
    def load():
        try:
            yield 1
        finally:
            time.sleep(0.25)


    @app.get("/")
    async def read(value=Depends(load)): ...
    """,
)
case(
    "class dependency",
    """
    class Load:
        def __init__(self):
            time.sleep(0.25)


    @app.get("/")
    async def read(value: Load = Depends()): ...
    """,
)
case(
    "instance dependency with sync __call__",
    """
    class Load:
        def __call__(self):
            time.sleep(0.25)


    @app.get("/")
    async def read(value=Depends(Load())): ...
    """,
)
case(
    "instance dependency with async __call__",
    """
    class Load:
        async def __call__(self):
            time.sleep(0.25)  # FAP002 blocking-call


    @app.get("/")
    def read(value=Depends(Load())): ...
    """,
)
case(
    "lambda dependency",
    """
    @app.get("/")
    async def read(value=Depends(lambda: time.sleep(0.25))): ...
    """,
)

case(
    "sync wrapper around an async dependency",
    """
    def traced(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            time.sleep(0.25)  # FAP002 blocking-call
            return function(*args, **kwargs)

        return wrapper


    @traced
    async def load():
        return 1


    @app.get("/")
    def read(value=Depends(load)): ...
    """,
    since=(0, 123, 5),
)

case(
    "async dependency of the router",
    """
    async def check():
        time.sleep(0.25)  # FAP002 blocking-call


    router = APIRouter(dependencies=[Depends(check)])


    @router.get("/x")
    def read(): ...


    app.include_router(router)
    """,
    url="/x",
)
case(
    "async dependency of the application",
    """
    async def check():
        time.sleep(0.25)  # FAP002 blocking-call


    app = FastAPI(dependencies=[Depends(check)])


    @app.get("/")
    def read(): ...
    """,
    before="",
)
case(
    "async dependency of include_router",
    """
    async def check():
        time.sleep(0.25)  # FAP002 blocking-call


    router = APIRouter()


    @router.get("/x")
    def read(): ...


    app.include_router(router, dependencies=[Depends(check)])
    """,
    url="/x",
)
case(
    "async dependency in an Annotated alias",
    """
    from typing import Annotated


    async def load():
        time.sleep(0.25)  # FAP002 blocking-call


    Loaded = Annotated[None, Depends(load)]


    @app.get("/")
    def read(value: Loaded): ...
    """,
)
case(
    "bound async method as dependency",
    """
    class Loader:
        async def load(self):
            time.sleep(0.25)  # FAP002 blocking-call


    loader = Loader()


    @app.get("/")
    def read(value=Depends(loader.load)): ...
    """,
)
case(
    "partial of a sync function as dependency",
    """
    def load(seconds: float):
        time.sleep(0.25)


    @app.get("/")
    async def read(value=Depends(functools.partial(load, seconds=1))): ...
    """,
)
case(
    "def dependency of a websocket",
    """
    def load():
        time.sleep(0.25)


    @app.websocket("/")
    async def talk(websocket: WebSocket, value=Depends(load)):
        await websocket.accept()
    """,
    websocket=True,
)

# Middleware, exception handlers, start and stop

case(
    "function middleware",
    """
    @app.middleware("http")
    async def slow(request: Request, call_next):
        time.sleep(0.25)  # FAP002 blocking-call
        return await call_next(request)


    @app.get("/")
    def read(): ...
    """,
)
case(
    "BaseHTTPMiddleware",
    """
    class Slow(BaseHTTPMiddleware):
        async def dispatch(self, request, call_next):
            time.sleep(0.25)  # FAP002 blocking-call
            return await call_next(request)


    app.add_middleware(Slow)


    @app.get("/")
    def read(): ...
    """,
)
case(
    "pure ASGI middleware",
    """
    class Slow:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            time.sleep(0.25)  # FAP002 blocking-call
            await self.app(scope, receive, send)


    app.add_middleware(Slow)


    @app.get("/")
    def read(): ...
    """,
)
case(
    "async exception handler",
    """
    @app.exception_handler(KeyError)
    async def missing(request: Request, error: KeyError):
        time.sleep(0.25)  # FAP002 blocking-call
        return JSONResponse({}, status_code=404)


    @app.get("/")
    def read():
        raise KeyError
    """,
    status=404,
)
case(
    "async exception handler, added by call",
    """
    async def missing(request: Request, error: Exception):
        time.sleep(0.25)  # FAP002 blocking-call
        return JSONResponse({}, status_code=404)


    app.add_exception_handler(KeyError, missing)


    @app.get("/")
    def read():
        raise KeyError
    """,
    status=404,
)
case(
    "def exception handler",
    """
    @app.exception_handler(KeyError)
    def missing(request: Request, error: KeyError):
        time.sleep(0.25)
        return JSONResponse({}, status_code=404)


    @app.get("/")
    async def read():
        raise KeyError
    """,
    status=404,
)
case(
    "lifespan",
    """
    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI):
        time.sleep(0.25)  # FAP002 blocking-call
        yield


    app = FastAPI(lifespan=lifespan)


    @app.get("/")
    def read(): ...
    """,
    before="",
)
case(
    "async on_event",
    """
    @app.on_event("startup")
    async def start():
        time.sleep(0.25)  # FAP002 blocking-call


    @app.get("/")
    def read(): ...
    """,
)
case(
    "sync on_event",
    """
    @app.on_event("startup")
    def start():
        time.sleep(0.25)  # FAP002 blocking-call


    @app.get("/")
    def read(): ...
    """,
)
case(
    "sync on_startup",
    """
    def start():
        time.sleep(0.25)  # FAP002 blocking-call


    app = FastAPI(on_startup=[start])


    @app.get("/")
    def read(): ...
    """,
    before="",
)

case(
    "function middleware, added by call",
    """
    async def slow(request: Request, call_next):
        time.sleep(0.25)  # FAP002 blocking-call
        return await call_next(request)


    app.middleware("http")(slow)


    @app.get("/")
    def read(): ...
    """,
)
case(
    "dispatch function of BaseHTTPMiddleware",
    """
    async def slow(request: Request, call_next):
        time.sleep(0.25)  # FAP002 blocking-call
        return await call_next(request)


    app.add_middleware(BaseHTTPMiddleware, dispatch=slow)


    @app.get("/")
    def read(): ...
    """,
)
case(
    "middleware given to the constructor",
    """
    from starlette.middleware import Middleware


    class Slow(BaseHTTPMiddleware):
        async def dispatch(self, request, call_next):
            time.sleep(0.25)  # FAP002 blocking-call
            return await call_next(request)


    app = FastAPI(middleware=[Middleware(Slow)])


    @app.get("/")
    def read(): ...
    """,
    before="",
)
case(
    "async exception handler, given to the constructor",
    """
    async def missing(request: Request, error: Exception):
        time.sleep(0.25)  # FAP002 blocking-call
        return JSONResponse({}, status_code=404)


    app = FastAPI(exception_handlers={KeyError: missing})


    @app.get("/")
    def read():
        raise KeyError
    """,
    before="",
    status=404,
)
case(
    "lifespan, at the end",
    """
    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI):
        yield
        time.sleep(0.25)  # FAP002 blocking-call


    app = FastAPI(lifespan=lifespan)


    @app.get("/")
    def read(): ...
    """,
    before="",
)

# After the answer

case(
    "async background task",
    """
    async def clean():
        time.sleep(0.25)  # FAP002 blocking-call


    @app.get("/")
    def read(tasks: BackgroundTasks):
        tasks.add_task(clean)
    """,
)
case(
    "def background task",
    """
    def clean():
        time.sleep(0.25)


    @app.get("/")
    async def read(tasks: BackgroundTasks):
        tasks.add_task(clean)
    """,
)
case(
    "async background task of a response",
    """
    from starlette.background import BackgroundTask


    async def clean():
        time.sleep(0.25)  # FAP002 blocking-call


    @app.get("/")
    def read():
        return JSONResponse({}, background=BackgroundTask(clean))
    """,
)
case(
    "def background task of a response",
    """
    from starlette.background import BackgroundTask


    def clean():
        time.sleep(0.25)


    @app.get("/")
    async def read():
        return JSONResponse({}, background=BackgroundTask(clean))
    """,
)
case(
    "stream of an async generator",
    """
    async def chunks():
        yield b"a"
        time.sleep(0.25)  # FAP002 blocking-call
        yield b"b"


    @app.get("/")
    def read():
        return StreamingResponse(chunks())
    """,
)
case(
    "stream of a sync generator",
    """
    def chunks():
        yield b"a"
        time.sleep(0.25)
        yield b"b"


    @app.get("/")
    async def read():
        return StreamingResponse(chunks())
    """,
)
case(
    "stream of an async generator over a sync one",
    """
    def lines():
        for _ in range(2):
            time.sleep(0.25)
            yield b"line"


    async def chunks():
        for line in lines():  # FAP002 blocking-stream
            yield line


    @app.get("/")
    def read():
        return StreamingResponse(chunks())
    """,
)
case(
    "stream of an async generator over iterate_in_threadpool",
    """
    def lines():
        for _ in range(2):
            time.sleep(0.25)
            yield b"line"


    async def chunks():
        async for line in iterate_in_threadpool(lines()):
            yield line


    @app.get("/")
    async def read():
        return StreamingResponse(chunks())
    """,
)

case(
    "stream of an async generator over a file",
    """
    async def chunks():
        with open("FOLDER/file.txt", "rb") as file:
            for line in file:  # FAP002 blocking-stream
                yield line


    @app.get("/")
    def read():
        return StreamingResponse(chunks())
    """,
    anywhere=True,
)
case(
    "async generator as route",
    """
    @app.get("/")
    async def read():
        yield {"part": 1}
        time.sleep(0.25)  # FAP002 blocking-call
        yield {"part": 2}
    """,
    since=(0, 134),
)
case(
    "sync generator as route",
    """
    @app.get("/")
    def read():
        yield {"part": 1}
        time.sleep(0.25)
        yield {"part": 2}
    """,
    since=(0, 134),
)
case(
    "async generator over a sync one as route",
    """
    def parts():
        for number in range(2):
            time.sleep(0.25)
            yield {"part": number}


    @app.get("/")
    async def read():
        for part in parts():  # FAP002 blocking-stream
            yield part
    """,
    since=(0, 134),
)

# Models

case(
    "validator of a body, sync route",
    """
    class Item(BaseModel):
        name: str

        @field_validator("name")
        @classmethod
        def check(cls, value):
            time.sleep(0.25)  # FAP002 blocking-call
            return value


    @app.post("/")
    def create(item: Item): ...
    """,
    method="POST",
    json={"name": "x"},
)
case(
    "model validator of a body, async route",
    """
    class Item(BaseModel):
        name: str

        @model_validator(mode="after")
        def check(self):
            time.sleep(0.25)  # FAP002 blocking-call
            return self


    @app.post("/")
    async def create(item: Item): ...
    """,
    method="POST",
    json={"name": "x"},
)
case(
    "validator of a query model, sync route",
    """
    class Page(BaseModel):
        size: int = 1

        @field_validator("size")
        @classmethod
        def check(cls, value):
            time.sleep(0.25)  # FAP002 blocking-call
            return value


    @app.get("/")
    def read(page: Page = Query()): ...
    """,
    url="/?size=2",
    since=(0, 115),
)
case(
    "validator of a model that a sync route makes itself",
    """
    class Item(BaseModel):
        name: str

        @field_validator("name")
        @classmethod
        def check(cls, value):
            time.sleep(0.25)
            return value


    @app.get("/", response_model=None)
    def read():
        return {"name": Item(name="x").name}
    """,
)
case(
    "serializer of a response, sync route",
    """
    class Item(BaseModel):
        name: str

        @field_serializer("name")
        def write(self, value):
            time.sleep(0.25)  # FAP002 blocking-call
            return value


    @app.get("/", response_model=Item)
    def read():
        return {"name": "x"}
    """,
)
case(
    "computed field of a response, sync route",
    """
    class Item(BaseModel):
        name: str

        @computed_field
        @property
        def size(self) -> int:
            time.sleep(0.25)  # FAP002 blocking-call
            return 1


    @app.get("/")
    def read() -> Item:
        return Item(name="x")
    """,
)
case(
    "property read by from_attributes, async route",
    """
    class Row:
        @property
        def total(self) -> int:
            time.sleep(0.25)  # missed: FAP002 blocking-call
            return 1


    class Total(BaseModel):
        model_config = ConfigDict(from_attributes=True)

        total: int


    @app.get("/", response_model=Total)
    async def read():
        return Row()
    """,
)
case(
    "property read by from_attributes, sync route",
    """
    class Row:
        @property
        def total(self) -> int:
            time.sleep(0.25)
            return 1


    class Total(BaseModel):
        model_config = ConfigDict(from_attributes=True)

        total: int


    @app.get("/", response_model=Total)
    def read():
        return Row()
    """,
)
case(
    "render of a response made in an async route",
    """
    class Slow(Response):
        def render(self, content):
            time.sleep(0.25)
            return b""


    @app.get("/")
    async def read():
        return Slow()  # FAP002 blocking-helper
    """,
)
case(
    "render of a response made by FastAPI",
    """
    class Slow(JSONResponse):
        def render(self, content):
            time.sleep(0.25)  # FAP002 blocking-call
            return super().render(content)


    @app.get("/", response_class=Slow)
    def read():
        return {}
    """,
)
case(
    "render of a response made in a sync route",
    """
    class Slow(Response):
        def render(self, content):
            time.sleep(0.25)
            return b""


    @app.get("/")
    def read():
        return Slow()
    """,
)

# Helpers

case(
    "helper of an async route",
    """
    def wait():
        time.sleep(0.25)


    def load():
        wait()
        return 1


    @app.get("/")
    async def read():
        return load()  # FAP002 blocking-helper
    """,
)
case(
    "helper of a def route",
    """
    @app.get("/")
    def read():
        return load()
    """,
    before=LOAD + APP,
)
case(
    "async helper, awaited",
    """
    async def load():
        time.sleep(0.25)  # FAP002 blocking-call


    @app.get("/")
    async def read():
        await load()
    """,
)
case(
    "method of an object",
    """
    class Store:
        def load(self):
            time.sleep(0.25)


    store = Store()


    @app.get("/")
    async def read():
        store.load()  # FAP002 blocking-helper
    """,
)
case(
    "async helper as task",
    """
    async def load():
        time.sleep(0.25)  # FAP002 blocking-call


    @app.get("/")
    async def read():
        await asyncio.create_task(load())
    """,
)
case(
    "async helper in gather",
    """
    async def load():
        time.sleep(0.25)  # FAP002 blocking-call


    @app.get("/")
    async def read():
        await asyncio.gather(load(), load())
    """,
)
case(
    "async context manager",
    """
    @contextlib.asynccontextmanager
    async def opened():
        time.sleep(0.25)  # FAP002 blocking-call
        yield


    @app.get("/")
    async def read():
        async with opened():
            pass
    """,
)
case(
    "sync context manager",
    """
    @contextlib.contextmanager
    def opened():
        time.sleep(0.25)
        yield


    @app.get("/")
    async def read():
        with opened():  # FAP002 blocking-helper
            pass
    """,
)
case(
    "generator, iterated",
    """
    def parts():
        time.sleep(0.25)
        yield 1


    @app.get("/")
    async def read():
        return [part for part in parts()]  # FAP002 blocking-helper
    """,
)
case(
    "generator, given to list",
    """
    def parts():
        time.sleep(0.25)
        yield 1


    @app.get("/")
    async def read():
        return list(parts())  # FAP002 blocking-helper
    """,
)
case(
    "generator, only made",
    """
    def parts():
        time.sleep(0.25)
        yield 1


    @app.get("/")
    async def read():
        return type(parts()).__name__
    """,
    unseen=True,
)
case(
    "inherited method",
    """
    class Base:
        def load(self):
            time.sleep(0.25)


    class Store(Base): ...


    @app.get("/")
    async def read():
        Store().load()  # FAP002 blocking-helper
    """,
)
case(
    "overridden method",
    """
    class Base:
        def load(self):
            time.sleep(0.25)


    class Store(Base):
        def load(self):
            return 1


    @app.get("/")
    async def read():
        return Store().load()
    """,
    unseen=True,
)
case(
    "overridden method that calls the inherited one",
    """
    class Base:
        def load(self):
            time.sleep(0.25)


    class Store(Base):
        def load(self):
            return super().load()


    @app.get("/")
    async def read():
        return Store().load()  # FAP002 blocking-helper
    """,
)
case(
    "constructor",
    """
    class Store:
        def __init__(self):
            time.sleep(0.25)


    @app.get("/")
    async def read():
        Store()  # FAP002 blocking-helper
    """,
)
case(
    "injected object's method",
    """
    class Store:
        def load(self):
            time.sleep(0.25)


    @app.get("/")
    async def read(store: Store = Depends()):
        store.load()  # FAP002 blocking-helper
    """,
)
case(
    "recursion",
    """
    def load(depth):
        if depth:
            return load(depth - 1)
        return time.sleep(0.25)


    @app.get("/")
    async def read():
        load(3)  # FAP002 blocking-helper
    """,
)
case(
    "partial, called",
    """
    @app.get("/")
    async def read():
        functools.partial(load)()  # FAP002 blocking-helper
    """,
    before=LOAD + APP,
)
case(
    "asyncio.run in a worker thread has a loop of its own",
    """
    async def work():
        time.sleep(0.25)


    @app.get("/")
    def read():
        asyncio.run(work())
    """,
)
case(
    "async function that a def route sends back to the loop",
    """
    async def work():
        time.sleep(0.25)  # missed: FAP002 blocking-call


    @app.get("/")
    def read():
        anyio.from_thread.run(work)
    """,
)
case(
    "function given to a function that calls it",
    """
    def apply(function):
        return function()


    @app.get("/")
    async def read():
        return apply(load)  # FAP002 blocking-helper
    """,
    before=LOAD + APP,
)
case(
    "lazy initialisation",
    """
    @functools.lru_cache
    def settings():
        time.sleep(0.25)
        return {}


    @app.get("/")
    async def read():
        return settings()  # missed: FAP002 blocking-helper
    """,
)

# Handed to a thread or process: harmless

for name, call in {
    "asyncio.to_thread": "await asyncio.to_thread(load)",
    "asyncio.to_thread of the call itself": "await asyncio.to_thread(time.sleep, 0.25)",
    "run_in_executor": "await asyncio.get_running_loop().run_in_executor(None, load)",
    "run_in_executor with a lambda": "await asyncio.get_running_loop().run_in_executor(None, lambda: load())",
    "anyio.to_thread.run_sync": "await anyio.to_thread.run_sync(load)",
    "run_in_threadpool": "await run_in_threadpool(load)",
    "starlette's run_in_threadpool": "await starlette.concurrency.run_in_threadpool(load)",
    "run_in_threadpool with a lambda": "await run_in_threadpool(lambda: time.sleep(0.25))",
    "run_in_threadpool with a partial": "await run_in_threadpool(functools.partial(time.sleep, 0.25))",
    "Thread": "threading.Thread(target=load).start()",
    "asyncio.to_thread in gather": "await asyncio.gather(asyncio.to_thread(load), asyncio.to_thread(load))",
    "asyncio.to_thread in wait_for": "await asyncio.wait_for(asyncio.to_thread(load), 5)",
}.items():
    case(
        name,
        f"""
        @app.get("/")
        async def read():
            {call}
        """,
        before=LOAD + APP,
    )
case(
    "offloaded by a helper of the project",
    """
    async def in_thread(function):
        return await asyncio.to_thread(function)


    @app.get("/")
    async def read():
        return await in_thread(load)
    """,
    before=LOAD + APP,
)
case(
    "offloaded by a decorator of the project",
    """
    def threaded(function):
        @functools.wraps(function)
        async def wrapper(*args, **kwargs):
            return await asyncio.to_thread(function, *args, **kwargs)

        return wrapper


    @threaded
    def load():
        time.sleep(0.25)


    @app.get("/")
    async def read():
        return await load()
    """,
)
case(
    "offloaded by a method of the project",
    """
    class Store:
        def load(self):
            time.sleep(0.25)

        async def aload(self):
            return await asyncio.to_thread(self.load)


    store = Store()


    @app.get("/")
    async def read():
        return await store.aload()
    """,
)
case(
    "run_in_threadpool with a nested function",
    """
    @app.get("/")
    async def read():
        def work():
            time.sleep(0.25)
            return 1

        return await run_in_threadpool(work)
    """,
)
case(
    "Executor.submit",
    """
    pool = concurrent.futures.ThreadPoolExecutor(1)


    @app.get("/")
    async def read():
        pool.submit(load)
    """,
    before=LOAD + APP,
)
case(
    "Executor.submit, wrapped and awaited",
    """
    pool = concurrent.futures.ThreadPoolExecutor(1)


    @app.get("/")
    async def read():
        return await asyncio.wrap_future(pool.submit(load))
    """,
    before=LOAD + APP,
)
case(
    "Executor.map, not iterated",
    """
    pool = concurrent.futures.ThreadPoolExecutor(1)


    @app.get("/")
    async def read():
        pool.map(time.sleep, [0.25])
    """,
)
case(
    "contextmanager_in_threadpool",
    """
    from fastapi.concurrency import contextmanager_in_threadpool


    @contextlib.contextmanager
    def opened():
        time.sleep(0.25)
        yield


    @app.get("/")
    async def read():
        async with contextmanager_in_threadpool(opened()):
            pass
    """,
)
case(
    "anyio.to_process.run_sync",
    """
    @app.get("/")
    async def read():
        await anyio.to_process.run_sync(time.sleep, 0.25)
    """,
    unseen=True,
)
case(
    "process pool",
    """
    import multiprocessing

    pool = concurrent.futures.ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


    @app.get("/")
    async def read():
        await asyncio.get_running_loop().run_in_executor(pool, time.sleep, 0.25)
        pool.shutdown(wait=False)
    """,
    unseen=True,
)
case(
    "anyio.to_interpreter.run_sync",
    """
    import socket

    import anyio.to_interpreter


    @app.get("/")
    async def read():
        return await anyio.to_interpreter.run_sync(socket.gethostbyname, "localhost")
    """,
    needs=("_interpreters",),
    unseen=True,
)
case(
    "asgiref.sync_to_async",
    """
    from asgiref.sync import sync_to_async


    @app.get("/")
    async def read():
        return await sync_to_async(load, thread_sensitive=False)()
    """,
    before=LOAD + APP,
    needs=("asgiref",),
)
case(
    "asyncer.asyncify",
    """
    from asyncer import asyncify


    @app.get("/")
    async def read():
        return await asyncify(load)()
    """,
    before=LOAD + APP,
    needs=("asyncer",),
)
case(
    "trio.to_thread.run_sync",
    """
    import trio


    @app.get("/")
    async def read():
        return await trio.to_thread.run_sync(load)
    """,
    before=LOAD + APP,
    needs=("trio",),
    backend="trio",
)
case(
    "aiofiles.os.wrap",
    """
    import aiofiles.os

    nap = aiofiles.os.wrap(load)


    @app.get("/")
    async def read():
        return await nap()
    """,
    before=LOAD + APP,
    needs=("aiofiles",),
)
case(
    "asyncio.sleep",
    """
    @app.get("/")
    async def read():
        await asyncio.sleep(0.25)
    """,
    unseen=True,
)

for name, statements in {
    "Queue.get_nowait": ["waiting = queue.Queue()", "waiting.put_nowait(1)", "return waiting.get_nowait()"],
    "Queue.get(False)": ["waiting = queue.Queue()", "waiting.put(1)", "return waiting.get(False)"],
    "Lock.acquire(blocking=False)": ["return threading.Lock().acquire(blocking=False)"],
    "Event.is_set": ["return threading.Event().is_set()"],
    "dict.get": ['values = {"x": 1}', 'return values.get("x")'],
    "file metadata": ['return Path("FOLDER/file.txt").exists()'],
    "path arithmetic": ['return str(Path("FOLDER") / "file.txt")'],
    "clock": ["return time.monotonic() + time.time()"],
    "requests.Session, only made": ["session = requests.Session()", "return str(session.headers)"],
    "Thread, only made": ["return threading.Thread(target=load).is_alive()"],
    "a reference": ["job = load", "return job.__name__"],
    "own object with known names": [
        "class Store:",
        "    def execute(self, statement):",
        "        return statement",
        "",
        "    def commit(self):",
        "        return None",
        "",
        "db = Store()",
        "db.commit()",
        'return db.execute("select 1")',
    ],
}.items():
    body = textwrap.indent("\n".join(statements), "    ")
    case(name, f'@app.get("/")\nasync def read():\n{body}\n', before=LOAD + APP, unseen=True)
case(
    "FileResponse",
    """
    from fastapi.responses import FileResponse


    @app.get("/")
    async def read():
        return FileResponse("FOLDER/file.txt", media_type="text/plain")
    """,
    unseen=True,
)

# What looks harmless and is not

case(
    "call_soon",
    """
    @app.get("/")
    async def read():
        asyncio.get_running_loop().call_soon(load)  # FAP002 blocking-helper
        await asyncio.sleep(0.01)
    """,
    before=LOAD + APP,
    anywhere=True,
)
case(
    "call_later",
    """
    @app.get("/")
    async def read():
        asyncio.get_running_loop().call_later(0, load)  # FAP002 blocking-helper
        await asyncio.sleep(0.05)
    """,
    before=LOAD + APP,
    anywhere=True,
)
case(
    "ensure_future of a sync call",
    """
    @app.get("/")
    async def read():
        await asyncio.ensure_future(load())  # FAP002 blocking-helper
    """,
    before=LOAD + APP,
    status=None,
)
case(
    "to_thread of a call's result",
    """
    @app.get("/")
    async def read():
        await asyncio.to_thread(load())  # FAP002 blocking-helper
    """,
    before=LOAD + APP,
    status=None,
)
case(
    "run_in_threadpool of a blocking call's result",
    """
    @app.get("/")
    async def read():
        await run_in_threadpool(time.sleep(0.25))  # FAP002 blocking-call
    """,
    status=None,
)
case(
    "gather of a sync call",
    """
    @app.get("/")
    async def read():
        await asyncio.gather(load())  # FAP002 blocking-helper
    """,
    before=LOAD + APP,
    status=None,
)
case(
    "async with around a sync call",
    """
    lock = asyncio.Lock()


    @app.get("/")
    async def read():
        async with lock:
            time.sleep(0.25)  # FAP002 blocking-call
    """,
)
case(
    "decorator that only wraps",
    """
    def logged(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return function(*args, **kwargs)

        return wrapper


    @logged
    def load():
        time.sleep(0.25)


    @app.get("/")
    async def read():
        load()  # FAP002 blocking-helper
    """,
)
case(
    "Future.result",
    """
    pool = concurrent.futures.ThreadPoolExecutor(1)


    @app.get("/")
    async def read():
        return pool.submit(load).result()  # FAP002 blocking-call
    """,
    before=LOAD + APP,
)
case(
    "asyncio.Future.result",
    """
    @app.get("/")
    async def read():
        task = asyncio.create_task(asyncio.sleep(0, 1))
        await asyncio.wait([task])
        return task.result()
    """,
    unseen=True,
)
case(
    "iterating over Executor.map",
    """
    pool = concurrent.futures.ThreadPoolExecutor(1)


    @app.get("/")
    async def read():
        for _ in pool.map(time.sleep, [0.25]):  # FAP002 blocking-call
            pass
    """,
    anywhere=True,
)
case(
    "Thread.join",
    """
    @app.get("/")
    async def read():
        thread = threading.Thread(target=load)
        thread.start()
        thread.join()  # FAP002 blocking-call
    """,
    before=LOAD + APP,
)
case(
    "Queue.get",
    """
    waiting = queue.Queue()


    @app.get("/")
    async def read():
        waiting.put(1)
        return waiting.get()  # FAP002 blocking-call
    """,
)

# Other libraries

case(
    "requests",
    """
    @app.get("/")
    async def read():
        return requests.get("http://127.0.0.1:PORT/").json()  # FAP002 blocking-call
    """,
)
case(
    "requests in a def route",
    """
    @app.get("/")
    def read():
        return requests.get("http://127.0.0.1:PORT/").json()
    """,
)
case(
    "requests.Session of the module",
    """
    session = requests.Session()


    @app.get("/")
    async def read():
        return session.get("http://127.0.0.1:PORT/").json()  # FAP002 blocking-call
    """,
)
case(
    "requests handed to a thread",
    """
    @app.get("/")
    async def read():
        answer = await run_in_threadpool(lambda: requests.get("http://127.0.0.1:PORT/"))
        return answer.json()
    """,
)
case(
    "httpx.Client",
    """
    @app.get("/")
    async def read():
        with httpx.Client() as client:
            return client.get("http://127.0.0.1:PORT/").json()  # FAP002 blocking-call
    """,
)
case(
    "httpx.AsyncClient",
    """
    @app.get("/")
    async def read():
        async with httpx.AsyncClient() as client:
            return (await client.get("http://127.0.0.1:PORT/")).json()
    """,
    unseen=True,
)
case(
    "urllib",
    """
    @app.get("/")
    async def read():
        with urllib.request.urlopen("http://127.0.0.1:PORT/") as answer:  # FAP002 blocking-call
            return answer.status
    """,
)
case(
    "subprocess",
    """
    @app.get("/")
    async def read():
        subprocess.run([sys.executable, "-S", "-c", ""], check=True)  # FAP002 blocking-call
    """,
)
case(
    "open",
    """
    @app.get("/")
    async def read():
        with open("FOLDER/file.txt") as file:  # FAP002 blocking-file-io
            return file.name
    """,
)
case(
    "Path.read_text",
    """
    @app.get("/")
    async def read():
        return Path("FOLDER/file.txt").read_text()  # FAP002 blocking-file-io
    """,
)
case(
    "Path.read_text in a thread",
    """
    @app.get("/")
    async def read():
        return await asyncio.to_thread(Path("FOLDER/file.txt").read_text)
    """,
    unseen=True,
)
case(
    "Path.read_text in a def route",
    """
    @app.get("/")
    def read():
        return Path("FOLDER/file.txt").read_text()
    """,
)
case(
    "shutil",
    """
    @app.get("/")
    async def read():
        shutil.copyfile("FOLDER/file.txt", "FOLDER/copy.txt")  # FAP002 blocking-file-io
    """,
)
case(
    "anyio.open_file",
    """
    @app.get("/")
    async def read():
        async with await anyio.open_file("FOLDER/file.txt") as file:
            return await file.read()
    """,
    unseen=True,
)
case(
    "injected sync session",
    """
    @app.get("/")
    async def read(db: Session = Depends(get_db)):
        return db.execute(text("select 1")).scalar()  # FAP002 blocking-session
    """,
    before=DATABASE + APP,
)
case(
    "injected sync session in a def route",
    """
    @app.get("/")
    def read(db: Session = Depends(get_db)):
        return db.execute(text("select 1")).scalar()
    """,
    before=DATABASE + APP,
)
case(
    "sync session opened in an async route",
    """
    @app.get("/")
    async def read():
        with SessionLocal() as db:
            return db.scalar(text("select 1"))  # FAP002 blocking-session
    """,
    before=DATABASE + APP,
)
case(
    "sync session one call below",
    """
    def count(db: Session):
        return db.scalar(text("select 1"))


    @app.get("/")
    async def read(db: Session = Depends(get_db)):
        return count(db)  # FAP002 blocking-helper
    """,
    before=DATABASE + APP,
    anywhere=True,
)
case(
    "scoped session",
    """
    db = scoped_session(SessionLocal)


    @app.get("/")
    async def read():
        return db.scalar(text("select 1"))  # FAP002 blocking-session
    """,
    before=DATABASE + APP,
)
case(
    "sync session in a thread",
    """
    def count():
        with SessionLocal() as db:
            return db.scalar(text("select 1"))


    @app.get("/")
    async def read():
        return await run_in_threadpool(count)
    """,
    before=DATABASE + APP,
)
case(
    "bound method of a sync session in a thread",
    """
    @app.get("/")
    async def read(db: Session = Depends(get_db)):
        result = await run_in_threadpool(db.execute, text("select 1"))
        return result.scalar()
    """,
    before=DATABASE + APP,
)
case(
    "sync session in an Annotated alias",
    """
    from typing import Annotated

    SessionDep = Annotated[Session, Depends(get_db)]


    @app.get("/")
    async def read(db: SessionDep):
        return db.scalar(text("select 1"))  # FAP002 blocking-session
    """,
    before=DATABASE + APP,
)
case(
    "sync session without annotation, by its provider",
    """
    @app.get("/")
    async def read(db=Depends(get_db)):
        return db.scalar(text("select 1"))  # FAP002 blocking-session
    """,
    before=DATABASE + APP,
)
case(
    "engine",
    """
    @app.get("/")
    async def read():
        with engine.connect() as connection:
            return connection.execute(text("select 1")).scalar()  # FAP002 blocking-session
    """,
    before=DATABASE + APP,
    anywhere=True,
)
case(
    "query that is only built",
    """
    @app.get("/")
    async def read(db: Session = Depends(get_db)):
        db.begin()
        return str(db.query(text("1")).limit(1))
    """,
    before=DATABASE + APP,
    unseen=True,
)

ASYNC_DATABASE = """\
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
AsyncSessionLocal = async_sessionmaker(engine, expire_on_commit=False)


@event.listens_for(engine.sync_engine, "connect")
def connected(connection, record):
    connection.create_function("nap", 0, lambda: time.sleep(0.25))


"""
case(
    "AsyncSession",
    """
    @app.get("/")
    async def read():
        async with AsyncSessionLocal() as db:
            await db.execute(text("select nap()"))
        await engine.dispose()
    """,
    before=ASYNC_DATABASE + APP,
    needs=("aiosqlite", "greenlet"),
)
case(
    "AsyncSession behind an annotation that lies",
    """
    async def get_db():
        async with AsyncSessionLocal() as db:
            yield db
        await engine.dispose()


    @app.get("/")
    async def read(db: Session = Depends(get_db)):
        await db.execute(text("select nap()"))
    """,
    before=ASYNC_DATABASE + APP,
    needs=("aiosqlite", "greenlet"),
)
case(
    "AsyncSession.run_sync, session used",
    """
    def work(session: Session):
        session.execute(text("select nap()"))


    @app.get("/")
    async def read():
        async with AsyncSessionLocal() as db:
            await db.run_sync(work)
        await engine.dispose()
    """,
    before=ASYNC_DATABASE + APP,
    needs=("aiosqlite", "greenlet"),
)
case(
    "AsyncConnection.run_sync, connection used",
    """
    def work(connection):
        connection.execute(text("select nap()"))


    @app.get("/")
    async def read():
        async with engine.connect() as connection:
            await connection.run_sync(work)
        await engine.dispose()
    """,
    before=ASYNC_DATABASE + APP,
    needs=("aiosqlite", "greenlet"),
)
case(
    "greenlet_spawn",
    """
    from sqlalchemy.util import greenlet_spawn


    @app.get("/")
    async def read():
        await greenlet_spawn(load)  # missed: FAP002 blocking-helper
    """,
    before=LOAD + APP,
    needs=("greenlet",),
)
case(
    "AsyncSession.run_sync, something else that blocks",
    """
    def work(session: Session):
        time.sleep(0.25)


    @app.get("/")
    async def read():
        async with AsyncSessionLocal() as db:
            await db.run_sync(work)  # missed: FAP002 blocking-helper
    """,
    before=ASYNC_DATABASE + APP,
    needs=("aiosqlite", "greenlet"),
)

# Where the loop's own tools are misused: what happens at run time is in `test_loop.py`.

FETCH = """\
async def fetch():
    await asyncio.sleep(0)
    return 1


"""


@dataclass(frozen=True)
class Misuse:
    """An application that fails at run time exactly if it holds a mark."""

    case: Case
    fails: str
    """What the exception, or the warning, says."""

    @property
    def name(self) -> str:
        return self.case.name


NESTED: list[Misuse] = []
UNAWAITED: list[Misuse] = []
CACHED: list[Misuse] = []


def misuse(kind: list[Misuse], name: str, text: str, fails: str = "", requests: int = 1) -> None:
    body = IMPORTS + FETCH + APP + textwrap.dedent(text).lstrip("\n")
    kind.append(Misuse(Case(name, body, requests=requests, status=None), fails))


misuse(
    NESTED,
    "asyncio.run in an async route",
    """
    @app.get("/")
    async def read():
        return asyncio.run(fetch())  # FAP002 nested-event-loop
    """,
    "cannot be called from a running event loop",
)
misuse(
    NESTED,
    "asyncio.run in a def route",
    """
    @app.get("/")
    def read():
        return asyncio.run(fetch())
    """,
)
misuse(
    NESTED,
    "run_until_complete of the running loop",
    """
    @app.get("/")
    async def read():
        return asyncio.get_event_loop().run_until_complete(fetch())  # FAP002 nested-event-loop
    """,
    "already running",
)
misuse(
    NESTED,
    "run_until_complete of a new loop",
    """
    @app.get("/")
    async def read():
        loop = asyncio.new_event_loop()
        try:
            return loop.run_until_complete(fetch())  # FAP002 nested-event-loop
        finally:
            loop.close()
    """,
    "while another loop is running",
)
misuse(
    NESTED,
    "asyncio.run in a helper of an async route",
    """
    def load():
        return asyncio.run(fetch())


    @app.get("/")
    async def read():
        return load()  # FAP002 nested-event-loop
    """,
    "cannot be called from a running event loop",
)
misuse(
    NESTED,
    "asyncio.run in a thread",
    """
    def load():
        return asyncio.run(fetch())


    @app.get("/")
    async def read():
        return await asyncio.to_thread(load)
    """,
)
misuse(
    UNAWAITED,
    "bare statement",
    """
    @app.get("/")
    async def read():
        fetch()  # FAP002 unawaited-coroutine
    """,
    "'fetch' was never awaited",
)
misuse(
    UNAWAITED,
    "bare statement in a def route",
    """
    @app.get("/")
    def read():
        fetch()  # FAP002 unawaited-coroutine
    """,
    "'fetch' was never awaited",
)
misuse(
    UNAWAITED,
    "library coroutine",
    """
    @app.get("/")
    async def read():
        asyncio.sleep(0)  # FAP002 unawaited-coroutine
    """,
    "'sleep' was never awaited",
)
misuse(
    UNAWAITED,
    "returned by the handler",
    """
    @app.get("/")
    async def read():
        return fetch()  # FAP002 unawaited-coroutine
    """,
    "'fetch' was never awaited",
)
misuse(
    UNAWAITED,
    "method of an object",
    """
    class Store:
        async def save(self):
            await asyncio.sleep(0)


    store = Store()


    @app.get("/")
    async def read():
        store.save()  # FAP002 unawaited-coroutine
    """,
    "'Store.save' was never awaited",
)
for name, statements in {
    "awaited": ["return await fetch()"],
    "awaited later": ["pending = fetch()", "return await pending"],
    "create_task": ["task = asyncio.create_task(fetch())", "return await task"],
    "create_task, dropped": ["asyncio.create_task(fetch())", "await asyncio.sleep(0.01)"],
    "gather": ["return await asyncio.gather(fetch(), fetch())"],
    "gather of a list": ["return await asyncio.gather(*[fetch() for _ in range(2)])"],
    "wait_for": ["return await asyncio.wait_for(fetch(), 5)"],
    "anyio task group": [
        "async with anyio.create_task_group() as tasks:",
        "    tasks.start_soon(fetch)",
    ],
}.items():
    lines = "\n".join(f"            {statement}" for statement in statements)
    misuse(UNAWAITED, name, f'\n        @app.get("/")\n        async def read():\n{lines}\n')
misuse(
    UNAWAITED,
    "returned by a def helper and awaited",
    """
    def start():
        return fetch()


    @app.get("/")
    async def read():
        return await start()
    """,
)
misuse(
    CACHED,
    "lru_cache on async def",
    """
    @functools.lru_cache
    async def settings():  # FAP002 cached-coroutine
        return {}


    @app.get("/")
    async def read():
        return await settings()
    """,
    "cannot reuse already awaited coroutine",
    requests=2,
)
misuse(
    CACHED,
    "cache on an async method",
    """
    class Store:
        @functools.cache
        async def load(self, key):  # FAP002 cached-coroutine
            return key


    store = Store()


    @app.get("/")
    async def read():
        return await store.load(1)
    """,
    "cannot reuse already awaited coroutine",
    requests=2,
)
misuse(
    CACHED,
    "lru_cache on def",
    """
    @functools.lru_cache(maxsize=1)
    def settings():
        return {}


    @app.get("/")
    async def read():
        return settings()
    """,
    requests=2,
)
misuse(
    CACHED,
    "own cache on async def",
    """
    def remembered(function):
        values = {}

        @functools.wraps(function)
        async def wrapper(key):
            if key not in values:
                values[key] = await function(key)
            return values[key]

        return wrapper


    @remembered
    async def load(key):
        return key


    @app.get("/")
    async def read():
        return await load(1)
    """,
    requests=2,
)

# Pairs for the clock: one application stalls the loop, its sibling does not.

STALLS = [
    Case(
        "time.sleep",
        IMPORTS
        + APP
        + textwrap.dedent(
            """\
            @app.get("/")
            async def read():
                time.sleep(0.25)  # FAP002 blocking-call
            """
        ),
    ),
    Case(
        "requests to a slow server",
        IMPORTS
        + APP
        + textwrap.dedent(
            """\
            @app.get("/")
            async def read():
                return requests.get("http://127.0.0.1:PORT/").json()  # FAP002 blocking-call
            """
        ),
    ),
    Case(
        "Future.result",
        IMPORTS
        + LOAD
        + APP
        + textwrap.dedent(
            """\
            pool = concurrent.futures.ThreadPoolExecutor(1)


            @app.get("/")
            async def read():
                return pool.submit(load).result()  # FAP002 blocking-call
            """
        ),
    ),
    Case(
        "asyncio.sleep",
        IMPORTS
        + APP
        + textwrap.dedent(
            """\
            @app.get("/")
            async def read():
                await asyncio.sleep(0.25)
            """
        ),
    ),
    Case(
        "httpx.AsyncClient to a slow server",
        IMPORTS
        + APP
        + textwrap.dedent(
            """\
            client = httpx.AsyncClient()


            @app.get("/")
            async def read():
                return (await client.get("http://127.0.0.1:PORT/")).json()
            """
        ),
    ),
    Case(
        "asyncio.to_thread",
        IMPORTS
        + LOAD
        + APP
        + textwrap.dedent(
            """\
            @app.get("/")
            async def read():
                return await asyncio.to_thread(load)
            """
        ),
    ),
]
