from typing import Annotated

from fastapi import APIRouter, Depends

from .deps import verify

router = APIRouter(prefix="/items")


@router.put("/{item_id}")
def replace_item(item_id: int, key: Annotated[str, Depends(verify)]) -> str:
    return key
