"""Routes in files that never import fastapi."""

from __future__ import annotations

import health
import items
from fastapi import FastAPI
from shared import router

app = FastAPI()
app.include_router(router)
app.include_router(items.renamed, prefix="/more")
app.add_api_route("/health", health.read_health)
