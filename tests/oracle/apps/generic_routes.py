"""Routes made by a function or a class for any model: types and dependencies are its arguments."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel

T = TypeVar("T", bound=BaseModel)


class User(BaseModel):
    name: str


class Order(BaseModel):
    number: int


def get_db(dsn: str = "") -> str:
    return dsn


def get_other(other: str) -> str:
    return other


def crud_router(model: type[BaseModel], provider: Callable[..., Any] = get_db, tag: str = "crud") -> APIRouter:
    router = APIRouter(prefix=f"/{model.__name__.lower()}s", tags=[tag])

    @router.get("", response_model=list[model])  # type: ignore[valid-type]
    def list_all(db: Any = Depends(provider)) -> Any:
        return []

    @router.post("", status_code=201)
    def create(item: model, db: Any = Depends(provider)) -> model:  # type: ignore[valid-type]
        return item

    return router


class Crud(Generic[T]):
    def __init__(self, model: type[T], guard: Callable[..., Any]) -> None:
        self.model = model
        self.router = APIRouter(dependencies=[Depends(guard)])
        self.router.add_api_route("/one", self.read, response_model=model)
        self.router.add_api_route("/all", self.read_all, response_model=list[self.model])  # type: ignore[name-defined]

    def read(self, key: int) -> Any:
        return None

    def read_all(self, limit: int = 10) -> Any:
        return []


app = FastAPI()
app.include_router(crud_router(User))
app.include_router(crud_router(Order, get_other, tag="orders"), prefix="/shop")
app.include_router(Crud(User, get_other).router, prefix="/crud")

UNKNOWN = {
    ("GET", "/users"),
    ("POST", "/users"),
    ("GET", "/shop/orders"),
    ("POST", "/shop/orders"),
}
