"""Whether a block tells anybody of a failure: it logs, prints, informs an error tracker, or hands the exception on."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from flake8_fastapi.knowledge import reporting
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.code import Code, dotted
from flake8_fastapi.semantics.nodes import own
from flake8_fastapi.semantics.things import Bound, Frame, FunctionThing, Library, Thing, function_of
from flake8_fastapi.semantics.values import Evaluator

_DEPTH = 3
"""How many helpers deep somebody may be told."""
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
"""Where a new word begins in `logError`."""


def tells(code: Code, block: Sequence[ast.stmt]) -> bool:
    """Whether a block of statements tells of a failure, itself or by a function of the project that it calls.

    Generous: a call that has the name of one that tells is taken for one.
    """
    return any(is_telling(code, node) for node in own(block) if isinstance(node, ast.Call))


def is_telling(code: Code, call: ast.Call) -> bool:
    """Whether a call tells of a failure: more than `asides.is_logging` knows, by names, and by what a callee does."""
    if _is_named_so(dotted(call.func)) or (isinstance(call.func, ast.Attribute) and call.func.attr in reporting.LEVELS):
        return True
    return _is_told_by(code.source.ev, code.thing(call.func), _DEPTH)


def _is_named_so(name: str) -> bool:
    """Whether the function, or the object that it is a method of, is called like one that tells."""
    return any(reporting.NAMES.search(_WORDS.sub("_", part)) is not None for part in name.split(".")[-2:])


def _is_told_by(ev: Evaluator, thing: Thing | None, depth: int) -> bool:
    library = thing.function if isinstance(thing, Bound) else thing
    if isinstance(library, Library):
        return library.name.startswith(reporting.LIBRARIES) or library.name in reporting.FUNCTIONS
    function = function_of(thing)
    return function is not None and depth > 0 and _does_tell(ev, function, depth - 1)


def _does_tell(ev: Evaluator, function: FunctionThing, depth: int) -> bool:
    """Whether a function of the project tells."""
    found = ev.function(function)
    frame = Frame(function.path, function.qualname)
    calls = [site.value for site in found.sites if isinstance(site.value, facts.Call)] if found is not None else []
    if any(isinstance(call.func, facts.Attribute) and call.func.name in reporting.LEVELS for call in calls):
        return True
    return any(_is_told_by(ev, ev.certain(call.func, frame), depth) for call in calls)
