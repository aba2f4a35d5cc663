from __future__ import annotations

from fastapi import APIRouter, HTTPException
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.deps import SessionDep
from shop.models import Product

router = APIRouter(prefix="/stock", tags=["stock"])
reserved: dict[int, int] = {}


def find_product(session: Session, product_id: int) -> Product:
    product = session.get(Product, product_id)
    if product is None:
        raise HTTPException(status_code=404, detail="no such product")
    return product


@router.get("/{product_id}")
def price(product_id: int, session: SessionDep) -> int:
    try:
        return find_product(session, product_id).cents
    except Exception as error:
        raise HTTPException(status_code=500, detail=str(error)) from error


@router.get("/reserved")
def all_reserved() -> dict[int, int]:
    return reserved


@router.put("/{product_id}/reserved")
def reserve(product_id: int, quantity: int) -> int:
    reserved[product_id] = reserved.get(product_id, 0) + quantity
    return reserved[product_id]


@router.get("/by-name/{name}")
def by_name(name: str, session: SessionDep) -> str:
    product = session.scalars(select(Product).where(Product.name == name)).first()
    return f"{product.id}: {product.cents}"
