"""Class-based views with inherited members, as fastapi-utils and mealie write them."""

from __future__ import annotations

from base import BaseController, cbv
from fastapi import APIRouter, Depends, FastAPI

router = APIRouter(prefix="/items")
admin_router = APIRouter(prefix="/admin")


def current_user() -> str:
    return "me"


@cbv(router)
class Items:
    user: str = Depends(current_user)

    @router.get("")
    def list_items(self) -> str:
        return self.user

    @router.get("/{item_id}")
    async def read_item(self, item_id: int) -> int:
        return item_id

    @router.post("")
    @router.post("/bulk")
    def create_item(self) -> None: ...

    def helper(self) -> None: ...


@cbv(admin_router)
class Admin(BaseController):
    @admin_router.get("/about")
    def about(self) -> str:
        return self.label()


app = FastAPI()
app.include_router(router)
app.include_router(admin_router, prefix="/api")
