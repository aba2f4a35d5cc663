"""A pydantic model as dependency: its signature has the fields' aliases, and not what is annotated on them."""

from typing import Annotated, Optional

from fastapi import Depends, FastAPI, Header, Query
from pydantic import BaseModel, ConfigDict, Field, computed_field, field_validator

app = FastAPI()


class Base(BaseModel):
    limit: int = Field(default=10, description="How many")
    offset: Annotated[int, Field(ge=0)] = 0


class Filters(Base):
    name: str
    search: Annotated[str, Field(alias="query")] = ""
    other: str = Field("", validation_alias="else_", serialization_alias="o")
    not_a_name: str = Field("", alias="not-a-name")
    x_token: Annotated[str, Header()] = ""
    order: Annotated[Optional[str], Query(alias="sort")] = None
    tags: list[str] = Field(default_factory=list)
    _private: int = 1

    @field_validator("name")
    @classmethod
    def strip(cls, value: str) -> str:
        return value

    @computed_field
    def label(self) -> str:
        return self.name


class Open(BaseModel):
    model_config = ConfigDict(extra="allow", populate_by_name=True)

    key: str = Field(alias="k")


class Constructed(BaseModel):
    key: str

    def __init__(self, given: str, more: int = 1) -> None:
        super().__init__(key=given)


@app.get("/filters")
def with_filters(filters: Annotated[Filters, Depends()]) -> None: ...


@app.get("/open")
def with_open(options: Open = Depends()) -> None: ...


@app.get("/constructed")
def with_constructed(made: Constructed = Depends()) -> None: ...
