"""Routes and routers given to the constructor's arguments and unpacked keywords."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI

OPTIONS: dict[str, Any] = {"title": "Arguments", "docs_url": None}
ROUTE_OPTIONS: dict[str, Any] = {"deprecated": True}
ROUTER_OPTIONS: dict[str, Any] = {"tags": ["x"], "prefix": "/unpacked"}

app = FastAPI(**OPTIONS)
router = APIRouter(**ROUTER_OPTIONS)


@router.get("/x", **ROUTE_OPTIONS)
def read_x() -> str:
    return "x"


@app.get("/y", **ROUTE_OPTIONS)
def read_y() -> str:
    return "y"


app.include_router(router)

UNKNOWN = {("GET", "/unpacked/x")}
