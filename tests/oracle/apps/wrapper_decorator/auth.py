from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import Depends


def require(scopes: Sequence[str]) -> Callable[[], None]:
    def check() -> None: ...

    return check


def protected_route(
    method: Any, path: str, scopes: Sequence[str] = (), **kwargs: Any
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        registered: Callable[..., Any] = method(path, dependencies=[Depends(require(scopes))], **kwargs)(
            function
        )
        return registered

    return decorate
