"""Types of pydantic with constraints are what they constrain."""

from typing import Annotated

from annotated_types import Gt, Len
from fastapi import FastAPI
from pydantic import BaseModel, Field, Json, PositiveInt, SecretStr, StringConstraints, conint, conlist, constr

Name = constr(min_length=1)
Percent = conint(ge=0, le=100)
Short = Annotated[str, StringConstraints(max_length=10)]


class Item(BaseModel):
    name: Name


app = FastAPI()


@app.get("/scalars/{name}")
def read_scalars(
    name: Name,
    percent: Percent,
    short: Short,
    positive: PositiveInt,
    inline: constr(pattern="^a"),  # type: ignore[valid-type]
    above: Annotated[int, Gt(3)],
    limit: Annotated[int, Field(gt=0)] = 10,
) -> None: ...


@app.post("/lists")
def create_list(names: conlist(str, min_length=1)) -> None: ...  # type: ignore[valid-type]


@app.post("/annotated-lists")
def create_annotated_list(names: Annotated[list[str], Len(1)]) -> None: ...


@app.post("/secrets")
def create_secret(secret: SecretStr) -> Percent:
    return 1


@app.get("/json")
def read_json(data: Json) -> None: ...
