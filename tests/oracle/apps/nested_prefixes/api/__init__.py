from __future__ import annotations

from fastapi import APIRouter

from .v1 import router as v1_router

router = APIRouter()
router.include_router(v1_router, prefix="/v1")


@router.get("/version")
def version() -> str:
    return "1"
