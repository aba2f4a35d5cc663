from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

bearer = HTTPBearer(auto_error=False)


class User(BaseModel):
    name: str
    is_admin: bool = False


class Stock:
    def __init__(self) -> None:
        self.items: dict[str, int] = {}


def get_stock() -> Iterator[Stock]:
    raise RuntimeError("no stock is configured")


def current_user(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> User:
    if credentials is None or not credentials.credentials.startswith("token-"):
        raise HTTPException(401, "log in first")
    name = credentials.credentials.removeprefix("token-")
    return User(name=name, is_admin=name == "root")


def admin(user: Annotated[User, Depends(current_user)]) -> User:
    if not user.is_admin:
        raise HTTPException(403, "for administrators")
    return user


StockDep = Annotated[Stock, Depends(get_stock)]
UserDep = Annotated[User, Depends(current_user)]
