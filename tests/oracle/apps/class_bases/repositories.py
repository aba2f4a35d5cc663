from __future__ import annotations

from dataclasses import dataclass

from base import Repository


class UserRepository(Repository):
    pass


class ItemRepository(Repository):
    model = "item"


@dataclass
class Slice:
    offset: int = 0


@dataclass
class Pagination(Slice):
    limit: int = 10
