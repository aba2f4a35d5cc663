"""Runs flake8 for bench.py: `launch.py with|without|FILE [flake8's arguments]`.

`without` hides our entry point from flake8 in this process and in its workers, so that the plugin is neither
imported nor called; to de-select its codes would not save its work. With a FILE the plugin runs, and the
seconds that it spends in each phase are written there as JSON.
"""

from __future__ import annotations

import atexit
import importlib.metadata
import inspect
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

DISTRIBUTION = "flake8-fap"

# Where each phase is spent: the seconds inside these functions, less those inside the ones of other phases.
PHASES: dict[str, tuple[tuple[str, str], ...]] = {
    "pre-filter: does the file matter": (("flake8_fastapi.checker", "Checker.run"),),
    "finding and reading files": (
        ("flake8_fastapi.semantics.files", "Files.of"),
        ("flake8_fastapi.semantics.files", "Files.paths"),
        ("flake8_fastapi.semantics.files", "Files.mentioning"),
        ("flake8_fastapi.semantics.files", "_read"),
    ),
    "imports: astroid, rules, tables": (("flake8_fastapi.checker", "_findings"),),
    "rebuild of the tree": (("flake8_fastapi.semantics.rebuild", "build"),),
    "facts of the file": (("flake8_fastapi.semantics.bodies", "extract"),),
    "facts of other files, from parsing on": (("flake8_fastapi.semantics.project", "Project._read"),),
    "checks, and the questions they ask": (("flake8_fastapi.visitor", "Visitor.run"),),
}
# All that happens inside it counts to it.
WHOLE = "facts of other files, from parsing on"

mode, *arguments = sys.argv[1:]


def hide_plugin() -> None:
    every = importlib.metadata.distributions

    def others(**kwargs: Any) -> Iterator[importlib.metadata.Distribution]:
        return (found for found in every(**kwargs) if found.metadata["Name"] != DISTRIBUTION)

    importlib.metadata.distributions = others


class Stopwatch(MetaPathFinder):
    """Times the functions of PHASES: wraps them once their module is loaded, before others import them."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.calls: defaultdict[str, int] = defaultdict(int)
        self.found: set[tuple[str, str]] = set()
        self.running: list[str] = []
        self.since = 0.0

    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        if not any(name == module for functions in PHASES.values() for module, _ in functions):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            self._wrap_after_loading(spec.loader)
        return spec

    def _wrap_after_loading(self, loader: Loader) -> None:
        load = loader.exec_module

        def load_and_wrap(module: ModuleType) -> None:
            load(module)
            for phase, functions in PHASES.items():
                for module_name, dotted in functions:
                    if module_name == module.__name__:
                        self._wrap(phase, module, dotted)

        loader.exec_module = load_and_wrap  # type: ignore[method-assign]

    def _wrap(self, phase: str, module: ModuleType, dotted: str) -> None:
        owner: Any = module
        *outer, name = dotted.split(".")
        for part in outer:
            owner = getattr(owner, part, None)
        function = inspect.getattr_static(owner, name, None)
        if isinstance(function, classmethod):
            setattr(owner, name, classmethod(self._timed(phase, function.__func__)))
        elif callable(function):
            setattr(owner, name, self._timed(phase, function))
        else:
            return
        self.found.add((module.__name__, dotted))

    def _timed(self, phase: str, function: Callable[..., Any]) -> Callable[..., Any]:
        is_generator = inspect.isgeneratorfunction(function)

        def timed(*args: Any, **kwargs: Any) -> Any:
            self._switch()
            inside_whole = bool(self.running) and self.running[-1] == WHOLE
            self.running.append(WHOLE if inside_whole else phase)
            self.calls[phase] += not inside_whole
            try:
                result = function(*args, **kwargs)
                return iter(list(result)) if is_generator else result
            finally:
                self._switch()
                self.running.pop()

        return timed

    def _switch(self) -> None:
        now = time.process_time()
        if self.running:
            self.seconds[self.running[-1]] += now - self.since
        self.since = now

    def report(self, file: str) -> None:
        wanted = {each for functions in PHASES.values() for each in functions}
        loaded = {each for each in wanted if each[0] in sys.modules}
        Path(file).write_text(
            json.dumps(
                {
                    "phases": {phase: [self.seconds[phase], self.calls[phase]] for phase in PHASES},
                    "unknown": sorted(".".join(each) for each in loaded - self.found),
                    "astroid": "astroid" in sys.modules,
                }
            )
        )


# A worker process that is not forked imports this file again: it must hide the plugin too.
if mode == "without":
    hide_plugin()


def main(argv: Iterable[str]) -> int:
    if mode not in ("with", "without"):
        stopwatch = Stopwatch()
        sys.meta_path.insert(0, stopwatch)
        atexit.register(stopwatch.report, mode)
    from flake8.main import cli

    return cli.main(list(argv))


if __name__ == "__main__":
    sys.exit(main(arguments))
