"""What becomes of a resource that a function opens: who holds it, and on which ways out of the function it is open."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Literal, NamedTuple

from flake8_fastapi.semantics import flow
from flake8_fastapi.semantics.code import Code, dotted
from flake8_fastapi.semantics.data import keepers
from flake8_fastapi.semantics.nodes import last_name
from flake8_fastapi.semantics.paths import NORMAL, Paths
from flake8_fastapi.semantics.steps import Step

CLOSING = frozenset(
    {
        "close",
        "aclose",
        "remove",
        "release",
        "terminate",
        "disconnect",
        "dispose",
        "shutdown",
        "quit",
        "detach",
        "invalidate",
    }
)
"""Methods after which a resource is no longer held."""
_ENDING = frozenset({"commit", "rollback", "reset", "close_all"})
"""Methods of a session that give its connection back to the pool; the next statement takes one again."""
_UNUSED = frozenset({"add", "add_all", "expunge", "expunge_all", "expire_all", "info", "bind", "get_bind", "begin"})
"""Methods of a session that need no connection."""
_LOOKING = frozenset({"hasattr", "getattr", "isinstance", "id", "type", "repr", "str", "print"})
"""Functions that do nothing with the database."""
_CHAINED = frozenset({"execution_options", "__enter__", "__aenter__"})
"""Methods that give the resource itself."""

Fate = Literal["managed", "variable", "attribute", "returned", "yielded", "passed", "dropped", "unknown"]
When = Literal["always", "error", "return"]


class Place(NamedTuple):
    """What happens to the value of a call where it stands."""

    fate: Fate
    names: tuple[str, ...] = ()
    """The variables or attributes that it is assigned to, as they are written."""
    node: ast.AST | None = None
    """The statement or expression that takes it."""


def place(code: Code, call: ast.expr) -> Place:
    """Where the value of a call goes."""
    node: ast.AST = call
    while True:
        parent = code.parent(node)
        if isinstance(parent, ast.Await):
            node = parent
        elif isinstance(parent, ast.Attribute) and isinstance(outer := code.parent(parent), ast.Call):
            if parent.attr in CLOSING or isinstance(code.parent(outer), ast.withitem):
                return Place("managed")
            if parent.attr not in _CHAINED:
                return _dropped(code, outer)
            node = outer
        elif isinstance(parent, ast.Attribute):
            return Place("unknown") if parent.attr in _UNUSED else _dropped(code, parent)
        else:
            return _place(code, node, parent)


def _dropped(code: Code, node: ast.AST) -> Place:
    """Only something that was got from it is kept: under these names, if any."""
    parent = code.parent(node)
    while isinstance(parent, (ast.Attribute, ast.Await, ast.Subscript)) or (
        isinstance(parent, ast.Call) and parent.func is node
    ):
        node, parent = parent, code.parent(parent)
    found = _place(code, node, parent)
    return Place("dropped", found.names, node)


def _place(code: Code, node: ast.AST, parent: ast.AST | None) -> Place:
    if isinstance(parent, ast.withitem):
        return Place("managed", (), parent)
    if isinstance(parent, (ast.Assign, ast.AnnAssign)) and parent.value is node:
        targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
        names = tuple(dotted(target) for target in targets)
        if not all(names):
            return Place("unknown")
        return Place("attribute" if any("." in name for name in names) else "variable", names, parent)
    if isinstance(parent, ast.Return):
        return Place("returned", (), parent)
    if isinstance(parent, ast.Yield):
        return Place("yielded", (), parent)
    if isinstance(parent, ast.keyword):
        parent = code.parent(parent)
    if isinstance(parent, ast.Call):
        return Place("passed", (), parent)
    return Place("unknown")


class Leak(NamedTuple):
    """That a resource is still open where its function ends."""

    when: When
    """`always`: nothing closes it; `return`: not on each way that ends well; `error`: where something is raised."""
    closing: str = ""
    """What closes it on the other ways: `db.close()`."""


class Held:
    """A resource that a function holds in variables (or attributes) of these names after a call."""

    def __init__(self, code: Code, call: ast.AST, names: tuple[str, ...], is_session: bool, paths: Paths) -> None:
        self.code = code
        self.call = call
        self.names = names
        self.is_idle = is_session and not any("." in name for name in names)
        """Whether it takes a connection only when it is used. What the request holds, others use."""
        self.paths = paths

    def _is(self, node: ast.AST) -> bool:
        return dotted(node) in self.names

    @cached_property
    def _mentions(self) -> list[ast.AST]:
        """Where the resource is read, the insides of other functions included."""
        return [
            node
            for node in self.code.everything
            if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load) and self._is(node)
        ]

    @cached_property
    def is_kept(self) -> bool:
        """Whether something else may hold the resource as well, and close it."""
        own = {id(node) for node in self.code.own}
        if any(
            isinstance(node, (ast.Global, ast.Nonlocal)) and {*node.names} & {*self.names} for node in self.code.own
        ):
            return True
        return any(id(node) not in own or self._gives_away(node) for node in self._mentions)

    def _gives_away(self, node: ast.AST) -> bool:
        parent = self.code.parent(node)
        if isinstance(parent, ast.keyword):
            parent = self.code.parent(parent)
        if isinstance(parent, ast.Call) and node is not parent.func:
            return not self._ends(parent) and keepers.keeps(self.code, parent, node)
        if isinstance(parent, (ast.Attribute, ast.withitem, ast.Compare, ast.If, ast.IfExp, ast.While, ast.Assert)):
            return isinstance(parent, ast.IfExp) and node is not parent.test
        if isinstance(parent, ast.Assign):
            return any(dotted(target) not in self.names for target in parent.targets)
        if isinstance(parent, ast.UnaryOp):
            return False
        if isinstance(parent, (ast.BoolOp, ast.Expr, ast.Yield, ast.Await, ast.FormattedValue, ast.Delete)):
            return isinstance(parent, ast.BoolOp) and not self._is_condition(parent)
        return True

    def _is_condition(self, node: ast.AST) -> bool:
        around = self.code.parent(node)
        return isinstance(around, (ast.If, ast.While, ast.IfExp)) and around.test is node

    # -- closing

    @cached_property
    def closings(self) -> list[ast.AST]:
        """The calls and `with` items that close it."""
        return [
            node
            for node in self.code.own
            if (isinstance(node, ast.Call) and self._ends(node))
            or (isinstance(node, ast.withitem) and self._enters(node))
        ]

    def _ends(self, call: ast.Call) -> bool:
        func = call.func
        if isinstance(func, ast.Attribute) and func.attr in CLOSING and self._is(func.value):
            return True
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        if any(isinstance(each, ast.Attribute) and each.attr in CLOSING and self._is(each.value) for each in given):
            return True
        return _RELEASING.search(last_name(func)) is not None and any(self._is(_plain(each)) for each in given)

    def _enters(self, item: ast.withitem) -> bool:
        entered = item.context_expr
        if isinstance(entered, ast.Call) and last_name(entered.func) in ("closing", "aclosing"):
            return any(self._is(each) for each in entered.args)
        return self._is(entered)

    @property
    def closing(self) -> str:
        """What closes it, in short."""
        found = next((node for node in self.closings if isinstance(node, ast.Call)), None)
        return f"{ast.unparse(found.func)}()" if found is not None else ""

    @cached_property
    def _is_closed_by_condition(self) -> bool:
        """Whether it is closed where a condition holds that says something else than whether it is there."""
        opened = {id(around) for around in self.code.ancestors(self.call)}
        for node in self.closings:
            for around in self.code.ancestors(node):
                if isinstance(around, ast.If) and id(around) not in opened and self._presence(around.test) is None:
                    return True
        return False

    def _presence(self, test: ast.expr) -> bool | None:
        """Whether a condition says that the resource is there (or is not); None if it says something else."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            found = self._presence(test.operand)
            return None if found is None else not found
        if self._is(test):
            return True
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
            return True if any(self._presence(each) for each in test.values) else None
        if not isinstance(test, ast.Compare) or len(test.ops) != 1:
            return _tells_of(test, self.names)
        right = test.comparators[0]
        if self._is(test.left) and isinstance(right, ast.Constant) and right.value is None:
            return isinstance(test.ops[0], (ast.IsNot, ast.NotEq))
        if isinstance(test.left, ast.Constant) and test.left.value in self.names:
            return isinstance(test.ops[0], ast.In)
        return None

    @cached_property
    def _protected_from(self) -> int:
        """The line of the `try` whose `finally` closes it, or of its `with`; 0 if there is none."""
        lines = [node.context_expr.lineno for node in self.closings if isinstance(node, ast.withitem)]
        for node in self.closings:
            inner = node
            for around in self.code.ancestors(node):
                tried = flow.as_try(around)
                if tried is not None and inner not in tried.body and inner not in tried.orelse:
                    lines.append(tried.lineno)
                inner = around
        return min(lines, default=0)

    @cached_property
    def _beside_closing(self) -> frozenset[int]:
        """What stands in a `finally` or `except` that closes it: nobody asks what else might be raised in there."""
        blocks: list[list[ast.stmt]] = []
        for node in self.closings:
            inner = node
            for around in self.code.ancestors(node):
                tried = flow.as_try(around)
                if isinstance(around, ast.ExceptHandler):
                    blocks.append(around.body)
                elif tried is not None and inner in tried.finalbody:
                    blocks.append(tried.finalbody)
                inner = around
        found = (node for block in blocks for statement in block for node in ast.walk(statement))
        return frozenset(id(node) for node in found if not isinstance(node, ast.Raise))

    # -- paths

    def leak(self) -> Leak | None:
        """On which ways it stays open; None if on none, or that is unknown."""
        if self.is_kept or self._is_closed_by_condition:
            return None
        found = self._ways(ast.AST)
        if found is None:
            return None
        well, badly = found
        if well:
            return Leak("return" if self.closings else "always", self.closing)
        return Leak("error", self.closing) if badly else None

    def is_open_after_throw(self) -> bool:
        """Whether it stays open where an exception is thrown in at a `yield`, and only there."""
        if self.is_kept or self._is_closed_by_condition or not self.closings:
            return False
        return self._ways((ast.Yield, ast.YieldFrom)) == (False, True)

    def _ways(self, raising: type[ast.AST] | tuple[type[ast.AST], ...]) -> tuple[bool, bool] | None:
        """Whether it is open at some end without and with an exception; only these nodes are taken to raise."""

        def move(state: str, step: Step) -> tuple[str, ...]:
            return self._after(state, step)

        def fail(state: str, step: Step) -> tuple[str, ...]:
            if step.node is self.call:
                return (state,)
            if state == "none" or self._closes(step):
                return ("none",)
            is_early = getattr(step.node, "lineno", 0) < self._protected_from
            if (
                is_early
                or id(step.node) in self._beside_closing
                or not isinstance(step.node, (raising, ast.Raise, ast.withitem))
            ):
                return ()
            return self._after(state, step)

        found = self.paths.flow(("none",), move, fail)
        if found is None:
            return None
        return "held" in found.at(*NORMAL), "held" in found.at("raise")

    def _after(self, state: str, step: Step) -> tuple[str, ...]:
        if step.node is self.call and step.kind == "run":
            return ("idle",) if self.is_idle else ("held",)
        if state == "none":
            return (state,)
        if self._closes(step):
            return ("none",)
        if step.kind in ("true", "false") and isinstance(step.node, ast.expr):
            presence = self._presence(step.node)
            return () if presence is not None and presence is not (step.kind == "true") else (state,)
        if self.is_idle and self._gives_back(step):
            return ("idle",)
        return ("held",) if state == "idle" and self._uses(step) else (state,)

    def _closes(self, step: Step) -> bool:
        if step.kind == "enter":
            return isinstance(step.node, ast.withitem) and self._enters(step.node)
        return step.kind == "run" and isinstance(step.node, ast.Call) and self._ends(step.node)

    def _gives_back(self, step: Step) -> bool:
        """Whether a transaction of the session ends here."""
        if step.kind == "leave" and isinstance(step.node, ast.withitem):
            return self._method(step.node.context_expr) in ("begin", "begin_twophase")
        return step.kind == "run" and self._method(step.node) in _ENDING

    def _method(self, node: ast.AST) -> str:
        """The method of the resource that a call calls."""
        func = node.func if isinstance(node, ast.Call) else None
        return func.attr if isinstance(func, ast.Attribute) and self._is(func.value) else ""

    def _uses(self, step: Step) -> bool:
        if isinstance(step.node, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(step.node, ast.Call) or step.kind != "run":
            return False
        method = self._method(step.node)
        if method:
            return method not in _UNUSED
        given = (*step.node.args, *(each.value for each in step.node.keywords))
        return last_name(step.node.func) not in _LOOKING and any(self._is(_plain(each)) for each in given)


_RELEASING = re.compile(r"(?i)release|put_?conn|return_conn|free|close|dispose|teardown|cleanup|clean_up|shutdown")
"""Names of functions that are given a resource to close it, or to put it back."""


def _plain(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Starred) else node


def _tells_of(test: ast.expr, names: tuple[str, ...]) -> bool | None:
    """`hasattr(self, "db")`, `getattr(request.state, "db", None)` say that it is there."""
    if not isinstance(test, ast.Call) or last_name(test.func) not in ("hasattr", "getattr"):
        return None
    texts = [each.value for each in test.args if isinstance(each, ast.Constant)]
    return True if any(name.rpartition(".")[2] in texts for name in names) else None


def yields(code: Code) -> Iterator[ast.Yield]:
    """The `yield` expressions of a function."""
    return (node for node in code.own if isinstance(node, ast.Yield))


def opened_variables(code: Code) -> Iterator[tuple[str, ast.Call]]:
    """The variables that a function binds once, to what a call gives, with the call."""
    for node in code.own:
        if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
            continue
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        name = node.targets[0].id
        if isinstance(value, ast.Call) and len(code.assigns(name)) == 1:
            yield name, value


def state_aliases(code: Code, names: tuple[str, ...]) -> Iterator[str]:
    """The attributes of a request to which one of these variables is assigned: `request.state.db`."""
    for node in code.own:
        if isinstance(node, ast.Assign) and dotted(node.value) in names:
            yield from (name for name in map(dotted, node.targets) if ".state." in name)


def is_stored_or_closed(code: Code, names: tuple[str, ...]) -> bool:
    """Whether a variable is a global, is assigned to something that outlives the function, or is closed in it."""
    for node in code.own:
        if isinstance(node, (ast.Global, ast.Nonlocal)) and not {*node.names}.isdisjoint(names):
            return True
        if isinstance(node, (ast.Assign, ast.NamedExpr, ast.withitem)) and _holds(node, names):
            return True
        if isinstance(node, ast.Attribute) and node.attr in CLOSING and dotted(node.value) in names:
            return True
    return _is_captured(code, names)


def _holds(node: ast.Assign | ast.NamedExpr | ast.withitem, names: tuple[str, ...]) -> bool:
    value = node.context_expr if isinstance(node, ast.withitem) else node.value
    return any(dotted(each) in names for each in (value, *ast.iter_child_nodes(value)) if isinstance(value, _PLAIN))


_PLAIN = (ast.Name, ast.Tuple, ast.List, ast.Dict, ast.IfExp, ast.BoolOp)


def _is_captured(code: Code, names: tuple[str, ...]) -> bool:
    """Whether a function inside uses the variable: it may live longer."""
    own = {id(node) for node in code.own}
    return any(id(use) not in own for name in names for use in code.uses(name))
