"""FastAPI as oracle: our graph says of each operation what the running application says.

What an application in `apps/` may declare about itself stands in `test_routes.py`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from graph import UNKNOWN_PATH, static_operations
from operations import ASPECTS, Operations, differences, first_served
from running import FOUND, Run, declared, main_file, misfit, run

# A parameter of the constructor that newer versions ask to give to the server.
pytestmark = pytest.mark.filterwarnings("ignore:.*root_path")

UNDECIDED = [path for path in FOUND if "OTHERWISE" in declared(path)]
apps = pytest.mark.parametrize("app", FOUND, ids=[path.stem for path in FOUND])


@cache
def ours(app: Path) -> Operations:
    return static_operations(main_file(app))


def running(app: Path) -> Run:
    reason = misfit(app)
    if reason:
        pytest.skip(reason)
    return run(app)


@apps
def test_found(app: Path) -> None:
    result = running(app)
    served = {operation[:2] for operation in result.operations}
    # A path that we do not know stands for those that the application declares.
    certain = {key for key in ours(app) if key[1] != UNKNOWN_PATH or not result.unknown}
    problems = [f"not served: {key}" for key in sorted(certain - served - result.optional)]
    problems += [f"not found: {key}" for key in sorted(served - ours(app).keys() - result.unknown)]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("aspect", ASPECTS)
@apps
def test_aspect(app: Path, aspect: str) -> None:
    result = running(app)
    found = differences(aspect, first_served(result.operations), ours(app))
    may_be_unknown = {key for key, aspects in result.unknown_aspects.items() if aspect in aspects}
    problems = [
        f"{method} {path}: {difference}"
        for (method, path), difference in found.items()
        if (method, path) not in may_be_unknown or getattr(ours(app)[method, path], aspect) is not None
    ]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("app", UNDECIDED, ids=[path.stem for path in UNDECIDED])
def test_undecided(app: Path) -> None:
    """What the environment decides is unknown to us."""
    served, otherwise = first_served(running(app).operations), first_served(run(app, otherwise=True).operations)
    assert served != otherwise
    problems = [
        f"{method} {path}: {aspect} is claimed to be {getattr(ours(app)[method, path], aspect)!r}"
        for aspect in ASPECTS
        for method, path in sorted(differences(aspect, served, otherwise).keys() & ours(app).keys())
        if getattr(ours(app)[method, path], aspect) is not None
    ]
    assert not problems, "\n".join(problems)
