from __future__ import annotations

from fastapi import APIRouter

users = APIRouter(prefix="/users")
_hidden = APIRouter(prefix="/hidden")
