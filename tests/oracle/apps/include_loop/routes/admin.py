from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()


@router.post("/restart")
def restart() -> None: ...
