from __future__ import annotations

from fastapi import APIRouter

from .posts import router as posts_router

router = APIRouter()


@router.get("")
def list_users() -> list[str]:
    return []


@router.get("/{user_id}")
def read_user(user_id: int) -> int:
    return user_id


router.include_router(posts_router, prefix="/{user_id}")
