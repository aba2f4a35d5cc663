from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import APIRouter


class Controller:
    def __init__(self, prefix: str) -> None:
        self.router = APIRouter(prefix=prefix)
        self.router.add_api_route("/list", self.list_all, methods=["GET"])
        self.register()

    def register(self) -> None:
        @self.router.post("/create")
        def create() -> None: ...

        self.router.get("/{key}")(self.read_one)

    def list_all(self) -> list[str]:
        return []

    def read_one(self, key: int) -> int:
        return key


class Module:
    router = APIRouter(prefix="/module")


@dataclass
class TilerFactory:
    router: APIRouter = field(default_factory=APIRouter)

    def __post_init__(self) -> None:
        @self.router.get("/tile")
        def tile() -> str:
            return "tile"
