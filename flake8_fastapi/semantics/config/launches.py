"""Where a file starts a server, and whether that is how a developer runs the application from a terminal."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.semantics import facts, nodes
from flake8_fastapi.semantics.facts import MODULE, Value
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.things import Frame, FunctionThing, library_name

_STARTERS = ("uvicorn.run", "uvicorn.Config")
_OPTIONS = ("host", "reload")
_MOST_HOPS = 3


class Launch(NamedTuple):
    """One call that starts a server, or says how."""

    call: facts.Call
    frame: Frame

    def option(self, keyword: str) -> Value | None:
        """What is given under a keyword."""
        return self.call.keyword(keyword)


def of(file: File) -> Iterator[Launch]:
    """The calls of `uvicorn.run` and `uvicorn.Config`."""
    for found in file.facts.functions.values():
        for site in found.sites:
            call = site.value
            if not isinstance(call, facts.Call) or not any(key in _OPTIONS for key, _ in call.keywords):
                continue
            frame = Frame(file.path, found.qualname)
            if library_name(file.ev.certain(call.func, frame)) in _STARTERS:
                yield Launch(call, frame)


def is_always_run(file: File, launch: Launch) -> bool:
    """Whether it runs when the module is imported, whoever does so: not below a condition such as
    `if __name__ == "__main__":`, nor in a function that is called from there."""
    return _is_always_run(file, launch.frame.function, launch.call, _MOST_HOPS)


def _is_always_run(file: File, qualname: str, call: facts.Call, hops: int) -> bool:
    if is_conditional(file, call):
        return False
    if qualname == MODULE:
        return True
    callers = file.project.loop.callers.of(FunctionThing(file.path, qualname))
    return hops > 0 and any(
        caller.function.path == file.path and _is_always_run(file, caller.function.qualname, caller.call, hops - 1)
        for caller in callers
    )


def is_conditional(file: File, call: facts.Call) -> bool:
    """Whether a call of the file stands below a condition, the one for scripts or another."""
    node = nodes.of_call(ast.walk(file.source.tree), call)
    return node is None or any(
        isinstance(outer, (ast.If, ast.IfExp, ast.While, ast.Match, ast.ExceptHandler))
        for outer in file.source.ancestors(node)
    )
