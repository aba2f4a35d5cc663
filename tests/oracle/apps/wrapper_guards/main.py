"""Wrapper decorators that add dependencies, models and status codes to the route they register."""

from typing import Any

from decorators import guarded, json_route, protected
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

router = APIRouter(prefix="/games")
app = FastAPI()


class Game(BaseModel):
    name: str


@protected(router.get, "", ["games.read"], response_model=list[Game])
def list_games(limit: int = 10) -> Any:
    return []


@protected(router.post, "", ["games.write", "games.read"], status_code=201, tags=["write"])
async def create_game(game: Game) -> Game:
    return game


@protected(router.delete, "/{game_id}")
def delete_game(game_id: int) -> None: ...


@json_route(app, "/status")
def status() -> dict[str, str]:
    return {}


@app.get("/guarded/{key}")
@guarded("guest")
def read_guarded(key: str) -> str:
    return key


app.include_router(router, prefix="/api")
