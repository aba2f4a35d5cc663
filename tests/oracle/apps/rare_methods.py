"""HEAD, OPTIONS and TRACE; FastAPI adds no HEAD to a GET route."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

app = FastAPI()
router = APIRouter(prefix="/r")


@app.head("/probe")
def probe() -> None: ...


@app.options("/probe")
def options() -> None: ...


@app.trace("/probe")
def trace() -> None: ...


@app.get("/probe")
def read() -> None: ...


@router.head("/probe")
@router.get("/probe")
def both() -> None: ...


@router.options("")
def router_options() -> None: ...


@router.trace("")
def router_trace() -> None: ...


app.include_router(router)
