"""Parameters that FastAPI itself fills in, by their class."""

from typing import Annotated

import starlette.requests
from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, Request, Response, WebSocket
from fastapi.requests import HTTPConnection
from fastapi.responses import JSONResponse
from fastapi.security import SecurityScopes
from starlette.background import BackgroundTasks as StarletteTasks


class TenantRequest(Request):
    pass


class Tasks(BackgroundTasks):
    pass


app = FastAPI()
router = APIRouter()


def from_connection(connection: HTTPConnection, token: str) -> str:
    return token


def from_request(request: Request, response: Response, scopes: SecurityScopes, q: str = "") -> str:
    return q


@app.get("/plain/{key}")
def plain(key: str, request: Request, response: Response, tasks: BackgroundTasks) -> None: ...


@app.get("/starlette")
def starlette_classes(request: starlette.requests.Request, tasks: StarletteTasks) -> None: ...


@app.get("/subclasses")
def subclasses(request: TenantRequest, response: JSONResponse, tasks: Tasks) -> None: ...


@app.get("/defaults")
def defaults(request: Request = None, tasks: BackgroundTasks = None) -> None: ...  # type: ignore[assignment]


@app.get("/annotated")
def annotated(request: Annotated[Request, "metadata"], scopes: SecurityScopes) -> None: ...


@app.get("/quoted")
def quoted(request: "Request", response: "Response") -> None: ...


@app.get("/depends")
def depends(value: str = Depends(from_request), other: str = Depends(from_connection)) -> None: ...


@router.websocket("/ws/{room}")
async def talk(websocket: WebSocket, room: str, other: str = Depends(from_connection), q: str | None = None) -> None: ...


@router.websocket("/connection")
async def connection(websocket: WebSocket, connection: HTTPConnection) -> None: ...


app.include_router(router)
