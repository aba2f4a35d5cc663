"""FastAPI's own examples as oracle: opt-in, for development.

`FLAKE8_FASTAPI_DOCS_SRC` names the folder `docs_src` of a checkout of FastAPI. Each of its modules is imported as
its own tests import it; `-s` shows the counts. The examples also need what they import, such as sqlmodel.
"""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest
from fastapi import FastAPI
from graph import UNKNOWN_PATH, static_operations
from operations import ASPECTS, Operations, differences, first_served, served_operations

DOCS_SRC = os.environ.get("FLAKE8_FASTAPI_DOCS_SRC", "")
ENVIRONMENT = {"ADMIN_EMAIL": "admin@example.com", "APP_NAME": "docs", "ITEMS_PER_USER": "1"}
FILES = ("static/logo.png", "templates/item.html", "dist/index.html", "dist/404.html")
"""What examples expect in the current folder."""

pytestmark = pytest.mark.skipif(not DOCS_SRC, reason="FLAKE8_FASTAPI_DOCS_SRC is not set")


@dataclass
class Tally:
    imported: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    applications: int = 0
    operations: int = 0
    agreeing: int = 0
    """Operations of which nothing at all differs."""
    problems: list[tuple[str, str]] = field(default_factory=list)
    """Aspect and description."""

    def add(self, where: str, served: Operations, ours: Operations) -> None:
        self.applications += 1
        self.operations += len(served)
        differing = served.keys() - ours.keys()
        self.problems += [("found", f"{where}: {key} not found") for key in sorted(differing)]
        # A path that we do not know is one of those that were not found.
        extra = {key for key in ours.keys() - served.keys() if key[1] != UNKNOWN_PATH}
        self.problems += [("found", f"{where}: {key} not served") for key in sorted(extra)]
        for aspect in ASPECTS:
            found = differences(aspect, served, ours)
            differing |= found.keys()
            self.problems += [(aspect, f"{where}: {' '.join(key)}: {text}") for key, text in found.items()]
        self.agreeing += len(served) - len(differing)

    def report(self) -> str:
        lines = [f"modules imported: {self.imported}, not importable: {len(self.failed)}"]
        lines += [f"    {module}: {reason}" for module, reason in sorted(self.failed.items())]
        lines.append(f"applications: {self.applications}, operations: {self.operations}, agreeing: {self.agreeing}")
        for aspect, count in Counter(aspect for aspect, _ in self.problems).most_common():
            lines.append(f"{aspect}: {count} disagree")
            lines += [f"    {text}" for each, text in self.problems if each == aspect]
        return "\n".join(lines)


def forget_examples() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "docs_src"]:
        del sys.modules[name]
    sqlmodel = sys.modules.get("sqlmodel")
    if sqlmodel is not None:
        # Several examples have a table of the same name.
        sqlmodel.SQLModel.metadata.clear()
        sqlmodel.main.default_registry.dispose()


def examples(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        yield path, ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def applications(module: ModuleType) -> Iterator[str]:
    """The names that hold an application; a mounted one is part of the one that mounts it."""
    found = {name: value for name, value in vars(module).items() if isinstance(value, FastAPI)}
    mounted = {id(route.app) for app in found.values() for route in app.routes if hasattr(route, "app")}
    return (name for name, app in found.items() if id(app) not in mounted)


def tally(folder: Path) -> Tally:
    counts = Tally()
    for path, name in examples(folder):
        forget_examples()
        try:
            with redirect_stdout(None):
                module = importlib.import_module(name)
        except (Exception, SystemExit) as error:
            counts.failed[name] = f"{type(error).__name__}: {error}".partition("\n")[0]
            continue
        counts.imported += 1
        for application in applications(module):
            served = first_served(served_operations(getattr(module, application)))
            # Examples import from their own folder only.
            root = folder / path.relative_to(folder).parts[0]
            counts.add(f"{name}:{application}", served, static_operations(path, application, root=root))
    forget_examples()
    return counts


def test_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    # At the end: the checkout's other folders must not hide what is installed.
    monkeypatch.setattr(sys, "path", [*sys.path, str(Path(DOCS_SRC).parent)])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        counts = tally(Path(DOCS_SRC).resolve())
    print(f"\n{counts.report()}")
    assert counts.operations
    assert not counts.problems
