"""Checks that a text of the client passes before it is used: tests of it, and calls that may refuse it.

What a check tests is not understood, only that it does; so any test silences that asks for more than whether there is
a text, how long it is, how it ends, or whether the file exists.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.knowledge import taint as tables
from flake8_fastapi.semantics import classes, schemas
from flake8_fastapi.semantics.code import Code, dotted
from flake8_fastapi.semantics.data import entities
from flake8_fastapi.semantics.facts import Attribute, Call, FunctionFacts, Value
from flake8_fastapi.semantics.nodes import last_name
from flake8_fastapi.semantics.paths import Paths
from flake8_fastapi.semantics.steps import Step
from flake8_fastapi.semantics.taint import sources
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Library,
    LiteralThing,
    Thing,
    function_of,
    library_name,
)

if TYPE_CHECKING:
    from flake8_fastapi.semantics.taint.taint import World

_ROUNDS = 4
"""How often variables are looked for that hold what was made of a text."""
_HOPS = 2
"""How many functions deep a check may be."""
Names = frozenset[str]


class _State(NamedTuple):
    """What is known of a text on one way through a function."""

    is_checked: bool
    holds: bool
    """Whether the variables hold it, and no other value."""


class Barriers:
    """The checks in one function."""

    def __init__(self, world: World, code: Code, holds: Callable[[ast.expr], object]) -> None:
        self._world = world
        self._code = code
        self._holds = holds
        """Asks whether an expression holds anything of the client's."""
        self._known: dict[Names, frozenset[ast.AST] | None] = {}

    @cached_property
    def _paths(self) -> Paths:
        return Paths.of(self._code, only_errors=True)

    def stand_before(self, node: ast.AST, names: Names) -> bool:
        """Whether a text held in these variables is checked on every way to a node; true if that is not known."""
        guards = self._guards(names)
        if guards is None:
            return True
        if isinstance(self._code.node, ast.Lambda):
            return False

        def move(state: _State, step: Step) -> tuple[_State]:
            holds = self._holds_after(step, names)
            return (_State(state.is_checked or step.node in guards, state.holds if holds is None else holds),)

        flow = self._paths.flow((_State(False, True),), move)
        return flow is None or _State(False, True) not in flow.before(node)

    def has_any(self, names: Names) -> bool:
        """Whether the function checks a text held in these variables anywhere."""
        guards = self._guards(names)
        return guards is None or bool(guards)

    def _holds_after(self, step: Step, names: Names) -> bool | None:
        """Whether variables hold the text after a step that sets or tests one of them; None for any other step."""
        node = step.node
        if step.kind in ("true", "false"):
            is_absent = _is_absent_if(node, names)
            return False if is_absent is not None and is_absent is (step.kind == "true") else None
        if isinstance(node, ast.Assign) and any(dotted(target) in names for target in node.targets):
            return bool(self._holds(node.value))
        if isinstance(node, ast.AugAssign) and dotted(node.target) in names and self._holds(node.value):
            return True
        return None

    def _guards(self, names: Names) -> frozenset[ast.AST] | None:
        """The nodes of steps that check; None if the function as a whole is taken to check."""
        if names not in self._known:
            self._known[names] = _guards_in(self._world, self._code, names, _HOPS)
        return self._known[names]


def _guards_in(world: World, code: Code, names: Names, hops: int) -> frozenset[ast.AST] | None:
    """The nodes of a function that check a text held in these variables; None if all of it is taken to."""
    checked = _Checked(world, code, names, hops)
    if any(isinstance(node, ast.Match) and checked.is_meant(node.subject) for node in code.own):
        return None
    found: set[ast.AST] = set()
    for node in code.own:
        if isinstance(node, (ast.If, ast.While, ast.IfExp, ast.Assert)):
            found.update(each for each in _conditions(node.test) if checked.is_asked(each))
        elif isinstance(node, ast.comprehension):
            found.update(each for test in node.ifs for each in _conditions(test) if checked.is_asked(each))
        elif checked.may_refuse(node):
            found.add(node)
    return frozenset(found)


class _Checked:
    """The variables that hold a text, with those that hold what was made of it."""

    def __init__(self, world: World, code: Code, names: Names, hops: int) -> None:
        self._world = world
        self._code = code
        self._names = names
        self._hops = hops
        self._made: frozenset[str] = frozenset()
        self._kept: frozenset[str] = frozenset()
        """Objects that were given it as an attribute or under a key: whether they are there says nothing of it."""
        self._derive()
        self._all = self._names | self._made | self._kept

    def _derive(self) -> None:
        assigned = list(_assignments(self._code))
        for _ in range(_ROUNDS):
            known = self._names | self._made | self._kept
            more = {(name, is_kept) for name, value, is_kept in assigned if self._mentions(value, known)}
            self._made |= {name for name, is_kept in more if not is_kept and name not in self._names}
            self._kept |= {name for name, is_kept in more if is_kept} - self._names - self._made
            if known == self._names | self._made | self._kept:
                break

    def _mentions(self, node: ast.AST, names: Iterable[str]) -> bool:
        """Whether one of the variables counts in an expression, for more than its end or its being there."""
        names = frozenset(names)
        pending = [node]
        while pending:
            each = pending.pop()
            if _asks_little(self._code, each):
                continue
            name = dotted(each)
            if name and name in names:
                return True
            pending.extend(ast.iter_child_nodes(each))
        return False

    def is_asked(self, test: ast.expr) -> bool:
        """Whether a condition asks for one of them, for more than whether there is anything."""
        name = dotted(test)
        if name:
            is_part = not _asks_little(self._code, test) and name.partition(".")[0] in self._made | self._kept
            return name in self._made or ("." in name and is_part)
        if isinstance(test, ast.Compare) and all(_is_nothing(each) for each in test.comparators) and dotted(test.left):
            return dotted(test.left) in self._made
        if isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute) and test.func.attr == "strip":
            return not (dotted(test.func.value) and not test.args)
        return self._mentions(test, self._all)

    def is_meant(self, node: ast.expr) -> bool:
        """Whether an expression is about one of them."""
        return self._mentions(node, self._all)

    def may_refuse(self, node: ast.AST) -> bool:
        """Whether a call may raise for the text, or a look-up for what is not in a table."""
        if isinstance(node, ast.Subscript):
            return isinstance(node.ctx, ast.Load) and self._is_key(node)
        return isinstance(node, ast.Call) and self._is_refusing(node)

    def _is_key(self, node: ast.Subscript) -> bool:
        return not isinstance(node.slice, ast.Slice) and self._mentions(node.slice, self._names)

    def _is_refusing(self, call: ast.Call) -> bool:
        func = call.func
        if isinstance(func, ast.Attribute) and self._mentions(func.value, self._all):
            return func.attr in tables.RAISING_METHODS
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        if not any(self.is_meant(each) or self._is_whole(each) for each in given):
            return False
        return self._refuses(call, self._code.thing(func))

    def _is_whole(self, node: ast.expr) -> bool:
        """Whether this is the object of which a text is an attribute: `file` for `file.filename`."""
        name = dotted(node)
        return bool(name) and any(each.startswith(f"{name}.") for each in self._names)

    def _refuses(self, call: ast.Call, thing: Thing | None) -> bool:
        if isinstance(thing, ClassThing):
            return not _is_exception(thing) and self._is_refused_by(thing, call)
        function = function_of(thing)
        if function is not None:
            return self._is_checked_in(function, call, isinstance(thing, Bound))
        if isinstance(thing, LiteralThing) or (isinstance(thing, Bound) and isinstance(thing.owner, LiteralThing)):
            return False
        name = library_name(thing)
        if name:
            return name in tables.CHECKING
        written = dotted(call.func)
        is_told = written.partition(".")[0] in tables.LOGGERS or ".logger." in written
        return not is_told and last_name(call.func) not in tables.SQL_METHODS | tables.KEEPING_METHODS

    def _is_refused_by(self, cls: ClassThing, call: ast.Call) -> bool:
        """Whether an object of the class cannot be made with any text."""
        ev = self._code.source.ev
        init = classes.method(ev, cls, "__init__")
        if init is not None:
            return self._is_checked_in(init, call, True)
        is_record = schemas.of_class(ev, cls) is not None or entities.of_class(ev, cls) is not None
        return not is_record or sources.has_validator(ev, cls)

    def _is_checked_in(self, function: FunctionThing, call: ast.Call, is_bound: bool) -> bool:
        """Whether a function of the project may refuse the text for what it is, and not for something else."""
        ev = self._code.source.ev
        found = ev.function(function)
        if found is None or not _may_raise(self._world, function, _HOPS):
            return found is None
        names = self._names_in(found, call, is_bound)
        memo: dict[object, bool] = self._world.project.memo.setdefault("taint refusals", {})
        key = (function, names, self._hops)
        if names is None or self._hops == 0:
            return True
        if key not in memo:
            memo[key] = False
            code = self._world.code(function)
            memo[key] = code is None or _has_any(self._world, code, names, self._hops - 1)
        return memo[key]

    def _names_in(self, function: FunctionFacts, call: ast.Call, is_bound: bool) -> Names | None:
        """The names that the text has in a function that is called with it; None if that is not known."""
        by_index = {each.index: each.name for each in function.parameters if each.index is not None}
        given = [(by_index.get(place + is_bound), each) for place, each in enumerate(call.args)]
        given += [(each.arg, each.value) for each in call.keywords]
        found: set[str] = set()
        for name, node in given:
            whole = dotted(node)
            rests = [each[len(whole) :] for each in self._names if whole and each.startswith(f"{whole}.")]
            if self.is_meant(node):
                rests.append("")
            if rests and (name is None or isinstance(node, ast.Starred)):
                return None
            found.update(f"{name}{rest}" for rest in rests)
        return frozenset(found)


def _has_any(world: World, code: Code, names: Names, hops: int) -> bool:
    guards = _guards_in(world, code, names, hops)
    return guards is None or bool(guards) or any(_is_taken_apart(code, name) for name in names)


def _is_taken_apart(code: Code, name: str) -> bool:
    """Whether an object is asked for more than its attributes, so that it is not known what of it is looked at."""
    whole, _, rest = name.partition(".")
    for node in code.everything if rest else ():
        if isinstance(node, ast.Name) and node.id == whole:
            parent = code.parent(node)
            if isinstance(parent, ast.Attribute):
                after = code.parent(parent)
                if isinstance(after, ast.Call) and after.func is parent:
                    return True
            elif not isinstance(parent, (ast.Call, ast.keyword, ast.Return)):
                return True
    return False


def _may_raise(world: World, function: FunctionThing, hops: int) -> bool:
    """Whether a function of the project raises."""
    found = world.project.evaluator.function(function)
    if found is None or found.raises or any(_is_raising(site.value) for site in found.sites):
        return True
    return hops > 0 and any(_may_raise(world, each, hops - 1) for each in _called(world, function, found))


def _is_raising(value: Value) -> bool:
    """Whether a method is called that raises where there is no such row."""
    func = value.func if isinstance(value, Call) else None
    return isinstance(func, Attribute) and func.name in tables.FINDING_METHODS


def _is_absent_if(test: ast.AST, names: Names) -> bool | None:
    """Whether there is no text if a condition holds, or (False) if it does not; None where it does not say."""
    if dotted(test) in names:
        return False
    if not isinstance(test, ast.Compare) or dotted(test.left) not in names or not _is_nothing(test.comparators[0]):
        return None
    if isinstance(test.ops[0], (ast.Is, ast.Eq)):
        return True
    return False if isinstance(test.ops[0], (ast.IsNot, ast.NotEq)) else None


def _called(world: World, function: FunctionThing, found: FunctionFacts) -> Iterator[FunctionThing]:
    ev = world.project.evaluator
    for site in found.sites:
        if isinstance(site.value, Call):
            callee = function_of(ev.certain(site.value.func, Frame(function.path, function.qualname)))
            if callee is not None and callee != function:
                yield callee


def _is_exception(cls: ClassThing) -> bool:
    return cls.qualname.endswith(("Error", "Exception"))


def _is_nothing(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in (None, "")


def _conditions(test: ast.expr) -> Iterator[ast.expr]:
    """The conditions that a test is made of, without its `and`, `or` and `not`."""
    if isinstance(test, ast.BoolOp):
        for each in test.values:
            yield from _conditions(each)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _conditions(test.operand)
    else:
        yield test


def _asks_little(code: Code, node: ast.AST) -> bool:
    """Whether an expression is about no more than how a text ends, how long it is, or whether its file exists."""
    if isinstance(node, ast.Attribute):
        return node.attr in tables.ASKING_ATTRIBUTES
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute) and node.func.attr in tables.ASKING_METHODS:
        return True
    if isinstance(node.func, ast.Attribute) and node.func.attr in tables.SPLITTING:
        return bool(node.args) and isinstance(node.args[0], ast.Constant) and node.args[0].value == "."
    if not isinstance(node.func, (ast.Name, ast.Attribute)):
        return False
    thing = code.thing(node.func)
    return isinstance(thing, Library) and thing.name in tables.ASKING_ONLY


def _assignments(code: Code) -> Iterator[tuple[str, ast.AST, bool]]:
    """The variables that a function sets, with what they are set to, and whether only a part of them is."""
    for node in code.own:
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            value: ast.AST = node.value
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            targets, value = [node.target], node.iter
        else:
            continue
        yield from ((name, value, is_kept) for target in targets for name, is_kept in _bound_by(target))


def _bound_by(target: ast.expr) -> Iterator[tuple[str, bool]]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, False
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            holder = dotted(node.value)
            if holder:
                yield holder, True
