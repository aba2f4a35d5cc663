"""Packages without `__init__.py`."""

from __future__ import annotations

from fastapi import FastAPI
from services.billing.routes import router as billing
from services.users import routes

app = FastAPI()
app.include_router(billing, prefix="/billing")
app.include_router(routes.router)
