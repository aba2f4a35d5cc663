from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from items import router as items_router


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.ready = True
    yield


def setup_routes(app: FastAPI) -> None:
    app.include_router(items_router, prefix="/items")


def create_app(debug: bool = True) -> FastAPI:
    application = FastAPI(lifespan=lifespan, debug=debug)
    setup_routes(application)

    @application.get("/health")
    async def health() -> str:
        return "ok"

    if debug:

        @application.get("/debug")
        def debug_page() -> str:
            return "debug"

    return application
