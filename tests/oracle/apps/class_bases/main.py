"""Classes as dependencies whose constructor comes from a base in another module, with annotations as strings."""

from typing import Annotated

from fastapi import Depends, FastAPI
from repositories import ItemRepository, Pagination, UserRepository
from services import ItemService

SINCE = (0, 129)

app = FastAPI()


@app.get("/items")
def list_items(service: Annotated[ItemService, Depends()], page: Annotated[Pagination, Depends()]) -> list[str]:
    return []


@app.get("/users")
def list_users(users: Annotated[UserRepository, Depends()]) -> list[str]:
    return []


@app.get("/method")
def by_method(found: str = Depends(UserRepository("").find)) -> str:
    return found


@app.get("/class-method")
def by_class_method(items: ItemRepository = Depends(ItemRepository.create)) -> None: ...
