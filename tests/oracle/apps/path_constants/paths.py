from __future__ import annotations

from enum import Enum
from typing import Final

ROOT = "/root"
PREFIX: Final = ROOT + "/v1"
ITEMS = "/items"
USERS: str = "/users"


class Paths:
    REPORTS = "/reports"
    NAME = "name"


class Segment(str, Enum):
    LATEST = "latest"
