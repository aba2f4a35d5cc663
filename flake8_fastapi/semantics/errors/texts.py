"""Where the text of an exception that was caught goes: `str(e)`, an f-string, a traceback, in what is made of it.

Followed through texts, containers, responses, models, variables that are set in the `except`, and functions of the
project that put what they are given into what they return or raise. What other functions make of it is unknown.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import classes, facts, schemas
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.errors import exceptions
from flake8_fastapi.semantics.facts import FunctionFacts, Value
from flake8_fastapi.semantics.nodes import own
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Instance,
    Library,
    function_of,
)
from flake8_fastapi.semantics.values import Evaluator

_DEPTH = 8
"""How many variables and helpers are looked through."""
_MAKES_TEXT = frozenset({"builtins.str", "builtins.repr", "builtins.format", "builtins.ascii"})
_READING_TRACEBACK = ("format_exc", "format_exception", "format_exception_only", "format_tb", "format_stack")
_TRACEBACKS = frozenset(f"traceback.{name}" for name in _READING_TRACEBACK)
_KEEPS = frozenset({"builtins.dict", "builtins.list", "builtins.tuple", "json.dumps", "orjson.dumps"}) | {
    "fastapi.encoders.jsonable_encoder"
}
"""Library functions whose result holds what they are given."""
_TEXT_METHODS = frozenset(
    {
        "capitalize", "encode", "format", "join", "lower", "lstrip", "replace", "rstrip", "split", "splitlines",
        "strip", "title", "upper",
    }
)  # fmt: skip
_DUMPS = frozenset({"dict", "json", "model_dump", "model_dump_json"})
"""Methods of models that give all that is in them."""
_HOLDING = frozenset({"args", "orig", "__cause__", "__context__"})
"""Attributes of an exception that hold its text, or that of another."""
_HOLDS = (ast.Dict, ast.List, ast.Tuple, ast.Set, ast.Starred, ast.Await, ast.BoolOp, ast.JoinedStr, ast.BinOp)

Kind = Literal["text", "traceback"]


class Text(NamedTuple):
    """The text of an exception."""

    node: ast.expr
    """The expression that makes it."""
    kind: Kind


def may_read_traceback(code: Code) -> bool:
    """Whether a function calls something that is named like what gives a traceback. Cheap to ask."""
    module = code.source.ev.module(code.source.path)
    mentions = module.mentions if module is not None else {}
    return any(name == code.qualname for each in _READING_TRACEBACK for name, _ in mentions.get(each, ()))


class Texts:
    """Looks for the text of an exception in a block of statements where a variable holds it.

    Without a variable, for what is asked of the exception being handled: its traceback.
    """

    def __init__(self, code: Code, name: str | None, block: Sequence[ast.stmt]) -> None:
        self._code = code
        self._ev = code.source.ev
        self._name = name
        self._block = block
        self._assigned = _assigned(block)

    def within(self, node: ast.expr | None) -> Text | None:
        """The text of the exception in a value; None if it is not certain that it is there."""
        return self._within(node, _DEPTH) if node is not None else None

    def made(self) -> tuple[Text, ...]:
        """Everywhere in the block that a text is made of the exception."""
        nodes = [node for node in own(self._block) if isinstance(node, ast.expr)]
        return tuple(text for node in nodes if (text := self._made(node)) is not None)

    def variables(self) -> frozenset[str]:
        """The variables set in the block that hold its text."""
        return frozenset(name for name, value in self._assigned.items() if self.within(value) is not None)

    def _within(self, node: ast.expr, depth: int) -> Text | None:
        made = self._made(node)
        if made is not None or depth == 0:
            return made
        if isinstance(node, ast.Name):
            value = self._assigned.get(node.id)
            return self._within(value, depth - 1) if value is not None else None
        if isinstance(node, ast.Call):
            return self._in_call(node, depth - 1)
        if isinstance(node, (ast.FormattedValue, ast.Subscript)):
            return self._within(node.value, depth)
        if isinstance(node, ast.IfExp):
            return self._within(node.body, depth) and self._within(node.orelse, depth)
        if isinstance(node, _HOLDS):
            return self._first(list(ast.iter_child_nodes(node)), depth)
        return None

    def _first(self, nodes: list[ast.AST], depth: int) -> Text | None:
        found = (self._within(each, depth) for each in nodes if isinstance(each, ast.expr))
        return next((text for text in found if text is not None), None)

    def _made(self, node: ast.expr) -> Text | None:
        """The text that this expression itself makes of the exception."""
        if isinstance(node, ast.FormattedValue):
            return Text(node, "text") if self._is_caught(node.value) else None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            right = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            return Text(node, "text") if any(map(self._is_caught, right)) else None
        if isinstance(node, ast.Attribute):
            return Text(node, "text") if node.attr in _HOLDING and self._is_caught(node.value) else None
        return self._made_by_call(node) if isinstance(node, ast.Call) else None

    def _made_by_call(self, call: ast.Call) -> Text | None:
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("format", "__str__", "__repr__"):
            is_own = call.func.attr != "format" and self._is_caught(call.func.value)
            return Text(call, "text") if is_own or any(map(self._is_caught, given)) else None
        thing = self._code.thing(call.func) if isinstance(call.func, (ast.Name, ast.Attribute)) else None
        if not isinstance(thing, Library):
            return None
        if thing.name in _TRACEBACKS:
            return Text(call, "traceback")
        return Text(call, "text") if thing.name in _MAKES_TEXT and any(map(self._is_caught, given)) else None

    def _is_caught(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id == self._name and self._name is not None

    # -- calls

    def _in_call(self, call: ast.Call, depth: int) -> Text | None:
        given: list[ast.AST] = [*call.args, *(keyword.value for keyword in call.keywords)]
        if isinstance(call.func, ast.Attribute) and call.func.attr in _TEXT_METHODS:
            return self._first([call.func.value, *given], depth)
        thing = self._code.thing(call.func)
        if isinstance(thing, Library):
            cls = self._code.thing(call)
            is_held = thing.name in _KEEPS or (isinstance(cls, Instance) and _holds_arguments(self._ev, cls.type))
            return self._first(given, depth) if is_held else None
        if isinstance(thing, ClassThing):
            return self._in_instance(call, thing, given, depth)
        if isinstance(thing, Bound) and isinstance(thing.function, Library):
            cls = self._code.thing(call)
            is_response = isinstance(cls, Instance) and classes.is_a(self._ev, cls.type, framework.RESPONSE)
            return self._first(given, depth) if is_response else None
        function = function_of(thing)
        return self._in_function(call, function, isinstance(thing, Bound), depth) if function is not None else None

    def _in_instance(self, call: ast.Call, cls: ClassThing, given: list[ast.AST], depth: int) -> Text | None:
        constructor = classes.method(self._ev, cls, "__init__")
        if constructor is not None:
            return self._in_function(call, constructor, True, depth)
        return self._first(given, depth) if _holds_arguments(self._ev, cls) else None

    def _in_function(self, call: ast.Call, function: FunctionThing, is_bound: bool, depth: int) -> Text | None:
        """The text in what a function of the project makes of its arguments."""
        found = self._ev.function(function)
        if found is None or any(isinstance(each, ast.Starred) for each in call.args):
            return None
        named = {each.index: each.name for each in found.parameters if each.index is not None}
        pairs = [(named.get(index + is_bound), node) for index, node in enumerate(call.args)]
        pairs.extend((keyword.arg, keyword.value) for keyword in call.keywords)
        for name, node in pairs:
            text = self._within(node, depth)
            is_itself = self._is_caught(node)
            if name is None or (text is None and not is_itself):
                continue
            if _Hands(self._ev, self._ev.frame_of(function), name).into_result(found, as_text=is_itself):
                return text or Text(node, "text")
        return None


def _assigned(block: Sequence[ast.stmt]) -> dict[str, ast.expr]:
    """What the variables of a block are set to, of those that are set once in it."""
    found: dict[str, ast.expr | None] = {}
    for node in own(block):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    found[target.id] = node.value if target.id not in found else None
    return {name: value for name, value in found.items() if value is not None}


def _holds_arguments(ev: Evaluator, cls: ClassThing | Library) -> bool:
    """Whether what an instance is made with goes to the client with it: a response, an exception, a model."""
    if classes.is_a(ev, cls, framework.RESPONSE) or exceptions.is_http(ev, cls):
        return True
    return isinstance(cls, ClassThing) and schemas.of_class(ev, cls) is not None


# -- functions of the project


class _Hands(NamedTuple):
    """A parameter of a function that is followed to its results."""

    ev: Evaluator
    frame: Frame
    name: str

    def into_result(self, found: FunctionFacts, *, as_text: bool) -> bool:
        """Whether what the parameter is given goes into everything that the function returns or raises, as it is or
        as text; for a constructor, into what it hands to the one above it."""
        if found.name == "__init__":
            handed = [each for site in found.sites for each in _handed_to_super(site.value)]
            return any(self._is_in(each, as_text, _DEPTH) for each in handed)
        results = [each for each in found.returned if not facts.is_none(each)]
        results.extend(each.value for each in found.raises if each.value is not None and each.within is None)
        return bool(results) and all(self._is_in(each, as_text, _DEPTH) for each in results)

    def _is_in(self, value: Value, as_text: bool, depth: int) -> bool:
        if depth == 0:
            return False
        if isinstance(value, facts.Local):
            return self._is_in_variable(value, as_text, depth - 1)
        if isinstance(value, facts.Text):
            return any(self._is_in(part, False, depth - 1) for part in value.parts)
        if isinstance(value, facts.Call):
            return self._is_in_call(value, as_text, depth - 1)
        return any(self._is_in(part, as_text, depth - 1) for part in _parts(value))

    def _is_in_call(self, call: facts.Call, as_text: bool, depth: int) -> bool:
        given = [*call.args, *(each for _, each in call.keywords)]
        if isinstance(call.func, facts.Attribute) and call.func.name in _TEXT_METHODS | _DUMPS:
            return any(self._is_in(part, as_text, depth) for part in (call.func.of, *given))
        callee = self.ev.certain(call.func, self.frame)
        if isinstance(callee, Library) and callee.name in _MAKES_TEXT:
            return any(self._is_in(part, False, depth) for part in given)
        made = self.ev.certain(call, self.frame)
        is_held = isinstance(made, Instance) and _holds_arguments(self.ev, made.type)
        is_held = is_held or (isinstance(callee, Library) and callee.name in _KEEPS)
        return is_held and any(self._is_in(part, as_text, depth) for part in given)

    def _is_in_variable(self, value: facts.Local, as_text: bool, depth: int) -> bool:
        bindings = self.ev.bindings(value, self.frame) if value.function == self.frame.function else ()
        if any(isinstance(each, facts.Parameter) for each in bindings):
            (first, *others) = bindings
            return isinstance(first, facts.Parameter) and first.name == self.name and not others and not as_text
        return bool(bindings) and all(self._is_in(facts.undeclared(each), as_text, depth) for each in bindings)


def _handed_to_super(value: Value) -> list[Value]:
    """The arguments of `super().__init__(…)`."""
    func = value.func if isinstance(value, facts.Call) else None
    if not isinstance(value, facts.Call) or not isinstance(func, facts.Attribute) or func.name != "__init__":
        return []
    return [*value.args, *(each for _, each in value.keywords)]


def _parts(value: Value) -> list[Value]:
    if isinstance(value, facts.Display):
        return list(value.items)
    if isinstance(value, facts.Table):
        return [each for _, each in value.items]
    if isinstance(value, facts.Operation):
        return [value.left, value.right]
    if isinstance(value, (facts.Awaited, facts.Starred)):
        return [value.of]
    return []
