from fastapi import APIRouter

from . import admin, items

api = APIRouter(prefix="/v1")
api.include_router(items.router, prefix="/items")
api.include_router(admin.router, prefix="/admin")
