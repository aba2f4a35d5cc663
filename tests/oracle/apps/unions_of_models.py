"""Unions, discriminated unions and parameters that share a name with the path."""

from typing import Annotated, Any, Literal, Optional, Union

from fastapi import Body, Depends, FastAPI, Query
from pydantic import BaseModel, Field, TypeAdapter


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


Pet = Annotated[Union[Cat, Dog], Field(discriminator="kind")]
adapter = TypeAdapter(Pet)


def get_item(item: str) -> dict[str, str]:
    return {"item": item}


def get_pet(pet: Pet) -> Any:
    return pet


app = FastAPI()


@app.post("/pets")
def create_pet(pet: Pet) -> Pet:
    return pet


@app.put("/pets")
def replace_pet(pet: Annotated[Union[Cat, Dog], Body(discriminator="kind")]) -> Union[Cat, Dog]:
    return pet


@app.patch("/pets")
def change_pet(pet: Annotated[Optional[Cat], Body()] = None, name: str | None = None) -> list[Pet]:
    return []


@app.post("/depends")
def depends(pet: Any = Depends(get_pet)) -> dict[str, Pet]:
    return {}


@app.get("/items/{item}")
def read_item(item: dict[str, str] = Depends(get_item)) -> None: ...


@app.get("/scalars")
def scalars(x: Union[int, str, None] = None, y: Annotated[Union[int, list[int]], Query()] = 1) -> None: ...


@app.post("/mixed")
def mixed(x: Union[int, Cat], y: Union[str, dict[str, int]] = "") -> None: ...
