"""A marker inside a union is no marker: the type alone decides, and a dependency there is never called."""

from typing import Annotated, Optional

from fastapi import Depends, FastAPI, File, Header, Query, UploadFile

NEEDS = ("python_multipart",)
SINCE = (0, 123)

app = FastAPI()


def current_user(token: str) -> str:
    return token


@app.post("/upload")
def upload(file: Annotated[UploadFile, File()] | None = None) -> None: ...


@app.get("/list")
def as_list(ids: Annotated[list[str], Query()] | None = None) -> None: ...


@app.get("/header")
def header(x_token: Annotated[str, Header()] | None = None) -> None: ...


@app.get("/alias")
def alias(name: Optional[Annotated[str, Query(alias="q")]] = None) -> None: ...


@app.get("/dependency")
def dependency(user: Annotated[str, Depends(current_user)] | None = None) -> None: ...
