"""Options of an inclusion from a dictionary, a constant or a function's argument."""

from typing import Any

from fastapi import APIRouter, Depends, FastAPI


def check(token: str) -> None: ...


def audit(audit_id: str = "") -> None: ...


COMMON: dict[str, Any] = {"dependencies": [Depends(check)], "tags": ["common"]}
GUARDED = dict(dependencies=[Depends(audit)])
app = FastAPI()
items = APIRouter(prefix="/items")
users = APIRouter(prefix="/users")


@items.get("")
def list_items() -> None: ...


@users.get("")
def list_users() -> None: ...


def include(router: APIRouter, *, guards: list[Any], **options: Any) -> None:
    app.include_router(router, dependencies=guards, **options)


app.include_router(items, **COMMON)
app.include_router(items, prefix="/guarded", **GUARDED)
include(users, guards=[Depends(check)], tags=["users"])
include(users, guards=[], prefix="/open", include_in_schema=False)

OPEN = {"fields", "dependencies", "scopes", "tags", "hidden", "response_class"}
UNKNOWN_ASPECTS = {
    ("GET", "/items"): OPEN,
    ("GET", "/guarded/items"): OPEN,
    ("GET", "/users"): OPEN,
    ("GET", "/open/users"): OPEN,
}
UNKNOWN = {("GET", "/items"), ("GET", "/guarded/items"), ("GET", "/users"), ("GET", "/open/users")}
