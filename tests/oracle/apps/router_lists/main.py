"""Routers collected in a package, with tags and dependencies, included in loops by a factory."""

from api import ROUTERS, api_router
from api.deps import verify
from fastapi import Depends, FastAPI


def register(app: FastAPI) -> None:
    for router, tag in ROUTERS:
        app.include_router(router, prefix="/listed", tags=[tag], dependencies=[Depends(verify)])


def create_app(title: str = "Lists") -> FastAPI:
    app = FastAPI(title=title, dependencies=[])
    register(app)
    app.include_router(api_router, prefix="/api/v1")

    @app.get("/health", tags=["health"], include_in_schema=False)
    def health(token: str = Depends(verify)) -> dict[str, str]:
        return {}

    return app


# Each turn of the loop has a tag of its own.
UNKNOWN_ASPECTS = {
    ("GET", "/listed/users/{user_id}"): {"tags"},
    ("PUT", "/listed/items/{item_id}"): {"tags"},
}

app = create_app()
