from __future__ import annotations

from fastapi import APIRouter

__all__ = ["items"]

items = APIRouter(prefix="/items")
other = APIRouter(prefix="/other")


@items.get("/")
def list_items() -> list[str]:
    return []
