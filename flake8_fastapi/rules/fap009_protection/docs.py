"""Docs and schema that anybody may read."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.security import authentication, docs
from flake8_fastapi.visitor import Finding, check, fitting, short


@check
def docs_exposed(file: File) -> Iterator[Finding]:
    """An application that asks clients who they are, and whose project tells production from development, serves its
    docs to everybody everywhere, and nothing says that this is meant.

    Dependencies of the application do not protect the docs. Whatever is said of `docs_url`, `redoc_url` or
    `openapi_url` anywhere in the project ends the question.

    Bad::

        class Settings(BaseSettings):
            ENVIRONMENT: str = "production"


        def get_token(authorization: Annotated[str | None, Header()] = None) -> str:
            if authorization is None:
                raise HTTPException(status_code=401)
            return authorization


        app = FastAPI()  # FAP009


        @app.get("/orders")
        def list_orders(token: Annotated[str, Depends(get_token)]) -> list[int]:
            return []

    Good::

        class Settings(BaseSettings):
            ENVIRONMENT: str = "production"


        def get_token(authorization: Annotated[str | None, Header()] = None) -> str:
            if authorization is None:
                raise HTTPException(status_code=401)
            return authorization


        app = FastAPI(openapi_url=None if Settings().ENVIRONMENT == "production" else "/openapi.json")


        @app.get("/orders")
        def list_orders(token: Annotated[str, Depends(get_token)]) -> list[int]:
            return []
    """
    for position in docs.unsaid(file):
        setting = docs.environment_setting(file.project)
        if setting is None or not authentication.project_has_authentication(file.project):
            return
        decides = f"let `{short(setting, 25)}` decide `openapi_url`, or write it out"
        yield Finding(position, f"`/docs` and `/openapi.json` show anyone every route, in production too; {decides}")


@check
def docs_half_disabled(file: File) -> Iterator[Finding]:
    """`docs_url` and `redoc_url` are off, and `openapi_url` is not: the schema still tells every route and model.

    Bad::

        app = FastAPI(docs_url=None, redoc_url=None)  # FAP009


        @app.get("/orders")
        def list_orders() -> list[int]:
            return []

    Good::

        app = FastAPI(openapi_url=None)


        @app.get("/orders")
        def list_orders() -> list[int]:
            return []
    """
    for half in docs.half_disabled(file):
        path = short(half.path, 30)
        pages = "`docs_url` and `redoc_url` are off"
        off = f"where {pages}" if half.is_conditional else pages
        do = "set `openapi_url` likewise" if half.is_conditional else "set `openapi_url=None` too"
        yield Finding(
            half.position,
            fitting(
                f"{off}, `{path}` still shows every route and model to anyone; {do}",
                f"{off}, `{path}` still shows every route to anyone; {do}",
            ),
        )
