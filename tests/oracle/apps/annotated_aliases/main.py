"""Annotated aliases from other modules, renamed, re-exported, nested and qualified."""

from typing import Annotated

import deps
from deps import CurrentUser, PageSize
from deps import Session as Db
from fastapi import FastAPI, Query
from wire import Token

app = FastAPI()


@app.get("/users/me")
def read_me(user: CurrentUser, db: Db) -> str:
    return user


@app.get("/users")
def list_users(size: PageSize, token: Token, page: deps.Page = 1) -> None: ...


@app.get("/nested")
def nested(user: Annotated[CurrentUser, "metadata"], size: Annotated[PageSize, Query(alias="n")]) -> None: ...


@app.get("/optional")
def optional(admin: deps.MaybeAdmin, size: PageSize = 3) -> None: ...
