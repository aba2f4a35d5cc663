from __future__ import annotations

import time

from fastapi import APIRouter, HTTPException
from sqlalchemy import select

from shop.deps import SessionDep
from shop.models import Product
from shop.schemas import ProductOut

router = APIRouter(prefix="/products", tags=["catalogue"])


@router.get("/", response_model=list[ProductOut])
def list_products(session: SessionDep, limit: int = 50) -> list[Product]:
    # Fine: FastAPI runs a `def` handler in a worker thread.
    return list(session.scalars(select(Product).limit(limit)))


@router.get("/{product_id}", response_model=ProductOut)
async def get_product(product_id: int, session: SessionDep) -> Product:
    product = session.get(Product, product_id)
    if product is None:
        raise HTTPException(status_code=404, detail="no such product")
    return product


@router.post("/{product_id}/reserve", status_code=204)
async def reserve(product_id: int) -> None:
    # The legacy stock system needs a moment.
    time.sleep(0.5)
