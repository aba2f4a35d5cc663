"""What becomes of a credential that a function is given: whether anything ever looks at its value.

Followed by the names that hold it, through attributes, texts, containers, and helper functions of the same file. That
it is there at all (`if not token`) says nothing of whether it is right. A comparison, a look-up and a call of anything
else may be the check.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal

from flake8_fastapi.knowledge import lookups
from flake8_fastapi.knowledge import security as tables
from flake8_fastapi.semantics import classes, schemas
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.errors import exceptions
from flake8_fastapi.semantics.security import checking
from flake8_fastapi.semantics.things import ClassThing, FunctionThing, Library, function_of, library_name

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

Fate = Literal["dropped", "returned", "checked"]
"""Never looked at; handed on to the caller, and not looked at before; checked, or that is unknown."""
_PARTS = frozenset({"credentials", "username", "password"})
"""Attributes of what a scheme gives that are credentials themselves."""
_INERT_PARTS = frozenset({"scheme", "realm"})
_TEXT_METHODS = frozenset(
    {"strip", "lstrip", "rstrip", "split", "rsplit", "partition", "replace", "removeprefix", "removesuffix"}
    | {"lower", "upper", "encode", "decode", "format", "join"}
)
"""Methods whose result is the same text in another form."""
_INERT = frozenset({"builtins.len", "builtins.type", "builtins.id", "builtins.isinstance", "builtins.bool"})
_CONVERSIONS = frozenset({"builtins.str", "builtins.repr", "builtins.dict", "builtins.list", "typing.cast"})
_EXCEPTIONS = ("builtins.Exception", "builtins.ValueError", "builtins.RuntimeError")
_DEPTH = 4
"""How many helper functions inside each other are followed."""


def fate(project: Project, code: Code, names: frozenset[str], depth: int = _DEPTH) -> Fate:
    """What becomes of the values of these variables of a function; `checked` for one that says nothing itself."""
    if depth == 0 or isinstance(code.node, ast.Lambda) or is_stub(code):
        return "checked"
    return _Reader(project, code, depth).of(names)


def is_stub(code: Code) -> bool:
    """Whether the body says nothing: it is overridden, or not written yet."""
    return all(
        isinstance(each, (ast.Pass, ast.Raise)) or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        for each in code.statements
    )


class _Reader:
    """Follows values through one function."""

    def __init__(self, project: Project, code: Code, depth: int) -> None:
        self._project = project
        self._code = code
        self._depth = depth
        self._own = {id(node) for node in code.own}
        self._names: list[str] = []
        self._is_returned = False

    def of(self, names: frozenset[str]) -> Fate:
        self._names = sorted(names)
        done = 0
        while done < len(self._names):
            if not all(self._is_harmless(node) for node in self._code.uses(self._names[done])):
                return "checked"
            done += 1
        if self._refuses_otherwise():
            return "checked"
        return "returned" if self._is_returned else "dropped"

    def _hold(self, target: ast.expr) -> bool:
        """Whether a target is one or more variables, which hold the value from now on."""
        targets = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
        for each in targets:
            inner = each.value if isinstance(each, ast.Starred) else each
            if not isinstance(inner, ast.Name):
                return False
            if inner.id not in self._names:
                self._names.append(inner.id)
        return True

    def _is_harmless(self, node: ast.expr) -> bool:
        """Whether this use of the value checks nothing; what it is part of is followed."""
        current: ast.expr = node
        if id(node) not in self._own:
            return False
        while True:
            around = self._code.parent(current)
            around = self._code.parent(around) if isinstance(around, ast.keyword) else around
            verdict = self._step(current, around)
            if verdict is not None:
                return verdict
            assert isinstance(around, ast.expr)
            current = around

    def _step(self, node: ast.expr, around: ast.AST | None) -> bool | None:
        """Whether the use is harmless; None where what is around it holds the value."""
        if isinstance(around, ast.Call):
            return self._given(node, around)
        if isinstance(around, ast.Attribute):
            return self._attribute(around)
        if isinstance(around, ast.Subscript):
            return None if around.value is node else False
        if isinstance(around, ast.Compare):
            return _is_presence(around)
        if isinstance(around, (ast.IfExp, ast.BoolOp)):
            is_test = isinstance(around, ast.IfExp) and around.test is node
            return True if is_test else None
        if isinstance(around, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            targets = around.targets if isinstance(around, ast.Assign) else [around.target]
            held = all(self._hold(target) for target in targets)
            return (None if held else False) if isinstance(around, ast.NamedExpr) else held
        if isinstance(around, (ast.Return, ast.Yield)):
            self._is_returned = True
            return True
        if isinstance(around, _HOLDING):
            return None
        return isinstance(around, (ast.Expr, ast.If, ast.Assert, ast.While, ast.UnaryOp))

    def _attribute(self, around: ast.Attribute) -> bool | None:
        if around.attr in _PARTS:
            return None
        if around.attr in _INERT_PARTS:
            return True
        call = self._code.parent(around)
        is_text = around.attr in _TEXT_METHODS and isinstance(call, ast.Call) and call.func is around
        return None if is_text else False

    def _given(self, node: ast.expr, call: ast.Call) -> bool | None:
        """The value is an argument of a call, or what its method is called on."""
        if call.func is node:
            return None if isinstance(node, ast.Attribute) and node.attr in _TEXT_METHODS else False
        if isinstance(call.func, ast.Attribute) and call.func.attr in _TEXT_METHODS:
            return None if isinstance(call.func.value, ast.Constant) else False
        called = self._code.thing(call.func)
        name = library_name(called)
        if _is_logged(call, name) or name in _INERT or _is_exception(self._code, called):
            return True
        if name in _CONVERSIONS or (isinstance(called, ClassThing) and self._is_record(called)):
            return None
        function = function_of(called)
        if function is None or function.path != self._code.source.path:
            return False
        return self._handed(node, call, function)

    def _is_record(self, cls: ClassThing) -> bool:
        """Whether a class only holds what it is given, and has no method that could look at it."""
        schema = schemas.of_class(self._code.source.ev, cls)
        methods = checking.methods(self._project, cls)
        return schema is not None and schema.is_complete and not any(True for _ in methods)

    def _refuses_otherwise(self) -> bool:
        """Whether the function turns somebody away for another reason than that there is no value."""
        for node in self._code.own:
            if isinstance(node, ast.Raise) and _is_refusal(self._code, node) and not self._is_about(node):
                return True
            if isinstance(node, ast.Call) and not self._names_value(node):
                function = function_of(self._code.thing(node.func))
                if function is not None and checking.refuses(self._project, function) is not False:
                    return True
        return False

    def _is_about(self, node: ast.Raise) -> bool:
        """Whether a `raise` stands under a condition that names the value."""
        return any(isinstance(each, ast.If) and self._names_value(each.test) for each in self._code.ancestors(node))

    def _names_value(self, node: ast.AST) -> bool:
        return any(isinstance(each, ast.Name) and each.id in self._names for each in ast.walk(node))

    def _handed(self, node: ast.expr, call: ast.Call, function: FunctionThing) -> bool | None:
        """What a helper of the same file does with it."""
        code = self._code.source.code(function.qualname)
        name = _parameter(self._code, call, node, function)
        if code is None or not name:
            return False
        found = fate(self._project, code, frozenset({name}), self._depth - 1)
        return {"checked": False, "dropped": True, "returned": None}[found]


_HOLDING = (
    *(ast.FormattedValue, ast.JoinedStr, ast.BinOp, ast.Dict, ast.List, ast.Tuple, ast.Set, ast.Await, ast.Starred),
)
"""Expressions that hold the value of one inside them."""


def _is_presence(node: ast.Compare) -> bool:
    """`token is None`, `token != ""`"""
    return all(isinstance(each, ast.Constant) and each.value in (None, "") for each in node.comparators)


def _is_logged(call: ast.Call, name: str) -> bool:
    last = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return (last in lookups.SILENT and not name.startswith("builtins.")) or name == "builtins.print"


def _is_exception(code: Code, thing: object) -> bool:
    """Whether an exception is made: its text tells nothing."""
    if not isinstance(thing, (ClassThing, Library)):
        return False
    return exceptions.is_http(code.source.ev, thing) or classes.is_a(code.source.ev, thing, *_EXCEPTIONS)


def _parameter(code: Code, call: ast.Call, node: ast.expr, function: FunctionThing) -> str:
    """The parameter of a function that gets an argument; empty if that is not certain."""
    found = code.source.ev.function(function)
    if found is None or found.owner is not None or any(isinstance(each, ast.Starred) for each in call.args):
        return ""
    for keyword in call.keywords:
        if keyword.value is node:
            return keyword.arg or ""
    for place, argument in enumerate(call.args):
        if argument is node and place < len(found.parameters):
            return found.parameters[place].name if found.parameters[place].index == place else ""
    return ""


def _is_refusal(code: Code, node: ast.Raise) -> bool:
    """Whether an exception may tell a client that it is not known."""
    thing = code.thing(node.exc) if node.exc is not None else None
    cls = exceptions.cls_of(thing)
    if not exceptions.is_http(code.source.ev, cls):
        return not isinstance(cls, Library) or not cls.name.startswith("builtins.")
    status = exceptions.status(code.source.ev, thing)
    return status is None or status in tables.REFUSALS
