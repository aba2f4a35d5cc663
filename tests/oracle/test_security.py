"""Running applications as oracle for FAP008 and FAP009: what an attacker gets, and that the right way gives nothing."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import configuration_cases
import exposure_cases
import httpx
import input_cases
import pytest
import security_cases
from probe import CASE
from running import load
from security_pairs import KEY, PRIVATE, Outcome, Pair, Step

from harness import differences, lint_source, project_of

PAIRS = [*exposure_cases.PAIRS, *security_cases.PAIRS, *input_cases.PAIRS, *configuration_cases.PAIRS]
VARIABLES = {"KEY": KEY, "GREETING": "hello"}

pairs = pytest.mark.parametrize("pair", PAIRS, ids=[pair.name for pair in PAIRS])


@contextmanager
def watching(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[list[str], list[int]]]:
    """The variables that are read meanwhile, and how much of an upload each reading takes."""
    variables: list[str] = []
    sizes: list[int] = []
    get_variable, read_file = os._Environ.__getitem__, tempfile.SpooledTemporaryFile.read

    def getting(self: Any, name: str) -> Any:
        if name in VARIABLES:
            variables.append(name)
        return get_variable(self, name)

    def reading(self: Any, *arguments: int) -> Any:
        content = read_file(self, *arguments)
        sizes.append(len(content))
        return content

    with monkeypatch.context() as patch:
        patch.setattr(os._Environ, "__getitem__", getting)
        patch.setattr(tempfile.SpooledTemporaryFile, "read", reading)
        yield variables, sizes


async def ask(app: Any, steps: list[Step]) -> tuple[httpx.Response, ...]:
    """Send the requests; the client gets a 500 where the application fails."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://site.test") as client:
        return tuple([await client.request(step.method, step.url, **step.options) for step in steps])


def placed(step: Step, folder: Path) -> Step:
    """The request with the place of the application's folder in its parameters."""
    params = step.options.get("params", {})
    named = {name: value.replace("FOLDER", folder.as_posix()) for name, value in params.items()}
    return step._replace(options={**step.options, "params": named})


def outcome(text: str, pair: Pair, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    """Import the application and send it the requests."""
    for needed in pair.needs:
        if importlib.util.find_spec(needed) is None:
            pytest.skip(f"needs {needed}")
    public, path = folder / "public", folder / f"{CASE}.py"
    public.mkdir()
    (folder / "private.txt").write_text(PRIVATE)
    path.write_text(text.replace("FOLDER", public.as_posix()))
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    try:
        app = load(CASE, path).app
    finally:
        sys.modules.pop(CASE, None)
    before = set(os.listdir(folder))
    with watching(monkeypatch) as (readings, sizes):
        answers = asyncio.run(ask(app, [placed(step, public) for step in pair.steps]))
    written = frozenset(os.listdir(folder)) - before
    return Outcome(answers, written, max(sizes, default=0), tuple(readings))


@pairs
def test_bad_shows_the_fault(pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = outcome(pair.bad, pair, tmp_path, monkeypatch)
    assert pair.shows(found), (found, found.last.text)


@pairs
def test_good_does_not(pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = outcome(pair.good, pair, tmp_path, monkeypatch)
    assert found.last.status_code in pair.answers, (found, found.last.text)
    assert not pair.shows(found), (found, found.last.text)


@pairs
@pytest.mark.parametrize("version", ["bad", "good"])
def test_linter_tells_them_apart(pair: Pair, version: str, tmp_path: Path) -> None:
    """The linter reports the bad version at its mark, and nothing of the good one."""
    text = getattr(pair, version)
    assert (f"# {pair.code} " in text) is (version == "bad")
    # A word such as `auth` in a comment beside a route may say who protects it.
    plain = re.sub(r"  # FAP\d+ .*", "", text)
    found = [each for each in lint_source(plain, tmp_path, *pair.options) if each.code in ("FAP008", "FAP009")]
    assert differences(project_of(pair.name, {"main.py": text}), found) == []
