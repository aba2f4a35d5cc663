"""`api_route` with its `methods` as list, set, tuple and constant, and without."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

METHODS = ["GET", "POST", "PUT", "DELETE"]
READ = ("GET", "HEAD")

app = FastAPI()
router = APIRouter(prefix="/proxy")


@app.api_route("/default")
def default() -> str:
    return ""


@app.api_route("/list", methods=["GET", "POST"])
def as_list() -> str:
    return ""


@app.api_route("/set", methods={"PATCH"})  # type: ignore[arg-type]
def as_set() -> str:
    return ""


@app.api_route("/lower", methods=["get", "options"])
def lower() -> str:
    return ""


@router.api_route("/{path:path}", methods=METHODS)
async def proxy(path: str) -> str:
    return path


@router.api_route("/read", methods=list(READ))
async def read() -> str:
    return ""


app.include_router(router)
