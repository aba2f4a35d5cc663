"""Routers included in loops: over names, over modules, over pairs with a prefix, over a dict."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI
from routes import admin, items, users

app = FastAPI()

for router in [users.router, items.router]:
    app.include_router(router, prefix="/api")

for module in (users, items):
    app.include_router(module.router, prefix="/by-module")

PAIRS = [(admin.router, "/admin"), (users.router, "/staff")]
for router, prefix in PAIRS:
    app.include_router(router, prefix=prefix)

health = APIRouter()


@health.get("/health")
def read_health() -> str:
    return "ok"


for prefix, router in {"/live": health, "/ready": health}.items():
    app.include_router(router, prefix=prefix)
