from fastapi import APIRouter, Depends

from . import items, users
from .deps import verify

ROUTERS = [(users.router, "users"), (items.router, "items")]

api_router = APIRouter(tags=["api"])
for module in (users, items):
    api_router.include_router(module.router, dependencies=[Depends(verify)], responses={404: {}})
