from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from sqlalchemy import select

from shop.db import SessionLocal
from shop.models import Order

router = APIRouter(prefix="/reports", tags=["reports"])
TEMPLATE = Path(__file__).with_name("report.txt")


@router.get("/summary")
async def summary() -> str:
    return TEMPLATE.read_text()


@router.post("/rebuild", status_code=202)
async def rebuild() -> None:
    subprocess.run(["make", "reports"], check=True)


async def order_lines() -> AsyncIterator[str]:
    with SessionLocal() as session:
        for order in session.scalars(select(Order)):
            yield f"{order.id},{order.customer},{order.quantity}\n"


@router.get("/orders.csv")
async def orders_csv() -> StreamingResponse:
    return StreamingResponse(order_lines(), media_type="text/csv")


def log_lines() -> Iterator[str]:
    with open("shop.log") as log:
        yield from log


@router.get("/log")
async def log() -> StreamingResponse:
    # Fine: Starlette iterates a sync generator in a worker thread.
    return StreamingResponse(log_lines(), media_type="text/plain")
