"""Running tests as oracle: the requests that are read from the source are those that the tests send.

The projects in `suites/` are small, and each tests its API in another style. `record.py` and `compare_suites.py` do the
same for real projects.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from compare_suites import Comparison, differences
from record import record

from clients import needs_client

SUITES = Path(__file__).parent / "suites"
PROJECTS = sorted(path for path in SUITES.iterdir() if path.is_dir())
GAPS = {
    # Requested in a file of which pytest collects nothing.
    "notes": {"not called, but silent: notes/service.py:75"},
}
"""What is known to differ; it fails once it does not."""


def uses_client(project: Path) -> bool:
    return any("TestClient" in path.read_text("utf-8") for path in project.rglob("*.py"))


@pytest.mark.parametrize(
    "project",
    [pytest.param(each, id=each.name, marks=needs_client if uses_client(each) else ()) for each in PROJECTS],
)
def test_suite(project: Path, tmp_path: Path) -> None:
    """All of a project in one test, because its tests run once."""
    folder = tmp_path / project.name
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns("__pycache__"))
    saved = tmp_path / "record.json"
    assert record(folder, saved, arguments=["-q"]) == 0
    comparison = Comparison(folder, saved)
    assert comparison.sent, "no request was recorded"
    assert not comparison.record.unknown_handlers
    assert set(differences(comparison)) == GAPS.get(project.name, set())
