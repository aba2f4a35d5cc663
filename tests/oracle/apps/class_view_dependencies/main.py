"""Class-based views whose guards are attributes, of the class or of a base, and constructor parameters."""

from typing import Annotated, Any

from base import AdminController, cbv
from deps import audit, current_user, get_db
from fastapi import APIRouter, Depends, FastAPI, Query
from pydantic import BaseModel


class Item(BaseModel):
    name: str


router = APIRouter(prefix="/items", dependencies=[Depends(audit)])
admin = APIRouter(prefix="/admin")
app = FastAPI()


@cbv(router)
class Items:
    user: str = Depends(current_user)
    db: Annotated[str, Depends(get_db)]
    label = "not annotated"

    @router.get("", response_model=list[Item])
    def list_items(self, page: int = 1) -> Any:
        return []

    @router.get("/{item_id}", tags=["one"])
    async def read_item(self, item_id: int) -> Item:
        return self.load()

    @router.post("", status_code=201, dependencies=[Depends(get_db)])
    def create_item(self, item: Item) -> Item:
        return item

    def load(self) -> Item:
        return Item(name=self.user)


@cbv(admin)
class Admin(AdminController):
    size: int = 10
    order: Annotated[str, Query(alias="sort")] = "name"

    def __init__(self, verbose: bool = False) -> None:
        self.verbose = verbose

    @admin.get("/{key}")
    def read(self, key: str) -> str:
        return key


app.include_router(router)
app.include_router(admin, prefix="/api")
