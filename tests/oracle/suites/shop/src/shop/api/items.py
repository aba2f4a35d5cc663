from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, Field

from shop.deps import StockDep, User, UserDep

router = APIRouter()


class Item(BaseModel):
    sku: str = Field(pattern="^[a-z]+$")
    count: int = Field(ge=0)


@router.get("")
def list_items(stock: StockDep) -> list[Item]:
    return [Item(sku=sku, count=count) for sku, count in stock.items.items()]


@router.get("/{sku}")
def read_item(sku: str, stock: StockDep) -> Item:
    if sku not in stock.items:
        raise HTTPException(404, "no such item")
    return Item(sku=sku, count=stock.items[sku])


@router.post("", status_code=201)
def add_item(item: Item, stock: StockDep, user: UserDep) -> Item:
    stock.items[item.sku] = item.count
    return item


@router.delete("/{sku}")
def remove_item(sku: str, stock: StockDep, user: UserDep) -> Response:
    stock.items.pop(sku, None)
    return Response(status_code=204)


@router.get("/{sku}/audit")
def audit_item(sku: str, user: UserDep) -> User:
    return user
