from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/users")


@router.get("")
def list_users() -> list[str]:
    return []
