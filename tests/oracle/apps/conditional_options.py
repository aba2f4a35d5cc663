"""Dependencies, models and tags that depend on the environment: none of them may be guessed."""

import os

from fastapi import APIRouter, Depends, FastAPI

OTHERWISE = {"ORACLE_STRICT": "0"}
STRICT = os.environ.get("ORACLE_STRICT", "1") == "1"


def check(token: str) -> None: ...


def lenient() -> None: ...


GUARDS = [Depends(check)] if STRICT else []
guard = check if STRICT else lenient
LATER = []
if STRICT:
    LATER.append(Depends(check))

app = FastAPI()
open_router = APIRouter(prefix="/open")
guarded = APIRouter(prefix="/guarded", dependencies=GUARDS)


@app.get("/expression", dependencies=[Depends(check)] if STRICT else None)
def expression() -> None: ...


@app.get("/later", dependencies=LATER)
def later() -> None: ...


@app.get("/chosen")
def chosen(value: None = Depends(guard)) -> None: ...


@app.get("/model", response_model=int if STRICT else str, status_code=200 if STRICT else 201)
def model():  # type: ignore[no-untyped-def]
    return 1


@open_router.get("/x")
def read_open() -> None: ...


@guarded.get("/x")
def read_guarded() -> None: ...


if STRICT:
    app.include_router(open_router, dependencies=[Depends(check)])
app.include_router(guarded)

TREE = {"fields", "dependencies", "scopes"}
UNKNOWN_ASPECTS = {
    ("GET", "/expression"): TREE,
    ("GET", "/later"): TREE,
    ("GET", "/chosen"): TREE,
    ("GET", "/guarded/x"): TREE,
    ("GET", "/model"): {"response_model", "status_code"},
}
