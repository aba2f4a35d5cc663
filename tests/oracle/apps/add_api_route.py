"""`add_api_route` and `add_api_websocket_route` with every kind of endpoint."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, FastAPI, WebSocket


def read_plain() -> str:
    return "plain"


async def read_async() -> str:
    return "async"


def greet(greeting: str, name: str = "you") -> str:
    return f"{greeting} {name}"


class Service:
    def read(self) -> str:
        return "method"

    async def write(self) -> str:
        return "method"

    @staticmethod
    def ping() -> str:
        return "static"

    async def __call__(self) -> str:
        return "instance"


async def talk(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close()


service = Service()
app = FastAPI()
router = APIRouter(prefix="/r")

app.add_api_route("/plain", read_plain)
app.add_api_route("/async", read_async, methods=["GET", "POST"])
app.add_api_route("/method", service.read, methods=["GET"])
app.add_api_route(path="/method", endpoint=service.write, methods=["PUT"])
app.add_api_route("/static", Service.ping)
app.add_api_route("/lambda", lambda: "lambda", methods={"DELETE"})
app.add_api_route("/partial", partial(greet, "hello"))
app.add_api_route("/instance", service)
app.add_api_websocket_route("/ws", talk)

router.add_api_route("/plain", read_plain, methods=["PATCH"])
router.add_api_websocket_route("/ws", talk)
app.include_router(router)
