from collections.abc import Iterator

from fastapi import Header


def audit(audit_id: str = "") -> None: ...


def current_user(x_token: str = Header()) -> str:
    return x_token


def get_db(dsn: str = "") -> Iterator[str]:
    yield dsn
