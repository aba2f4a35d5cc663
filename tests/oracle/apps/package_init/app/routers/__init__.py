from __future__ import annotations

from fastapi import APIRouter

from app.routers.auth import router as auth
from app.routers.items import router as items_router

from . import status
from .users import router as users_router

__all__ = ["ALL_ROUTERS", "api_router", "auth"]

api_router = APIRouter()
api_router.include_router(users_router, prefix="/users", tags=["users"])
api_router.include_router(items_router, prefix="/items", tags=["items"])

ALL_ROUTERS = [status.router]
