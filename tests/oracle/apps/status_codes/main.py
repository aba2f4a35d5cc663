"""A status code as number, as constant, as member of an enumeration, from elsewhere."""

import http
from http import HTTPStatus

import fastapi
from codes import ACCEPTED, Codes
from fastapi import APIRouter, FastAPI, status

app = FastAPI()
router = APIRouter(prefix="/router")
CREATED = status.HTTP_201_CREATED
NO_CONTENT = 204


@app.get("/default")
def default() -> None: ...


@app.get("/number", status_code=202)
def number() -> None: ...


@app.post("/status", status_code=status.HTTP_201_CREATED)
def from_status() -> None: ...


@app.post("/qualified", status_code=fastapi.status.HTTP_202_ACCEPTED)
def qualified() -> None: ...


@app.post("/enum", status_code=HTTPStatus.CREATED)
def from_enum() -> None: ...


@app.post("/enum-value", status_code=http.HTTPStatus.ACCEPTED.value)
def from_enum_value() -> None: ...


@app.delete("/constant", status_code=NO_CONTENT)
def constant() -> None: ...


@app.put("/alias", status_code=CREATED)
def alias() -> None: ...


@app.patch("/imported", status_code=ACCEPTED)
def imported() -> None: ...


@app.patch("/own", status_code=Codes.MULTI)
def own() -> None: ...


@app.get("/none", status_code=None)
def none() -> None: ...


@router.delete("", status_code=status.HTTP_204_NO_CONTENT, response_model=None)
def delete() -> None: ...


app.add_api_route("/added", default, status_code=205)
app.include_router(router)
