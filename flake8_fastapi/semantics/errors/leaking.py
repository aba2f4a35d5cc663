"""Exceptions whose text goes to the client, though nobody knows what stands in it.

That is so where everything is caught, and for exceptions of databases, files and processes, whose texts have queries,
paths and host names. What a project raises itself says what its author wanted to say.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import errors as tables
from flake8_fastapi.knowledge import leaks, payloads
from flake8_fastapi.semantics.code import start
from flake8_fastapi.semantics.errors import attempts, catching, clients, exceptions, handled, raised, statuses, telling
from flake8_fastapi.semantics.errors.catching import Catch, End
from flake8_fastapi.semantics.errors.exceptions import ExceptionClass
from flake8_fastapi.semantics.errors.texts import Text, Texts
from flake8_fastapi.semantics.facts import Position
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.nodes import own
from flake8_fastapi.semantics.things import ClassThing, Frame, Library

_FAILED = 500
_WHOLE = (".orig", ".args")


class Leak(NamedTuple):
    """A text that goes to the client."""

    position: Position
    """Of the `raise` or `return`."""
    written: str
    """What makes the text, as it stands in the source."""
    is_traceback: bool
    status: int | None
    """With which it goes; None if that is unknown, or the route's own."""
    caught: str
    """The class of the exceptions; empty for all of them."""
    is_logged: bool


def of(function: Function) -> tuple[Leak, ...]:
    """The leaks of a function, one for each `except` at most, in the order of the source."""
    if "leaks" not in function.memo:
        function.memo["leaks"] = tuple(_search(function))
    found: tuple[Leak, ...] = function.memo["leaks"]
    return found


def leaks_in(function: Function, catch: Catch) -> bool:
    """Whether a leak is reported of this `except`."""
    last = catch.clause.end_lineno or catch.clause.lineno
    return any(catch.clause.lineno <= each.position.line <= last for each in of(function))


def _search(function: Function) -> Iterator[Leak]:
    found = [(catch, end) for catch in catching.of(function) if (end := _first(catch)) is not None]
    if found:
        audience = clients.audience(function)
        is_told = audience is not None and not clients.examines(function) and not clients.is_for_operators(function)
        for catch, end in found if is_told else ():
            reaches_client = end.payload == "exception" or audience != "service"
            if end.text is not None and reaches_client and not _is_meant(function, catch, end):
                yield _leak(catch, end, end.text)
    if len(function.facts.parameters) > 1 and _is_generic(function):
        yield from _by_handler(function)


def _leak(catch: Catch, end: End, text: Text) -> Leak:
    caught = "" if catch.is_broad else _names(catch.classes or ())
    return Leak(start(end.node), _shown(text), text.kind == "traceback", end.status, caught, catch.logs)


def _shown(text: Text) -> str:
    """The text as it stands in the source; of an f-string the part that counts."""
    node = text.node
    return f'f"{{{ast.unparse(node.value)}}}"' if isinstance(node, ast.FormattedValue) else ast.unparse(node)


def _names(caught: tuple[ExceptionClass, ...]) -> str:
    return ", ".join(each.name.rpartition(".")[2] for each in caught if isinstance(each, Library))


# -- clauses


def _first(catch: Catch) -> End | None:
    """The first way out of a clause by which a text goes to the client that tells too much."""
    if not catch.may_make_text or catch.depends_on_mode:
        return None
    return next((end for end in catch.ends if end.text is not None and not end.is_asked and _tells(catch, end)), None)


def _tells(catch: Catch, end: End) -> bool:
    ev = catch.code.source.ev
    if end.payload in ("nothing", "unknown"):
        return False
    if end.payload == "exception" and (end.status is None or not exceptions.is_http(ev, end.cls)):
        return False
    if end.payload == "body" and _is_part_of_result(catch, end):
        return False
    if _has_status(end.value):
        return False
    if not catch.is_broad:
        return bool(catch.classes) and all(_is_telling(each, end) for each in catch.classes or ())
    is_traceback = end.text is not None and end.text.kind == "traceback"
    return is_traceback or not attempts.only_computes(catch.code, catch.statement.body)


def _is_meant(function: Function, catch: Catch, end: End) -> bool:
    """Whether a refusal hands on what the project itself raises in the `try`: a text that was written for it."""
    if not catch.is_broad or end.status is None or not 400 <= end.status < _FAILED:
        return False
    ev, found, frame = function.ev, function.facts, Frame(function.thing.path, function.thing.qualname)
    for guard, statement in enumerate(found.tries):
        places = [place for place, clause in enumerate(statement.clauses) if clause.start == start(catch.clause)]
        for _, each in raised.reaching(ev, found, frame, guard) if places else ():
            if raised.catching(ev, found, frame, guard, each.cls) in places and not exceptions.is_http(ev, each.cls):
                return True
    return False


def _is_part_of_result(catch: Catch, end: End) -> bool:
    """Whether the text goes with a model: one that is made after other work, or has a field for it."""
    call = end.value
    if not isinstance(call, ast.Call):
        return False
    has_field = any(keyword.arg in payloads.ERRORS for keyword in call.keywords)
    return end.kind == "falls through" or (has_field and isinstance(catch.code.thing(call.func), ClassThing))


def _has_status(value: ast.expr | None) -> bool:
    """`return payload, 500`: another fault, which comes first."""
    return isinstance(value, ast.Tuple)


def _is_telling(cls: ExceptionClass, end: End) -> bool:
    """Whether the text of an exception that is caught by name has what no client should read."""
    if not isinstance(cls, Library) or cls.last in leaks.HARMLESS:
        return False
    if end.status is None or end.status < _FAILED:
        is_whole = end.text is not None and not ast.unparse(end.text.node).endswith(_WHOLE)
        return cls.name in leaks.STATEMENTS and is_whole
    return cls.name.startswith(leaks.TELLING) or cls.name in leaks.TELLING_CLASSES


# -- exception handlers


def _by_handler(function: Function) -> Iterator[Leak]:
    """What the answer of an exception handler for everything tells."""
    code = function.code
    if code is None or _asks_mode(code.statements):
        return
    texts = Texts(code, function.facts.parameters[-1].name, code.statements)
    for node in code.returns():
        text = texts.within(node.value)
        if text is not None and node.value is not None:
            status = statuses.of_response(function.ev, code.thing(node.value))
            logged = telling.tells(code, code.statements)
            yield Leak(start(node), _shown(text), text.kind == "traceback", status, "", logged)
            return


def _is_generic(function: Function) -> bool:
    entries = [each for each in handled.of(function.project) if each.kind == "handler"]
    mine = [each for each in entries if each.function == function.thing]
    return any(each.status == _FAILED or _is_everything(each.cls) for each in mine)


def _is_everything(cls: ExceptionClass | None) -> bool:
    return isinstance(cls, Library) and cls.name in tables.BROAD


def _asks_mode(block: list[ast.stmt]) -> bool:
    tests = [node.test for node in own(block) if isinstance(node, (ast.If, ast.IfExp))]
    return any(map(catching.asks_mode, tests))
