from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import BaseModel

T = TypeVar("T")


class Item(BaseModel):
    name: str
    parent: Item | None = None


class Page(BaseModel, Generic[T]):
    items: list[T]


class Hidden(BaseModel):
    secret: str
