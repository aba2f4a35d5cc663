"""The constant that a value certainly is, with what configuration may put in its place.

Further than evaluation, which is about things: texts are put together and taken apart, lists are built step by step,
and a reading of the environment or a field of a settings class is its default, marked as such. Certain or None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import arguments, calls, classes, facts, texts
from flake8_fastapi.semantics.config import environment, settings
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Instance,
    LiteralThing,
    Made,
    ModuleThing,
    Thing,
    function_of,
    library_name,
)
from flake8_fastapi.semantics.values import Evaluator

_MOST_STEPS = 400
"""A constant takes fewer steps in real code; sums of sums of sums would need billions."""
_DEEPEST = 60
"""Constants are made of each other less deeply than this."""
_WRAPPERS = frozenset(
    {
        "pydantic.SecretStr", "pydantic.SecretBytes", "pydantic.types.SecretStr", "pydantic.types.SecretBytes",
        "starlette.datastructures.Secret", "starlette.datastructures.URL",
        "starlette.datastructures.CommaSeparatedStrings", "builtins.str",
        "builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset", "builtins.sorted",
        "typing.cast", "pydantic.AnyHttpUrl", "pydantic.AnyUrl", "pydantic.HttpUrl", "pydantic.PostgresDsn",
        "pydantic.parse_obj_as",
    }
)  # fmt: skip
"""What holds a constant without changing what it says, by the name of what is called."""
_TYPED_FIRST = frozenset({"typing.cast", "pydantic.parse_obj_as"})
_FIELDS = frozenset({"pydantic.Field", "dataclasses.field", "pydantic.fields.Field", "sqlmodel.Field"})
_KEEPING = frozenset({"get_secret_value", "strip", "lstrip", "rstrip", "copy", "encode", "decode", "unicode_string"})
"""Methods that leave what a constant says as it is."""
_GROWING = {"append": False, "add": False, "insert": False, "extend": True, "update": True}
"""Methods that put something into a list or set; whether it is several."""
_SHRINKING = frozenset({"remove", "discard", "pop", "clear"})


class Known(NamedTuple):
    """A constant."""

    value: object
    """A text, bytes, number, bool or None; a tuple of such for a list, tuple or set."""
    is_default: bool = False
    """The environment, or another source of settings, may put something else in its place."""


Elements = tuple["Known | None", ...]
"""What stands in a list, tuple or set; None for what is not known, which may be several."""


def of(ev: Evaluator, value: Value, frame: Frame) -> Known | None:
    """The constant that a value certainly is; None if that is not known.

    What a condition chooses from several is known if all of them are the same.
    """
    return _Folder(ev).known(value, frame)


def text(ev: Evaluator, value: Value, frame: Frame) -> str | None:
    """The text that a value is whatever the environment says; None if that is not known."""
    found = of(ev, value, frame)
    return found.value if found is not None and not found.is_default and isinstance(found.value, str) else None


def items(ev: Evaluator, value: Value, frame: Frame) -> Elements | None:
    """What certainly stands in a list, tuple or set, with None for parts that are not known; None for anything else."""
    return _Folder(ev).items(value, frame)


class _Folder:
    """One question."""

    def __init__(self, ev: Evaluator) -> None:
        self.ev = ev
        self._steps = 0
        self._active: set[tuple[int, Frame]] = set()

    def known(self, value: Value, frame: Frame) -> Known | None:
        """What a value is."""
        key = (id(value), frame)
        if self._steps >= _MOST_STEPS or key in self._active or len(self._active) >= _DEEPEST:
            return None
        self._steps += 1
        self._active.add(key)
        try:
            found = self._known(value, frame)
        finally:
            self._active.discard(key)
        too_long = (
            found is not None and isinstance(found.value, (str, bytes, tuple)) and len(found.value) > texts.LONGEST
        )
        return None if too_long else found

    def _known(self, value: Value, frame: Frame) -> Known | None:
        if isinstance(value, facts.Constant):
            return Known(value.value)
        if isinstance(value, facts.Declared):
            return self.known(value.value, frame) if value.value is not None else None
        if isinstance(value, facts.Text):
            return _joined(tuple(self.known(part, frame) for part in value.parts))
        if isinstance(value, facts.Operation):
            return self._operation(value, frame)
        if isinstance(value, facts.Display):
            return _whole(self.items(value, frame))
        if isinstance(value, facts.Either):
            return self._either(value, frame)
        if isinstance(value, facts.Call):
            return self._call(value, frame)
        if isinstance(value, (facts.Name, facts.Local)):
            return self._variable(value, frame)
        if isinstance(value, facts.Attribute):
            return self._attribute(value, frame)
        if isinstance(value, facts.Item):
            return self._item(value, frame)
        if isinstance(value, facts.Import):
            return self._imported(value, frame)
        return self._thing(value, frame)

    def _thing(self, value: Value, frame: Frame) -> Known | None:
        """What evaluation says, for values that it knows better: parameters of calls that are followed, members."""
        found = self.ev.literal(value, frame)
        return None if found is NotImplemented else Known(found)

    # -- operators

    def _operation(self, value: facts.Operation, frame: Frame) -> Known | None:
        if value.operator not in ("+", "+=", "%"):
            return None
        left, right = self.known(value.left, frame), self.known(value.right, frame)
        if left is None or right is None:
            return None
        found = _filled(left.value, right.value) if value.operator == "%" else _sum(left.value, right.value)
        return None if found is None else Known(found, left.is_default or right.is_default)

    def _either(self, value: facts.Either, frame: Frame) -> Known | None:
        """`os.getenv("X") or "dev"` is a default; of other choices all must be the same."""
        read = [environment.read(self.ev, each, frame) for each in value.values]
        if any(each is not None and each.default is None for each in read):
            others = [each for each, found in zip(value.values, read, strict=True) if found is None]
            last = self.known(others[-1], frame) if len(others) == 1 else None
            return Known(last.value, True) if last is not None and others[-1] is value.values[-1] else None
        return self._same(tuple(self.known(each, frame) for each in value.values))

    def _same(self, found: tuple[Known | None, ...]) -> Known | None:
        first = found[0] if found else None
        if first is None or any(each is None or each.value != first.value for each in found):
            return None
        return Known(first.value, any(each is not None and each.is_default for each in found))

    # -- names

    def _variable(self, value: facts.Name | facts.Local, frame: Frame) -> Known | None:
        if isinstance(value, facts.Local) and dict(self._home(value, frame).env).get(value.name) is not None:
            return self._thing(value, frame)
        bindings, where = self._bindings(value, frame)
        if not bindings:
            return self._thing(value, frame)
        found = self._same(tuple(self.known(each, where) for each in bindings))
        if found is None or not isinstance(found.value, tuple):
            return found
        return _whole(self.items(value, frame))

    def _home(self, value: facts.Local, frame: Frame) -> Frame:
        return self.ev.home(value.function, frame)

    def _bindings(self, value: facts.Name | facts.Local, frame: Frame) -> tuple[tuple[Value, ...], Frame]:
        """What a variable is given, and where."""
        if isinstance(value, facts.Local):
            return self.ev.bindings(value, frame), self._home(value, frame)
        module = self.ev.module(frame.path)
        bindings = module.names.get(value.name, ()) if module is not None else ()
        if value.which is not None:
            bindings = tuple(bindings[index] for index in value.which if index < len(bindings))
        return bindings, Frame(frame.path)

    def _imported(self, value: facts.Import, frame: Frame) -> Known | None:
        path = self.ev.files.module(frame.path, value.module, value.level)
        if path is None or value.name is None:
            return None
        return self._member(path, value.name)

    def _member(self, path: str, name: str) -> Known | None:
        module = self.ev.module(path) if path.endswith(".py") else None
        if module is None or name not in module.names:
            return self._thing(self.ev.global_reference(path, name), Frame(path)) if module is not None else None
        return self.known(self.ev.global_reference(path, name), Frame(path))

    # -- attributes

    def _attribute(self, value: facts.Attribute, frame: Frame) -> Known | None:
        holder = self.ev.certain(value.of, frame)
        if isinstance(holder, ModuleThing):
            return self._member(holder.path, value.name)
        if isinstance(holder, ClassThing):
            return self._of_class(holder, value.name)
        if isinstance(holder, Instance) and isinstance(holder.type, ClassThing):
            return self._of_instance(holder, holder.type, value.name)
        return self._thing(value, frame)

    def _of_class(self, cls: ClassThing, name: str) -> Known | None:
        found = classes.lookup(self.ev, cls, name)
        if found is None or isinstance(found[1], facts.Function):
            return None
        return self.known(found[1], Frame(found[0].path))

    def _of_instance(self, instance: Instance, cls: ClassThing, name: str) -> Known | None:
        on_self = self._on_self(instance, cls, name)
        if on_self is not None:
            return on_self[0]
        given = dict(instance.env).get(name)
        if isinstance(given, LiteralThing):
            return Known(given.value)
        made = instance.made
        written = made.call.keyword(name) if made is not None else None
        if made is not None and written is not None:
            return self.known(written, made.frame)
        if given is not None or (made is not None and made.call.open):
            return None
        found = classes.lookup(self.ev, cls, name)
        if found is None:
            return None
        base, value = found
        if isinstance(value, facts.Function):
            return self._property(self.ev.raw(value, Frame(base.path)), instance)
        known = self.known(value, Frame(base.path))
        if known is None or not isinstance(value, facts.Declared):
            return known
        # Of an instance that is only known by its class, nobody knows what its maker was given.
        return Known(known.value, known.is_default or made is None or settings.is_settings(self.ev, cls))

    def _on_self(self, instance: Instance, cls: ClassThing, name: str) -> tuple[Known | None] | None:
        """What a constructor gives to `self.name`; None if no method binds it."""
        for base in classes.mro(self.ev, cls)[0]:
            found = classes.facts_of(self.ev, base) if isinstance(base, ClassThing) else None
            if found is None or name not in found.instance or not isinstance(base, ClassThing):
                continue
            init = classes.method(self.ev, base, "__init__")
            where = Frame(init.path, init.qualname, instance.env) if init is not None else Frame(base.path)
            return (self._same(tuple(self.known(each, where) for each in found.instance[name])),)
        return None

    def _property(self, method: FunctionThing, instance: Instance) -> Known | None:
        found = self.ev.function(method)
        if found is None or not found.parameters or not calls.traits(self.ev, method) & _PROPERTIES:
            return None
        return self._returned(method, ((found.parameters[0].name, instance),))

    def _returned(self, function: FunctionThing, env: tuple[tuple[str, Thing], ...]) -> Known | None:
        found = self.ev.function(function)
        if found is None or found.is_async or found.is_generator or not found.returned:
            return None
        frame = self.ev.frame_of(function, env)
        return self._same(tuple(self.known(each, frame) for each in found.returned))

    # -- items

    def _item(self, value: facts.Item, frame: Frame) -> Known | None:
        key = self.known(value.key, frame)
        inner = self.known(value.of, frame) if key is not None and isinstance(key.value, int) else None
        if key is None or inner is None or not isinstance(inner.value, tuple) or not isinstance(key.value, int):
            return self._thing(value, frame)
        inside = -len(inner.value) <= key.value < len(inner.value)
        return Known(inner.value[key.value], inner.is_default) if inside else None

    def items(self, value: Value, frame: Frame) -> Elements | None:
        """The elements of a list, tuple or set."""
        if isinstance(value, facts.Declared) and value.value is not None:
            return self.items(value.value, frame)
        if isinstance(value, facts.Display):
            return None if value.kind == "each" else tuple(self._elements(value, frame))
        if isinstance(value, facts.Operation) and value.operator in ("+", "+="):
            left, right = self.items(value.left, frame), self.items(value.right, frame)
            return None if left is None and right is None else (*(left or (None,)), *(right or (None,)))
        if isinstance(value, (facts.Name, facts.Local)) and not self._is_given(value, frame):
            return self._built(value, frame)
        found = self.known(value, frame)
        if found is None or not isinstance(found.value, tuple):
            return None
        return tuple(Known(each, found.is_default) for each in found.value)

    def _is_given(self, value: facts.Name | facts.Local, frame: Frame) -> bool:
        return isinstance(value, facts.Local) and value.name in dict(self._home(value, frame).env)

    def _elements(self, display: facts.Display, frame: Frame) -> Iterator[Known | None]:
        for each in display.items:
            if isinstance(each, facts.Starred):
                yield from self.items(each.of, frame) or (None,)
            else:
                yield self.known(each, frame)

    def _built(self, value: facts.Name | facts.Local, frame: Frame) -> Elements | None:
        """The elements of a list that a variable holds, with what methods put into it.

        What they do in a block (`if`, `for`) may happen or not: it is not known. So is what another function does.
        """
        bindings, where = self._bindings(value, frame)
        if self._steps >= _MOST_STEPS or len(bindings) != 1 or isinstance(bindings[0], facts.Parameter):
            return None
        self._steps += 1
        if isinstance(bindings[0], facts.Import):
            return self._imported_items(bindings[0], where)
        found = self.items(bindings[0], where)
        if found is None:
            return None
        for function, site in self._changes(value, where):
            assert isinstance(site.value, facts.Call) and isinstance(site.value.func, facts.Attribute)
            name, here = site.value.func.name, function == where.function and not site.is_nested
            if name in _SHRINKING:
                return (None,)
            given = site.value.argument(1 if name == "insert" else 0)
            if not here or given is None:
                found = (*found, None)
            elif _GROWING[name]:
                found = (*found, *(self.items(given, where) or (None,)))
            else:
                found = (*found, self.known(given, where))
        return found

    def _imported_items(self, value: facts.Import, frame: Frame) -> Elements | None:
        path = self.ev.files.module(frame.path, value.module, value.level)
        if path is None or value.name is None or not path.endswith(".py"):
            return None
        return self.items(self.ev.global_reference(path, value.name), Frame(path))

    def _changes(self, value: facts.Name | facts.Local, where: Frame) -> Iterator[tuple[str, facts.Site]]:
        """The calls of methods that change a list, with the functions in which they stand."""
        module = self.ev.module(where.path)
        for name in (*_GROWING, *_SHRINKING) if module is not None else ():
            for function, site in module.mentions.get(name, ()) if module is not None else ():
                func = site.value.func if isinstance(site.value, facts.Call) else None
                of = func.of if isinstance(func, facts.Attribute) else None
                if type(of) is type(value) and of.name == value.name and _function(of) == _function(value):
                    yield function, site

    # -- calls

    def _call(self, value: facts.Call, frame: Frame) -> Known | None:
        read = environment.read(self.ev, value, frame)
        if read is not None:
            found = self.known(read.default, read.frame) if read.default is not None else None
            return Known(found.value, True) if found is not None else None
        if isinstance(value.func, facts.Attribute):
            found = self._method(value, value.func, frame)
            if found is not None:
                return found
        callee = self.ev.certain(value.func, frame)
        name = library_name(callee)
        if name in _WRAPPERS and value.args:
            return self.known(value.args[1 if name in _TYPED_FIRST and len(value.args) > 1 else 0], frame)
        if name in _FIELDS:
            return self._field(value, frame)
        function = function_of(callee)
        if function is None:
            return None
        owner = callee.owner if isinstance(callee, Bound) else None
        return self._returned(
            function, arguments.bind(self.ev, function, Made(value, frame), constants=True, owner=owner)
        )

    def _field(self, value: facts.Call, frame: Frame) -> Known | None:
        default = value.argument(0, "default")
        if default is not None:
            return self.known(default, frame)
        factory = value.keyword("default_factory")
        function = function_of(self.ev.certain(factory, frame)) if factory is not None else None
        return self._returned(function, ()) if function is not None else None

    def _method(self, call: facts.Call, func: facts.Attribute, frame: Frame) -> Known | None:
        """A method of a constant that gives another."""
        if func.name not in texts.METHODS and func.name not in _KEEPING:
            return None
        of = self.known(func.of, frame)
        if of is None:
            return None
        if func.name in _KEEPING:
            value = (
                of.value.strip() if isinstance(of.value, str) and "strip" in func.name and not call.args else of.value
            )
            return Known(value, of.is_default)
        given = [_whole(self.items(each, frame)) or self.known(each, frame) for each in call.args]
        named = {key: self.known(each, frame) for key, each in call.keywords}
        if not isinstance(of.value, str) or None in given or None in named.values() or None in named:
            return None
        found = texts.METHODS[func.name](
            of.value,
            [each.value for each in given if each is not None],
            {key: each.value for key, each in named.items() if key is not None and each is not None},
        )
        parts = (of, *given, *named.values())
        return None if found is None else Known(found, any(each is not None and each.is_default for each in parts))


_PROPERTIES = framework.PROPERTIES | {"pydantic.computed_field"}


def _function(value: Value) -> str:
    return value.function if isinstance(value, facts.Local) else facts.MODULE


def _whole(elements: Elements | None) -> Known | None:
    """A list of which everything is known."""
    if elements is None or any(each is None for each in elements):
        return None
    known = [each for each in elements if each is not None]
    return Known(tuple(each.value for each in known), any(each.is_default for each in known))


def _joined(parts: Elements) -> Known | None:
    known = [each for each in parts if each is not None]
    if len(known) != len(parts):
        return None
    found = texts.joined([each.value for each in known])
    return None if found is None else Known(found, any(each.is_default for each in known))


def _sum(left: object, right: object) -> object:
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, bytes) and isinstance(right, bytes):
        return left + right
    if isinstance(left, tuple) and isinstance(right, tuple):
        return (*left, *right)
    return None


def _filled(template: object, given: object) -> object:
    """`"%s:%s" % (a, b)`"""
    values = given if isinstance(given, tuple) else (given,)
    return texts.formatted(template, values) if isinstance(template, str) else None
