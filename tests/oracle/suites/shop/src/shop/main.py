from fastapi import FastAPI

from shop.api import api


def make_app() -> FastAPI:
    application = FastAPI()
    application.include_router(api, prefix="/api")
    return application


app = make_app()
