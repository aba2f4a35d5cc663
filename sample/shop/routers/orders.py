from __future__ import annotations

import asyncio

from fastapi import APIRouter, BackgroundTasks, HTTPException
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from shop.deps import CustomerDep, SessionDep
from shop.models import Order, Product
from shop.schemas import OrderIn, OrderOut
from shop.services import loyalty, mail, pricing

router = APIRouter(prefix="/orders", tags=["orders"])


def find_product(session: Session, product_id: int) -> Product:
    product = session.get(Product, product_id)
    if product is None:
        raise HTTPException(status_code=404, detail="no such product")
    return product


@router.post("/", status_code=201)
async def place_order(order: OrderIn, session: SessionDep, customer: CustomerDep, tasks: BackgroundTasks) -> OrderOut:
    # Fine: both database calls run in a worker thread, and are awaited.
    product = await run_in_threadpool(find_product, session, order.product_id)
    row = Order(product_id=product.id, customer=customer, quantity=order.quantity)
    await run_in_threadpool(save, session, row)
    mail.tell_warehouse(row.id)
    tasks.add_task(mail.confirm, customer, row.id)
    return OrderOut(id=row.id, total_cents=pricing.total(product, order.quantity, order.currency))


def save(session: Session, row: Order) -> None:
    session.add(row)
    session.commit()


@router.get("/points")
async def my_points(customer: CustomerDep) -> int:
    return asyncio.run(loyalty.points(customer))
