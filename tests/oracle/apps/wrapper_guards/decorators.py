import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from fastapi import Depends, FastAPI, Security
from fastapi.responses import JSONResponse
from fastapi.security import OAuth2PasswordBearer, SecurityScopes

F = TypeVar("F", bound=Callable[..., Any])
oauth2 = OAuth2PasswordBearer(tokenUrl="token")


def check_scopes(scopes: SecurityScopes, token: str = Depends(oauth2)) -> None: ...


def protected(method: Any, path: str, scopes: Sequence[str] = (), **kwargs: Any) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        guard = Security(check_scopes, scopes=list(scopes))
        return method(path, dependencies=[guard], **kwargs)(function)  # type: ignore[no-any-return]

    return decorate


def json_route(app: FastAPI, path: str) -> Callable[[F], F]:
    return app.get(path, response_class=JSONResponse, tags=["json"], include_in_schema=False)


def guarded(role: str) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return wrapper  # type: ignore[return-value]

    return decorate
