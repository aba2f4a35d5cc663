"""Several route decorators on one function, on one or several routers."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

app = FastAPI()
v1 = APIRouter(prefix="/v1")
v2 = APIRouter(prefix="/v2")


@app.get("/models")
@app.get("/models/")
@app.post("/models")
async def models() -> list[str]:
    return []


@v1.get("/models")
@v2.get("/models")
@v2.get("/all-models", deprecated=True)
def router_models() -> list[str]:
    return []


app.include_router(v1)
app.include_router(v2)
