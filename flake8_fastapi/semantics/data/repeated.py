"""Commits that run for each item of a loop, where nothing says that this is meant."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator

from flake8_fastapi.semantics.blocks import as_try
from flake8_fastapi.semantics.data.transactions import Transaction
from flake8_fastapi.semantics.things import Bound, ClassThing, FunctionThing, Library, LiteralThing

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_SCRIPTS = re.compile(
    r"(?<![a-z])(scripts?|seed\w*|migrat\w*|backfill|populate|fixtures?|demo|init|setup|tasks|workers?|jobs?|cron|"
    r"scheduler|queue|consumers?|sync|batch\w*|progress|import\w*|cli|commands?|bootstrap|startup|revisions?|versions|"
    r"process)(?![a-z])",
    re.IGNORECASE,
)
"""Names of files and functions that work for themselves: each step they have done is to last."""
_OURS = ("builtins.", "datetime.", "uuid.", "decimal.", "logging.", "loguru.", "sqlalchemy.", "sqlmodel.", "random.")
_LIBRARIES = (*_OURS, "math.", "re.", "json.", "copy.", "collections.", "itertools.", "functools.", "enum.", "typing.")
"""Modules whose functions wait for nobody."""
_HARMLESS = frozenset(
    {
        *dir(str), *dir(dict), *dir(list), *dir(set),
        *("debug", "info", "warning", "warn", "error", "exception", "critical", "log", "bind"),
        *("model_dump", "dict", "json", "model_validate", "from_orm", "now", "utcnow", "today", "isoformat", "date"),
    }
)  # fmt: skip
"""Methods that wait for nobody, of whatever they are."""


def commits(transaction: Transaction) -> Iterator[ast.Call]:
    """The commits that run for each item of a `for` loop over things at hand that only works on the database.

    Not those of scripts and workers, those that a `try`, a counter or a second commit in the loop chooses, nor those
    of a loop that waits for something else, or has a loop in it, whose work is then committed at once.
    """
    if transaction.session.origin not in ("injected", "passed", "attribute"):
        return
    function = transaction.session.function
    files, path = function.project.files, function.thing.path
    if files.is_test(path) or _SCRIPTS.search(f"{_tail(files.root, path)} {function.thing.qualname}"):
        return
    found = [node for node, use in transaction.uses.items() if use.role == "commit" and isinstance(node, ast.Call)]
    for node in found:
        loop = _loop_around(transaction, node)
        if loop is None or any(other is not node and loop in transaction.code.ancestors(other) for other in found):
            continue
        if _is_plain(transaction, loop) and _comes_again(transaction, node, loop):
            yield node


def _tail(root: str, path: str) -> str:
    """The last folder of the project, and the file."""
    return "/".join(os.path.relpath(path, root).split(os.sep)[-2:])


def _loop_around(transaction: Transaction, node: ast.AST) -> ast.For | None:
    """The loop for each of whose items a call runs."""
    for around in transaction.code.ancestors(node):
        if isinstance(around, ast.For):
            return around
        if isinstance(around, (ast.While, ast.AsyncFor, ast.Match, ast.With, ast.AsyncWith)) or as_try(around):
            return None
        if isinstance(around, ast.If) and _counts(around.test):
            return None
    return None


def _counts(test: ast.expr) -> bool:
    """`if i % 100 == 0`, `if len(rows) > 500`: the commit is for several items."""
    for part in ast.walk(test):
        if isinstance(part, ast.BinOp) or (isinstance(part, ast.Constant) and type(part.value) in (int, float)):
            return True
        if isinstance(part, ast.Compare) and any(isinstance(op, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)) for op in part.ops):
            return True
    return False


def _comes_again(transaction: Transaction, node: ast.Call, loop: ast.For) -> bool:
    """Whether it may run again before the loop is left."""
    inside = set(ast.walk(loop))
    again = transaction.paths.followed(
        lambda step: step.node is node, lambda step: step.node is node, lambda step: step.node not in inside
    )
    return bool(again)


def _is_plain(transaction: Transaction, loop: ast.For) -> bool:
    """Whether a loop goes over things at hand, and its body only works on them and on the database."""
    if not _is_at_hand(transaction, loop.iter) or any(isinstance(part, _LOOPS) for part in _body(loop)):
        return False
    return all(_is_harmless(transaction, part) for part in _body(loop) if isinstance(part, ast.Call))


def _body(loop: ast.For) -> Iterator[ast.AST]:
    for statement in loop.body:
        yield from ast.walk(statement)


def _is_at_hand(transaction: Transaction, node: ast.expr) -> bool:
    """Whether what is looped over is a collection, not a few things written out, a range, or a stream."""
    if isinstance(node, (ast.Tuple, ast.List, ast.Set, ast.Constant, ast.Await, ast.Yield, ast.GeneratorExp)):
        return isinstance(node, ast.Await)
    if not isinstance(node, ast.Call):
        return True
    thing = transaction.code.thing(node.func)
    function = thing.function if isinstance(thing, Bound) else thing
    if isinstance(function, FunctionThing):
        found = transaction.code.source.ev.function(function)
        return found is not None and not found.is_generator
    if function in (Library("builtins.enumerate"), Library("builtins.zip"), Library("builtins.sorted")):
        return bool(node.args) and all(_is_at_hand(transaction, each) for each in node.args)
    if isinstance(function, Library) and function.name.startswith(("builtins.list", "builtins.set", "builtins.dict")):
        return True
    of_session = any(transaction.is_session(part) for part in ast.walk(node.func))
    return of_session or (isinstance(node.func, ast.Attribute) and node.func.attr in ("items", "values", "keys", "all"))


def _is_harmless(transaction: Transaction, call: ast.Call) -> bool:
    """Whether a call waits for nothing but the database."""
    if transaction.is_given(call) or any(transaction.is_session(part) for part in ast.walk(call.func)):
        return True
    thing = transaction.code.thing(call.func)
    function = thing.function if isinstance(thing, Bound) else thing
    if isinstance(function, (ClassThing, LiteralThing)):
        return True
    if isinstance(function, Library):
        return function.name.startswith(_LIBRARIES)
    return isinstance(call.func, ast.Attribute) and call.func.attr in _HARMLESS
