"""A pytest plugin that notes every request which an application of Starlette gets while the tests run.

It runs in the environment of the recorded project, so it needs pytest and Starlette of any version and nothing else:

    REQUEST_RECORD=record.json REQUEST_ROOT=project python -m pytest -p request_recorder

The record holds the tests, each with its outcome, and the requests, each with its test, method, path, status and
handler, and with the fixture that sent it where several tests share that. Files are relative to the root. A websocket
has the method `WEBSOCKET`, and the status 101 once accepted.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

import pytest

ENVIRONMENT = "REQUEST_RECORD"
ROOT_ENVIRONMENT = "REQUEST_ROOT"
_MARK = "request_recorder"

_Scope = MutableMapping[str, Any]
_Application = Callable[[Any, _Scope, Any, Any], Awaitable[None]]


class Recorder:
    """What is known of the test that runs now, and of all requests so far."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.tests: dict[str, dict[str, Any]] = {}
        self.test: str | None = None
        self.fixture: dict[str, str] | None = None

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.tests[item.nodeid] = _described(item)
        self.test = item.nodeid
        yield
        self.test = None

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        before = self.fixture
        if before is None and fixturedef.scope != "function":
            self.fixture = {"name": fixturedef.argname, "below": self._sharing(fixturedef)}
        yield
        self.fixture = before

    def _sharing(self, fixturedef: Any) -> str:
        """With what the names of those tests begin that share the fixture which is set up now."""
        file, _, name = (self.test or "").partition("::")
        if fixturedef.scope == "class":
            return f"{file}::{name.rpartition('::')[0]}"
        return {"module": f"{file}::", "package": os.path.dirname(file)}.get(fixturedef.scope, str(fixturedef.baseid))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = self.tests.get(report.nodeid)
        if test is not None and (report.when == "call" or not report.passed):
            is_as_expected = report.passed and not hasattr(report, "wasxfail")
            test["outcome"] = "passed" if is_as_expected else "other"

    def pytest_sessionfinish(self) -> None:
        with open(os.environ[ENVIRONMENT], "w", encoding="utf-8") as file:
            json.dump({"tests": self.tests, "requests": self.requests}, file, indent=1)

    async def record(
        self, original: _Application, application: Any, scope: _Scope, receive: Any, send: Callable[[Any], Any]
    ) -> None:
        """Let the application answer. An application mounted in another one is part of that one."""
        if scope["type"] not in ("http", "websocket") or _MARK in scope:
            await original(application, scope, receive, send)
            return
        scope[_MARK] = True
        seen = {
            "test": self.test,
            "fixture": self.fixture,
            "method": scope.get("method", "WEBSOCKET"),
            "path": scope["path"],
            "status": 500,
            "handler": None,
        }
        self.requests.append(seen)

        async def noting(message: Any) -> None:
            status = _status(message)
            if status is not None and seen["status"] == 500:
                seen["status"] = status
            await send(message)

        try:
            await original(application, scope, receive, noting)
        finally:
            seen["handler"] = _handler(scope.get("endpoint"))


def _status(message: MutableMapping[str, Any]) -> int | None:
    kind = message["type"]
    if kind in ("http.response.start", "websocket.http.response.start"):
        return int(message["status"])
    # Closed before it was accepted: the server answers 403. Later, the status is noted already.
    return {"websocket.accept": 101, "websocket.close": 403}.get(kind)


def _handler(endpoint: Any) -> dict[str, Any] | None:
    if endpoint is None:
        return None
    return _placed(endpoint) or _placed(type(endpoint)) or {"file": None, "name": repr(endpoint), "line": 0}


def _placed(function: Any) -> dict[str, Any] | None:
    """Where a function or class stands."""
    while isinstance(function, functools.partial):
        function = function.func
    function = inspect.unwrap(function)
    try:
        file = inspect.getsourcefile(function)
        line = function.__code__.co_firstlineno if hasattr(function, "__code__") else 0
        return {"file": _relative(file or "?"), "name": function.__qualname__, "line": line}
    except (AttributeError, TypeError, ValueError):
        return None


def _relative(file: str) -> str:
    return os.path.relpath(file, os.environ[ROOT_ENVIRONMENT])


def _described(item: pytest.Item) -> dict[str, Any]:
    """The test function: where pytest found it, and where it is written."""
    function = getattr(item, "obj", None)
    cls = getattr(item, "cls", None)
    name = getattr(item, "originalname", None) or item.name
    return {
        "file": _relative(str(item.fspath)),  # the only attribute that old versions have too
        "name": f"{cls.__qualname__}.{name}" if cls is not None else name,
        "written": _placed(function) if function is not None else None,
        "fixtures": [*getattr(item, "fixturenames", ())],
        "outcome": "other",
    }


def pytest_configure(config: pytest.Config) -> None:
    from starlette.applications import Starlette

    recorder = Recorder()
    config.pluginmanager.register(recorder, "request-recorder")
    original = Starlette.__call__

    async def recorded(self: Any, scope: _Scope, receive: Any, send: Any) -> None:
        await recorder.record(original, self, scope, receive, send)

    Starlette.__call__ = recorded  # type: ignore[method-assign]
