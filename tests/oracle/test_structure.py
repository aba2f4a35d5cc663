"""Running applications as oracle for FAP003: what a mistake does to the answer, and that the right way does not."""

from __future__ import annotations

import importlib
import sys
import warnings
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from probe import CASE
from running import load
from starlette.websockets import WebSocketDisconnect
from structure_cases import PAIRS, Outcome, Pair, Step

from harness import differences, lint_source, project_of

try:
    TestClient(FastAPI())
except TypeError:
    # Starlette before 0.37 beside httpx 0.28.
    pytest.skip("the test client needs an older httpx", allow_module_level=True)

pairs = pytest.mark.parametrize("pair", PAIRS, ids=[pair.name for pair in PAIRS])
# `on_event` is deprecated, and still what this is about.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def ask(client: TestClient, step: Step) -> Outcome:
    """Send one request."""
    if step.method != "WEBSOCKET":
        answer = client.request(step.method, step.url)
        return Outcome(answer.status_code, answer.text, "")
    try:
        with client.websocket_connect(step.url) as connection:
            return Outcome(101, connection.receive_text(), "")
    except WebSocketDisconnect as error:
        return Outcome(0, "", f"WebSocketDisconnect: {error.code}")


def outcome(text: str, steps: tuple[Step, ...], folder: Path) -> Outcome:
    """Import the application once for each worker, start it there, and send it the requests."""
    path = folder / f"{CASE}.py"
    path.write_text(text.replace("FOLDER", folder.as_posix()))
    found = Outcome(0, "", "nothing was asked")
    with ExitStack() as stack:
        try:
            apps = [load(CASE, path).app for _ in range(max(step.worker for step in steps) + 1)]
        except AttributeError as error:
            return Outcome(0, "", f"AttributeError: {error}")
        finally:
            sys.modules.pop(CASE, None)
        clients = [stack.enter_context(TestClient(app, raise_server_exceptions=False)) for app in apps]
        for step in steps:
            found = ask(clients[step.worker], step)
    return found


@pairs
def test_bad_shows_the_fault(pair: Pair, tmp_path: Path) -> None:
    if pair.gone and hasattr(FastAPI, pair.gone):
        pytest.skip(f"this Starlette still has `{pair.gone}`")
    found = outcome(pair.bad, pair.steps, tmp_path)
    assert pair.shows(found), found


@pairs
def test_good_does_not(pair: Pair, tmp_path: Path) -> None:
    found = outcome(pair.good, pair.steps, tmp_path)
    assert not found.error
    assert found.status in (101, 200)
    assert not pair.shows(found), found


@pairs
@pytest.mark.parametrize("version", ["bad", "good"])
def test_linter_tells_them_apart(pair: Pair, version: str, tmp_path: Path) -> None:
    """The linter reports the bad version at its mark, and nothing of the good one."""
    text = getattr(pair, version)
    assert ("# FAP003 " in text) is (version == "bad")
    found = [each for each in lint_source(text, tmp_path) if each.code == "FAP003"]
    assert differences(project_of(pair.name, {"main.py": text}), found) == []


@pytest.mark.parametrize("options", [{"reload": True}, {"workers": 2}, {"reload": True, "workers": 2}])
def test_uvicorn_needs_an_import_string(options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """With the object uvicorn exits before it serves; with an import string it goes on to its supervisor."""
    uvicorn = pytest.importorskip("uvicorn")
    main = importlib.import_module("uvicorn.main")
    for supervisor in ("ChangeReload", "Multiprocess"):
        started = SimpleNamespace(run=lambda: None)
        monkeypatch.setattr(main, supervisor, lambda *_args, started=started, **_keywords: started)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(SystemExit) as exited:
            uvicorn.run(object(), port=0, **options)
        assert exited.value.code != 0
        try:
            uvicorn.run("main:app", port=0, **options)
        except SystemExit as error:
            assert error.code == 3, "no child was started, so it cannot say that it serves"
