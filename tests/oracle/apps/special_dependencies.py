"""With a dependency the classes that FastAPI fills in itself are ordinary types."""

from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI, Request, Response
from fastapi.security import SecurityScopes

SINCE = (0, 128, 2)


def make_request(name: str) -> Request:
    return Request({"type": "http", "name": name})


def make_tasks(size: int = 1) -> BackgroundTasks:
    return BackgroundTasks()


class Answer(Response):
    def __init__(self, code: int = 200) -> None:
        super().__init__(status_code=code)


app = FastAPI()


@app.get("/request")
def with_request(made: Annotated[Request, Depends(make_request)], request: Request) -> None: ...


@app.get("/tasks")
def with_tasks(scopes: SecurityScopes, tasks: BackgroundTasks = Depends(make_tasks)) -> None: ...


@app.get("/answer")
def with_answer(answer: Annotated[Answer, Depends()]) -> None: ...
