"""A route that is tested is never reported, however the test sends its request and says what it expects."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import refusing_cases
import sending_cases
from record import record

from clients import needs_client
from harness import lint_project

WHEN_IMPORTED = {"module level", "default argument"}
"""They send the request while pytest collects, before any test."""
ALARMS = {"called by eval"}
"""Known false alarms; each fails once it is gone."""


REFUSAL_ALARMS = {"hook"}


def file_of(case: str) -> str:
    return f"test_{case.replace(' ', '_')}.py"


def answered(cases: ModuleType, folder: Path) -> list[dict[str, Any]]:
    """Run all cases; each request has the file of its test, None for those sent when that was imported."""
    (folder / "main.py").write_text(cases.APPLICATION, encoding="utf-8")
    for case, text in cases.CASES.items():
        (folder / file_of(case)).write_text(cases.USUAL + text, encoding="utf-8")
    saved = folder / "record.json"
    assert record(folder, saved, arguments=["-q"]) == 0
    found = json.loads(saved.read_text(encoding="utf-8"))
    tests = {node: test["file"] for node, test in found["tests"].items()}
    return [{**request, "file": tests.get(request["test"])} for request in found["requests"]]


def reported(cases: ModuleType, case: str, route: str, folder: Path) -> list[str]:
    """What FAP010 says of a route, by name, when one case and the usual tests are there."""
    files = {"main.py": cases.APPLICATION, "test_usual.py": cases.USUAL, file_of(case): cases.USUAL + cases.CASES[case]}
    line = cases.APPLICATION.splitlines().index(route) + 1
    found = lint_project(files, folder)
    return [each.name for each in found if each.file == "main.py" and each.line == line and each.code == "FAP010"]


@needs_client
def test_all_send(tmp_path: Path) -> None:
    """The cases are what they say: each sends the request."""
    found = answered(sending_cases, tmp_path)
    senders = [each["file"] for each in found if each["handler"] and each["handler"]["name"] == "rare"]
    assert set(senders) - {None} == {file_of(case) for case in sending_cases.CASES.keys() - WHEN_IMPORTED}
    assert senders.count(None) == len(WHEN_IMPORTED)


@pytest.mark.parametrize("case", sending_cases.CASES)
def test_sent(case: str, tmp_path: Path) -> None:
    found = reported(sending_cases, case, '@app.get("/rare")', tmp_path)
    assert found == (["untested-route"] if case in ALARMS else [])


@needs_client
def test_all_are_refused(tmp_path: Path) -> None:
    """The cases are what they say: each test is answered 422 and passes."""
    found = answered(refusing_cases, tmp_path)
    assert {each["file"] for each in found if each["status"] == 422} == {file_of(case) for case in refusing_cases.CASES}


@pytest.mark.parametrize("case", refusing_cases.CASES)
def test_refused(case: str, tmp_path: Path) -> None:
    found = reported(refusing_cases, case, '@app.post("/things", status_code=201)', tmp_path)
    assert found == (["untested-validation"] if case in REFUSAL_ALARMS else [])
