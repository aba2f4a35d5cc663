"""A running database as oracle for FAP007: each case is run by FastAPI and SQLAlchemy, and read by the linter."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from probe import CASE
from running import FASTAPI_VERSION, load
from session_cases import SESSION_CASES, Outcome, SessionCase
from sqlalchemy import event
from sqlalchemy.pool import Pool

from harness import differences, lint_source, project_of

CLOSED_BEFORE = (0, 106) <= FASTAPI_VERSION < (0, 118)
"""Whether dependencies end before background tasks and streams begin."""
LATER = 0.3
"""How long tasks and threads of the cases live at most."""

cases = pytest.mark.parametrize("case", SESSION_CASES, ids=[case.name for case in SESSION_CASES])


@contextmanager
def application(case: SessionCase, folder: Path) -> Iterator[ModuleType]:
    """The case's text as an imported module, with an empty database."""
    path = folder / f"{CASE}.py"
    path.write_text(case.text.replace("FOLDER", folder.as_posix()))
    with sqlite3.connect(folder / "data.db") as database:
        database.execute("create table item (id integer primary key, name varchar not null unique)")
    database.close()
    try:
        yield load(CASE, path)
    finally:
        sys.modules.pop(CASE, None)


@contextmanager
def counted_connections() -> Iterator[list[object]]:
    """The connections made meanwhile, of any pool."""
    made: list[object] = []

    def connected(connection: object, record: object) -> None:
        made.append(connection)

    event.listen(Pool, "connect", connected)
    try:
        yield made
    finally:
        event.remove(Pool, "connect", connected)


async def send(app: Any, requests: tuple[str, ...]) -> list[str]:
    """Send the requests one after the other; gives the errors that left the application, by class."""
    errors = []
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        for request in requests:
            method, url = request.split()
            try:
                await client.request(method, url)
            except Exception as error:
                # SQLAlchemy wraps what a driver, or its bridge to asyncio, raises.
                errors += [type(each).__name__ for each in (error, getattr(error, "orig", None)) if each is not None]
    return errors


async def outcome(module: ModuleType, case: SessionCase, folder: Path) -> Outcome:
    """Send the case's requests, wait until its tasks have ended, and look at what is left.

    Without the garbage collector: when that frees a connection, nobody knows.
    """
    gc.collect()
    gc.disable()
    try:
        with counted_connections() as made, warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            errors = await send(module.app, case.requests)
            await asyncio.sleep(LATER)
            held = module.engine.pool.checkedout()
        return Outcome(
            held=held,
            connections=len(made),
            rows=stored(folder / "data.db"),
            errors=tuple(errors),
            warnings=tuple(str(each.message) for each in caught),
            seen=tuple(module.seen),
        )
    finally:
        gc.enable()
        disposed = module.engine.dispose()
        if case.is_async:
            await disposed


def stored(path: Path) -> tuple[str, ...]:
    database = sqlite3.connect(path)
    try:
        return tuple(name for (name,) in database.execute("select name from item order by id"))
    finally:
        database.close()


def skip_unless_meant(case: SessionCase) -> None:
    if case.since > FASTAPI_VERSION:
        pytest.skip(f"means nothing before FastAPI {case.since}")


def observed(case: SessionCase, folder: Path) -> Outcome:
    skip_unless_meant(case)
    if case.is_async:
        pytest.importorskip("aiosqlite")
        pytest.importorskip("greenlet")
    with application(case, folder) as module:
        return asyncio.run(outcome(module, case, folder))


@cases
@pytest.mark.filterwarnings("ignore")
def test_behaves(case: SessionCase, tmp_path: Path) -> None:
    """The fault shows at run time; done right, nothing of it does."""
    left = observed(case, tmp_path)
    assert case.symptom(left) == case.is_wrong, left
    if case.closed_before:
        # Where the dependency has ended already, nobody closes the session once more.
        assert (left.held > 0) == CLOSED_BEFORE


@cases
def test_reported(case: SessionCase, tmp_path: Path) -> None:
    """The linter reports the fault, and nothing where there is none."""
    skip_unless_meant(case)
    version = ".".join(str(part) for part in FASTAPI_VERSION)
    found = lint_source(case.text, tmp_path, f"--fastapi-version={version}")
    found = [each for each in found if each.code == "FAP007"]
    assert differences(project_of(case.name, {"main.py": case.text}), found) == []
