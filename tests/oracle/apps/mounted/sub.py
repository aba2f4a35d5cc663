from __future__ import annotations

from fastapi import APIRouter, FastAPI

admin = FastAPI(title="Admin")
router = APIRouter(prefix="/users")


@router.get("/{user_id}")
def read_user(user_id: int) -> int:
    return user_id


@admin.get("/")
def index() -> str:
    return "admin"


admin.include_router(router)


def make_docs() -> FastAPI:
    docs = FastAPI(docs_url=None)

    @docs.get("/pages")
    def pages() -> list[str]:
        return []

    return docs
