"""Orders: every route asks who it is, but for two."""

from __future__ import annotations

from fastapi import APIRouter

from shop.deps import CurrentUser

router = APIRouter(prefix="/orders")


@router.get("/")
def list_orders(user: CurrentUser) -> list[str]:
    return [user.name]


@router.get("/{number}")
def show_order(number: int, user: CurrentUser) -> str:
    return f"{number} of {user.name}"


@router.post("/")
def add_order(user: CurrentUser) -> str:
    return user.name


@router.put("/{number}")
def change_order(number: int, user: CurrentUser) -> str:
    return f"{number} of {user.name}"


@router.patch("/{number}")
def mend_order(number: int, user: CurrentUser) -> str:
    return f"{number} of {user.name}"


@router.post("/{number}/lines")
def add_line(number: int, user: CurrentUser) -> str:
    return f"{number} of {user.name}"


@router.delete("/{number}/lines/{line}")
def delete_line(number: int, line: int, user: CurrentUser) -> str:
    return f"{number}, {line} of {user.name}"


@router.get("/{number}/lines")
def list_lines(number: int, user: CurrentUser) -> str:
    return f"{number} of {user.name}"


@router.delete("/{number}")  # BAD unprotected-route
def delete_order(number: int) -> str:
    return f"{number} is gone"


@router.post("/{number}/refund")  # BAD unprotected-route
def refund(number: int) -> str:
    return f"{number} is paid back"
