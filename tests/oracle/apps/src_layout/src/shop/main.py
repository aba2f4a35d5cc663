"""A package below `src`, imported absolutely."""

from __future__ import annotations

from fastapi import FastAPI

import shop.api.users
from shop.api import items
from shop.core.paths import PREFIX

app = FastAPI()
app.include_router(items.router, prefix=PREFIX)
app.include_router(shop.api.users.router, prefix=PREFIX)
