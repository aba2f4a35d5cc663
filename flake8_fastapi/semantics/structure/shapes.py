"""The shape of statements: what is left of them when local variables, messages and logging are taken away.

Two runs of statements with one shape do the same, each with variables of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence

from flake8_fastapi.semantics import facts, nodes
from flake8_fastapi.semantics.asides import is_aside
from flake8_fastapi.semantics.facts import ModuleFacts

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Naming = Callable[[str], str]
"""What a shape says for a name."""
_POSITIONS = frozenset({"lineno", "col_offset", "end_lineno", "end_col_offset", "ctx", "type_comment", "kind"})
_MESSAGES = frozenset({"detail", "message", "msg"})
"""Arguments whose text is for people."""
_TEXT = "<text>"


def local_names(function: FunctionNode) -> frozenset[str]:
    """The names of the parameters and variables of a function, those of functions in it included."""
    return frozenset(name for node in ast.walk(function) for name in _bound(node))


def parameter_names(function: FunctionNode) -> frozenset[str]:
    """The names of the parameters."""
    return frozenset(node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg))


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name is not None:
        yield node.name


def imported_as(module: ModuleFacts, name: str) -> str:
    """The name that a global has where it comes from, as far as the import tells."""
    bindings = module.names.get(name, ())
    found = bindings[0] if len(bindings) == 1 else None
    return (found.name or found.module) if isinstance(found, facts.Import) else name


def numbers(names: Iterable[str]) -> tuple[int, ...]:
    """Names as numbers in the order in which they appear: `(db, user, db)` is `(0, 1, 0)`."""
    known: dict[str, int] = {}
    return tuple(known.setdefault(name, len(known)) for name in names)


def suite(statements: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements of a block that do something."""
    return [node for node in statements if not is_aside(node)]


def of(statements: Sequence[ast.stmt], naming: Naming) -> str:
    """The shape of a run of statements."""
    return "\n".join(" ".join(_words(node, naming, False)) for node in statements)


def of_function(function: FunctionNode, naming: Naming) -> str:
    """The shape of a whole function, its name and return annotation aside."""
    head = [type(function).__name__]
    for node in (function.args, *function.decorator_list):
        head.extend(_words(node, naming, False))
    return " ".join(head) + "\n" + of(suite(function.body), naming)


def _words(node: ast.AST, naming: Naming, is_message: bool) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield naming(node.id)
    elif isinstance(node, ast.Constant):
        yield _TEXT if is_message and isinstance(node.value, str) else repr(node.value)
    elif isinstance(node, ast.JoinedStr) and is_message:
        yield _TEXT
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield from ("Assign", "targets[1")
        yield from _words(node.target, naming, is_message)
        yield from _words(node.value, naming, is_message)
    elif isinstance(node, ast.keyword) and is_message and node.arg in _MESSAGES:
        yield _TEXT
    elif isinstance(node, ast.BinOp):
        chain = nodes.chain(node)
        yield from ("BinOp" for _ in chain)
        yield from _words(chain[0].left, naming, is_message)
        for each in chain:
            yield type(each.op).__name__
            yield from _words(each.right, naming, is_message)
    else:
        yield type(node).__name__
        yield from _fields(node, naming, is_message or isinstance(node, ast.Raise))


def _fields(node: ast.AST, naming: Naming, is_message: bool) -> Iterator[str]:
    for field, value in ast.iter_fields(node):
        if field in _POSITIONS:
            continue
        if isinstance(value, list):
            statements = [each for each in value if not (isinstance(each, ast.stmt) and is_aside(each))]
            yield f"{field}[{len(statements)}"
            for each in statements:
                yield from _words(each, naming, is_message) if isinstance(each, ast.AST) else (repr(each),)
        elif isinstance(value, ast.AST):
            yield from _words(value, naming, is_message)
        elif isinstance(value, str) and isinstance(node, (ast.arg, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
            yield naming(value)
        else:
            yield repr(value)
