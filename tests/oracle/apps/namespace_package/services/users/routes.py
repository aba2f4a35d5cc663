from __future__ import annotations

from fastapi import APIRouter
from services.users.paths import USERS

router = APIRouter(prefix=USERS)


@router.get("/me")
def read_me() -> str:
    return "me"
