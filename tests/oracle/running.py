"""Imports applications in isolation and reads from them what FastAPI itself serves."""

from __future__ import annotations

import ast
import asyncio
import importlib
import importlib.util
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple
from unittest import mock

import fastapi
from operations import Operation, served_operations

APPS = Path(__file__).parent / "apps"
FASTAPI_VERSION = tuple(int(part) for part in fastapi.__version__.split(".")[:3])
FOUND = sorted(path for path in APPS.iterdir() if path.suffix == ".py" or any(path.rglob("main.py")))
_PLAIN = re.compile(r"^(PYTHON|SINCE|NEEDS|OTHERWISE) = (.+)$", re.MULTILINE)


class Served(NamedTuple):
    """The beginning of an `Operation`."""

    method: str
    path: str
    handler: str


def main_file(app: Path) -> Path:
    """The file that holds `app`: the application's only file, or its only `main.py`."""
    if app.is_file():
        return app
    (main,) = app.rglob("main.py")
    return main


@contextmanager
def imported(app: Path) -> Iterator[ModuleType]:
    """The application's main module, imported as if nothing else had been; forgotten at the end."""
    main = main_file(app)
    names = [main.stem]
    root = main.parent
    while (root / "__init__.py").exists():
        names.insert(0, root.name)
        root = root.parent
    ours = {path.stem for path in root.iterdir()} if app.is_dir() else {f"oracle_{app.stem}"}
    path, modules, writes = list(sys.path), dict(sys.modules), sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    for name in [name for name in sys.modules if name.partition(".")[0] in ours]:
        del sys.modules[name]
    try:
        if app.is_dir():
            sys.path.insert(0, str(root))
            importlib.invalidate_caches()
            yield importlib.import_module(".".join(names))
        else:
            yield load(f"oracle_{app.stem}", main)
    finally:
        sys.path[:], sys.dont_write_bytecode = path, writes
        for name in [name for name in sys.modules if name.partition(".")[0] in ours]:
            del sys.modules[name]
        sys.modules.update({name: modules[name] for name in modules if name.partition(".")[0] in ours})


def load(name: str, path: Path) -> ModuleType:
    """Import one file under a name of its own, with the import system's path untouched."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class Run(NamedTuple):
    """What an application serves, and what it declares about itself, see `test_routes.py`."""

    operations: tuple[Operation, ...]
    unknown: set[tuple[str, str]]
    optional: set[tuple[str, str]]
    unknown_aspects: dict[tuple[str, str], set[str]]


@cache
def run(app: Path, otherwise: bool = False) -> Run:
    """Start the application as a server would start it, on demand in the other environment that it declares."""
    with mock.patch.dict(os.environ, declared(app).get("OTHERWISE", {}) if otherwise else {}), imported(app) as module:

        async def start() -> tuple[Operation, ...]:
            async with module.app.router.lifespan_context(module.app):
                return tuple(served_operations(module.app))

        return Run(
            asyncio.run(start()),
            getattr(module, "UNKNOWN", set()),
            getattr(module, "OPTIONAL", set()),
            getattr(module, "UNKNOWN_ASPECTS", {}),
        )


def declared(app: Path) -> dict[str, Any]:
    """What the application says in plain lines of its main file, which may not even compile here."""
    return {name: ast.literal_eval(value) for name, value in _PLAIN.findall(main_file(app).read_text("utf-8"))}


def misfit(app: Path) -> str | None:
    """Why the application cannot run here."""
    needs = declared(app)
    if needs.get("PYTHON", (0,)) > sys.version_info:
        return f"needs Python {needs['PYTHON']}"
    if needs.get("SINCE", (0,)) > FASTAPI_VERSION:
        return f"behaves so since FastAPI {needs['SINCE']}"
    missing = [name for name in needs.get("NEEDS", ()) if importlib.util.find_spec(name) is None]
    return f"needs {missing[0]}" if missing else None
