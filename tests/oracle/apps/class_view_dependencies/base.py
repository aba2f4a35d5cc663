from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, get_type_hints

from deps import current_user, get_db
from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute

T = TypeVar("T")


def cbv(router: APIRouter) -> Callable[[type[T]], type[T]]:
    """Give the routes of a class an instance of it as `self`; its annotated attributes are dependencies."""

    def decorate(cls: type[T]) -> type[T]:
        _ask_for_attributes(cls)
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
                route.path[len(router.prefix) :],
                route.endpoint,
                methods=list(route.methods),
                dependencies=route.dependencies[len(router.dependencies) :],
                response_model=route.response_model,
                status_code=route.status_code,
                tags=route.tags[len(router.tags) :],
            )
        return cls

    return decorate


def _ask_for_attributes(cls: type[Any]) -> None:
    """Make the annotated attributes parameters of the constructor, beside those it has."""
    construct = cls.__init__
    own = inspect.signature(construct)
    parameters = [p for p in own.parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    hints = get_type_hints(cls, include_extras=True)
    attributes = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, annotation=hint, default=getattr(cls, name, inspect.Parameter.empty)
        )
        for name, hint in hints.items()
    ]

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        for name in hints:
            setattr(self, name, kwargs.pop(name))
        construct(self, *args, **kwargs)

    cls.__signature__ = own.replace(parameters=parameters[1:] + attributes)
    cls.__init__ = init


class UserController:
    user: str = Depends(current_user)


class AdminController(UserController):
    db: str = Depends(get_db)
