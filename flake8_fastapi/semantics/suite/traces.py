"""From which calls a value comes, across the functions of one run of a test.

`check(response)` asserts on what its caller got from `client.get()`; `create()["id"]` is a part of the answer to a
request that `create` sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flake8_fastapi.knowledge import assertions as tables
from flake8_fastapi.semantics import classes, facts
from flake8_fastapi.semantics.facts import Value, last_name
from flake8_fastapi.semantics.suite.frames import Caller, Frames
from flake8_fastapi.semantics.suite.kinds import STATUSES, Written
from flake8_fastapi.semantics.suite.reach import Reach
from flake8_fastapi.semantics.suite.sources import NOTHING, Judge, Key, Source, Sources, loose
from flake8_fastapi.semantics.things import ClassThing, Instance, Partial, Thing, library_name

_DEEPEST = 60
"""How many values deep a source may lie."""
_MOST_NAMES = 8
"""How many names and helpers a tuple is followed through."""
_MOST_STEPS = 5_000
"""One question needs fewer steps in real code (measured: below 500)."""
_MOST = 40
"""A value with more sources is not traced: all of them count as loosely known."""


class Traces:
    """Answers for one run."""

    def __init__(self, frames: Frames, judge: Judge) -> None:
        self.frames = frames
        self.ev = frames.ev
        self.reach = Reach(frames, judge)
        self._memo: dict[tuple[Value, int], Sources] = {}
        self._active: dict[tuple[Value, int], int] = {}
        self._steps = 0
        self.is_exhausted = False
        """Whether something is too large to be followed: then nothing is known."""
        self._cut = _DEEPEST
        """The outermost value at which a circle ended lately, by its depth."""
        self._growing: dict[int, dict[str, list[Value]]] = {}

    def of(self, value: Value, place: int) -> Sources:
        """The calls from which a value comes."""
        key = (value, place)
        known = self._memo.get(key)
        if known is not None:
            return known
        depth = len(self._active)
        self._steps = self._steps + 1 if depth else 0
        if depth >= _DEEPEST or self._steps > _MOST_STEPS:
            self.is_exhausted = True
        if key in self._active or self.is_exhausted:
            self._cut = min(self._cut, self._active.get(key, 0))
            return ()
        self._active[key] = depth
        outer, self._cut = self._cut, _DEEPEST
        try:
            found = tuple(dict.fromkeys(self._of(value, place)))
        finally:
            del self._active[key]
            cut, self._cut = self._cut, min(outer, self._cut)
        if len(found) > _MOST:
            found = tuple(source._replace(missed=STATUSES) for source in found[:_MOST])
        if cut >= depth:
            self._cut = outer
            self._memo[key] = found
        return found

    # -- values

    def _of(self, value: Value, place: int) -> Iterable[Source]:
        if isinstance(value, facts.Local):
            return self._variable(value, place)
        if isinstance(value, facts.Name):
            return self._global(value, place)
        if isinstance(value, facts.Call):
            return self._called(value, place)
        if isinstance(value, (facts.Awaited, facts.Starred)):
            return self.of(value.of, place)
        if isinstance(value, facts.Entered):
            return self._entered(value.of, place)
        if isinstance(value, facts.Declared):
            return self.of(value.value, place) if value.value is not None else ()
        if isinstance(value, facts.Attribute):
            return self._attribute(value, place)
        if isinstance(value, (facts.Item, facts.Unpacked)):
            return self._element(value, place)
        if isinstance(value, facts.Iterated):
            return self._iterated(value, place)
        if isinstance(value, facts.Display):
            return (each._replace(is_list=True) for item in value.items for each in self.of(item, place))
        if isinstance(value, facts.Either):
            return self._either(value, place)
        return self._parts(_operands(value), place)

    def _parts(self, values: Iterable[Value], place: int) -> Iterator[Source]:
        for value in values:
            for each in self.of(value, place):
                yield each._replace(kind="part")

    def _either(self, value: facts.Either, place: int) -> Iterator[Source]:
        for each in value.values:
            for source in self.of(each, place):
                source = loose(source)
                sure = value.operator == "if" or source.kind == "part"
                yield source if sure else source._replace(missed=STATUSES)

    # -- variables

    def _global(self, value: facts.Name, place: int) -> Iterator[Source]:
        path = self.frames.frame(place).path
        module = self.ev.module(path)
        bindings = module.names.get(value.name, ()) if module is not None else ()
        outside = self.frames.place(self.frames.frame(place)._replace(function=facts.MODULE, env=(), outer=None))
        for binding in bindings:
            if isinstance(binding, (facts.Call, facts.Awaited)):
                yield from (each._replace(at=None) for each in self.of(binding, outside))

    def _variable(self, value: facts.Local, place: int) -> Iterator[Source]:
        frame = self.frames.frame(place)
        home = self.frames.place(self.ev.home(value.function, frame))
        bindings = self.ev.bindings(value, frame)
        every = [self._bound(binding, home) for binding in bindings]
        for index, sources in enumerate(every):
            for source in sources:
                if self.reach.is_replaced(source, bindings[index + 1 :], every[index + 1 :], home):
                    source = source._replace(missed=STATUSES)
                source = source if len(bindings) == 1 else loose(source)
                yield source if home == place else source._replace(at=None)
        for given in self._grown(home).get(value.name, ()):
            for source in self.of(given, home):
                yield source._replace(is_list=True, at=source.at if home == place else None)

    def _bound(self, binding: Value, home: int) -> Sources:
        if isinstance(binding, facts.Parameter):
            return tuple(self._parameter(binding, home))
        return self.of(binding, home)

    def _grown(self, place: int) -> dict[str, list[Value]]:
        """What is put into lists, by variable."""
        if place not in self._growing:
            found: dict[str, list[Value]] = {}
            for call in self.frames.calls(place):
                func = call.func
                if (
                    isinstance(func, facts.Attribute)
                    and func.name in tables.GROWING
                    and isinstance(func.of, facts.Local)
                ):
                    found.setdefault(func.of.name, []).extend(call.args)
            self._growing[place] = found
        return self._growing[place]

    def _parameter(self, parameter: facts.Parameter, place: int) -> Iterator[Source]:
        callers = self.frames.callers(place)
        for caller in callers:
            given = caller.call.given(parameter, caller.shift)
            for source in self.of(given, caller.place) if given is not None else ():
                seen = self.reach.at(caller.place, caller.call.start, source)
                yield seen._replace(at=None, given=parameter)
        if not callers:
            frame = self.frames.frame(place)
            known = next((thing for name, thing in frame.env if name == parameter.name), None)
            for thing in (known,) if known is not None else self.ev.evaluate(parameter, frame):
                yield from self._thing(thing)

    def _thing(self, thing: Thing) -> Iterator[Source]:
        """What a fixture gave."""
        if isinstance(thing, Written):
            for source in self.of(thing.value, self.frames.place(thing.frame)):
                yield source._replace(at=None)
        elif isinstance(thing, Instance) and thing.made is not None:
            place = self.frames.place(thing.made.frame)
            missed = STATUSES if self.frames.callers(place) else NOTHING
            yield Source(Key(thing.made.call, place), "answer", None, missed)

    # -- calls

    def may_send(self, call: facts.Call, place: int) -> bool:
        """Whether a call may be a request: the results of others are not followed."""
        func = call.func
        if isinstance(func, facts.Attribute):
            return func.name in tables.SENDING
        things = self.ev.evaluate(func, self.frames.frame(place))
        names = [library_name(thing) for thing in things]
        return (
            not names
            or any(name.rpartition(".")[2] in tables.SENDING for name in names if name)
            or any(isinstance(thing, (Partial, Written)) for thing in things)
        )

    def _called(self, call: facts.Call, place: int) -> Iterator[Source]:
        callees = self.frames.callees(call, place)
        if not callees:
            if self.may_send(call, place):
                yield Source(Key(call, place), "answer", call.start, NOTHING)
            else:
                yield from self._passed(call, place)
            if isinstance(call.func, facts.Attribute):
                yield from self._of_method(call.func, place)
        for callee, shift in callees:
            function = self.frames.function(callee)
            if function is not None and not function.is_generator:
                yield from self._returned(Caller(call, place, shift), callee, function.returned)

    def _passed(self, call: facts.Call, place: int) -> Iterator[Source]:
        """What a call that is not followed passes on: the argument itself, several, or something made of them."""
        name = last_name(call.func)
        if name in tables.GATHERING:
            for each in call.args:
                for source in self.of(each, place):
                    yield source._replace(is_list=True)
            return
        passed = tables.PASSING.get(name)
        argument = call.argument(passed) if passed is not None else None
        if argument is not None:
            for source in self.of(argument, place):
                yield source._replace(kind="body") if name == "loads" and source.kind == "text" else source
            return
        if name in tables.SILENT or self.is_builtin(call, place):
            yield from self._parts((*call.args, *(value for _, value in call.keywords)), place)

    def _of_method(self, func: facts.Attribute, place: int) -> Iterator[Source]:
        """What a method makes of its object."""
        for source in self.of(func.of, place):
            is_body = func.name == "json" and source.kind == "answer" and not source.is_list
            yield source._replace(kind="body" if is_body else "part")

    def is_builtin(self, call: facts.Call, place: int) -> bool:
        """Whether a call is one of a builtin: what it makes of its arguments, it gives back."""
        return library_name(self.ev.certain(call.func, self.frames.frame(place))).startswith("builtins.")

    def _returned(self, caller: Caller, callee: int, returned: tuple[Value, ...]) -> Iterator[Source]:
        for value in returned:
            for source in self.of(value, callee):
                missed = source.missed
                if value is not source.key.call and not (
                    isinstance(value, facts.Awaited) and value.of is source.key.call
                ):
                    keys = [{each.key for each in self.of(other, callee)} for other in returned]
                    missed = missed if all(source.key in each for each in keys) else STATUSES
                yield from self._outside(source._replace(missed=missed), caller, callee)

    def _outside(self, source: Source, caller: Caller, callee: int) -> Iterator[Source]:
        """A source as the caller of a function sees it."""
        if source.given is not None:
            given = caller.call.given(source.given, caller.shift)
            for each in self.of(given, caller.place) if given is not None else ():
                if each.key == source.key:
                    yield each._replace(kind=source.kind, missed=each.missed | source.missed, is_list=source.is_list)
            return
        key = source.key._replace(chain=(caller.call, *source.key.chain))
        yield self.reach.returned(callee, source)._replace(key=key, at=caller.call.start)

    def _entered(self, of: Value, place: int) -> Iterator[Source]:
        """What `with of as …` gives: of a context manager function what it yields."""
        callees = self.frames.callees(of, place) if isinstance(of, facts.Call) else ()
        for callee, shift in callees:
            function = self.frames.function(callee)
            if function is not None and function.is_generator and isinstance(of, facts.Call):
                yield from self._returned(Caller(of, place, shift), callee, function.yielded)
        yield from self.of(of, place)

    # -- parts

    def _attribute(self, value: facts.Attribute, place: int) -> Iterator[Source]:
        for source in self.of(value.of, place):
            if source.is_list or source.kind != "answer":
                yield source._replace(kind="part")
            else:
                yield source._replace(kind=tables.ATTRIBUTES.get(value.name, "part"))
        yield from self._on_self(value, place)

    def _on_self(self, value: facts.Attribute, place: int) -> Iterator[Source]:
        """What methods that ran gave to an attribute of their object."""
        function = self.frames.function(place)
        if not isinstance(value.of, facts.Local) or function is None or function.owner is None:
            return
        if not function.parameters or value.of.name != function.parameters[0].name:
            return
        thing = self.ev.certain(value.of, self.frames.frame(place))
        if not (isinstance(thing, Instance) and isinstance(thing.type, ClassThing)):
            return
        for base in classes.mro(self.ev, thing.type)[0]:
            found = classes.facts_of(self.ev, base) if isinstance(base, ClassThing) else None
            for given in found.instance.get(value.name, ()) if found is not None else ():
                call = given.of if isinstance(given, facts.Awaited) else given
                if isinstance(call, facts.Call):
                    yield from self._made_elsewhere(call, place)

    def _made_elsewhere(self, call: facts.Call, place: int) -> Iterator[Source]:
        for other in range(self.frames.count):
            if any(each is call for each in self.frames.calls(other)):
                for source in self.of(call, other):
                    yield source if other == place else source._replace(at=None)

    def _iterated(self, value: facts.Iterated, place: int) -> Iterator[Source]:
        for source in self.of(value.of, place):
            if source.is_list:
                yield source._replace(is_list=False, is_each=True)
            else:
                yield source._replace(kind="part")

    def _element(self, value: facts.Item | facts.Unpacked, place: int) -> Iterable[Source]:
        key = value.index if isinstance(value, facts.Unpacked) else self.ev.literal(value.key, self.frames.frame(place))
        found = self._selected(value.of, key, place)
        if found is not None:
            return found
        return [self._item(source, key) for source in self.of(value.of, place)]

    def _item(self, source: Source, key: object) -> Source:
        """What stands under a key, of a result or of a list of them."""
        if source.is_list:
            return source._replace(is_list=False, missed=STATUSES)
        if source.kind != "body" or key in tables.ENVELOPES:
            return source if source.kind == "body" else source._replace(kind="part")
        is_field = isinstance(key, (int, str)) and key not in tables.ERROR_KEYS
        return source._replace(kind="part", is_field=is_field)

    def _selected(self, value: Value, key: object, place: int, depth: int = 0) -> Sources | None:
        """The sources of the element with this key, where it is seen which that is."""
        if depth > _MOST_NAMES:
            return None
        if isinstance(value, facts.Local) and value.name not in self._grown(place):
            frame = self.frames.frame(place)
            bindings = self.ev.bindings(value, frame)
            inner = facts.undeclared(bindings[0]) if len(bindings) == 1 and value.function == frame.function else None
            return self._selected(inner, key, place, depth + 1) if inner is not None else None
        if isinstance(value, facts.Awaited):
            return self._selected(value.of, key, place, depth + 1)
        if isinstance(value, facts.Call):
            return self._selected_of_call(value, key, place, depth + 1)
        found = _written(value, key)
        return self.of(found, place) if found is not None else None

    def _selected_of_call(self, call: facts.Call, key: object, place: int, depth: int) -> Sources | None:
        if last_name(call.func) in tables.GATHERING:
            return self._selected(facts.Display("tuple", call.args), key, place)
        found: list[Source] = []
        callees = self.frames.callees(call, place)
        for callee, shift in callees:
            function = self.frames.function(callee)
            returned = function.returned if function is not None else ()
            for value in returned:
                sources = self._selected(value, key, callee, depth)
                if sources is None:
                    return None
                for source in sources:
                    sure = source if len(returned) == 1 else source._replace(missed=STATUSES)
                    found.extend(self._outside(sure, Caller(call, place, shift), callee))
        return tuple(found) if callees else None


def _written(value: Value, key: object) -> Value | None:
    """The element with this key of a list, tuple or dict written out."""
    if isinstance(value, facts.Display) and value.kind in ("list", "tuple") and isinstance(key, int):
        plain = not any(isinstance(item, facts.Starred) for item in value.items)
        return value.items[key] if plain and -len(value.items) <= key < len(value.items) else None
    if isinstance(value, facts.Table):
        for name, item in value.items:
            if isinstance(name, facts.Constant) and name.value == key:
                return item
    return None


def _operands(value: Value) -> tuple[Value, ...]:
    if isinstance(value, (facts.Operation, facts.Comparison)):
        return (value.left, value.right)
    if isinstance(value, facts.Negation):
        return (value.of,)
    if isinstance(value, facts.Text):
        return value.parts
    if isinstance(value, facts.Table):
        return tuple(item for _, item in value.items)
    return ()
