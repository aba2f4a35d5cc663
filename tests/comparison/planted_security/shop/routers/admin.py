"""Back office: the application includes this router with a dependency, no route needs one of its own."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()


@router.get("/users")  # GOOD protected where it is included
def list_users() -> list[str]:
    return ["ann"]


@router.delete("/users/{number}")  # GOOD protected where it is included
def delete_user(number: int) -> str:
    return f"{number} is gone"


@router.post("/users/{number}/reset-password")  # GOOD a path
def reset_password(number: int) -> str:
    return f"{number} gets mail"
