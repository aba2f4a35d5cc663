from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/posts")


@router.get("/")
def list_posts(user_id: int) -> list[int]:
    return [user_id]


@router.delete("/{post_id}")
async def delete_post(user_id: int, post_id: int) -> None: ...
