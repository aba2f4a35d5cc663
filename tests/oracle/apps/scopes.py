"""The same names in several scopes: each is its own router."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

router = APIRouter(prefix="/module")


def orders() -> APIRouter:
    router = APIRouter(prefix="/orders")

    @router.get("/x")
    def handler() -> str:
        return "orders"

    return router


def invoices() -> APIRouter:
    router = APIRouter(prefix="/invoices")

    @router.get("/x")
    def handler() -> str:
        return "invoices"

    return router


def uses_module() -> None:
    @router.get("/from-function")
    def handler() -> str:
        return "module"


@router.get("/x")
def handler() -> str:
    return "module"


uses_module()
app = FastAPI()
app.include_router(router)
app.include_router(orders())
app.include_router(invoices())
