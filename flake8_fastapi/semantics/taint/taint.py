"""Taint: which expressions of a function hold what the client chose.

Followed from what FastAPI reads of a request (`sources.py`) through variables, attributes, texts put together, paths,
dependencies, and functions and methods of the project in any module: arguments in, results out. What is known to make
a text harmless, and what is not understood, ends it.
"""

from __future__ import annotations

import ast
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flake8_fastapi.semantics import classes, facts, schemas, tree
from flake8_fastapi.semantics.code import Code, Source
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.taint import barriers, sources
from flake8_fastapi.semantics.taint.reading import Reading
from flake8_fastapi.semantics.taint.shapes import (
    Holder,
    Shape,
    Shapes,
    Tainted,
    changed,
    limited,
    named,
    tainted_in,
)
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    FunctionThing,
    Thing,
    function_of,
)
from flake8_fastapi.semantics.types import Type

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_DEPTH = 4
"""How many functions of the project are looked through."""
_MOST_SOURCES = 3
"""Neighbours whose trees are kept while functions in them are asked about."""


Given = tuple[tuple[str, Shapes], ...]
"""What the parameters of a function hold in one call of it."""


def of(function: Function) -> Taint:
    """The taint of a function of the file at hand."""
    if "taint" not in function.memo:
        function.memo["taint"] = Taint(World(function.project, function.source), function.thing)
    found: Taint = function.memo["taint"]
    return found


class World:
    """The project, and the file at hand in it."""

    def __init__(self, project: Project, at_hand: Source) -> None:
        self.project = project
        self.at_hand = at_hand

    def code(self, function: FunctionThing) -> Code | None:
        """The code of a function of any module; its tree is dropped soon after."""
        source = self.at_hand if function.path == self.at_hand.path else self._source(function.path)
        return source.code(function.qualname) if source is not None else None

    def _source(self, path: str) -> Source | None:
        kept: OrderedDict[str, Source] = self.project.memo.setdefault("taint neighbours", OrderedDict())
        if path not in kept:
            text = self.project.files.text(path)
            module = tree.read(text, path) if text is not None else None
            if text is None or module is None:
                return None
            kept[path] = Source(module, path, self.project.evaluator, b":=" in text)
            if len(kept) > _MOST_SOURCES:
                kept.popitem(last=False)[1].close()
        kept.move_to_end(path)
        return kept[path]


class Taint(Reading):
    """What the client chose in one function; with `given`, in one call of it."""

    def __init__(self, world: World, function: FunctionThing, given: Given | None = None, depth: int = _DEPTH) -> None:
        super().__init__(world.project.evaluator, function)
        self.world = world
        self.code = world.code(function)
        self._given = dict(given) if given is not None else None
        self._depth = depth

    # -- questions

    @property
    def may_hold(self) -> bool:
        """Whether there is anything of a client's in the function to begin with. Cheap for what takes no parameter."""
        if self._given is not None:
            return bool(self._given)
        return any(sources.of(self.world.project, each) for each in (self.function, *self._around()))

    def sources(self, node: ast.expr) -> Tainted | None:
        """What the client chose in an expression of the function; None unless that is certain.

        Checks that the function makes before are not asked here: see `unchecked`.
        """
        found = [part for shape in self.shapes_of(node) for part in tainted_in(shape)]
        return found[0] if found else None

    def shapes_of(self, node: ast.expr) -> Shapes:
        """What an expression of the function may be of the client's."""
        return self.shapes(self.code.source.value(node)) if self.code is not None else ()

    def unchecked(self, tainted: Tainted, node: ast.AST) -> bool:
        """Whether some way leads to a node of the function without a check of this text.

        Of the functions around it any check counts: when the inner one runs is not asked.
        """
        if self.code is None or self._barriers.stand_before(node, tainted.names):
            return False
        around = (self.world.code(each) for each in self._around())
        return not any(
            barriers.Barriers(self.world, code, self.shapes_of).has_any(tainted.names)
            for code in around
            if code is not None
        )

    @cached_property
    def _barriers(self) -> barriers.Barriers:
        assert self.code is not None
        return barriers.Barriers(self.world, self.code, self.shapes_of)

    def _around(self) -> Iterator[FunctionThing]:
        """The functions around this one."""
        found = self.ev.function(self.function)
        while found is not None and found.parent is not None:
            outer = FunctionThing(self.function.path, found.parent)
            yield outer
            found = self.ev.function(outer)

    # -- parameters, functions and classes of the project

    def _parameter(self, value: facts.Parameter) -> Iterable[Shape]:
        if self._given is not None and value.function == self.function.qualname:
            return self._given.get(value.name, ())
        owner = FunctionThing(self.function.path, value.function)
        root = sources.of(self.world.project, owner).get(value.name, ())
        return self._of_dependency(root, value.name) if isinstance(root, Dependency) else root

    def given_to(self, function: FunctionThing, call: facts.Call, is_bound: bool) -> Given:
        """What the parameters of a function hold in a call of it."""
        found = self.ev.function(function)
        if found is None or any(isinstance(each, facts.Starred) for each in call.args):
            return ()
        by_index = {each.index: each.name for each in found.parameters if each.index is not None}
        pairs: list[tuple[str | None, Value]] = [
            (by_index.get(place + is_bound), each) for place, each in enumerate(call.args)
        ]
        pairs.extend(call.keywords)
        return tuple((name, shapes) for name, each in pairs if name is not None and (shapes := self.shapes(each)))

    def _of_function(self, call: facts.Call, callee: Thing | None) -> Shapes:
        function = function_of(callee)
        assert function is not None
        given = self.given_to(function, call, isinstance(callee, Bound))
        names = frozenset(
            each for _, shapes in given for shape in shapes for one in tainted_in(shape) for each in one.names
        )
        return _with_names(self.returned(function, given), names) if given else ()

    def called(self, function: FunctionThing, given: Given) -> Taint:
        """The taint of another function in one call of it."""
        inside = tuple((name, _within_callee(shapes, name)) for name, shapes in given)
        return Taint(self.world, function, inside, self._depth - 1)

    def returned(self, function: FunctionThing, given: Given) -> Shapes:
        """What a function of the project gives of what it is given, where it has not checked that."""
        found = self.ev.function(function)
        if self._depth == 0 or found is None or found.is_generator:
            return ()
        memo: dict[Any, Shapes] = self.world.project.memo.setdefault("taint results", {})
        key = (function, given, self._depth)
        if key not in memo:
            memo[key] = ()
            memo[key] = self.called(function, given).results()
        return memo[key]

    def results(self) -> Shapes:
        """What the function returns or yields of the client's."""
        if self.code is None:
            return ()
        ends = [(node, node.value) for node in self.code.own if isinstance(node, (ast.Return, ast.Yield))]
        return limited(
            shape
            for node, value in ends
            for shape in (self.shapes_of(value) if value is not None else ())
            if all(self.unchecked(each, node) for each in tainted_in(shape))
        )

    def _of_class(self, call: facts.Call, cls: ClassThing) -> Shapes:
        """An object of a class whose constructor keeps what it is given."""
        init = classes.method(self.ev, cls, "__init__")
        given = self.given_to(init, call, True) if init is not None else ()
        return (_object(cls, given),) if given else ()

    def _of_object(self, holder: Holder, name: str) -> Shapes:
        assert holder.cls is not None
        init = classes.method(self.ev, holder.cls, "__init__")
        found = classes.facts_of(self.ev, holder.cls)
        values = found.instance.get(name, ()) if found is not None else ()
        if init is None or self._depth == 0 or len(values) != 1:
            return ()
        inner = Taint(self.world, init, holder.given, self._depth - 1)
        label = f"{holder.tainted.parameter}.{name}"
        names = frozenset(f"{each}.{name}" for each in holder.tainted.names)
        return tuple(
            changed(each, lambda one: replace(one, parameter=label, names=names)) for each in inner.shapes(values[0])
        )

    def _of_dependency(self, dependency: Dependency, name: str) -> Shapes:
        """What the parameter that a dependency fills holds."""
        callee, function = dependency.callee, dependency.function
        tainted = Tainted(name, "request", name, names=frozenset({name}))
        if isinstance(callee, ClassThing) and schemas.of_class(self.ev, callee) is not None:
            return (Holder("model", tainted, Type("class", callee)),)
        if function is None or self._depth == 0:
            return ()
        given: list[tuple[str, Shapes]] = []
        for parameter in dependency.parameters:
            root = sources.of_parameter(self.ev, parameter)
            shapes = self._of_inner(root, parameter.name) if isinstance(root, Dependency) else root
            if shapes:
                given.append((parameter.name, shapes))
        if isinstance(callee, ClassThing):
            return (Holder("object", tainted, None, callee, tuple(given)),) if given else ()
        found = Taint(self.world, function, tuple(given), self._depth - 1).results() if given else ()
        return named(found, name)

    def _of_inner(self, dependency: Dependency, name: str) -> Shapes:
        return Taint(self.world, self.function, self._as_given(), self._depth - 1)._of_dependency(dependency, name)

    def _as_given(self) -> Given:
        return tuple(self._given.items()) if self._given is not None else ()


def _object(cls: ClassThing, given: Given) -> Holder:
    first = tainted_in(given[0][1][0])[0]
    return Holder("object", replace(first, names=frozenset()), None, cls, given)


def _within_callee(shapes: Shapes, name: str) -> Shapes:
    """The shapes as the parameter of another function holds them."""
    return _with_names(shapes, frozenset({name}))


def _with_names(shapes: Shapes, names: frozenset[str]) -> Shapes:
    return tuple(changed(each, lambda one: replace(one, names=names)) for each in shapes)


__all__ = ["Taint", "World", "of"]
