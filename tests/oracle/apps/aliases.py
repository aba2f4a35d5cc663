"""Renamed imports, rebound names and routers reached through other names."""

from __future__ import annotations

import fastapi as fa
import fastapi.routing
from fastapi import APIRouter as Routes
from fastapi import applications

api = applications.FastAPI()
app = api
first = Routes(prefix="/first")
second = fa.APIRouter(prefix="/second")
third = fastapi.routing.APIRouter(prefix="/third")
also_first = first


@also_first.get("/x")
def read_first() -> str:
    return "first"


@second.get("/x")
def read_second() -> str:
    return "second"


@third.get("/x")
def read_third() -> str:
    return "third"


@api.get("/api")
def read_api() -> str:
    return "api"


@app.router.get("/inner")
def read_inner() -> str:
    return "inner"


app.include_router(first)
api.include_router(second)
app.router.include_router(third)
