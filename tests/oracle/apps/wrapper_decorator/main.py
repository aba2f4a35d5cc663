"""A wrapper decorator that takes the router's method and registers with it."""

from __future__ import annotations

from auth import protected_route
from fastapi import APIRouter, FastAPI

router = APIRouter(prefix="/roms")
app = FastAPI()


@protected_route(router.get, "", ["roms.read"])
def list_roms() -> list[str]:
    return []


@protected_route(router.get, "/{rom_id}", ["roms.read"])
async def read_rom(rom_id: int) -> int:
    return rom_id


@protected_route(router.put, path="/{rom_id}", scopes=["roms.write"], status_code=202)
async def replace_rom(rom_id: int) -> None: ...


@protected_route(app.post, "/scan")
def scan() -> None: ...


app.include_router(router, prefix="/api")
