"""Small applications in two versions: a mistake in how an error is answered, and the right way to do the same.

The first version shows the fault at run time and has a mark where the linter reports it; the second answers as it
should, and the linter is silent.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

MOST_TURNS = 50
"""A loop that receives more often than this never ends."""

IMPORTS = """\
import logging
import uuid
from datetime import datetime
from typing import Any

import requests
from fastapi import Depends, FastAPI, HTTPException, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI()
logger = logging.getLogger("app")
ITEMS: dict[str, float] = {"1": 2.5}


class Item(BaseModel):
    name: str
    price: float


class Problem(BaseModel):
    title: str


class Broken(Exception):
    pass


def connect(url: str) -> float:
    raise ConnectionError(f"no connection to {url}")


"""


class Outcome(NamedTuple):
    """What became of one request."""

    status: int
    """The status that the client got, the 500 of the server included; 0 for a websocket."""
    body: str
    error: str
    """The error that left the application, with its class; empty where there was none."""
    logged: str
    """What was logged."""
    turns: int
    """How often a message was received from the websocket."""

    @property
    def is_known(self) -> bool:
        """Whether the people who run it hear of a failure."""
        return bool(self.error or self.logged)


@dataclass(frozen=True)
class Pair:
    name: str
    bad: str
    good: str
    shows: Callable[[Outcome], bool]
    """Whether an outcome is that of the fault."""
    answers: int
    """The status of the good version."""
    url: str = "/"
    options: tuple[str, ...] = ()


PAIRS: list[Pair] = []


def pair(
    name: str, bad: str, good: str, shows: Callable[[Outcome], bool], answers: int, url: str = "/", enable: str = ""
) -> None:
    wrong, right = (IMPORTS + textwrap.dedent(text).lstrip("\n") for text in (bad, good))
    PAIRS.append(Pair(name, wrong, right, shows, answers, url, (f"--fastapi-enable={enable}",) if enable else ()))


def answers(status: int, text: str = "") -> Callable[[Outcome], bool]:
    return lambda outcome: outcome.status == status and text in outcome.body


def fails_with(text: str) -> Callable[[Outcome], bool]:
    return lambda outcome: outcome.status == 500 and text in outcome.error


# Exceptions that are no errors

pair(
    "exception returned",
    """
    @app.get("/{name}")
    def get_item(name: str):
        if name not in ITEMS:
            return HTTPException(status_code=404, detail="no such item")  # FAP005 returned-exception
        return {"price": ITEMS[name], "name": name}
    """,
    """
    @app.get("/{name}")
    def get_item(name: str):
        if name not in ITEMS:
            raise HTTPException(status_code=404, detail="no such item")
        return {"price": ITEMS[name], "name": name}
    """,
    answers(200, '"status_code":404'),
    404,
    "/2",
)

pair(
    "exception returned where a model is declared",
    """
    @app.get("/{name}", response_model=Item)
    def get_item(name: str) -> Any:
        if name not in ITEMS:
            return HTTPException(status_code=404, detail="no such item")  # FAP005 returned-exception
        return {"price": ITEMS[name], "name": name}
    """,
    """
    @app.get("/{name}", response_model=Item)
    def get_item(name: str) -> Any:
        if name not in ITEMS:
            raise HTTPException(status_code=404, detail="no such item")
        return {"price": ITEMS[name], "name": name}
    """,
    fails_with("ResponseValidationError"),
    404,
    "/2",
)

pair(
    "exception returned by a helper",
    """
    def no_item() -> HTTPException:
        return HTTPException(status_code=404, detail="no such item")


    @app.get("/{name}")
    def get_item(name: str):
        if name not in ITEMS:
            return no_item()  # FAP005 returned-exception
        return {"price": ITEMS[name], "name": name}
    """,
    """
    def no_item() -> HTTPException:
        return HTTPException(status_code=404, detail="no such item")


    @app.get("/{name}")
    def get_item(name: str):
        if name not in ITEMS:
            raise no_item()
        return {"price": ITEMS[name], "name": name}
    """,
    answers(200),
    404,
    "/2",
)

pair(
    "exception returned by a dependency",
    """
    def get_key(key: str = ""):
        if key != "k":
            return HTTPException(status_code=401)  # FAP005 returned-exception
        return key


    @app.get("/", dependencies=[Depends(get_key)])
    def home() -> dict[str, str]:
        return {"secret": "s", "name": "home"}
    """,
    """
    def get_key(key: str = ""):
        if key != "k":
            raise HTTPException(status_code=401)
        return key


    @app.get("/", dependencies=[Depends(get_key)])
    def home() -> dict[str, str]:
        return {"secret": "s", "name": "home"}
    """,
    answers(200, "secret"),
    401,
)

pair(
    "exception dropped",
    """
    @app.get("/{name}")
    def delete_item(name: str) -> dict[str, bool]:
        if name not in ITEMS:
            HTTPException(status_code=404, detail="no such item")  # FAP005 discarded-exception
        return {"deleted": True}
    """,
    """
    @app.get("/{name}")
    def delete_item(name: str) -> dict[str, bool]:
        if name not in ITEMS:
            raise HTTPException(status_code=404, detail="no such item")
        return {"deleted": True}
    """,
    answers(200, "true"),
    404,
    "/2",
)

for _name, _bad in (("class", "HTTPException"), ("instance", 'HTTPException(detail="no such item")')):
    _text = """
    @app.get("/{{name}}")
    def get_item(name: str) -> dict[str, str]:
        if name not in ITEMS:
            raise {raised}{mark}
        return {{"name": name}}
    """
    pair(
        f"{_name} without a status",
        _text.format(raised=_bad, mark="  # FAP005 bare-http-exception"),
        _text.format(raised="HTTPException(404)", mark=""),
        fails_with("missing 1 required positional argument: 'status_code'"),
        404,
        "/2",
    )

pair(
    "status of a success",
    """
    @app.get("/{name}")
    def get_item(name: str) -> dict[str, str]:
        if name not in ITEMS:
            raise HTTPException(status_code=200, detail="no such item")  # FAP005 success-status-exception
        return {"name": name}
    """,
    """
    @app.get("/{name}")
    def get_item(name: str) -> dict[str, str]:
        if name not in ITEMS:
            raise HTTPException(status_code=404, detail="no such item")
        return {"name": name}
    """,
    answers(200, "no such item"),
    404,
    "/2",
)

pair(
    "exception in the detail",
    """
    @app.get("/{price}")
    def get_price(price: str) -> dict[str, float]:
        try:
            return {"price": float(price)}
        except ValueError as error:
            raise HTTPException(status_code=422, detail=error) from error  # FAP005 unserializable-detail
    """,
    """
    @app.get("/{price}")
    def get_price(price: str) -> dict[str, float]:
        try:
            return {"price": float(price)}
        except ValueError as error:
            raise HTTPException(status_code=422, detail="no number") from error
    """,
    fails_with("Object of type ValueError is not JSON serializable"),
    422,
    "/x",
)

for _name, _bad, _good in (
    ("model", 'Problem(title="x")', 'Problem(title="x").model_dump()'),
    ("UUID", "uuid.uuid4()", "str(uuid.uuid4())"),
    ("datetime", "datetime.now()", "datetime.now().isoformat()"),
    ("set", '{"a", "b"}', '["a", "b"]'),
    ("bytes", 'b"x"', '"x"'),
):
    _text = """
    @app.get("/")
    def home() -> dict[str, str]:
        raise HTTPException(409, detail={{"value": {value}}}){mark}
    """
    pair(
        f"{_name} in the detail",
        _text.format(value=_bad, mark="  # FAP005 unserializable-detail"),
        _text.format(value=_good, mark=""),
        fails_with("is not JSON serializable"),
        409,
    )

pair(
    "assertion",
    """
    @app.get("/")
    def list_numbers(limit: int) -> list[int]:
        assert limit <= 100  # FAP005 assert-in-handler
        return list(range(limit))
    """,
    """
    @app.get("/")
    def list_numbers(limit: int) -> list[int]:
        if limit > 100:
            raise HTTPException(422, "at most 100")
        return list(range(limit))
    """,
    fails_with("AssertionError"),
    422,
    "/?limit=101",
    "assert-in-handler",
)

# Middleware and exception handlers

pair(
    "raised in a function of middleware",
    """
    @app.middleware("http")
    async def check(request: Request, call_next) -> Response:
        if "x-key" not in request.headers:
            raise HTTPException(status_code=401)  # FAP005 raised-in-middleware
        return await call_next(request)
    """,
    """
    @app.middleware("http")
    async def check(request: Request, call_next) -> Response:
        if "x-key" not in request.headers:
            return JSONResponse({"detail": "no key"}, status_code=401)
        return await call_next(request)
    """,
    fails_with("401"),
    401,
)

pair(
    "raised by a function that middleware calls",
    """
    def check_key(request: Request) -> None:
        if "x-key" not in request.headers:
            raise HTTPException(status_code=401)


    class Keys(BaseHTTPMiddleware):
        async def dispatch(self, request: Request, call_next) -> Response:
            check_key(request)  # FAP005 raised-in-middleware
            return await call_next(request)


    app.add_middleware(Keys)
    """,
    """
    def check_key(request: Request) -> None:
        if "x-key" not in request.headers:
            raise HTTPException(status_code=401)


    class Keys(BaseHTTPMiddleware):
        async def dispatch(self, request: Request, call_next) -> Response:
            try:
                check_key(request)
            except HTTPException as error:
                return JSONResponse({"detail": error.detail}, error.status_code)
            return await call_next(request)


    app.add_middleware(Keys)
    """,
    fails_with("401"),
    401,
)

pair(
    "raised in plain middleware",
    """
    class Keys:
        def __init__(self, app) -> None:
            self.app = app

        async def __call__(self, scope, receive, send) -> None:
            if scope["type"] == "http":
                raise HTTPException(status_code=403)  # FAP005 raised-in-middleware
            await self.app(scope, receive, send)


    app.add_middleware(Keys)
    """,
    """
    class Keys:
        def __init__(self, app) -> None:
            self.app = app

        async def __call__(self, scope, receive, send) -> None:
            if scope["type"] == "http":
                await JSONResponse({"detail": "no"}, status_code=403)(scope, receive, send)
                return
            await self.app(scope, receive, send)


    app.add_middleware(Keys)
    """,
    fails_with("403"),
    403,
)

_RAISES = """

    @app.get("/")
    def home() -> dict[str, str]:
        raise Broken("broken")
    """

for _name, _bad, _shows in (
    ("dict", 'return {"detail": "broken"}', fails_with("'dict' object is not callable")),
    ("tuple", 'return {"detail": "broken"}, 409', fails_with("'tuple' object is not callable")),
    ("exception", "return HTTPException(409)", fails_with("'HTTPException' object is not callable")),
    ("success", 'return JSONResponse({"detail": "broken"})', answers(200, "broken")),
):
    _text = """
    @app.exception_handler(Broken)
    def answer(request: Request, error: Broken) -> Any:
        STATEMENT
    """
    pair(
        f"exception handler that returns a {_name}",
        (_text + _RAISES).replace("STATEMENT", f"{_bad}  # FAP005 bad-exception-handler"),
        (_text + _RAISES).replace("STATEMENT", 'return JSONResponse({"detail": "broken"}, status_code=409)'),
        _shows,
        409,
    )

pair(
    "exception handler that returns nothing",
    """
    @app.exception_handler(Broken)
    def answer(request: Request, error: Broken) -> Any:  # FAP005 bad-exception-handler
        logger.warning("broken")
    """
    + _RAISES,
    """
    @app.exception_handler(Broken)
    def answer(request: Request, error: Broken) -> Any:
        logger.warning("broken")
        return JSONResponse({"detail": "broken"}, status_code=409)
    """
    + _RAISES,
    answers(500),
    409,
)

pair(
    "exception handler that raises",
    """
    @app.exception_handler(Broken)
    def answer(request: Request, error: Broken) -> Any:
        return HTTPException(409)  # FAP005 bad-exception-handler
    """
    + _RAISES,
    """
    @app.exception_handler(Broken)
    def answer(request: Request, error: Broken) -> Any:
        raise HTTPException(409) from error
    """
    + _RAISES,
    answers(500),
    409,
)

pair(
    "exception handler for one of two classes",
    """
    @app.exception_handler(HTTPException)  # FAP005 fastapi-only-exception-handler
    def answer(request: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"message": error.detail}, error.status_code)
    """,
    """
    @app.exception_handler(StarletteHTTPException)
    def answer(request: Request, error: StarletteHTTPException) -> JSONResponse:
        return JSONResponse({"message": error.detail}, error.status_code)
    """,
    answers(404, '"detail"'),
    404,
    "/nowhere",
    "fastapi-only-exception-handler",
)

# What is missing

pair(
    "look-up that may find nothing",
    """
    PROBLEMS: dict[str, Problem] = {"1": Problem(title="x")}


    @app.get("/{name}")
    def get_problem(name: str) -> dict[str, str]:
        problem = PROBLEMS.get(name)
        return {"title": problem.title}  # FAP005 unchecked-lookup
    """,
    """
    PROBLEMS: dict[str, Problem] = {"1": Problem(title="x")}


    @app.get("/{name}")
    def get_problem(name: str) -> dict[str, str]:
        problem = PROBLEMS.get(name)
        if problem is None:
            raise HTTPException(404, "no such problem")
        return {"title": problem.title}
    """,
    fails_with("'NoneType' object has no attribute 'title'"),
    404,
    "/2",
)

pair(
    "key that may be missing",
    """
    @app.get("/{name}")
    def get_price(name: str) -> dict[str, float]:
        return {"price": ITEMS[name]}  # FAP005 unchecked-lookup
    """,
    """
    @app.get("/{name}")
    def get_price(name: str) -> dict[str, float]:
        if name not in ITEMS:
            raise HTTPException(404, "no such item")
        return {"price": ITEMS[name]}
    """,
    fails_with("KeyError"),
    404,
    "/2",
)

# What is caught

pair(
    "own exception caught",
    """
    @app.get("/{name}")
    def get_item(name: str) -> dict[str, float]:
        try:
            if name not in ITEMS:
                raise HTTPException(status_code=404, detail="no such item")
            return {"price": ITEMS[name]}
        except Exception as error:  # FAP005 swallowed-http-exception
            logger.exception("failed")
            raise HTTPException(status_code=500, detail="failed") from error
    """,
    """
    @app.get("/{name}")
    def get_item(name: str) -> dict[str, float]:
        try:
            if name not in ITEMS:
                raise HTTPException(status_code=404, detail="no such item")
            return {"price": ITEMS[name]}
        except HTTPException:
            raise
        except Exception as error:
            logger.exception("failed")
            raise HTTPException(status_code=500, detail="failed") from error
    """,
    answers(500),
    404,
    "/2",
)

pair(
    "exception of a helper caught",
    """
    def price_of(name: str) -> float:
        if name not in ITEMS:
            raise HTTPException(status_code=404, detail="no such item")
        return ITEMS[name]


    @app.get("/{name}")
    def get_item(name: str) -> dict[str, float]:
        try:
            return {"price": price_of(name)}
        except Exception as error:  # FAP005 swallowed-http-exception
            logger.exception("failed")
            raise HTTPException(status_code=500, detail="failed") from error
    """,
    """
    def price_of(name: str) -> float:
        if name not in ITEMS:
            raise HTTPException(status_code=404, detail="no such item")
        return ITEMS[name]


    @app.get("/{name}")
    def get_item(name: str) -> dict[str, float]:
        price = price_of(name)
        try:
            return {"price": round(price, 2)}
        except Exception as error:
            logger.exception("failed")
            raise HTTPException(status_code=500, detail="failed") from error
    """,
    answers(500),
    404,
    "/2",
)

pair(
    "text of an exception sent",
    """
    @app.get("/")
    def get_price() -> dict[str, float]:
        try:
            return {"price": connect("postgres://admin:secret@db/shop")}
        except Exception as error:
            logger.exception("failed")
            raise HTTPException(status_code=500, detail=str(error)) from error  # FAP005 leaked-exception
    """,
    """
    @app.get("/")
    def get_price() -> dict[str, float]:
        try:
            return {"price": connect("postgres://admin:secret@db/shop")}
        except Exception as error:
            logger.exception("failed")
            raise HTTPException(status_code=500, detail="the shop is closed") from error
    """,
    answers(500, "admin:secret"),
    500,
)

pair(
    "failure silenced",
    """
    @app.get("/")
    def list_prices() -> list[float]:
        try:
            return requests.get("http://127.0.0.1:1/prices", timeout=5).json()
        except Exception:  # FAP005 silenced-exception
            return []
    """,
    """
    @app.get("/")
    def list_prices() -> list[float]:
        return requests.get("http://127.0.0.1:1/prices", timeout=5).json()
    """,
    lambda outcome: outcome.status == 200 and not outcome.is_known,
    500,
)

pair(
    "failure that nobody hears of",
    """
    @app.get("/")
    def get_price() -> Any:
        try:
            return {"price": connect("postgres://db/shop"), "currency": "EUR"}
        except Exception:  # FAP005 unlogged-500
            return JSONResponse({"detail": "failed"}, status_code=500)
    """,
    """
    @app.get("/")
    def get_price() -> Any:
        try:
            return {"price": connect("postgres://db/shop"), "currency": "EUR"}
        except Exception:
            logger.exception("failed")
            return JSONResponse({"detail": "failed"}, status_code=500)
    """,
    lambda outcome: outcome.status == 500 and not outcome.is_known,
    500,
)

pair(
    "failure with 200",
    """
    @app.get("/{name}")
    def get_item(name: str):
        if name not in ITEMS:
            return {"error": "no such item"}  # FAP005 error-with-200
        return {"price": ITEMS[name], "name": name}
    """,
    """
    @app.get("/{name}")
    def get_item(name: str):
        if name not in ITEMS:
            raise HTTPException(404, "no such item")
        return {"price": ITEMS[name], "name": name}
    """,
    answers(200, "no such item"),
    404,
    "/2",
)

pair(
    "status as in Flask",
    """
    @app.get("/{name}")
    def get_item(name: str):
        if name not in ITEMS:
            return {"detail": "no such item"}, 404  # FAP005 flask-style-status
        return {"price": ITEMS[name], "name": name}
    """,
    """
    @app.get("/{name}")
    def get_item(name: str):
        if name not in ITEMS:
            raise HTTPException(404, "no such item")
        return {"price": ITEMS[name], "name": name}
    """,
    answers(200, ",404]"),
    404,
    "/2",
)

pair(
    "any exception raised",
    """
    @app.get("/{name}")
    def get_item(name: str) -> dict[str, float]:
        if name not in ITEMS:
            raise Exception("no such item")  # FAP005 generic-raise
        return {"price": ITEMS[name]}
    """,
    """
    @app.get("/{name}")
    def get_item(name: str) -> dict[str, float]:
        if name not in ITEMS:
            raise HTTPException(404, "no such item")
        return {"price": ITEMS[name]}
    """,
    fails_with("no such item"),
    404,
    "/2",
)

# Websockets

_RECEIVE = """
    @app.websocket("/")
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        while True:
            try:
                logger.info(await websocket.receive_text())
            {clause}
                logger.warning("failed")
    """

pair(
    "loop that survives the client",
    _RECEIVE.format(clause="except Exception:  # FAP005 websocket-receive-loop"),
    _RECEIVE.format(clause="except WebSocketDisconnect:\n                break\n            except Exception:"),
    lambda outcome: outcome.turns > MOST_TURNS,
    0,
    "ws:/",
)
