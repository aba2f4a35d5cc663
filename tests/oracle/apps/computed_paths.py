"""Paths that only the running program knows: none of them may be guessed."""

from __future__ import annotations

import os
import string

from fastapi import APIRouter, FastAPI

OTHERWISE = {"ORACLE_PREFIX": "/other"}
PREFIX = os.environ.get("ORACLE_PREFIX", "/env")

app = FastAPI()
router = APIRouter(prefix=PREFIX)
letters = APIRouter()


@router.get("/x")
def read_x() -> str:
    return "x"


@app.get(f"/{string.ascii_lowercase[0]}")
def letter() -> str:
    return "a"


@letters.get("/known")
def known() -> str:
    return "known"


def choose() -> str:
    return "/".join(["", "chosen"])


app.include_router(router)
app.include_router(letters, prefix=choose())
app.include_router(letters, prefix="/letters")

UNKNOWN = {("GET", "/env/x"), ("GET", "/a"), ("GET", "/chosen/known")}
