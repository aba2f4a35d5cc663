"""What a call runs: a command of the shell, a program with its arguments, or Python."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_fastapi.knowledge import taint as tables
from flake8_fastapi.knowledge.taint import Sink
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.facts import FunctionFacts, Value
from flake8_fastapi.semantics.taint.shapes import Shapes, Tainted, Text, as_text
from flake8_fastapi.semantics.taint.taint import Taint
from flake8_fastapi.semantics.things import Frame

_DEPTH = 6
"""How far the beginning of a list is looked for."""
_KEYWORDS = ("args", "command", "cmd", "program")
"""The names of the parameter that takes what is run."""
_SPREADING = frozenset(name.rpartition(".")[2] for name in tables.SPREADING)


def may_run(call: facts.Call, name: str, found: FunctionFacts) -> bool:
    """Whether a call by this name may run what is no constant. Cheap."""
    if name not in tables.COMMAND_NAMES:
        return False
    starts = call.args if name in _SPREADING else call.args[:1]
    given = [*starts, *(value for keyword, value in call.keywords if keyword in _KEYWORDS)]
    return any(_may_vary(each, found) for each in given)


def _may_vary(value: Value, found: FunctionFacts) -> bool:
    if isinstance(value, facts.Local):
        return any(not isinstance(each, facts.Constant) for each in found.locals.get(value.name, (value,)))
    return not isinstance(value, facts.Constant)


def given(found: Taint, call: ast.Call, name: str) -> Iterator[tuple[Sink, list[Text]]]:
    """What the library call of this name runs, as far as the client chose a part of it."""
    if name in tables.RUNNERS:
        node = _first(call)
        yield Sink("command", tables.RUNNERS[name]), _texts(found.shapes_of(node)) if node is not None else []
    elif name in tables.STARTERS and found.code is not None:
        node = _first(call)
        if node is not None:
            yield from _Start(found, call, name).of(node)


class _Start:
    """A call that starts a program, with a shell or without."""

    def __init__(self, found: Taint, call: ast.Call, name: str) -> None:
        assert found.code is not None
        self._taint = found
        self._source = found.code.source
        self._frame = Frame(found.function.path, found.function.qualname)
        self._rest = call.args[1:] if name in tables.SPREADING else []
        self._has_shell = name in tables.TEXT_STARTERS or self._is_true(call)

    def _is_true(self, call: ast.Call) -> bool:
        asked = next((each.value for each in call.keywords if each.arg == "shell"), None)
        return asked is not None and self._taint.ev.literal(self._source.value(asked), self._frame) is True

    def of(self, node: ast.expr) -> Iterator[tuple[Sink, list[Text]]]:
        value = self._source.value(node)
        if self._rest:
            yield from self._listed((value, *map(self._source.value, self._rest)))
            return
        texts = _texts(self._taint.shapes(value))
        yield (Sink("command", "shell"), texts) if self._has_shell else (Sink("command", "program"), _chosen(texts))
        for display in self._displays(value, _DEPTH):
            yield from self._listed(display.items)

    def _displays(self, value: Value, depth: int) -> Iterator[facts.Display]:
        """The lists that a value begins with."""
        if isinstance(value, facts.Display) and value.kind in ("list", "tuple"):
            yield value
        elif isinstance(value, facts.Operation) and value.operator == "+" and depth:
            yield from self._displays(value.left, depth - 1)
        elif isinstance(value, facts.Local) and depth:
            for each in self._taint.ev.bindings(value, self._frame):
                yield from self._displays(each, depth - 1)

    def _listed(self, items: tuple[Value, ...]) -> Iterator[tuple[Sink, list[Text]]]:
        """Of a list the first item is the program; of `["sh", "-c", …]` the third is a command."""
        if not items or any(isinstance(each, facts.Starred) for each in items[:3]):
            return
        yield Sink("command", "program"), _chosen(_texts(self._taint.shapes(items[0])))
        if len(items) > 2:
            shell, option = (self._taint.ev.literal(each, self._frame) for each in items[:2])
            if isinstance(shell, str) and isinstance(option, str) and option.startswith("-") and option.endswith("c"):
                deed = tables.INTERPRETERS.get(shell.rpartition("/")[2])
                if deed is not None:
                    yield Sink("command", deed), _texts(self._taint.shapes(items[2]))


def _first(call: ast.Call) -> ast.expr | None:
    if call.args:
        return None if isinstance(call.args[0], ast.Starred) else call.args[0]
    return next((each.value for each in call.keywords if each.arg in _KEYWORDS), None)


def _texts(shapes: Shapes) -> list[Text]:
    return [text for shape in shapes if (text := as_text(shape)) is not None]


def _chosen(texts: list[Text]) -> list[Text]:
    """The texts that begin with what the client chose, without what follows."""
    return [Text((each.parts[0],)) for each in texts if each.parts and isinstance(each.parts[0], Tainted)]
