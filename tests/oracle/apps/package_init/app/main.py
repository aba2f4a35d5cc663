"""Routers collected in a package's `__init__`, under other names and in a list."""

from __future__ import annotations

from fastapi import FastAPI

from app.routers import ALL_ROUTERS, api_router
from app.routers import auth as auth_router

app = FastAPI()
app.include_router(api_router, prefix="/api")
app.include_router(auth_router, prefix="/auth")
for extra in ALL_ROUTERS:
    app.include_router(extra)
