from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends


def require_admin() -> None: ...


class AdminRouter(APIRouter):
    def __init__(self) -> None:
        super().__init__(prefix="/admin", dependencies=[Depends(require_admin)])


class UserRouter(APIRouter):
    def __init__(self, prefix: str = "", **kwargs: Any) -> None:
        super().__init__(prefix=prefix, tags=["user"], **kwargs)


class PlainRouter(APIRouter):
    """No `__init__` of its own."""


class ModelRouter(APIRouter):
    def __init__(self, name: str) -> None:
        super().__init__(prefix=f"/models/{name}")


class RootRouter(UserRouter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
