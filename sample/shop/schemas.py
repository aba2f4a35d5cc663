from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ProductOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    cents: int


class ReviewIn(BaseModel):
    product_id: int
    account_id: int
    stars: int = Field(ge=1, le=5)


class ReviewOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    stars: int


class ReviewedProduct(ProductOut):
    reviews: list[ReviewOut]


class OrderIn(BaseModel):
    product_id: int
    quantity: int = 1
    currency: str = "EUR"


class OrderOut(BaseModel):
    id: int
    total_cents: int


class AccountOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    city: str
    password_hash: str


class Address(BaseModel):
    street: str
    city: str
