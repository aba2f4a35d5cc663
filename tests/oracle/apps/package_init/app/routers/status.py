from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/status")


@router.get("")
def read_status() -> str:
    return "ok"
