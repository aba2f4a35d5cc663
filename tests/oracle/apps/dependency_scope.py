"""`scope=` says when a dependency ends, not what it asks for."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI, Security

SINCE = (0, 121)

app = FastAPI()


def get_db(dsn: str = "") -> Iterator[str]:
    yield dsn


def get_user(token: str, db: Annotated[str, Depends(get_db, scope="request")]) -> Iterator[str]:
    yield token


Db = Annotated[str, Depends(get_db, scope="function")]


@app.get("/function")
def function(db: Db, again: str = Depends(get_db, scope="request")) -> None: ...


@app.get("/security")
def security(user: Annotated[str, Security(get_user, scopes=["me"])]) -> None: ...
