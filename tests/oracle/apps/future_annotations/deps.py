from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from database import Session


@dataclass
class Limits:
    skip: int = 0
    limit: int = 100


def get_token(x_token: Annotated[str, Header()], limits: Annotated[Limits, Depends()]) -> str:
    return x_token


Token = Annotated[str, Depends(get_token)]


def get_db() -> Iterator[Session]:
    yield None  # type: ignore[misc]
