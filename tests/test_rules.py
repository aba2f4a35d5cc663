"""Every fixture is reported exactly as its comments say."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from flake8_fastapi.rules import registry
from harness import Fixture, differences, fixtures, lint_fixture


def test_fixture(fixture: Fixture, tmp_path: Path) -> None:
    problems = differences(fixture, lint_fixture(fixture, tmp_path))
    assert not problems, f"{len(problems)} problems in {fixture.name}\n" + "\n".join(problems)


@pytest.mark.parametrize("name", sorted(registry()))
def test_every_check_has_a_fixture_with_finding_and_look_alikes(name: str) -> None:
    check = registry()[name]
    prefix = f"{check.code}/{name.replace('-', '_')}"
    own = [each for each in fixtures() if each.name == prefix or each.name.startswith(f"{prefix}_")]
    assert own, f"no fixture {prefix}*"
    assert any(mark.name == name and not mark.gap for each in own for mark in each.marks), (
        f"no finding of {name} is marked in {prefix}*"
    )
    assert any(_silent_definitions(each) for each in own), f"no silent function or class in {prefix}*"


def test_marks_name_registered_checks(fixture: Fixture) -> None:
    known = {name: check.code for name, check in registry().items()}
    assert {mark.name: mark.code for mark in fixture.marks}.items() <= known.items()


def _silent_definitions(fixture: Fixture) -> list[str]:
    """Functions and classes without a mark in them."""
    silent: list[str] = []
    for path, text in fixture.modules.items():
        lines = {mark.line for mark in fixture.marks if mark.file == path}
        silent += [
            node.name
            for node in ast.walk(ast.parse(text))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            and not lines.intersection(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        ]
    return silent
