"""Paths and prefixes from constants, f-strings, classes and other modules."""

from __future__ import annotations

import paths
from fastapi import APIRouter, FastAPI
from paths import ITEMS, Paths, Segment

BASE = "/base"
VERSION = 2
TEMPLATE = f"{BASE}/v{VERSION}"

app = FastAPI()
router = APIRouter(prefix=paths.PREFIX)


@app.get(BASE)
def constant() -> str:
    return ""


@app.get(BASE + "/sum")
def added() -> str:
    return ""


@app.get(f"{BASE}/formatted/{{item_id}}")
def formatted(item_id: int) -> int:
    return item_id


@app.get(TEMPLATE)
def template() -> str:
    return ""


@app.get(ITEMS)
def imported() -> str:
    return ""


@app.get(paths.USERS + "/me")
def attribute() -> str:
    return ""


@router.get(Paths.REPORTS)
def class_attribute() -> str:
    return ""


@router.get(f"{paths.Paths.REPORTS}/{Segment.LATEST.value}")
def enum_member() -> str:
    return ""


@router.get("/explicit" + "/concatenation")
def explicit() -> str:
    return ""


@router.get("/%s" % Paths.NAME)  # noqa: UP031
def percent() -> str:
    return ""


@router.get("/{}/x".format(Paths.NAME))  # noqa: UP032
def format_method() -> str:
    return ""


app.include_router(router)
