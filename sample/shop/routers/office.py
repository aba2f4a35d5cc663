from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Literal

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse, RedirectResponse

from shop.security import BranchDep, ClerkDep, signed_link

router = APIRouter(prefix="/office", tags=["office"])
LISTS = Path("lists")


@router.get("/lists", response_class=FileResponse)
def price_list(name: str, clerk: ClerkDep) -> FileResponse:
    return FileResponse(LISTS / name)


@router.get("/labels/{product_id}", response_class=FileResponse)
def label(product_id: int, clerk: ClerkDep) -> FileResponse:
    # Fine: a number leads nowhere else.
    return FileResponse(LISTS / f"{product_id}.pdf")


@router.get("/stocktaking")
def stocktaking(order: str, clerk: ClerkDep) -> list[int]:
    with sqlite3.connect("shop.db") as connection:
        rows = connection.execute(f"SELECT stock FROM products ORDER BY {order} LIMIT 100").fetchall()
    return [row[0] for row in rows]


@router.get("/takings")
def takings(period: Literal["day", "week"], clerk: ClerkDep) -> RedirectResponse:
    return RedirectResponse(signed_link(f"/reports/{period}"))


@router.post("/closing", status_code=204)
def close_shop(branch: BranchDep, clerk: ClerkDep) -> None:
    if not branch:
        raise HTTPException(status_code=403, detail="no branch")


@router.put("/prices/{product_id}", status_code=204)
def set_price(product_id: int, cents: int) -> None:
    with sqlite3.connect("shop.db") as connection:
        connection.execute("UPDATE products SET cents = ? WHERE id = ?", (cents, product_id))
