from __future__ import annotations

from shop.models import Product
from shop.services.rates import client


def convert(cents: int, currency: str) -> int:
    if currency == "EUR":
        return cents
    return round(cents * client.rate(currency))


def total(product: Product, quantity: int, currency: str) -> int:
    return convert(product.cents * quantity, currency)
