"""A running event loop as oracle for FAP002: each case is run by FastAPI and read by the linter.

Which thread runs the blocking call decides, not a clock; a few cases look at the clock as well.
"""

from __future__ import annotations

import gc
import importlib.util
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from cases import CACHED, CASES, NESTED, STALLS, UNAWAITED, Case, Misuse
from driving import longest_pause, module, run, server
from probe import SECONDS, recording
from running import FASTAPI_VERSION

from harness import differences, lint_source, project_of

cases = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
stalls = pytest.mark.parametrize("case", STALLS, ids=[case.name for case in STALLS])
misuses = pytest.mark.parametrize(
    "misuse", NESTED + UNAWAITED + CACHED, ids=[misuse.name for misuse in NESTED + UNAWAITED + CACHED]
)

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
]


def installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with server() as number:
        yield number


@pytest.fixture(scope="module")
def slow_port() -> Iterator[int]:
    with server(slow=True) as number:
        yield number


def report_problems(case: Case, folder: Path) -> list[str]:
    """How the linter's findings differ from the marks."""
    found = [each for each in lint_source(case.text, folder) if each.code == "FAP002"]
    if case.anywhere:
        return [] if bool(found) == case.on_loop else [f"reported: {[each.text for each in found]}"]
    return differences(project_of(case.name, {"main.py": case.text}), found)


@cases
def test_runs(case: Case, tmp_path: Path, port: int) -> None:
    """The blocking call runs on the loop's thread exactly if the case says so."""
    missing = [name for name in case.needs if not installed(name)]
    if missing:
        pytest.skip(f"needs {missing[0]}")
    if case.since > FASTAPI_VERSION:
        pytest.skip(f"runs there since FastAPI {case.since}")
    with recording() as seen, module(case, tmp_path, port) as loaded:
        seen.clear()
        try:
            statuses = run(loaded.app, case)
        except (TypeError, ValueError):
            # What a misused call does next is not the question.
            assert case.status is None
        else:
            assert case.websocket or case.status is None or set(statuses) == {case.status}
    assert seen or case.unseen, "nothing that blocks was called"
    on_loop = [call for call, thread in seen if thread == threading.get_ident()]
    assert bool(on_loop) == case.on_loop, seen


@cases
def test_reported(case: Case, tmp_path: Path) -> None:
    """The linter reports it exactly if the case says so."""
    assert report_problems(case, tmp_path) == []


@stalls
def test_stalls(case: Case, tmp_path: Path, slow_port: int) -> None:
    """A call that blocks the loop's thread keeps other tasks waiting for as long as it takes."""
    with module(case, tmp_path, slow_port) as loaded:
        if case.on_loop:
            assert longest_pause(loaded.app, case) > SECONDS * 0.8
        else:
            # A busy machine may pause everything for a moment, but hardly every time.
            assert any(longest_pause(loaded.app, case) < SECONDS * 0.5 for _ in range(8))


@stalls
def test_stall_reported(case: Case, tmp_path: Path) -> None:
    assert report_problems(case, tmp_path) == []


def failures(case: Case, folder: Path) -> list[str]:
    """What Python says about the way in which the case uses coroutines and loops."""
    with warnings.catch_warnings(record=True) as caught, module(case, folder) as loaded:
        warnings.simplefilter("always")
        said = []
        try:
            run(loaded.app, case)
        except (RuntimeError, TypeError, ValueError) as error:
            said.append(str(error))
            del error
        gc.collect()
    return said + [str(each.message) for each in caught if each.category is RuntimeWarning]


@misuses
def test_fails(misuse: Misuse, tmp_path: Path) -> None:
    """Each misuse fails at run time, and the correct use beside it does not."""
    said = failures(misuse.case, tmp_path)
    if misuse.case.on_loop:
        assert any(misuse.fails in each for each in said), said
    else:
        assert said == []


@misuses
def test_misuse_reported(misuse: Misuse, tmp_path: Path) -> None:
    assert report_problems(misuse.case, tmp_path) == []


def test_from_thread_raises(tmp_path: Path) -> None:
    """`anyio.from_thread` on the loop's own thread does not block: it fails."""
    text = next(case.text for case in CASES if case.name == "async route")
    text = text.replace("time.sleep(0.25)  #", "anyio.from_thread.run_sync(time.sleep, 0.25)  #")
    case = Case("from_thread", text, status=None)
    with recording() as seen, module(case, tmp_path) as loaded:
        seen.clear()
        with pytest.raises(RuntimeError):
            run(loaded.app, case)
        assert seen == []
