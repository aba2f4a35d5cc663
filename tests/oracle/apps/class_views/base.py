from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute

T = TypeVar("T")


def cbv(router: APIRouter) -> Callable[[type[T]], type[T]]:
    """Give the routes of a class an instance of it as `self`."""

    def decorate(cls: type[T]) -> type[T]:
        methods = {function for _, function in inspect.getmembers(cls, inspect.isfunction)}
        for route in [r for r in router.routes if isinstance(r, APIRoute) and r.endpoint in methods]:
            router.routes.remove(route)
            signature = inspect.signature(route.endpoint)
            first, *rest = signature.parameters.values()
            parameters: list[inspect.Parameter] = [first.replace(default=Depends(cls)), *rest]
            route.endpoint.__signature__ = signature.replace(  # type: ignore[attr-defined]
                parameters=[p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
            )
            router.add_api_route(
                route.path[len(router.prefix) :], route.endpoint, methods=list(route.methods)
            )
        return cls

    return decorate


class BaseController:
    def label(self) -> str:
        return type(self).__name__

    def __init__(self, **values: Any) -> None: ...
