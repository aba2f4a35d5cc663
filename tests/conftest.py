"""Settings of the whole test run: a crashing check fails its test instead of being contained."""

from __future__ import annotations

import os

import pytest

from harness import Fixture, fixtures

os.environ["FLAKE8_FASTAPI_STRICT"] = "1"

collect_ignore = ["fixtures"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes a `fixture` runs once for each of them."""
    if "fixture" in metafunc.fixturenames:
        cases: list[Fixture] = list(fixtures())
        metafunc.parametrize("fixture", cases, ids=[case.name for case in cases])
