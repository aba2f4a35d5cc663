"""Router and application subclasses that bring dependencies, tags and models of their own."""

from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import PlainTextResponse


def require_user(token: str) -> str:
    return token


def require_admin(user: str = Depends(require_user)) -> None: ...


class UserRouter(APIRouter):
    def __init__(self, tags: list[str] | None = None, prefix: str = "", **kwargs: Any) -> None:
        super().__init__(tags=tags, prefix=prefix, dependencies=[Depends(require_user)], **kwargs)


class AdminRouter(APIRouter):
    def __init__(self, prefix: str = "/admin") -> None:
        super().__init__(prefix=prefix, tags=["admin"])
        self.dependencies.append(Depends(require_admin))


class TextRouter(APIRouter):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("default_response_class", PlainTextResponse)
        super().__init__(**kwargs)


class GuardedApi(FastAPI):
    def __init__(self, *, guarded: bool = True, **kwargs: Any) -> None:
        super().__init__(dependencies=[Depends(require_user)], **kwargs)


app = GuardedApi(title="Guarded")
users = UserRouter(["user"], "/users")
admin = AdminRouter()
text = TextRouter(prefix="/text")


@app.get("/")
def index() -> str:
    return ""


@users.get("/me")
def read_me() -> str:
    return "me"


@admin.get("/stats")
def read_stats() -> str:
    return "stats"


@text.get("/plain")
def read_text() -> str:
    return "text"


app.include_router(users)
app.include_router(admin)
app.include_router(text)

UNKNOWN_ASPECTS = {
    ("GET", "/admin/stats"): {"dependencies", "fields", "scopes"},
    ("GET", "/text/plain"): {"response_class"},
}
