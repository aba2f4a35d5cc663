"""Three routers deep, each in a module of its own, each with a prefix."""

from __future__ import annotations

from api import router
from fastapi import FastAPI

app = FastAPI()
app.include_router(router, prefix="/api")
