"""A router subclass whose `__init__` registers its own methods."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI


class CRUDRouter(APIRouter):
    def __init__(self, *, prefix: str, **kwargs: Any) -> None:
        super().__init__(prefix=prefix, **kwargs)
        self.add_api_route("", self.list_all, methods=["GET"])
        self.add_api_route("/{key}", self.read_one, methods=["GET"])
        super().add_api_route("", self.create_one, methods=["POST"])

    def list_all(self) -> list[int]:
        return []

    async def read_one(self, key: int) -> int:
        return key

    def create_one(self) -> None: ...


app = FastAPI()
app.include_router(CRUDRouter(prefix="/potatoes"))
app.include_router(CRUDRouter(prefix="/carrots"), prefix="/garden")
