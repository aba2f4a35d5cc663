from __future__ import annotations

from fastapi import APIRouter

from ..core import paths

router = APIRouter(prefix=paths.ITEMS)


@router.get("/{item_id}")
def read_item(item_id: int) -> int:
    return item_id
