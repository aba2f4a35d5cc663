"""A model of a form is one field."""

from typing import Annotated

from fastapi import FastAPI, Form
from pydantic import BaseModel

NEEDS = ("python_multipart",)
SINCE = (0, 115)


class Login(BaseModel):
    username: str
    password: str


app = FastAPI()


@app.post("/login")
def login(data: Annotated[Login, Form()]) -> None: ...


@app.post("/default")
def default(data: Login = Form()) -> None: ...


@app.post("/scalar")
def scalar(data: Annotated[str, Form()]) -> None: ...
