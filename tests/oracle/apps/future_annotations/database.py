from __future__ import annotations

from typing import Any


class Session:
    def get(self, name: str) -> Any: ...
