from fastapi import FastAPI

from desk.settings import Settings, get_settings
from desk.tickets import make_router


def make_status() -> FastAPI:
    status = FastAPI()

    @status.get("/ping")
    def ping() -> str:
        return "pong"

    @status.get("/load")
    def load() -> dict[str, float]:
        return {"load": 0.1}

    return status


def create_app(settings: Settings | None = None) -> FastAPI:
    app = FastAPI()
    if settings is not None:
        app.dependency_overrides[get_settings] = lambda: settings
    app.include_router(make_router(), prefix="/desk")
    app.mount("/status", make_status())

    @app.get("/")
    def greet() -> dict[str, str]:
        return {"greeting": (settings or Settings()).greeting}

    return app
