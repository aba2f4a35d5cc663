from collections.abc import Iterator
from typing import Annotated, Optional

from fastapi import Depends, Query
from wire import Token


class Connection:
    pass


def get_db() -> Iterator[Connection]:
    yield Connection()


Session = Annotated[Connection, Depends(get_db)]


def get_user(token: Token, db: Session) -> str:
    return token


CurrentUser = Annotated[str, Depends(get_user)]


def get_admin(user: CurrentUser) -> Optional[str]:
    return user


MaybeAdmin = Annotated[Optional[str], Depends(get_admin)]
PageSize = Annotated[int, Query(alias="page_size")]
Page = Annotated[int, Query(ge=1)]
