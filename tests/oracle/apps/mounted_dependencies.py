"""A mounted application has its own dependencies, tags and response class only; its mount is no path parameter."""

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import PlainTextResponse


def outer(outer_token: str) -> None: ...


def inner(inner_token: str) -> None: ...


app = FastAPI(dependencies=[Depends(outer)], default_response_class=PlainTextResponse)
sub = FastAPI(dependencies=[Depends(inner)])
tenants = FastAPI()
bare = FastAPI()
router = APIRouter(prefix="/users", tags=["users"])


@app.get("/x")
def read_outer() -> str:
    return ""


@sub.get("/x")
def read_inner() -> str:
    return ""


@bare.get("/x")
def read_bare() -> str:
    return ""


@router.get("/{user_id}")
def read_user(user_id: int, tenant: str) -> str:
    return tenant


tenants.include_router(router)
sub.mount("/bare", bare)
app.mount("/sub", sub)
app.mount("/{tenant}", tenants)
