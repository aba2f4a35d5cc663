"""Functions that make routers: with the prefix as argument, as default, and with nested handlers."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI


def make_router(prefix: str) -> APIRouter:
    router = APIRouter(prefix=prefix)

    @router.get("/")
    def list_all() -> list[str]:
        return []

    @router.get("/{key}")
    async def read_one(key: int) -> int:
        return key

    return router


def health_router(prefix: str = "/health") -> APIRouter:
    router = APIRouter(prefix=prefix)

    @router.get("")
    def read_health() -> str:
        return "ok"

    return router


def bare_router():  # type: ignore[no-untyped-def]
    return APIRouter(prefix="/bare")


app = FastAPI()
bare = bare_router()


@bare.get("/x")
def read_bare() -> str:
    return "x"


orders = make_router("/orders")
app.include_router(orders)
app.include_router(make_router("/invoices"), prefix="/api")
app.include_router(make_router(prefix="/parcels"))
app.include_router(health_router())
app.include_router(bare)
