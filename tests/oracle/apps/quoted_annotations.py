"""Single annotations in quotes, also of names that are defined further down, and parts of them."""

from typing import Annotated, List, Optional

from fastapi import Depends, FastAPI, Header, Query
from pydantic import BaseModel

app = FastAPI()


def current_user(x_token: "Annotated[str, Header()]") -> "User":
    return User(name=x_token)


class Node(BaseModel):
    children: "list[Node]" = []


class User(BaseModel):
    name: str


@app.get("/whole/{key}")
def whole(key: "int", limit: "int | None" = None, ids: "Annotated[List[int], Query()]" = []) -> "User":
    return User(name="")


@app.post("/model")
def model(node: "Node", maybe: "Optional[User]" = None) -> "List[Node]":
    return [node]


@app.get("/depends")
def depends(user: "User" = Depends(current_user)) -> "Optional[User]":
    return user


@app.get("/annotated")
def annotated(user: "Annotated[User, Depends(current_user)]") -> "None":
    return None


@app.get("/inside")
def inside(user: Annotated["User", Depends(current_user)]) -> "dict[str, User]":
    return {}
