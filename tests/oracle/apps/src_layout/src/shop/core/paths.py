from __future__ import annotations

PREFIX = "/shop"
ITEMS = "/items"
