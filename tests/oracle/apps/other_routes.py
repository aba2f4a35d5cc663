"""Webhooks, callbacks and routes of Starlette are no operations."""

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.websockets import WebSocket


def plain(request: Request) -> Response:
    return PlainTextResponse("plain")


async def talk(websocket: WebSocket) -> None:
    await websocket.accept()


app = FastAPI(routes=[Route("/constructor", plain)])
router = APIRouter(prefix="/router")
callbacks = APIRouter()
webhooks = APIRouter()


@callbacks.post("{$callback_url}/events")
def on_event(body: dict[str, int]) -> None: ...


@app.webhooks.post("new-subscription")
def new_subscription(body: dict[str, int]) -> None: ...


@app.get("/real", callbacks=callbacks.routes)
def real(callback_url: str) -> None: ...


@router.get("/real")
def on_router() -> None: ...


app.add_route("/added", plain)
app.router.add_websocket_route("/added-ws", talk)
router.add_route("/added", plain, methods=["POST"])
app.router.routes.append(Route("/appended", plain))
app.mount("/starlette", Starlette(routes=[Route("/inner", plain)]))
app.include_router(router)
