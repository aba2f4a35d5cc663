"""Routers that are attributes of an object or of a class."""

from __future__ import annotations

from controllers import Controller, Module, TilerFactory
from fastapi import FastAPI
from viewer import extend

controller = Controller("/controller")
tiler = TilerFactory()
extend(tiler)


@tiler.router.get("/info")
def info() -> str:
    return "info"


@Module.router.get("/class")
def on_class() -> str:
    return "class"


class Server:
    def __init__(self) -> None:
        self.app = FastAPI()
        self.setup()
        self.app.include_router(controller.router)
        self.app.include_router(tiler.router, prefix="/tiles")
        self.app.include_router(Module.router)

    def setup(self) -> None:
        self.app.add_api_route("/status", self.status, methods=["GET"])

        @self.app.get("/nested")
        def nested() -> str:
            return "nested"

    def status(self) -> str:
        return "ok"


server = Server()
app = server.app
