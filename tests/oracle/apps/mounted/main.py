"""Mounted sub-applications, nested, beside static files."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from sub import admin, make_docs

app = FastAPI()
app.mount("/static", StaticFiles(directory=Path(__file__).parent), name="static")


@app.get("/app")
def read_main() -> str:
    return "main"


legacy = FastAPI(openapi_url=None)


@legacy.get("/old")
def old() -> str:
    return "old"


admin.mount("/legacy", legacy)
app.mount("/admin", admin)
app.mount(path="/docs-app", app=make_docs())
app.mount("/", StaticFiles(directory=Path(__file__).parent, html=True), name="spa")
