from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from repositories import ItemRepository, Pagination


class ItemService:
    def __init__(self, items: Annotated[ItemRepository, Depends()], page: Pagination = Depends()) -> None:
        self.items = items
