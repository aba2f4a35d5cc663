"""Small applications in two versions: a mistake in their structure, and the right way to do the same.

The first version shows the fault at run time and has a mark where the linter reports it; the second answers as it
should, and the linter is silent. FOLDER is a folder to keep files in.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import NamedTuple

IMPORTS = """\
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response, WebSocket
from fastapi.responses import JSONResponse
from sqlalchemy import Engine, create_engine, text
from starlette.applications import Starlette
from starlette.routing import Mount

app = FastAPI()
ran: list[str] = []


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    ran.append("lifespan")
    yield


"""


class Step(NamedTuple):
    """A request, to one of the processes that serve the application; `WEBSOCKET` opens a connection and reads."""

    url: str
    method: str = "GET"
    worker: int = 0


class Outcome(NamedTuple):
    """What became of the last request."""

    status: int
    """0 where there was no answer."""
    body: str
    error: str
    """What importing the application, or a connection, failed with."""


class Pair(NamedTuple):
    name: str
    bad: str
    good: str
    shows: Callable[[Outcome], bool]
    """Whether an outcome is that of the fault."""
    steps: tuple[Step, ...]
    gone: str = ""
    """A method of `FastAPI` that must be gone for the fault to show."""


PAIRS: list[Pair] = []


def pair(name: str, bad: str, good: str, shows: Callable[[Outcome], bool], *steps: Step, gone: str = "") -> None:
    wrong, right = (IMPORTS + textwrap.dedent(text).lstrip("\n") for text in (bad, good))
    PAIRS.append(Pair(name, wrong, right, shows, steps or (Step("/"),), gone))


def status(code: int) -> Callable[[Outcome], bool]:
    return lambda outcome: outcome.status == code


def body(text: str) -> Callable[[Outcome], bool]:
    return lambda outcome: outcome.body == text


# Handlers that other code calls

pair(
    "handler called, a marker arrives",
    """
    @app.get("/items")
    def show(limit: int = Query(10)) -> str:
        return f"{limit}"


    @app.get("/")
    def first() -> str:
        return show()  # FAP003 handler-called
    """,
    """
    def shown(limit: int) -> str:
        return f"{limit}"


    @app.get("/items")
    def show(limit: int = Query(10)) -> str:
        return shown(limit)


    @app.get("/")
    def first() -> str:
        return shown(10)
    """,
    lambda outcome: outcome.status == 200 and outcome.body != '"10"',
)

pair(
    "handler called, a dependency is missing",
    """
    def get_name(request: Request) -> str:
        return request.headers.get("x-name", "anna")


    @app.get("/name")
    def show(name: str = Depends(get_name)) -> str:
        return name.upper()


    @app.get("/")
    def first() -> str:
        return show()  # FAP003 handler-called
    """,
    """
    def get_name(request: Request) -> str:
        return request.headers.get("x-name", "anna")


    @app.get("/name")
    def show(name: str = Depends(get_name)) -> str:
        return name.upper()


    @app.get("/")
    def first(name: str = Depends(get_name)) -> str:
        return show(name)
    """,
    status(500),
)

# Methods

pair(
    "method of a plain class",
    """
    class Users:
        @app.get("/")  # FAP003 method-as-route
        def list_users(self) -> list[int]:
            return [1]
    """,
    """
    class Users:
        def list_users(self) -> list[int]:
            return [1]


    app.add_api_route("/", Users().list_users)
    """,
    status(422),
)

pair(
    "class method",
    """
    class Users:
        @app.get("/")  # FAP003 method-as-route
        def list_users(cls) -> list[int]:
            return [1]
    """,
    """
    class Users:
        @staticmethod
        @app.get("/")
        def list_users() -> list[int]:
            return [1]
    """,
    status(422),
)

pair(
    "websocket in a plain class",
    """
    class Chat:
        @app.websocket("/ws")  # FAP003 method-as-route
        async def listen(self, websocket: WebSocket) -> None:
            await websocket.accept()
            await websocket.send_text("hello")
            await websocket.close()
    """,
    """
    @app.websocket("/ws")
    async def listen(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("hello")
        await websocket.close()
    """,
    lambda outcome: "WebSocketDisconnect" in outcome.error,
    Step("/ws", "WEBSOCKET"),
)

# Plain routes of Starlette


def plain(name: str, bad: str, good: str, shows: Callable[[Outcome], bool], *steps: Step) -> None:
    before, after = "router = APIRouter()\n\n\n", "\n\napp.include_router(router)\n"
    wrong, right = (before + textwrap.dedent(text).strip("\n") + after for text in (bad, good))
    pair(name, wrong, right, shows, *steps)


plain(
    "plain route returns data",
    """
    @router.route("/")  # FAP003 generic-route-decorator
    def show(request: Request):
        return {"name": "anna"}
    """,
    """
    @router.get("/")
    def show() -> dict[str, str]:
        return {"name": "anna"}
    """,
    status(500),
)

plain(
    "plain route with a response",
    """
    @router.route("/")  # FAP003 generic-route-decorator
    def show() -> Response:
        return JSONResponse({"name": "anna"})
    """,
    """
    @router.route("/")
    def show(request: Request) -> Response:
        return JSONResponse({"name": "anna"})
    """,
    status(500),
)

plain(
    "plain route with a path parameter",
    """
    @router.route("/{name}")  # FAP003 generic-route-decorator
    def show(name: str) -> Response:
        return JSONResponse(str(name))
    """,
    """
    @router.get("/{name}")
    def show(name: str) -> Response:
        return JSONResponse(name)
    """,
    lambda outcome: outcome.body != '"anna"',
    Step("/anna"),
)

plain(
    "plain route with a query",
    """
    @router.route("/")  # FAP003 generic-route-decorator
    def show(request: Request, limit: int = Query(10)) -> Response:
        return JSONResponse(str(limit))
    """,
    """
    @router.get("/")
    def show(request: Request, limit: int = Query(10)) -> Response:
        return JSONResponse(str(limit))
    """,
    lambda outcome: outcome.body != '"5"',
    Step("/?limit=5"),
)

pair(
    "plain websocket with a dependency",
    """
    def get_name() -> str:
        return "anna"


    @app.websocket_route("/ws")  # FAP003 generic-route-decorator
    async def listen(websocket: WebSocket, name: str = Depends(get_name)) -> None:
        await websocket.accept()
        await websocket.send_text(str(name))
        await websocket.close()
    """,
    """
    def get_name() -> str:
        return "anna"


    @app.websocket("/ws")
    async def listen(websocket: WebSocket, name: str = Depends(get_name)) -> None:
        await websocket.accept()
        await websocket.send_text(name)
        await websocket.close()
    """,
    lambda outcome: outcome.body != "anna",
    Step("/ws", "WEBSOCKET"),
)

pair(
    "route of an application",
    """
    @app.route("/")  # FAP003 generic-route-decorator
    def show(request: Request) -> Response:
        return JSONResponse("x")
    """,
    """
    @app.get("/")
    def show(request: Request) -> Response:
        return JSONResponse("x")
    """,
    lambda outcome: "AttributeError" in outcome.error,
    gone="route",
)

# What runs at the start

SHOW = """

@app.get("/")
def show() -> list[str]:
    return sorted(ran)
"""


def starting(name: str, bad: str, good: str, lost: str) -> None:
    """Two versions, of which the first never runs what appends this word."""
    wrong, right = (textwrap.dedent(text).strip("\n") + "\n" + SHOW for text in (bad, good))
    pair(name, wrong, right, lambda outcome: outcome.status == 200 and lost not in outcome.body)


starting(
    "hook beside a lifespan",
    """
    app = FastAPI(lifespan=lifespan)


    @app.on_event("startup")  # FAP003 dead-startup
    def start() -> None:
        ran.append("hook")
    """,
    """
    app = FastAPI()


    @app.on_event("startup")
    def start() -> None:
        ran.append("hook")
    """,
    "hook",
)

starting(
    "hooks given beside a lifespan",
    """
    def start() -> None:
        ran.append("hook")


    app = FastAPI(lifespan=lifespan, on_startup=[start])  # FAP003 dead-startup
    """,
    """
    def start() -> None:
        ran.append("hook")


    app = FastAPI(on_startup=[start])
    """,
    "hook",
)

starting(
    "hook of a router with a lifespan",
    """
    router = APIRouter(lifespan=lifespan)
    app = FastAPI(lifespan=lifespan)


    @router.on_event("startup")  # FAP003 dead-startup
    def start() -> None:
        ran.append("hook")


    app.include_router(router)
    """,
    """
    router = APIRouter()
    app = FastAPI(lifespan=lifespan)


    @router.on_event("startup")
    def start() -> None:
        ran.append("hook")


    app.include_router(router)
    """,
    "hook",
)

starting(
    "hook of an application that runs its hooks",
    """
    app = FastAPI(lifespan=lifespan)


    @app.on_event("startup")  # FAP003 dead-startup
    def start() -> None:
        ran.append("hook")
    """,
    """
    @asynccontextmanager
    async def starting(app: FastAPI) -> AsyncIterator[None]:
        for hook in app.router.on_startup:
            hook()
        yield


    app = FastAPI(lifespan=starting)


    def start() -> None:
        ran.append("hook")


    app.router.on_startup.append(start)
    """,
    "hook",
)

starting(
    "lifespan of a mounted application",
    """
    api = FastAPI(lifespan=lifespan)
    app.mount("/api", api)  # FAP003 lifespan-on-mounted-app
    """,
    """
    @asynccontextmanager
    async def both(app: FastAPI) -> AsyncIterator[None]:
        async with api.router.lifespan_context(api):
            yield


    api = FastAPI(lifespan=lifespan)
    app = FastAPI(lifespan=both)
    app.mount("/api", api)
    """,
    "lifespan",
)

starting(
    "hook of a mounted application",
    """
    api = FastAPI()


    @api.on_event("startup")
    def start() -> None:
        ran.append("hook")


    app.mount("/api", api)  # FAP003 lifespan-on-mounted-app
    """,
    """
    api = FastAPI()


    @app.on_event("startup")
    def start() -> None:
        ran.append("hook")


    app.mount("/api", api)
    """,
    "hook",
)

starting(
    "lifespan of an application in a mount",
    """
    api = FastAPI(lifespan=lifespan)
    app = FastAPI(routes=[Mount("/api", app=api)])  # FAP003 lifespan-on-mounted-app
    """,
    """
    api = FastAPI()
    app = FastAPI(lifespan=lifespan, routes=[Mount("/api", app=api)])
    """,
    "lifespan",
)

starting(
    "hook of a router with a lifespan below a plain application",
    """
    router = APIRouter(lifespan=lifespan)
    app = FastAPI(lifespan=lifespan)


    @router.on_event("startup")  # FAP003 dead-startup
    def start() -> None:
        ran.append("hook")


    app.include_router(router)
    """,
    """
    router = APIRouter(lifespan=lifespan)
    app = FastAPI()


    @router.on_event("startup")
    def start() -> None:
        ran.append("hook")


    app.include_router(router)
    """,
    "hook",
)

# What stays in one process

ENGINE = """
engine: Engine = create_engine("sqlite:///FOLDER/codes.db")
with engine.begin() as connection:
    connection.execute(text("create table if not exists codes (email text, code text)"))


"""

pair(
    "data in a module",
    ENGINE
    + textwrap.dedent(
        """
        codes: dict[str, str] = {}


        @app.post("/codes/{email}")
        def keep(email: str) -> None:
            codes[email] = "1234"  # FAP003 shared-mutable-state


        @app.get("/codes/{email}")
        def show(email: str) -> str:
            return codes.get(email, "")
        """
    ),
    ENGINE
    + textwrap.dedent(
        """
        @app.post("/codes/{email}")
        def keep(email: str) -> None:
            with engine.begin() as connection:
                connection.execute(text("insert into codes values (:email, '1234')"), {"email": email})


        @app.get("/codes/{email}")
        def show(email: str) -> str:
            with engine.begin() as connection:
                found = connection.execute(text("select code from codes where email = :email"), {"email": email})
                return found.scalar() or ""
        """
    ),
    body('""'),
    Step("/codes/anna", "POST"),
    Step("/codes/anna", worker=1),
)

pair(
    "counter in a module",
    """
    import sqlalchemy

    next_id = 0


    @app.post("/")
    def create() -> int:
        global next_id
        next_id += 1  # FAP003 shared-mutable-state
        return next_id
    """,
    ENGINE
    + textwrap.dedent(
        """
        @app.post("/")
        def create() -> int:
            with engine.begin() as connection:
                connection.execute(text("insert into codes values ('x', 'y')"))
                return connection.execute(text("select max(rowid) from codes")).scalar() or 0
        """
    ),
    body("1"),
    Step("/", "POST"),
    Step("/", "POST", worker=1),
)
