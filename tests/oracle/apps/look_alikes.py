"""Objects whose decorators look like a router's and are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

from fastapi import FastAPI


class Bolt:
    def __init__(self) -> None:
        self.handlers: dict[str, Callable[..., Any]] = {}

    def get(self, path: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
            self.handlers[path] = function
            return function

        return decorate

    options = post = get


bolt = Bolt()
app = FastAPI()


@bolt.get("/bolt")
def bolt_handler() -> None: ...


@bolt.options("/bolt")
def bolt_options() -> None: ...


@mock.patch("os.getcwd")
def patched() -> None: ...


def shadowed() -> None:
    app = Bolt()

    @app.get("/shadowed")
    def inner() -> None: ...


shadowed()


@app.get("/real")
@bolt.get("/also-bolt")
def real() -> str:
    return "real"
