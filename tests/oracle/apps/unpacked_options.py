"""Keywords unpacked into routes, markers and `add_api_route`: what they hold is unknown, not absent."""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query


def check(token: str) -> None: ...


def options(**more: Any) -> dict[str, Any]:
    return {"dependencies": [Depends(check)], "status_code": 202, **more}


def alias() -> dict[str, Any]:
    return {"alias": "renamed"}


def handler() -> None: ...


SHARED: dict[str, Any] = options(tags=["shared"])
ADDED: dict[str, Any] = {"path": "/added", "endpoint": handler, "methods": ["PUT"]}
app = FastAPI()


@app.get("/shared", **SHARED)
def shared() -> None: ...


@app.get("/marker")
def marker(name: str = Query(**alias())) -> None: ...


@app.get("/annotated")
def annotated(name: Annotated[str, Query(**alias())]) -> None: ...


app.add_api_route(**ADDED)

UNKNOWN = {("PUT", "/added")}
UNKNOWN_ASPECTS = {
    ("GET", "/shared"): {
        "fields", "dependencies", "scopes", "tags", "status_code", "response_model", "response_class", "hidden"
    },
    ("GET", "/marker"): {"fields"},
    ("GET", "/annotated"): {"fields"},
}
