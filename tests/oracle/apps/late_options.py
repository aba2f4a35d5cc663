"""Options assigned after construction: what was given to the constructor no longer holds."""

from fastapi import APIRouter, Depends, FastAPI


def check(token: str) -> None: ...


app = FastAPI()
moved = APIRouter(prefix="/before")
moved.prefix = "/after"
guarded = APIRouter(prefix="/guarded")
guarded.dependencies = [Depends(check)]
tagged = APIRouter(prefix="/tagged", tags=["first"])
tagged.tags = ["second"]
tagged.tags += ["third"]
hidden = APIRouter(prefix="/hidden")
hidden.include_in_schema = False


@moved.get("/x")
def read_moved() -> None: ...


@guarded.get("/x")
def read_guarded() -> None: ...


@tagged.get("/x")
def read_tagged() -> None: ...


@hidden.get("/x")
def read_hidden() -> None: ...


for router in (moved, guarded, tagged, hidden):
    app.include_router(router)

UNKNOWN = {("GET", "/after/x")}
UNKNOWN_ASPECTS = {
    ("GET", "/guarded/x"): {"fields", "dependencies", "scopes"},
    ("GET", "/tagged/x"): {"tags"},
    ("GET", "/hidden/x"): {"hidden"},
}
