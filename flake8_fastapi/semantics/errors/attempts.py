"""What is tried in a `try`, as far as it decides what its failure means."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from flake8_fastapi.knowledge import framework, leaks
from flake8_fastapi.semantics import classes, facts, schemas
from flake8_fastapi.semantics.asides import is_logging
from flake8_fastapi.semantics.code import Code, dotted
from flake8_fastapi.semantics.errors import made
from flake8_fastapi.semantics.facts import FunctionFacts
from flake8_fastapi.semantics.nodes import own
from flake8_fastapi.semantics.things import Bound, ClassThing, Frame, FunctionThing, Library, Thing, function_of
from flake8_fastapi.semantics.values import Evaluator

_DEPTH = 3
"""How many helpers are looked into."""
_WAITS = (ast.Await, ast.AsyncFor, ast.AsyncWith, ast.Yield, ast.YieldFrom)


def only_computes(code: Code, block: Sequence[ast.stmt]) -> bool:
    """Whether a block of statements only reads, converts and computes: it fails because of what it was given."""
    return not any(_does_more(code, node) for node in own(block))


def _does_more(code: Code, node: ast.AST) -> bool:
    if isinstance(node, _WAITS):
        return not _reads_request(node)
    if not isinstance(node, ast.Call) or is_logging(node):
        return False
    name = dotted(node.func).rpartition(".")[2]
    is_conversion = name in leaks.TEXT_METHODS | leaks.OF_REQUESTS and isinstance(node.func, ast.Attribute)
    if is_conversion or (leaks.CONVERSIONS.search(name) and function_of(code.thing(node.func)) is None):
        return False
    return not _computes(code.source.ev, code.thing(node.func), _DEPTH)


def _reads_request(node: ast.AST) -> bool:
    """`await request.json()`"""
    call = node.value if isinstance(node, ast.Await) else None
    method = call.func if isinstance(call, ast.Call) else None
    return isinstance(method, ast.Attribute) and method.attr in leaks.OF_REQUESTS


def _computes(ev: Evaluator, thing: Thing | None, depth: int) -> bool:
    """Whether calling a thing only computes."""
    called = thing.function if isinstance(thing, Bound) else thing
    if isinstance(called, ClassThing):
        return schemas.of_class(ev, called) is not None or _is_value(ev, called)
    if isinstance(called, Library):
        return (called.name.startswith(leaks.PARSING) and called.name not in leaks.IMPURE) or _is_value(ev, called)
    function = function_of(thing)
    found = ev.function(function) if function is not None else None
    if function is None or found is None or depth == 0 or found.is_async or found.never_returns or not found.returned:
        # What only raises, or returns nothing, is there for something else: an abstract method, a write.
        return False
    return _only_computes(ev, function, found, depth - 1)


def _only_computes(ev: Evaluator, function: FunctionThing, found: FunctionFacts, depth: int) -> bool:
    frame = Frame(function.path, function.qualname)
    calls = [site.value for site in found.sites if isinstance(site.value, facts.Call)]
    return all(
        (isinstance(call.func, facts.Attribute) and call.func.name in leaks.TEXT_METHODS)
        or _computes(ev, ev.certain(call.func, frame), depth)
        for call in calls
    )


def _is_value(ev: Evaluator, cls: ClassThing | Library) -> bool:
    """Whether making an instance is nothing more: an enumeration, a response, an exception."""
    return classes.is_a(ev, cls, "enum.Enum", framework.RESPONSE) or made.is_exception(ev, cls)
