from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header


def get_session(x_session: Annotated[str, Header()]) -> str:
    return x_session


class Repository:
    def __init__(self, session: Annotated[str, Depends(get_session)], tenant: Tenant = "a") -> None:
        self.session = session

    @classmethod
    def create(cls, session: Annotated[str, Depends(get_session)], kind: str) -> Repository:
        return cls(session)

    def find(self, key: Tenant) -> str:
        return key


Tenant = str
