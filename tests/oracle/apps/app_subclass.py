"""A FastAPI subclass with its own constructor and routes of its own."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI


class Api(FastAPI):
    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(title=name, **kwargs)
        self.add_api_route("/built-in", self.built_in)
        self.install()

    def install(self) -> None:
        @self.get("/installed")
        def installed() -> str:
            return "installed"

    def built_in(self) -> str:
        return self.title


class Special(Api):
    pass


app = Special("special")
router = APIRouter()


@app.get("/own")
def own() -> str:
    return "own"


@router.get("/routed")
def routed() -> str:
    return "routed"


app.include_router(router, prefix="/sub")
