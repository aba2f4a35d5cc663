"""What the values of a function hold of the client's: variables, attributes, texts, paths, calls of libraries."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flake8_fastapi.knowledge import framework
from flake8_fastapi.knowledge import taint as tables
from flake8_fastapi.semantics import facts, types
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.taint import sources
from flake8_fastapi.semantics.taint.shapes import (
    Holder,
    Kind,
    Part,
    Shape,
    Shapes,
    Tainted,
    Text,
    as_text,
    changed,
    limited,
    named,
    normalized,
    safe_for,
    tainted_in,
    text_of,
    unsafe_again,
)
from flake8_fastapi.semantics.things import ClassThing, Frame, FunctionThing, Library, Thing, function_of
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.semantics.values import Evaluator

_PLACES = re.compile(r"(%(?:\([^)]*\))?[^a-zA-Z%]*[a-zA-Z%])")
_NESTED = 60
"""How deep values are looked into."""
_STRING = Type("class", Library("builtins.str"))


class Reading:
    """Reads the values of one function. What parameters and functions of the project give, the subclass knows."""

    def __init__(self, ev: Evaluator, function: FunctionThing) -> None:
        self.ev = ev
        self.function = function
        self._frame = Frame(function.path, function.qualname)
        self._memo: dict[Value, Shapes] = {}
        self._nested = 0

    def _parameter(self, value: facts.Parameter) -> Iterable[Shape]:
        raise NotImplementedError

    def _of_function(self, call: facts.Call, callee: Thing | None) -> Shapes:
        raise NotImplementedError

    def _of_class(self, call: facts.Call, cls: ClassThing) -> Shapes:
        raise NotImplementedError

    def _of_object(self, holder: Holder, name: str) -> Shapes:
        raise NotImplementedError

    # -- values

    def shapes(self, value: Value) -> Shapes:
        """What a value may be of the client's."""
        known = self._memo.get(value)
        if known is not None:
            return known
        handler = _HANDLERS.get(type(value))
        if handler is None or self._nested > _NESTED:
            return ()
        self._memo[value] = ()
        self._nested += 1
        try:
            found = limited(handler(self, value))
        finally:
            self._nested -= 1
        self._memo[value] = found
        return found

    def _local(self, value: facts.Local) -> Iterable[Shape]:
        name = value.name.partition("@")[0]
        for binding in self.ev.bindings(value, self._frame):
            found = self.shapes(binding)
            yield from found if isinstance(binding, facts.Parameter) else named(found, name)

    def _attribute(self, value: facts.Attribute) -> Iterable[Shape]:
        found: list[Shape] = []
        for shape in self.shapes(value.of):
            if isinstance(shape, Holder):
                found.extend(self._attribute_of_holder(shape, value.name))
            elif value.name in tables.NAME_ATTRIBUTES:
                found.append(changed(shape, lambda each: safe_for(each, "path")))
            elif value.name in tables.PATH_ATTRIBUTES:
                found.append(shape)
        return found

    def _attribute_of_holder(self, holder: Holder, name: str) -> Shapes:
        if holder.what in ("upload", "form field"):
            return self._of_upload(holder, name)
        if holder.what == "request":
            if name in tables.READ_OF_REQUEST:
                return (Holder("list", _within(holder, name, tables.READ_OF_REQUEST[name]), _STRING),)
            return (Holder("url", _within(holder, name, "path")),) if name == "url" else ()
        if holder.what == "url":
            return (Text((_within(holder, name, "path"),)),) if name in ("path", "query") else ()
        if holder.what == "model":
            return sources.field(self.ev, holder, name)
        return self._of_object(holder, name) if holder.what == "object" else ()

    def _of_upload(self, holder: Holder, name: str) -> Shapes:
        if name == "filename":
            return (Text((_within(holder, name, "file name"),)),)
        return (Text((safe_for(_within(holder, name, "header"), "path"),)),) if name == "content_type" else ()

    def _item(self, value: facts.Item) -> Iterable[Shape]:
        key = self.ev.literal(value.key, self._frame)
        for shape in self.shapes(value.of):
            if isinstance(shape, Holder):
                yield from self._element(shape, key)
            elif isinstance(value.key, facts.Slice):
                yield shape

    def _element(self, holder: Holder, key: object) -> Shapes:
        """What a list, a table or a model that was dumped holds under a key."""
        if holder.what == "model":
            return sources.field(self.ev, holder, key) if isinstance(key, str) else ()
        tainted = _keyed(holder, key)
        if holder.what == "form":
            return (Holder("form field", tainted),)
        if holder.what == "list":
            return sources.by_type(self.ev, holder.type or types.ANY, tainted)
        return (Holder("any", tainted),) if holder.what == "any" else ()

    def _iterated(self, value: facts.Iterated) -> Iterable[Shape]:
        if isinstance(value.of, facts.Display):
            return self._either(value.of.items)
        return [found for shape in self.shapes(value.of) if isinstance(shape, Holder)
                for found in self._element(shape, None)]  # fmt: skip

    def _unpacked(self, value: facts.Unpacked) -> Iterable[Shape]:
        call = value.of
        if isinstance(call, facts.Iterated) and isinstance(call.of, facts.Call):
            is_item = value.index == 1 and self._callee(call.of) == Library("builtins.enumerate")
            return self._iterated(facts.Iterated(call.of.args[0], False)) if is_item and call.of.args else ()
        if isinstance(call, facts.Call) and call.args and value.index == 0:
            return self.shapes(call.args[0]) if self._callee(call) == Library("os.path.splitext") else ()
        return ()

    def _either(self, values: Iterable[Value]) -> Shapes:
        return tuple(shape for each in values for shape in self.shapes(each))

    def _declared(self, value: facts.Declared) -> Shapes:
        return self.shapes(value.value) if value.value is not None else ()

    def _joined(self, values: Iterable[Value], between: str = "", is_path: bool = False) -> Shapes:
        """Texts put together, in every way in which one of them may be the client's."""
        every: list[tuple[Part, ...]] = [()]
        for value in values:
            ways = [text.parts for text in self._texts(value)] or [(self._constant(value),)]
            every = [(*left, *((between,) if left and between else ()), *right) for left in every for right in ways][:6]
        return tuple(text_of(parts, is_path) for parts in every)

    def _texts(self, value: Value) -> list[Text]:
        return [text for shape in self.shapes(value) if (text := as_text(shape)) is not None]

    def _constant(self, value: Value) -> str | None:
        if isinstance(value, facts.Text):
            return None
        found = self.ev.literal(value, self._frame)
        return str(found) if isinstance(found, (str, int)) else None

    def _operation(self, value: facts.Operation) -> Shapes:
        if value.operator in ("+", "+="):
            return self._joined((value.left, value.right))
        if value.operator == "/":
            return self._joined((value.left, value.right), "/", True)
        template = self.ev.literal(value.left, self._frame) if value.operator == "%" else None
        if not isinstance(template, str):
            return ()
        right = value.right.items if isinstance(value.right, facts.Display) else (value.right,)
        return self._joined(_filled(template, right))

    # -- calls

    def _call(self, call: facts.Call) -> Iterable[Shape]:
        if isinstance(call.func, facts.Attribute):
            found = tuple(self._method(call, call.func))
            if found:
                return found
        callee = self._callee(call)
        if isinstance(callee, Library):
            return self._of_library(callee.name, call)
        if isinstance(callee, ClassThing):
            return self._of_class(call, callee)
        return self._of_function(call, callee) if function_of(callee) is not None else ()

    def _callee(self, call: facts.Call) -> Thing | None:
        return self.ev.certain(call.func, self._frame)

    def _method(self, call: facts.Call, func: facts.Attribute) -> Iterable[Shape]:
        if func.name == "format":
            yield from self._formatted(call, func)
        elif func.name == "join" and len(call.args) == 1 and isinstance(call.args[0], facts.Display):
            between = self._constant(func.of)
            if between is not None and call.args[0].kind != "each":
                yield from self._joined(call.args[0].items, between)
        elif func.name == "joinpath":
            yield from self._joined((func.of, *call.args), "/", True)
        else:
            for shape in self.shapes(func.of):
                yield from self._method_of(shape, func.name, call)

    def _method_of(self, shape: Shape, name: str, call: facts.Call) -> Shapes:
        if isinstance(shape, Text):
            if name in tables.NORMALIZING_METHODS:
                return (normalized(shape),)
            return (shape,) if name in tables.SAME_METHODS and not self._removes(call, name) else ()
        if shape.what == "request" and name in tables.AWAITED_OF_REQUEST:
            tainted = _within(shape, f"{name}()", tables.AWAITED_OF_REQUEST[name])
            return (Holder("form" if name == "form" else "any", tainted),)
        if name in tables.ITEM_METHODS:
            return self._element(shape, self._key(call))
        if name in tables.LIST_METHODS:
            return (Holder("list", shape.tainted, shape.type),)
        return (shape,) if shape.what == "model" and name in ("model_dump", "dict", "model_copy", "copy") else ()

    def _key(self, call: facts.Call) -> object:
        return self.ev.literal(call.args[0], self._frame) if call.args else None

    def _removes(self, call: facts.Call, name: str) -> bool:
        """Whether a method takes away what would do harm: `.replace("..", "")`."""
        removed = self.ev.literal(call.args[0], self._frame) if call.args else ""
        if name in ("lstrip", "removeprefix") and removed == "/":
            return False
        return name in ("replace", "strip", "lstrip", "rstrip") and (
            not isinstance(removed, str) or any(each in removed for each in tables.REMOVED)
        )

    def _formatted(self, call: facts.Call, func: facts.Attribute) -> Iterable[Shape]:
        template = self.ev.literal(func.of, self._frame)
        if not isinstance(template, str) or call.open:
            return ()
        given = {str(place): value for place, value in enumerate(call.args)}
        given.update((name, value) for name, value in call.keywords if name is not None)
        values: list[Value] = []
        try:
            for count, (text, name, spec, _) in enumerate(string.Formatter().parse(template)):
                values.append(facts.Constant(text))
                if name is not None:
                    values.append(given.get(name or str(count), facts.UNKNOWN) if not spec else facts.UNKNOWN)
        except ValueError:
            return ()
        return self._joined(values)

    def _of_library(self, name: str, call: facts.Call) -> Iterable[Shape]:
        if name in tables.JOINERS:
            return self._joined(call.args, "/", name != "os.path.join")
        if name in framework.OFFLOADERS and call.args:
            return self._call(replace(call, func=call.args[0], args=call.args[1:]))
        if not call.args:
            return ()
        found = self.shapes(call.args[-1 if name == "typing.cast" else 0])
        if name in tables.SAME_TEXT:
            return found
        if name in tables.NORMALIZERS:
            return [normalized(text) for shape in found if (text := as_text(shape)) is not None]
        if name in tables.NAME_ONLY:
            return [changed(shape, lambda each: safe_for(each, "path")) for shape in found]
        if name in tables.DECODERS:
            return [changed(shape, unsafe_again) for shape in found]
        if name in ("builtins.list", "builtins.dict", "builtins.sorted", "builtins.set"):
            return [shape for shape in found if isinstance(shape, Holder)]
        return [Holder("any", tainted_in(shape)[0]) for shape in found] if name == "json.loads" else ()


def _within(holder: Holder, name: str, kind: str) -> Tainted:
    names = frozenset(f"{each}.{name.removesuffix('()')}" for each in holder.tainted.names)
    found: Kind = kind  # type: ignore[assignment]
    return replace(holder.tainted, parameter=f"{holder.tainted.parameter}.{name}", kind=found, names=names)


def _keyed(holder: Holder, key: object) -> Tainted:
    label = f"{holder.tainted.parameter}[{repr(key) if isinstance(key, str) else ''}]"
    return replace(holder.tainted, parameter=label)


def _filled(template: str, values: tuple[Value, ...]) -> Sequence[Value]:
    """A template of `%` with its values in their places; what is no `%s` is not known."""
    found: list[Value] = []
    rest = iter(values)
    for piece in _PLACES.split(template):
        if piece == "%%":
            found.append(facts.Constant("%"))
        elif piece.startswith("%"):
            given = next(rest, None)
            if given is None or len(piece) > 2:
                return (facts.UNKNOWN, *values, facts.UNKNOWN)
            found.append(given if piece == "%s" else facts.UNKNOWN)
        else:
            found.append(facts.Constant(piece))
    return found


_HANDLERS: Mapping[type[Value], Callable[[Reading, Any], Iterable[Shape]]] = {
    facts.Local: Reading._local,
    facts.Parameter: lambda reading, value: reading._parameter(value),
    facts.Attribute: Reading._attribute,
    facts.Item: Reading._item,
    facts.Iterated: Reading._iterated,
    facts.Unpacked: Reading._unpacked,
    facts.Declared: Reading._declared,
    facts.Either: lambda reading, value: reading._either(value.values),
    facts.Text: lambda reading, value: reading._joined(value.parts),
    facts.Operation: Reading._operation,
    facts.Awaited: lambda reading, value: reading.shapes(value.of),
    facts.Entered: lambda reading, value: reading.shapes(value.of),
    facts.Call: Reading._call,
}
