"""Without documentation and out of the schema, but served all the same."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
router = APIRouter(prefix="/internal", include_in_schema=False)


@app.get("/hidden", include_in_schema=False)
def hidden() -> str:
    return "hidden"


@app.get("/docs")
def own_docs() -> str:
    return "docs"


@router.get("/status")
def status() -> str:
    return "ok"


app.include_router(router, include_in_schema=False)
