"""Registered exception handlers: in which forms they are found, and when something unknown is among them."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_fastapi.semantics.errors import handled
from flake8_fastapi.semantics.errors.exceptions import ExceptionClass
from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.things import ClassThing, Library

ERRORS = """
class AppError(Exception):
    pass


class NotFound(AppError):
    pass


class UserNotFound(NotFound):
    pass


class Unrelated(Exception):
    pass
"""
START = """
from __future__ import annotations

from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, status
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware

from errors import *


def answer(request: Request, exc: Exception) -> JSONResponse:
    return JSONResponse({"detail": "no"}, 404)


app = FastAPI()
"""

REGISTERED = {
    "decorator": """
@app.exception_handler(NotFound)
async def handle(request: Request, exc: NotFound) -> JSONResponse:
    return JSONResponse({}, 404)
""",
    "decorator in a function": """
def create_app() -> FastAPI:
    application = FastAPI()

    @application.exception_handler(NotFound)
    async def handle(request: Request, exc: NotFound) -> JSONResponse:
        return JSONResponse({}, 404)

    return application
""",
    "decorator in a function that is given the app": """
def register(application):
    @application.exception_handler(NotFound)
    async def handle(request: Request, exc: NotFound) -> JSONResponse:
        return JSONResponse({}, 404)


register(app)
""",
    "decorator called": "app.exception_handler(NotFound)(answer)",
    "method": "app.add_exception_handler(NotFound, answer)",
    "method with keywords": "app.add_exception_handler(handler=answer, exc_class_or_status_code=NotFound)",
    "function that is given the app": """
def register(application: FastAPI) -> None:
    application.add_exception_handler(NotFound, answer)
""",
    "function without annotations": """
def register(application):
    application.add_exception_handler(NotFound, answer)
""",
    "function that is given the class": """
def register(application: FastAPI, cls: type[Exception]) -> None:
    application.add_exception_handler(cls, answer)


register(app, NotFound)
""",
    "loop over a table": """
HANDLERS = {NotFound: answer}

for cls, handler in HANDLERS.items():
    app.add_exception_handler(cls, handler)
""",
    "loop over pairs": """
for cls, handler in [(NotFound, answer)]:
    app.add_exception_handler(cls, handler)
""",
    "loop over classes": """
for cls in (NotFound, KeyError):
    app.add_exception_handler(cls, answer)
""",
    "constructor": "app = FastAPI(exception_handlers={NotFound: answer})",
    "constructor with a table": """
HANDLERS = {NotFound: answer, 404: answer}
app = FastAPI(exception_handlers=HANDLERS)
""",
    "constructor with tables in a table": """
COMMON = {NotFound: answer}
app = FastAPI(exception_handlers={**COMMON, KeyError: answer})
""",
    "constructor with options": """
OPTIONS = {"title": "x", "exception_handlers": {NotFound: answer}}
app = FastAPI(**OPTIONS)
""",
    "constructor of a class of the project": """
class Service(FastAPI):
    def __init__(self) -> None:
        super().__init__(exception_handlers={NotFound: answer})


service = Service()
""",
    "method of a class of the project": """
class Service(FastAPI):
    def __init__(self) -> None:
        super().__init__()
        self.add_exception_handler(NotFound, answer)


service = Service()
""",
    "mounted app": """
admin = FastAPI()
admin.add_exception_handler(NotFound, answer)
app.mount("/admin", admin)
""",
    "middleware class": """
class Errors(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        try:
            return await call_next(request)
        except NotFound:
            return JSONResponse({}, 404)


app.add_middleware(Errors)
""",
    "middleware function": """
@app.middleware("http")
async def errors(request, call_next):
    try:
        return await call_next(request)
    except (NotFound, KeyError):
        return JSONResponse({}, 404)
""",
    "middleware with names of its own": """
class Errors(BaseHTTPMiddleware):
    async def dispatch(self, req, nxt):
        try:
            return await nxt(req)
        except NotFound:
            return JSONResponse({}, 404)
""",
    "middleware without a base": """
class Errors:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        try:
            await self.app(scope, receive, send)
        except NotFound:
            await JSONResponse({}, 404)(scope, receive, send)


app = FastAPI(middleware=[Middleware(Errors)])
""",
    "route class": """
class Route(APIRoute):
    def get_route_handler(self):
        inner = super().get_route_handler()

        async def outer(request: Request):
            try:
                return await inner(request)
            except NotFound as error:
                raise HTTPException(404) from error

        return outer
""",
}

UNKNOWN = {
    "class of an unknown function": "app.add_exception_handler(choose(), answer)",
    "unknown table": "app = FastAPI(exception_handlers=load_handlers())",
    "table that grows": """
HANDLERS = {NotFound: answer}
HANDLERS[choose()] = answer
app = FastAPI(exception_handlers=HANDLERS)
""",
    "table that grows before a loop": """
HANDLERS = {NotFound: answer}
HANDLERS[choose()] = answer


def register(application: FastAPI) -> None:
    for cls, handler in HANDLERS.items():
        application.add_exception_handler(cls, handler)
""",
    "empty table that grows before a loop": """
HANDLERS: dict[type[Exception], object] = {}
HANDLERS[choose()] = answer
for cls, handler in HANDLERS.items():
    app.add_exception_handler(cls, handler)
""",
    "set past the methods": "app.exception_handlers[choose()] = answer",
    "library function": """
from fastapi_problem.handler import add_exception_handler

add_exception_handler(app)
""",
    "other library function": """
from company_common import install_error_handlers

install_error_handlers(app)
""",
    "loop over something unknown": """
for cls in find_classes():
    app.add_exception_handler(cls, answer)
""",
}

NOTHING = {
    "no handler": "",
    "method of something else": """
import click


class Bus:
    def add_exception_handler(self, cls, handler):
        pass


Bus().add_exception_handler(NotFound, answer)
""",
    "middleware that raises again": """
@app.middleware("http")
async def errors(request, call_next):
    try:
        return await call_next(request)
    except Exception:
        print("failed")
        raise
""",
    "try around something else": """
@app.middleware("http")
async def errors(request, call_next):
    try:
        user = await find_user(request)
    except NotFound:
        user = None
    return await call_next(request)
""",
    "constructor with none": "app = FastAPI(exception_handlers=None)",
}


def read(root: Path, source: str, *, name: str = "main.py") -> Project:
    """The project with this module and `errors.py`."""
    (root / "pyproject.toml").write_text('[project]\nname = "x"\n')
    (root / "errors.py").write_text(ERRORS)
    target = root / name
    target.parent.mkdir(exist_ok=True)
    target.write_text(START + source)
    return Project.of(Files.of(str(target)))


def cls(root: Path, name: str) -> ExceptionClass:
    return ClassThing(str(root / "errors.py"), name)


@pytest.mark.parametrize("form", REGISTERED)
def test_forms(tmp_path: Path, form: str) -> None:
    project = read(tmp_path, REGISTERED[form])
    assert handled.is_complete(project)
    for name, expected in (("NotFound", True), ("UserNotFound", True), ("AppError", False), ("Unrelated", False)):
        found = handled.handler_for(project, cls(tmp_path, name))
        assert (found is not None) is expected, name
        assert handled.is_handled(project, cls(tmp_path, name)) is expected, name
    assert not handled.has_catch_all(project)


@pytest.mark.parametrize("form", UNKNOWN)
def test_unknown(tmp_path: Path, form: str) -> None:
    project = read(tmp_path, UNKNOWN[form])
    assert not handled.is_complete(project)
    assert handled.is_handled(project, cls(tmp_path, "Unrelated")) is None


@pytest.mark.parametrize("form", NOTHING)
def test_nothing(tmp_path: Path, form: str) -> None:
    project = read(tmp_path, NOTHING[form])
    assert handled.of(project) == ()
    assert handled.is_complete(project)
    assert handled.is_handled(project, cls(tmp_path, "NotFound")) is False


def test_nearest(tmp_path: Path) -> None:
    """The entry for the nearest class answers, as in Starlette."""
    source = "app.add_exception_handler(AppError, answer)\napp.add_exception_handler(NotFound, lambda r, e: None)\n"
    project = read(tmp_path, source)
    found = handled.handler_for(project, cls(tmp_path, "UserNotFound"))
    assert found is not None and found.cls == cls(tmp_path, "NotFound")
    found = handled.handler_for(project, cls(tmp_path, "AppError"))
    assert found is not None and found.function is not None and found.function.qualname == "answer"


def test_status(tmp_path: Path) -> None:
    """Handlers for a status are told from those for a class."""
    source = "app.add_exception_handler(status.HTTP_404_NOT_FOUND, answer)\napp.add_exception_handler(418, answer)\n"
    found = handled.of(read(tmp_path, source))
    assert [(each.cls, each.status) for each in found] == [(None, 404), (None, 418)]


@pytest.mark.parametrize("key", ["Exception", "BaseException", "500"])
def test_catch_all(tmp_path: Path, key: str) -> None:
    project = read(tmp_path, f"app.add_exception_handler({key}, answer)")
    assert handled.has_catch_all(project)
    assert handled.is_handled(project, cls(tmp_path, "Unrelated"))


def test_builtins(tmp_path: Path) -> None:
    project = read(tmp_path, "app.add_exception_handler(LookupError, answer)")
    assert handled.is_handled(project, Library("builtins.KeyError"))
    assert handled.is_handled(project, Library("builtins.ValueError")) is False


def test_tests_do_not_count(tmp_path: Path) -> None:
    project = read(tmp_path, REGISTERED["method"], name="tests/test_main.py")
    assert handled.of(project) == ()


def test_library_with_handlers(tmp_path: Path) -> None:
    source = """
from tortoise.contrib.fastapi import register_tortoise

register_tortoise(app, add_exception_handlers=True)
"""
    project = read(tmp_path, source)
    assert handled.is_handled(project, Library("tortoise.exceptions.DoesNotExist"))
    assert handled.is_complete(project)
