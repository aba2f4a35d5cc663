from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/shared")
other = APIRouter(prefix="/other")
