"""Router subclasses that set their prefix, or part of it, themselves."""

from __future__ import annotations

from fastapi import FastAPI
from routers import AdminRouter, ModelRouter, PlainRouter, RootRouter, UserRouter

app = FastAPI()
admin = AdminRouter()
users = UserRouter(prefix="/users")
plain = PlainRouter(prefix="/plain")
models = ModelRouter("orders")
root = RootRouter(prefix="/root", deprecated=True)


@admin.get("/stats")
def read_stats() -> str:
    return "stats"


@users.get("/me")
def read_me() -> str:
    return "me"


@plain.get("/x")
def read_plain() -> str:
    return "plain"


@models.get("/{key}")
def read_model(key: int) -> int:
    return key


@root.get("/y")
def read_root() -> str:
    return "y"


app.include_router(admin)
app.include_router(users, prefix="/api")
app.include_router(plain)
app.include_router(models)
app.include_router(root)
