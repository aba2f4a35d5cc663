"""Functions that receive the application or a router and register routes on it."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI
from features import health, orders, users

app = FastAPI()
router = APIRouter(prefix="/orders")

users.register(app)
orders.register_orders(router)
orders.register_exports(router, "/exports")
health.attach(router=router)
app.include_router(router)
health.attach(app)
