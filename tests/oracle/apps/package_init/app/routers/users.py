from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()


@router.get("/me")
def read_me() -> str:
    return "me"
