"""How code runs on: whether a block comes to its end, and what certainly or possibly runs before something else."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from flake8_fastapi.semantics.blocks import as_try
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.paths import Paths
from flake8_fastapi.semantics.steps import Step
from flake8_fastapi.semantics.thrown import ERROR, Names, Thrown

__all__ = ["as_try", "blocks", "certainly", "may_precede", "outcomes"]

Outcome = Literal["next", "return", "raise", "break", "continue"]

Raises = Callable[[ast.Call], bool]
"""Whether a call certainly never returns."""

_UNKNOWN: frozenset[Outcome] = frozenset({"next", "return", "raise"})


class _Told(Names):
    """Names, with an answer of the caller on which calls never return."""

    def __init__(self, raises: Raises) -> None:
        self._raises = raises

    def leaves(self, call: ast.Call) -> Thrown | None:
        """The exception with which a call certainly ends; None if it may return."""
        return ERROR if self._raises(call) else None


def _paths(statements: Sequence[ast.stmt], raises: Raises) -> Paths:
    return Paths(ast.Module([], []), statements, _Told(raises), only_errors=True)


def outcomes(statements: Sequence[ast.stmt], raises: Raises) -> frozenset[Outcome]:
    """How a block of statements may end: by going on, or by leaving. Any call may raise; that is not listed."""
    found = _paths(statements, raises).exits()
    if found is None:
        return _UNKNOWN
    names: dict[str, Outcome] = {"end": "next", "return": "return", "raise": "raise"}
    names |= {"break": "break", "continue": "continue"}
    return frozenset(names[name] for name in found)


def blocks(node: ast.AST) -> Iterator[tuple[str, list[ast.stmt]]]:
    """The blocks of statements that a node holds itself, each with the name of its field."""
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        found = getattr(node, name, None)
        if isinstance(found, list) and found:
            yield name, found


def may_precede(code: Code, first: ast.AST, second: ast.AST, raises: Raises) -> bool:
    """Whether `second` may run after `first` in one call of the function."""

    def move(has_run: bool, step: Step) -> tuple[bool]:
        return (has_run or step.node is first,)

    flow = _paths(code.statements, raises).flow((False,), move, move)
    return flow is None or True in flow.before(second)


def certainly(statements: Sequence[ast.stmt], wanted: Callable[[ast.AST], bool]) -> bool:
    """Whether every way through these statements that comes to their end meets a wanted node, and one comes there."""

    def move(is_met: bool, step: Step) -> tuple[bool]:
        return (is_met or (step.kind == "run" and wanted(step.node)),)

    flow = _paths(statements, lambda call: False).flow((False,), move)
    return flow is not None and flow.at("end") == {True}
