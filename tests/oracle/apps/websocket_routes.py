"""WebSocket routes beside ordinary ones on the same path."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, WebSocket

app = FastAPI()
router = APIRouter(prefix="/chat")


@app.websocket("/ws")
async def talk(websocket: WebSocket) -> None:
    await websocket.accept()


@app.get("/ws")
def describe() -> str:
    return "websocket"


@router.websocket("/{room}")
async def join(websocket: WebSocket, room: str) -> None:
    await websocket.accept()


@router.websocket(path="/named", name="named")
async def named(websocket: WebSocket) -> None:
    await websocket.accept()


async def plain(websocket: WebSocket) -> None:
    await websocket.accept()


router.add_api_websocket_route("/plain", plain)
app.include_router(router, prefix="/live")
