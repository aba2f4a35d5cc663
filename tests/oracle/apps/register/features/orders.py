from __future__ import annotations

from fastapi import APIRouter


def register_orders(router: APIRouter) -> None:
    @router.post("")
    def create_order() -> None: ...

    router.add_api_route("/{order_id}", read_order)


def register_exports(router: APIRouter, prefix: str) -> None:
    exports = APIRouter(prefix=prefix)

    @exports.get("/csv")
    def export_csv() -> str:
        return ""

    router.include_router(exports)


async def read_order(order_id: int) -> int:
    return order_id
