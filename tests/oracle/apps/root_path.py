"""`root_path` is the proxy's affair: it is no part of a route's path."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

app = FastAPI(root_path="/proxy", servers=[{"url": "/proxy"}])
router = APIRouter(prefix="/v1")


@app.get("/direct")
def direct() -> str:
    return "direct"


@router.get("/routed")
def routed() -> str:
    return "routed"


app.include_router(router)
