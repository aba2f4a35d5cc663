"""Evaluation: what a value certainly is, across modules, without running or inferring anything.

`Evaluator.evaluate` turns a `Value` (an expression with bound names) into the things it may be; an empty answer means
unknown. It follows names, imports, attributes, calls, `with` targets, awaits, loops and dependencies through the whole
project, and the tables of `knowledge` for libraries. It is safe on cycles and bounded in depth.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

from flake8_fastapi.knowledge import libraries, sessions
from flake8_fastapi.knowledge.blocking import blocking
from flake8_fastapi.semantics import calls, classes, facts, hints, texts
from flake8_fastapi.semantics.facts import FunctionFacts, ModuleFacts, Parameter, Position, Value
from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.things import (
    ClassThing,
    Coroutine,
    Env,
    Frame,
    FunctionThing,
    Generator,
    Instance,
    Items,
    Library,
    LiteralThing,
    ModuleThing,
    TableThing,
    Thing,
    Things,
    only,
)

if TYPE_CHECKING:
    from flake8_fastapi.semantics.data.entities import Entity
    from flake8_fastapi.semantics.errors.raised import Raised
    from flake8_fastapi.semantics.schemas import Schema
    from flake8_fastapi.semantics.suite import frames

_DEPTH = 80
"""Values nest less deeply than this in real code (measured: below 40); deeper ones are unknown."""
_STEPS = 2_000
"""One question needs fewer steps in real code (measured: below 400); recursive visitors would need millions."""
_GIVEN_UP = -1
_Key = Value | tuple[Value, int]
_BUILTINS = frozenset(dir(builtins))


class Modules(Protocol):
    """What evaluation needs of a project."""

    files: Files

    def facts(self, path: str) -> ModuleFacts | None:
        """The facts of a module, None for one that cannot be read or parsed."""

    def given(self, parameter: Parameter, frame: Frame) -> Things:
        """What pytest gives to a parameter of a test or fixture; empty for every other one."""

    def requested(self, name: str, frame: Frame) -> Things:
        """What `request.getfixturevalue(name)` gives in a test or fixture."""


class Evaluator:
    """Evaluates values of one project; remembers every answer."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self.files = modules.files
        self._memo: dict[_Key, Things] = {}
        """By the values themselves, not by their identities: one that is gone would leave its own to another."""
        self._frames: dict[Frame, int] = {}
        """Frames by number: hashing one goes through all that is in it (a quarter of the time of a large graph)."""
        self._active: dict[_Key, int] = {}
        self._cut = _DEPTH + 1
        self._steps = 0
        self._running: dict[tuple[str, str], int] = {}
        """Functions whose results are being worked out, with the depth at which that began."""
        self._references: dict[tuple[str, str], facts.Name] = {}
        self.traits_memo: dict[tuple[str, str], frozenset[str]] = {}
        self.mro_memo: dict[ClassThing, tuple[tuple[ClassThing | Library, ...], bool]] = {}
        self.entity_memo: dict[ClassThing, Entity | None] = {}
        self.schema_memo: dict[ClassThing, Schema | None] = {}
        self.set_later_memo: dict[tuple[str, str], frozenset[Position]] = {}
        self.raised_memo: dict[tuple[FunctionThing, int], tuple[Raised, ...]] = {}
        self.calls_memo: dict[Frame, frames.Calls] = {}
        self.mapped_by_calls: frozenset[ClassThing] | None = None
        self._handlers: dict[type[Value], Callable[[Any, Frame], Things]] = {
            facts.Name: self._name,
            facts.Local: self._local,
            facts.Attribute: self._attribute,
            facts.Call: lambda value, frame: calls.result_of(self, value, frame),
            facts.Awaited: self._awaited,
            facts.Entered: self._entered,
            facts.Iterated: self._iterated,
            facts.Item: self._item,
            facts.Unpacked: self._unpacked,
            facts.Either: self._either,
            facts.Display: lambda value, frame: (Items(value.items, frame, id(value), value.kind == "each"),),
            facts.Table: lambda value, frame: (TableThing(value.items, frame, id(value)),),
            facts.Text: self._text,
            facts.Operation: self._operation,
            facts.Declared: self._declared,
            facts.Parameter: lambda value, frame: hints.parameter(self, value, frame),
            facts.Function: self._function,
            facts.Class: lambda value, frame: (ClassThing(frame.path, value.qualname),),
            facts.Import: self._import,
        }

    # -- facts

    def module(self, path: str) -> ModuleFacts | None:
        """The facts of a module of the project."""
        return self.modules.facts(path)

    def function(self, thing: FunctionThing) -> FunctionFacts | None:
        """The facts of a function."""
        module = self.modules.facts(thing.path)
        return module.functions.get(thing.qualname) if module is not None else None

    # -- evaluation

    def evaluate(self, value: Value, frame: Frame) -> Things:
        """What the value may be; empty if that is unknown."""
        kind = type(value)
        if kind is facts.Constant:
            return (LiteralThing(value.value),)  # type: ignore[attr-defined]
        handler = self._handlers.get(kind)
        if handler is None:
            return ()
        # Without arguments a value means the same in every frame: the shorter key is three times as fast.
        key: _Key = value
        if frame.env or frame.outer is not None:
            key = (value, self.number(frame))
        known = self._memo.get(key)
        if known is not None:
            return known
        depth = len(self._active)
        if depth == 0:
            self._steps = 0
        self._steps += 1
        if self._steps > _STEPS:
            self._cut = _GIVEN_UP
            return ()
        if key in self._active:
            self._cut = min(self._cut, self._active[key])
            return ()
        if depth >= _DEPTH:
            self._cut = _GIVEN_UP
            return ()
        self._active[key] = depth
        outer_cut, self._cut = self._cut, _DEPTH + 1
        try:
            found = handler(value, frame)
        finally:
            del self._active[key]
            cut, self._cut = self._cut, outer_cut
        if cut >= depth:
            self._memo[key] = found
        else:
            # The answer was cut short by a value further out that is still being evaluated: not final.
            self._cut = min(self._cut, cut)
        return found

    def number(self, frame: Frame) -> int:
        """The number of a frame: equal frames have the same."""
        return self._frames.setdefault(frame, len(self._frames))

    def forget(self, values: Iterable[Value]) -> None:
        """Drop what is remembered of values that nobody will ask for again."""
        for value in values:
            self._memo.pop(value, None)

    def certain(self, value: Value, frame: Frame) -> Thing | None:
        """The one thing that the value certainly is, or None."""
        found = self.evaluate(value, frame)
        if len(found) == 1:
            return found[0]
        return only(found)

    def literal(self, value: Value, frame: Frame) -> object:
        """The constant that a value certainly is; `NotImplemented` if that is unknown."""
        found = self.certain(value, frame)
        return found.value if isinstance(found, LiteralThing) else NotImplemented

    def union(self, values: tuple[Value, ...], frame: Frame) -> Things:
        """What any of the values may be; unknown as soon as one of them is."""
        found: list[Thing] = []
        for value in values:
            outer_cut, self._cut = self._cut, _DEPTH + 1
            things = self.evaluate(value, frame)
            is_circular = 0 <= self._cut <= _DEPTH
            self._cut = min(self._cut, outer_cut)
            if not things:
                if is_circular and len(values) > 1:
                    # `query = query.filter(x)` in a loop: what it is, the other bindings say.
                    continue
                return ()
            found.extend(thing for thing in things if thing not in found)
        return tuple(found)

    def recursive(self, returned: tuple[Value, ...], frame: Frame) -> Things:
        """What a function returns; a call of the function by itself adds nothing to that."""
        key = (frame.path, frame.function)
        began = self._running.get(key)
        if began is not None:
            self._cut = min(self._cut, began)
            return ()
        self._running[key] = len(self._active)
        try:
            return self.union(returned, frame)
        finally:
            del self._running[key]

    # -- names

    def _name(self, value: facts.Name, frame: Frame) -> Things:
        return self.global_name(frame.path, value.name, value.which)

    def global_name(self, path: str, name: str, which: tuple[int, ...] | None = None) -> Things:
        """What a global name of a module may be: bound there, imported by a star, or a builtin."""
        module = self.modules.facts(path)
        if module is None:
            return ()
        bindings = module.names.get(name)
        frame = Frame(path)
        if bindings:
            return self.union(_selected(bindings, which), frame)
        for star in reversed(module.stars):
            found = self._from_star(star, path, name)
            if found:
                return found
        if name in _BUILTINS:
            return (Library(f"builtins.{name}"),)
        return ()

    def _from_star(self, star: facts.Import, importer: str, name: str) -> Things:
        if name.startswith("_"):
            return ()
        path = self.files.module(importer, star.module, star.level)
        if path is None:
            found = libraries.canonical(f"{star.module}.{name}")
            return (Library(found),) if star.level == 0 and _is_known(found) else ()
        return self.member(path, name) if path != importer else ()

    def member(self, path: str, name: str) -> Things:
        """What `name` is in a module or package: bound there, or a submodule."""
        if path.endswith(".py"):
            module = self.modules.facts(path)
            if module is None:
                return ()
            if name in module.names or module.stars:
                found = self.evaluate(self.global_reference(path, name), Frame(path))
                if found and found != (Library(f"builtins.{name}"),):
                    return found
                if name in module.names and not self._names_itself(module, name):
                    return found
        below = self.files.submodule(path, name)
        return (ModuleThing(below),) if below is not None else ()

    def global_reference(self, path: str, name: str) -> facts.Name:
        """The value of a global of a module; always the same one, so that the memo knows it again."""
        return self._references.setdefault((path, name), facts.Name(name))

    def _names_itself(self, module: ModuleFacts, name: str) -> bool:
        """`from . import x` in a package: the name means its own submodule."""
        return any(isinstance(binding, facts.Import) for binding in module.names.get(name, ()))

    def _import(self, value: facts.Import, frame: Frame) -> Things:
        path = self.files.module(frame.path, value.module, value.level)
        if path is None:
            if value.level:
                return ()
            name = f"{value.module}.{value.name}" if value.name else value.module
            return (Library(libraries.canonical(name)),)
        if value.name is None:
            return (ModuleThing(path),)
        if path == frame.path:
            below = self.files.submodule(path, value.name)
            return (ModuleThing(below),) if below is not None else ()
        return self.member(path, value.name)

    def _local(self, value: facts.Local, frame: Frame) -> Things:
        bindings = self.bindings(value, frame)
        return self.union(bindings, _frame_of(value.function, frame)) if bindings else ()

    def bindings(self, value: facts.Local, frame: Frame) -> tuple[Value, ...]:
        """The values that a variable of a function may be given before it is used here."""
        module = self.modules.facts(frame.path)
        function = module.functions.get(value.function) if module is not None else None
        found = function.locals.get(value.name) if function is not None else None
        return _selected(found, value.which) if found else ()

    def state(self, name: str) -> Things:
        """What an attribute of `request.state` or `app.state` may be: whatever the project gives to one of that name.

        The name alone connects the two: which app or request it is, is not asked.
        """
        found: list[Thing] = []
        for path in self.files.mentioning(name):
            module = self.modules.facts(path)
            for function, value in module.states.get(name, ()) if module and not self.files.is_test(path) else ():
                things = self.evaluate(value, Frame(path, function))
                if not things:
                    return ()
                found.extend(thing for thing in things if thing not in found)
        return tuple(found)

    # -- parts of things

    def _attribute(self, value: facts.Attribute, frame: Frame) -> Things:
        found: list[Thing] = []
        for thing in _without_none(self.evaluate(value.of, frame)):
            members = classes.attribute(self, thing, value.name)
            if not members:
                return ()
            found.extend(member for member in members if member not in found)
        return tuple(found)

    def _awaited(self, value: facts.Awaited, frame: Frame) -> Things:
        thing = self.certain(value.of, frame)
        if isinstance(thing, Instance) and isinstance(thing.type, Library) and thing.type.name in sessions.AWAITABLE:
            return (thing,)
        return thing.of if isinstance(thing, Coroutine) else ()

    def _entered(self, value: facts.Entered, frame: Frame) -> Things:
        if isinstance(value.of, facts.Call):
            callee = self.certain(value.of.func, frame)
            found = calls.entered_call(callee) if callee is not None else ()
            if found:
                return found
        thing = self.certain(value.of, frame)
        return calls.entered(self, thing, value.is_async) if thing is not None else ()

    def _iterated(self, value: facts.Iterated, frame: Frame) -> Things:
        thing = self.certain(value.of, frame)
        return calls.element(self, thing) if thing is not None else ()

    def _item(self, value: facts.Item, frame: Frame) -> Things:
        thing = self.certain(value.of, frame)
        if isinstance(thing, ClassThing):
            return (thing,)
        if isinstance(thing, Library):
            return (thing,) if thing.last[:1].isupper() else ()
        if isinstance(thing, Instance):
            return classes.item(self, thing)
        key = self.literal(value.key, frame)
        if isinstance(thing, Items) and isinstance(key, int) and -len(thing.values) <= key < len(thing.values):
            return self.evaluate(thing.values[key], thing.frame)
        if isinstance(thing, TableThing):
            if key is NotImplemented:
                return self.union(tuple(value for _, value in thing.items), thing.frame)
            return self._looked_up(thing, key)
        return ()

    def _looked_up(self, table: TableThing, key: object) -> Things:
        for candidate, value in table.items:
            if candidate is None or self.literal(candidate, table.frame) is NotImplemented:
                return ()
            if self.literal(candidate, table.frame) == key:
                return self.evaluate(value, table.frame)
        return ()

    def _unpacked(self, value: facts.Unpacked, frame: Frame) -> Things:
        thing = self.certain(value.of, frame)
        if not isinstance(thing, Items) or any(isinstance(item, facts.Starred) for item in thing.values):
            return ()
        return self.evaluate(thing.values[value.index], thing.frame) if value.index < len(thing.values) else ()

    # -- operators

    def _either(self, value: facts.Either, frame: Frame) -> Things:
        return self.union(value.values, frame)

    def _text(self, value: facts.Text, frame: Frame) -> Things:
        parts = [self.literal(part, frame) for part in value.parts]
        found = texts.joined(parts) if NotImplemented not in parts else None
        return (LiteralThing(found),) if found is not None else ()

    def _operation(self, value: facts.Operation, frame: Frame) -> Things:
        if value.operator in ("?", "+="):
            return ()
        left = self.certain(value.left, frame)
        if value.operator == "/" and isinstance(left, Instance) and left.type == Library("pathlib.Path"):
            return (Instance(Library("pathlib.Path")),)
        right = self.certain(value.right, frame)
        if value.operator == "+" and isinstance(left, Items) and isinstance(right, Items):
            return (Items((facts.Starred(value.left), facts.Starred(value.right)), frame, id(value)),)
        if not (isinstance(left, LiteralThing) and isinstance(right, LiteralThing)):
            return ()
        if value.operator == "%":
            found = texts.formatted(left.value, (right.value,)) if isinstance(left.value, str) else None
        elif value.operator == "+" and isinstance(left.value, str) and isinstance(right.value, str):
            found = texts.joined((left.value, right.value))
        else:
            return ()
        return (LiteralThing(found),) if found is not None else ()

    def _declared(self, value: facts.Declared, frame: Frame) -> Things:
        if value.value is not None:
            found = self.evaluate(value.value, frame)
            thing = only(found)
            if thing is not None and thing != LiteralThing(None):
                return found
        return hints.instance(self, value.annotation, frame)

    # -- functions

    def _function(self, value: facts.Function, frame: Frame) -> Things:
        thing = self.raw(value, frame)
        return calls.decorated(self, thing, frame)

    def raw(self, value: facts.Function, frame: Frame) -> FunctionThing:
        """The function as written, before its decorators."""
        module = self.modules.facts(frame.path)
        function = module.functions.get(value.qualname) if module is not None else None
        outer = None
        if function is not None and function.parent is not None:
            outer = _frame_of(function.parent, frame)
            outer = outer if outer.env or outer.outer else None
        return FunctionThing(frame.path, value.qualname, outer)

    def frame_of(self, function: FunctionThing, env: Env = ()) -> Frame:
        """The frame of one call of a function."""
        return Frame(function.path, function.qualname, env, function.outer)

    def home(self, function: str, frame: Frame) -> Frame:
        """The frame of the function of this name around (or at) a frame."""
        return _frame_of(function, frame)

    def defined(self, path: str, qualname: str) -> FunctionThing:
        """The function of this name in a module, outside any particular call of the functions around it."""
        return FunctionThing(path, qualname)

    def generator_elements(self, generator: Generator) -> Things:
        """What a generator function yields."""
        function = self.function(generator.function)
        if function is None:
            return ()
        found = self.union(function.yielded, self.frame_of(generator.function, generator.env))
        if only(found) is not None:
            return found
        return hints.yielded(self, function, self.frame_of(generator.function, generator.env))


def _is_known(name: str) -> bool:
    """Whether our tables know a name: only then does a library's star import certainly bind it."""
    return (
        name.startswith(("fastapi.", "starlette."))
        or name in libraries.RETURNS
        or name in libraries.BASES
        or blocking(name) is not None
    )


def _selected(bindings: tuple[Value, ...], which: tuple[int, ...] | None) -> tuple[Value, ...]:
    if which is None:
        return bindings
    return tuple(bindings[index] for index in which if index < len(bindings))


def _without_none(things: Things) -> Iterator[Thing]:
    return (thing for thing in things if not (isinstance(thing, LiteralThing) and thing.value is None))


def _frame_of(function: str, frame: Frame) -> Frame:
    """The frame of the function with this name around (or at) a frame; one without arguments if there is none."""
    current: Frame | None = frame
    while current is not None:
        if current.function == function and current.path == frame.path:
            return current
        current = current.outer
    return Frame(frame.path, function)
