"""What text an expression of a test is, with gaps where it is not known, and all of them where it is one of several.

Constants are taken from `config.constants`, which says nothing of a text that is only partly known. Here such texts are
put together, through variables, loops, helpers that build URLs, attributes of `self`, and fixtures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flake8_fastapi.knowledge import framework, suites
from flake8_fastapi.semantics import arguments, calls, classes, facts
from flake8_fastapi.semantics.config import constants, settings
from flake8_fastapi.semantics.facts import FunctionFacts, Value
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.suite import elements, fixtures, pieces, reversing
from flake8_fastapi.semantics.suite.kinds import Written
from flake8_fastapi.semantics.suite.pieces import Texts
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Env,
    Frame,
    FunctionThing,
    Instance,
    Items,
    LiteralThing,
    Made,
    ModuleThing,
    TableThing,
    Thing,
    function_of,
    library_name,
)
from flake8_fastapi.semantics.values import Evaluator

_MOST_STEPS = 3_000
"""A path takes fewer steps in real code (measured: below 200); helpers that call each other would need millions."""
_DEEPEST = 50
_DEEPEST_LIST = 10
"""How deep lists are unpacked into each other."""
_KEY_TYPES = frozenset({"builtins.int", "uuid.UUID"})
_KEY_CALLS = frozenset(
    {"builtins.int", "builtins.len", "uuid.uuid4", "uuid.uuid1", "uuid.UUID", "random.randint", "random.randrange"}
)
_HOLDING = frozenset({"builtins.str", "starlette.datastructures.URL", "starlette.datastructures.URLPath", "yarl.URL"})
"""What makes a text of its first argument."""
_QUOTING = frozenset({"urllib.parse.quote", "urllib.parse.quote_plus"})
_JOINING = frozenset({"urllib.parse.urljoin", "posixpath.join", "os.path.join"})
_TRIMMING = frozenset({"strip", "lstrip", "rstrip", "removeprefix", "removesuffix"})
_CASING = frozenset({"lower", "upper"})
_SAME = frozenset({"as_posix", "human_repr", "encode", "decode", "unicode_string"})


@dataclass(frozen=True, slots=True)
class Partly(Thing):
    """A text that is partly known, as what a parameter of a function is."""

    texts: Texts


@dataclass(frozen=True, slots=True)
class Several(Thing):
    """What `*parts` of a function are; None for any number of them."""

    parts: tuple[Texts | None, ...]


def texts(ev: Evaluator, value: Value, frame: Frame) -> Texts:
    """What text an expression may be."""
    return _Reader(ev).read(value, frame)


def turns(ev: Evaluator, values: Sequence[Value], frame: Frame) -> tuple[tuple[Texts, ...], ...]:
    """What expressions are together, in each turn of the loop that gives them what they are."""
    first = [_Reader(ev) for _ in values]
    found = tuple(reader.read(value, frame) for reader, value in zip(first, values, strict=True))
    shared = set(first[0].loops.items()).intersection(*(reader.loops.items() for reader in first))
    if len(shared) != 1:
        return (found,)
    ((loop, count),) = shared
    return tuple(
        tuple(_Reader(ev, (loop, turn)).read(value, frame) for value in values)
        for turn in range(min(count, pieces.MOST))
    )


def rest(ev: Evaluator, function: FunctionFacts, made: Made, shift: int) -> Several:
    """What `*parts` of a function are in one call; `shift` is 1 where the object of a method comes before."""
    places = list(_Reader(ev).several(facts.Display("tuple", made.call.args), made.frame))
    return _beyond(places, function, shift)


def _beyond(places: list[Texts | None], function: FunctionFacts, shift: int) -> Several:
    first = sum(each.kind == "positional" for each in function.parameters) - shift
    return Several((None,) if None in places[:first] else tuple(places[first:]))


class _Reader:
    """One question."""

    def __init__(self, ev: Evaluator, turn: tuple[int, int] = (0, 0)) -> None:
        self.ev = ev
        self.loops: dict[int, int] = {}
        """The loops over elements that are known, and how many turns each has."""
        self._turn = turn
        """The loop of which one turn is asked for, and which."""
        self._steps = 0
        self._active: set[tuple[int, Frame]] = set()
        self._handlers: dict[type[Value], Callable[[Any, Frame], Texts]] = {
            facts.Text: lambda value, frame: pieces.together([self.read(part, frame) for part in value.parts]),
            facts.Operation: self._operation,
            facts.Either: lambda value, frame: self._any((each, frame) for each in value.values),
            facts.Declared: lambda value, frame: self._any([(value.value or facts.UNKNOWN, frame)]),
            facts.Awaited: lambda value, frame: self.read(value.of, frame),
            facts.Parameter: self._parameter,
            facts.Name: self._name,
            facts.Local: self._local,
            facts.Import: self._import,
            facts.Attribute: self._attribute,
            facts.Call: self._call,
            facts.Item: self._item,
            facts.Iterated: self._turns,
            facts.Unpacked: self._turns,
        }

    def read(self, value: Value, frame: Frame) -> Texts:
        """What text a value may be."""
        if isinstance(value, facts.Constant):
            return _literal(value.value)
        key = (id(value), frame)
        handler = self._handlers.get(type(value))
        if handler is None or self._steps >= _MOST_STEPS or key in self._active or len(self._active) >= _DEEPEST:
            return pieces.unknown()
        self._steps += 1
        self._active.add(key)
        try:
            return handler(value, frame)
        finally:
            self._active.discard(key)

    def _any(self, found: Iterable[tuple[Value, Frame]]) -> Texts:
        return pieces.merged(self.read(value, frame) for value, frame in found)

    def _constant(self, value: Value, frame: Frame) -> Texts | None:
        known = constants.of(self.ev, value, frame)
        return pieces.plain(known.value) if known is not None and _is_text(known.value) else None

    # -- operators

    def _operation(self, value: facts.Operation, frame: Frame) -> Texts:
        if value.operator in ("+", "+="):
            return pieces.together([self.read(value.left, frame), self.read(value.right, frame)])
        if value.operator == "/":
            left = pieces.trimmed("rstrip", self.read(value.left, frame), "/")
            return pieces.joined(pieces.plain("/"), [left, self.read(value.right, frame)])
        if value.operator == "%":
            return self._percent(self.read(value.left, frame), value.right, frame)
        return pieces.unknown()

    def _percent(self, template: Texts, right: Value, frame: Frame) -> Texts:
        given = self.ev.certain(right, frame)
        if isinstance(given, TableThing):
            keys = {self.ev.literal(key, given.frame): item for key, item in given.items if key is not None}
            named = {str(key): self.read(item, given.frame) for key, item in keys.items()}
            return pieces.formatted(template, (), named)
        if isinstance(right, facts.Display):
            return pieces.formatted(template, [self.read(item, frame) for item in right.items], {})
        return pieces.formatted(template, [self.read(right, frame)] if not isinstance(given, Items) else None, {})

    # -- names

    def _name(self, value: facts.Name, frame: Frame) -> Texts:
        module = self.ev.module(frame.path)
        bindings = module.names.get(value.name, ()) if module is not None else ()
        if value.which is not None:
            bindings = tuple(bindings[index] for index in value.which if index < len(bindings))
        return self._bound(value, bindings, Frame(frame.path), frame)

    def _local(self, value: facts.Local, frame: Frame) -> Texts:
        return self._bound(value, self.ev.bindings(value, frame), self.ev.home(value.function, frame), frame)

    def _bound(self, value: facts.Name | facts.Local, bindings: tuple[Value, ...], where: Frame, frame: Frame) -> Texts:
        name = value.name.partition("@")[0]
        if not bindings:
            return _named(self._constant(value, frame) or pieces.unknown(), name)
        return _named(self._any((each, where) for each in bindings), name)

    def _import(self, value: facts.Import, frame: Frame) -> Texts:
        path = self.ev.files.module(frame.path, value.module, value.level)
        if path is None or value.name is None or not path.endswith(".py"):
            return pieces.unknown(value.name or "")
        return self._member(path, value.name)

    def _member(self, path: str, name: str) -> Texts:
        return _named(self.read(self.ev.global_reference(path, name), Frame(path)), name)

    def _parameter(self, value: facts.Parameter, frame: Frame) -> Texts:
        if frame.function == value.function:
            for name, thing in reversed(frame.env):
                if name == value.name:
                    return _named(self._given(thing), value.name)
        found = self._fixture(value, frame)
        if found is None and value.default is not None:
            found = self._constant(value.default, frame)
        return _named(found or pieces.unknown(is_key=self._is_key(value, frame)), value.name)

    def _given(self, thing: Thing) -> Texts:
        if isinstance(thing, Written):
            return self.read(thing.value, thing.frame)
        if isinstance(thing, Partly):
            return thing.texts
        return _literal(thing.value) if isinstance(thing, LiteralThing) else pieces.unknown()

    def _is_key(self, parameter: facts.Parameter, frame: Frame) -> bool:
        annotation = parameter.annotation
        return annotation is not None and library_name(self.ev.certain(annotation, frame)) in _KEY_TYPES

    def _fixture(self, parameter: facts.Parameter, frame: Frame) -> Texts | None:
        """What the fixture gives whose name a parameter of a test or fixture has."""
        project = self.ev.modules
        where = fixtures.asked(project, parameter, frame) if isinstance(project, Project) else None
        found = self.ev.function(FunctionThing(where.path, where.function)) if where is not None else None
        if where is None or found is None:
            return None
        return self._any((each, where) for each in (*found.yielded, *(() if found.is_generator else found.returned)))

    # -- attributes

    def _attribute(self, value: facts.Attribute, frame: Frame) -> Texts:
        holder = self.ev.certain(value.of, frame)
        known = constants.of(self.ev, value, frame)
        if known is not None and _is_text(known.value) and not self._is_empty_field(holder, known):
            return pieces.plain(known.value)
        found: Texts | None = None
        if isinstance(holder, Instance) and library_name(holder.type) == suites.REQUEST:
            # `request.param` of a fixture
            return pieces.merged(self._given(each) for each in self.ev.evaluate(value, frame) or (Thing(),))
        if isinstance(holder, ModuleThing) and holder.path.endswith(".py"):
            return self._member(holder.path, value.name)
        if isinstance(holder, ClassThing):
            found = self._of_class(holder, value.name)
        elif isinstance(holder, Instance) and isinstance(holder.type, ClassThing):
            found = self._of_instance(holder, holder.type, value.name)
        return _named(found or pieces.unknown(), value.name)

    def _is_empty_field(self, holder: Thing | None, known: constants.Known) -> bool:
        """Whether it is merely the default of a field: of what a test works with, that says nothing."""
        cls = holder.type if isinstance(holder, Instance) else None
        if not isinstance(cls, ClassThing) or settings.is_settings(self.ev, cls):
            return False
        return known.is_default or known.value == ""

    def _of_class(self, cls: ClassThing, name: str) -> Texts | None:
        found = classes.lookup(self.ev, cls, name)
        if found is None or isinstance(found[1], facts.Function):
            return None
        return self.read(found[1], Frame(found[0].path))

    def _of_instance(self, instance: Instance, cls: ClassThing, name: str) -> Texts | None:
        for base in classes.mro(self.ev, cls)[0]:
            found = classes.facts_of(self.ev, base) if isinstance(base, ClassThing) else None
            if found is None or not isinstance(base, ClassThing):
                continue
            if name in found.instance:
                where = self._constructor(instance, base)
                return self._any((each, where) for each in found.instance[name])
            if name in found.attributes:
                break
        made = instance.made
        written = made.call.keyword(name) if made is not None else None
        if made is not None and written is not None:
            return self.read(written, made.frame)
        method = classes.method(self.ev, cls, name)
        if method is not None:
            return self._returned(method, Made(_NO_CALL, Frame("")), instance) if self._is_property(method) else None
        found_texts = self._of_class(cls, name)
        is_empty = found_texts is None or self._is_empty_field(instance, constants.Known("", True))
        return None if is_empty and self._is_declared(cls, name) else found_texts

    def _is_declared(self, cls: ClassThing, name: str) -> bool:
        found = classes.lookup(self.ev, cls, name)
        return found is not None and isinstance(found[1], facts.Declared)

    def _is_property(self, method: FunctionThing) -> bool:
        return bool(calls.traits(self.ev, method) & framework.PROPERTIES)

    def _constructor(self, instance: Instance, base: ClassThing) -> Frame:
        """Where what methods give to `self` is evaluated: the constructor, with what it was given."""
        init = classes.method(self.ev, base, "__init__")
        if init is None:
            return Frame(base.path)
        env: Env = instance.env
        if instance.made is not None and instance.type == base:
            env = self._arguments(init, instance.made, instance)
        return Frame(init.path, init.qualname, env)

    # -- items and loops

    def _item(self, value: facts.Item, frame: Frame) -> Texts:
        known = self._constant(value, frame)
        if known is not None:
            return known
        found = elements.looked_up(self.ev, value, frame)
        if found is not None:
            return self._any(found)
        return pieces.unknown(_name_of(value))

    def _turns(self, value: facts.Iterated | facts.Unpacked, frame: Frame) -> Texts:
        found = elements.expressions(self.ev, value, frame)
        if found is None:
            return pieces.unknown(is_key=elements.counts(self.ev, value, frame))
        loop = id(elements.loop_of(value))
        self.loops[loop] = len(found)
        return self._any(found if loop != self._turn[0] else found[self._turn[1] :][:1])

    # -- calls

    def _call(self, value: facts.Call, frame: Frame) -> Texts:
        method = value.func
        if isinstance(method, facts.Attribute):
            found = self._reversed(value, method, frame) or self._method(value, method, frame)
            if found is not None:
                return found
        known = self._constant(value, frame)
        if known is not None:
            return known
        callees = self.ev.evaluate(value.func, frame)
        found_texts = pieces.merged(self._called(callee, value, frame) for callee in callees)
        return _named(found_texts, _name_of(value))

    def _called(self, callee: Thing, value: facts.Call, frame: Frame) -> Texts:
        name = library_name(callee)
        function = function_of(callee)
        if name:
            return self._library(name, value, frame)
        owner = callee.owner if isinstance(callee, Bound) else None
        return self._returned(function, Made(value, frame), owner) if function is not None else pieces.unknown()

    def _library(self, name: str, value: facts.Call, frame: Frame) -> Texts:
        first = value.args[0] if value.args else None
        if first is not None and (name in _HOLDING or name.rpartition(".")[2] == "URL"):
            return self.read(first, frame)
        if first is not None and name in _QUOTING:
            return self._quoted(first, frame)
        if name in _JOINING:
            return pieces.appended([self.read(each, frame) for each in value.args])
        return pieces.unknown(_name_of(value), name in _KEY_CALLS)

    def _quoted(self, first: Value, frame: Frame) -> Texts:
        """A quoted text has no slash that counts."""
        found = self.read(first, frame)
        return found if all(pieces.whole(text) is not None for text in found) else pieces.unknown("quoted")

    def _method(self, call: facts.Call, method: facts.Attribute, frame: Frame) -> Texts | None:
        name, args = method.name, call.args
        if name == "format":
            named = {key: self.read(each, frame) for key, each in call.keywords if key is not None}
            given = [] if call.open else [self.read(each, frame) for each in args]
            return pieces.filled(self.read(method.of, frame), given, named)
        if name == "join" and len(args) == 1:
            return self._joined(method.of, args[0], frame)
        if name == "replace" and len(args) == 2:
            return pieces.replaced(*(self.read(each, frame) for each in (method.of, *args)))
        if name in _TRIMMING and len(args) < 2:
            sought = self.ev.literal(args[0], frame) if args else None
            return pieces.trimmed(name, self.read(method.of, frame), sought if isinstance(sought, str) else None)
        if name in _CASING and not args:
            return pieces.cased(name, self.read(method.of, frame))
        return self.read(method.of, frame) if name in _SAME else None

    def _joined(self, separator: Value, parts: Value, frame: Frame) -> Texts:
        between = self.read(separator, frame)
        known: list[Texts] = []
        for part in self.several(parts, frame):
            if part is None:
                # Nothing, or any number of parts.
                more = "path" if between == pieces.plain("/") else ""
                return pieces.together([pieces.joined(between, known), pieces.unknown(more)])
            known.append(part)
        return pieces.joined(between, known)

    def several(self, value: Value, frame: Frame, depth: int = 0) -> Iterator[Texts | None]:
        """The elements of a list or tuple; None where it is not known how many there are."""
        self._steps += 1
        if depth > _DEEPEST_LIST or self._steps > _MOST_STEPS:
            yield None
        elif isinstance(value, facts.Display) and value.kind == "each":
            mapped = elements.mapped(self.ev, value, frame)
            yield from self.several(mapped, frame, depth + 1) if mapped is not None else (None,)
        elif isinstance(value, facts.Display):
            for each in value.items:
                if isinstance(each, facts.Starred):
                    yield from self.several(each.of, frame, depth + 1)
                else:
                    yield self.read(each, frame)
        else:
            yield from self._elements(self.ev.certain(value, frame), depth)

    def _elements(self, thing: Thing | None, depth: int) -> Iterator[Texts | None]:
        if isinstance(thing, Several):
            yield from thing.parts
        elif isinstance(thing, Items) and not thing.repeated:
            yield from self.several(facts.Display("tuple", thing.values), thing.frame, depth + 1)
        else:
            yield None

    def _reversed(self, call: facts.Call, method: facts.Attribute, frame: Frame) -> Texts | None:
        """`app.url_path_for("name", user_id=1)`"""
        project = self.ev.modules
        if method.name not in reversing.METHODS or not isinstance(project, Project):
            return None
        name = call.argument(0, "name")
        given = {key: self.read(each, frame) for key, each in call.keywords if key is not None and key != "name"}
        known = self.read(name, frame) if name is not None else pieces.unknown()
        return pieces.merged(reversing.texts(project, pieces.whole(each), given) for each in known)

    def _returned(self, function: FunctionThing, made: Made, owner: Thing | None) -> Texts:
        found = self.ev.function(function)
        if found is None or not found.returned or found.is_generator:
            return pieces.unknown()
        where = self.ev.frame_of(function, self._arguments(function, made, owner))
        return self._any((each, where) for each in found.returned)

    def _arguments(self, function: FunctionThing, made: Made, owner: Thing | None) -> Env:
        """What the parameters are; texts that are partly known are read where they are written."""
        env = arguments.bind(self.ev, function, made, constants=True, owner=owner)
        return (*env, *self._partly(function, made, int(owner is not None), {name for name, _ in env}))

    def _partly(self, function: FunctionThing, made: Made, shift: int, known: set[str]) -> Iterator[tuple[str, Thing]]:
        found = self.ev.function(function)
        if found is None:
            return
        places = list(self.several(facts.Display("tuple", made.call.args), made.frame))
        for parameter in found.parameters:
            value = made.call.keyword(parameter.name)
            place = parameter.index - shift if parameter.index is not None else -1
            if parameter.kind == "args":
                yield parameter.name, _beyond(places, found, shift)
            elif parameter.name in known or parameter.kind == "kwargs":
                continue
            elif value is not None:
                yield parameter.name, Partly(self.read(value, made.frame))
            elif 0 <= place < len(places) and None not in places[: place + 1]:
                yield parameter.name, Partly(places[place] or pieces.unknown())


_NO_CALL = facts.Call(facts.UNKNOWN, (), (), facts.Position(0, 0), facts.Position(0, 0))


def _is_text(value: object) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def _literal(value: object) -> Texts:
    return pieces.plain(value) if _is_text(value) else pieces.unknown()


def _named(found: Texts, name: str) -> Texts:
    """Names what has none: a text of which nothing is known goes by the name of its variable."""
    gap = found[0][0] if len(found) == 1 and len(found[0]) == 1 else None
    if not isinstance(gap, pieces.Gap) or gap.name:
        return found
    return pieces.unknown(name, gap.is_key)


def _name_of(value: Value) -> str:
    """What the source calls a value."""
    if isinstance(value, facts.Awaited):
        return _name_of(value.of)
    if isinstance(value, facts.Call):
        name = _name_of(value.func)
        return _name_of(value.args[0]) if name == "str" and value.args else name
    if isinstance(value, facts.Item):
        key = value.key.value if isinstance(value.key, facts.Constant) else None
        return key if isinstance(key, str) else _name_of(value.of)
    if isinstance(value, (facts.Name, facts.Local, facts.Attribute, facts.Parameter)):
        return value.name.partition("@")[0]
    return ""
