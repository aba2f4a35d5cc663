"""`dependencies=` of the application, of routers, of inclusions and of routes: all of them add up."""

from admin import admin
from deps import app_guard, route_guard, include_guard, trace
from fastapi import APIRouter, Depends, FastAPI, WebSocket
from users import users

app = FastAPI(dependencies=[Depends(app_guard)])
api = APIRouter(prefix="/api", dependencies=[Depends(trace)])
GUARDS = [Depends(route_guard), Depends(trace)]


@app.get("/plain")
def plain() -> None: ...


@app.get("/route", dependencies=[Depends(route_guard), Depends(trace)])
def on_route() -> None: ...


@app.get("/constant", dependencies=GUARDS)
def constant() -> None: ...


@app.get("/tuple", dependencies=(Depends(trace),))
def as_tuple() -> None: ...


@app.get("/sum", dependencies=[*GUARDS, Depends(include_guard)])
def as_sum() -> None: ...


@app.get("/plus", dependencies=GUARDS + [Depends(include_guard)])
def as_plus() -> None: ...


@app.get("/none", dependencies=None)
def as_none() -> None: ...


@app.websocket("/ws", dependencies=[Depends(route_guard)])
async def talk(websocket: WebSocket) -> None: ...


@api.get("/own")
def on_api(key: str = Depends(trace)) -> None: ...


@api.websocket("/ws")
async def talk_on_api(websocket: WebSocket) -> None: ...


api.include_router(users, dependencies=[Depends(include_guard)])
api.include_router(admin)
app.include_router(api)
app.include_router(admin, prefix="/again", dependencies=[Depends(include_guard)])
