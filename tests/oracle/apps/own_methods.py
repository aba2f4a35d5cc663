"""An application held by an object that registers through methods of its own, with dependencies on itself."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel


class Item(BaseModel):
    name: str


class TimedRoute(APIRoute):
    def get_route_handler(self) -> Callable[..., Any]:
        return super().get_route_handler()


class Api:
    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.router = APIRouter(prefix="/objects", route_class=TimedRoute)
        self.add_api_route("/auth", self.read, methods=["GET"], response_model=Item)
        self.app.add_api_route("/plain/{key}", self.read_plain, dependencies=[Depends(self.auth)])
        self.setup()
        self.app.include_router(self.router)

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **kwargs: Any) -> None:
        self.app.add_api_route(path, endpoint, dependencies=[Depends(self.auth)], **kwargs)

    def auth(self, token: str) -> None: ...

    def load(self, key: str) -> str:
        return key

    def read(self, limit: int = 10) -> Any:
        return {}

    def read_plain(self, key: str) -> str:
        return key

    def setup(self) -> None:
        @self.router.post("/{key}", status_code=201)
        def create(item: Item, loaded: str = Depends(self.load)) -> Item:
            return item


app = FastAPI()
api = Api(app)
