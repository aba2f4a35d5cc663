"""Websockets take parameters and dependencies as other routes do, and answer nothing."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, FastAPI, Header, Query, WebSocket, WebSocketException
from fastapi.security import APIKeyQuery


async def get_token(
    websocket: WebSocket, session: Annotated[str | None, Cookie()] = None, token: Annotated[str | None, Query()] = None
) -> str:
    if session is None and token is None:
        raise WebSocketException(code=1008)
    return session or token or ""


def audit(x_audit: str = Header("")) -> None: ...


class Chat:
    async def connect(self, websocket: WebSocket, room: str, q: int | None = None) -> None: ...


app = FastAPI(dependencies=[Depends(audit)])
router = APIRouter(prefix="/chat/{room}", dependencies=[Depends(get_token)])
chat = Chat()


@app.websocket("/ws/{item_id}")
async def talk(websocket: WebSocket, item_id: str, token: Annotated[str, Depends(get_token)], q: int = 0) -> None: ...


@router.websocket("", dependencies=[Depends(audit)])
async def join(socket: WebSocket, room: str) -> None: ...


router.add_api_websocket_route("/bound", chat.connect)
app.add_api_websocket_route("/bound", chat.connect, dependencies=[Depends(APIKeyQuery(name="key", auto_error=False))])
app.include_router(router)
