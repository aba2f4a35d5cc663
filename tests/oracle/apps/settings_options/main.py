"""Options from settings: what is not written down is unknown, not absent."""

from config import settings
from fastapi import APIRouter, FastAPI

OTHERWISE = {"ORACLE_DEBUG": "1", "ORACLE_STATUS": "200"}

app = FastAPI(**settings.app_options)
router = APIRouter(prefix="/items", **settings.router_options())
INTERNAL = APIRouter(include_in_schema=settings.debug)


@app.get("/")
def index() -> None: ...


@router.get("/{item_id}", **settings.route_options)
def read_item(item_id: int) -> None: ...


@INTERNAL.get("/internal", tags=settings.tags, status_code=settings.status)
def internal() -> None: ...


app.include_router(router)
app.include_router(INTERNAL)

OPEN = {"fields", "dependencies", "scopes", "response_class"}
UNKNOWN_ASPECTS = {
    ("GET", "/"): OPEN,
    ("GET", "/items/{item_id}"): OPEN | {"tags", "hidden", "response_model", "status_code"},
    ("GET", "/internal"): OPEN | {"tags", "hidden", "status_code"},
}
UNKNOWN = {("GET", "/items/{item_id}")}
