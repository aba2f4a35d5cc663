"""Routers included under a condition: a route that may exist counts as existing."""

from __future__ import annotations

import os

from fastapi import APIRouter, FastAPI

OTHERWISE = {"ORACLE_DEBUG": "off"}
DEBUG = os.environ.get("ORACLE_DEBUG", "on") == "on"

app = FastAPI()
debug = APIRouter(prefix="/debug")
metrics = APIRouter()
beta = APIRouter()


@debug.get("/vars")
def read_vars() -> str:
    return "vars"


@metrics.get("/metrics")
def read_metrics() -> str:
    return "metrics"


@beta.get("/beta")
def read_beta() -> str:
    return "beta"


if DEBUG:
    app.include_router(debug)

try:
    import json
except ImportError:
    pass
else:
    app.include_router(metrics)

if not DEBUG:
    app.include_router(beta)

if DEBUG:

    @app.get("/inline")
    def inline() -> str:
        return json.dumps({})


OPTIONAL = {("GET", "/beta")}
