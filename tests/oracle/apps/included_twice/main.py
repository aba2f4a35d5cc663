"""One router under several prefixes, once directly and once through another router."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI
from reports import router

app = FastAPI()
app.include_router(router, prefix="/v1")
app.include_router(router, prefix="/latest")

internal = APIRouter(prefix="/internal")
internal.include_router(router, prefix="/v1", include_in_schema=False)
internal.include_router(router, prefix="/v2")
app.include_router(internal)
