from __future__ import annotations

from fastapi import APIRouter

from . import items
from .users import router as users

router = APIRouter(tags=["v1"])
router.include_router(users, prefix="/users")
router.include_router(items.router)
