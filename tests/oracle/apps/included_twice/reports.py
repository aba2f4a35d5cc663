from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()


@router.get("/reports")
def list_reports() -> list[str]:
    return []


@router.post("/reports")
def create_report() -> None: ...
