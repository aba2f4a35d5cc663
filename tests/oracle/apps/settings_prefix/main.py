"""Prefixes that are defaults of a settings class, used through its instance."""

from __future__ import annotations

from config import get_settings, settings
from constants import API_PREFIX
from fastapi import APIRouter, FastAPI

app = FastAPI(title=settings.name)
users = APIRouter(prefix="/users")
items = APIRouter()


@users.get("/me")
def read_me() -> str:
    return "me"


@items.get("/items")
def list_items() -> list[str]:
    return []


@app.get(f"{settings.API_V1_STR}/health")
def health() -> str:
    return "ok"


app.include_router(users, prefix=settings.API_V1_STR)
app.include_router(items, prefix=API_PREFIX)
app.include_router(items, prefix=f"{settings.API_V1_STR}/nested")
app.include_router(items, prefix=get_settings().admin.prefix)

# The environment may change what a settings class holds: a graph may leave these open.
UNKNOWN = {
    ("GET", "/api/v1/health"),
    ("GET", "/api/v1/users/me"),
    ("GET", "/api/v1/nested/items"),
    ("GET", "/admin/items"),
}
