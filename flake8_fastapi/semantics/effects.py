"""Effects: whether calling a function blocks its thread, by which call, and through which chain of functions.

A state is a function together with what its parameters are in a call, so that a helper is known to block when it is
given a sync session even if its parameters carry no annotation. The answer for a state is its distance from the
nearest blocking call; it does not depend on the order of questions, and cycles are harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import framework, libraries
from flake8_fastapi.knowledge.blocking import Blocking, blocking
from flake8_fastapi.semantics import arguments, calls, classes, facts
from flake8_fastapi.semantics.facts import Site
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Env,
    Frame,
    FunctionThing,
    Generator,
    Instance,
    Library,
    Made,
    Partial,
    Thing,
)
from flake8_fastapi.semantics.values import Evaluator

Effect = Literal["blocks", "cpu", "loop"]
EFFECTS: tuple[Effect, ...] = ("blocks", "cpu", "loop")
_MOST_STATES = 3_000
"""A search over more states gives up: the call is then not known to block."""


class State(NamedTuple):
    """A function in a call with these arguments."""

    function: FunctionThing
    env: Env


class Step(NamedTuple):
    """What happens at one site: a blocking call, or a function of the project that is run."""

    site: Site
    blocking: Blocking | None
    state: State | None


class Link(NamedTuple):
    """One step of a chain, as it is written."""

    text: str
    blocking: Blocking | None


class Effects:
    """The effects of the functions of one project."""

    def __init__(self, ev: Evaluator, blocking: Callable[[str], Blocking | None]) -> None:
        self.ev = ev
        self._blocking = blocking
        self._steps: dict[State, tuple[Step, ...]] = {}
        self._distance: dict[tuple[State, Effect], int | None] = {}

    # -- one function

    def steps(self, state: State) -> tuple[Step, ...]:
        """What the body of a function runs directly, in the order of the source."""
        known = self._steps.get(state)
        if known is None:
            known = self._steps[state] = tuple(self._steps_of(state))
        return known

    def _steps_of(self, state: State) -> Iterator[Step]:
        found = self.ev.function(state.function)
        if found is None:
            return
        frame = self.ev.frame_of(state.function, state.env)
        for site in found.sites:
            if self.runs(site, frame):
                yield from self.at(site, frame)

    def runs(self, site: Site, frame: Frame) -> bool:
        """Whether a site may run in this call: nothing that it needs is None or False here."""
        return not site.lazy and not any(arguments.is_false(self.ev.certain(value, frame)) for value in site.needs)

    def is_careful(self, function: FunctionThing, site: Site | None = None) -> bool:
        """Whether a function does not start a second loop blindly.

        It asks whether a loop is running; or what it calls at this site it also hands to something (an executor).
        """
        found = self.ev.function(function)
        if site is not None and site.caught:
            return True
        if found is None or any(_last_name(one) in framework.LOOP_QUESTIONS for one in found.sites):
            return True
        name = _last_name(site) if site is not None else ""
        return bool(name) and any(
            isinstance(argument, (facts.Local, facts.Name)) and argument.name == name
            for one in found.sites
            if isinstance(one.value, facts.Call)
            for argument in one.value.args
        )

    def at(self, site: Site, frame: Frame, *, files: bool = False) -> Iterator[Step]:
        """What one site runs. Iterating an open file counts only with `files`: opening it is reported already."""
        if site.kind == "call":
            assert isinstance(site.value, facts.Call)
            yield from self._call(site, site.value, frame)
        elif site.kind == "read":
            yield from self._read(site, frame)
        elif site.awaited:
            return
        elif site.kind == "iterate":
            yield from self._iteration(site, site.value, frame, files=files)
        else:
            yield from self._entering(site, frame)

    def _call(self, site: Site, call: facts.Call, frame: Frame) -> Iterator[Step]:
        callee = self.ev.certain(call.func, frame)
        if isinstance(callee, Partial):
            whole, frame = callee.made
            call = facts.Call(whole.func, whole.args[1:], whole.keywords, whole.start, whole.end)
            callee = callee.function
        made = Made(call, frame)
        if isinstance(callee, Library):
            yield from self._library(site, callee.name, call, frame)
        elif isinstance(callee, Bound) and isinstance(callee.function, Library):
            yield from self._library(site, callee.function.name, call, frame)
        elif isinstance(callee, FunctionThing):
            yield from self._run(site, callee, made, None)
        elif isinstance(callee, Bound) and isinstance(callee.function, FunctionThing):
            yield from self._run(site, callee.function, made, callee.owner)
        elif isinstance(callee, ClassThing):
            yield from self._construct(site, callee, made)
        elif isinstance(callee, Instance):
            yield from self._call_instance(site, callee, made)

    def _library(self, site: Site, name: str, call: facts.Call, frame: Frame) -> Iterator[Step]:
        if site.awaited:
            return
        row = self._row(name) or self._read_by(name, call, frame)
        if row is not None:
            if not self._returns_at_once(row.name, call, frame):
                yield Step(site, row, None)
        elif name in framework.LOOP_CALLBACKS:
            yield from self._callback(site, call, framework.LOOP_CALLBACKS[name], frame)
        elif (name in framework.CONSUMERS or name == "builtins.str.join") and call.args:
            yield from self._iteration(site, call.args[0], frame)

    def _read_by(self, name: str, call: facts.Call, frame: Frame) -> Blocking | None:
        """`json.load(upload.file)`: a file that was not opened here, so that its reading is the fault."""
        if name not in framework.FILE_READERS or not call.args:
            return None
        thing = self.ev.certain(call.args[0], frame)
        if isinstance(thing, Instance) and thing.type == Library(framework.UPLOADED_FILE):
            return Blocking(name, "function", "file", "upload", "await upload.read()")
        return None

    def _callback(self, site: Site, call: facts.Call, index: int, frame: Frame) -> Iterator[Step]:
        """A function handed to `loop.call_soon` runs on the loop."""
        if index >= len(call.args):
            return
        thing = self.ev.certain(call.args[index], frame)
        made = Made(facts.Call(call.args[index], call.args[index + 1 :], (), call.start, call.end), frame)
        if isinstance(thing, Bound) and isinstance(thing.function, FunctionThing):
            yield from self._run(site, thing.function, made, thing.owner)
        elif isinstance(thing, FunctionThing):
            yield from self._run(site, thing, made, None)
        elif isinstance(thing, Library):
            yield from self._library(site, thing.name, made.call, frame)

    def _returns_at_once(self, name: str, call: facts.Call, frame: Frame) -> bool:
        """Whether an argument tells the call not to wait: `lock.acquire(blocking=False)`."""
        found = libraries.NO_WAIT.get(name)
        if found is None:
            return False
        index, keyword, value = found
        argument = call.keyword(keyword) or (call.args[index] if index < len(call.args) else None)
        return argument is not None and self.ev.literal(argument, frame) == value

    def _row(self, name: str) -> Blocking | None:
        instead = libraries.NESTED_LOOPS.get(name)
        if instead is not None:
            return Blocking(name, "function", "loop", "loop", instead)
        return self._blocking(name)

    def _run(self, site: Site, function: FunctionThing, made: Made, owner: Thing | None) -> Iterator[Step]:
        found = self.ev.function(function)
        if found is None or found.is_async or found.is_generator:
            return
        if owner is None and found.owner is not None and not self._is_given_self(function, made):
            return
        named = self._named_by_user(function)
        if named is not None:
            yield Step(site, named, None)
            return
        if not found.parameters and calls.traits(self.ev, function) & framework.CACHES:
            return
        env = arguments.bind(self.ev, function, made, constants=False, owner=owner)
        yield Step(site, None, State(function, env))

    def _is_given_self(self, function: FunctionThing, made: Made) -> bool:
        """Whether a method that is called on its class gets an instance first; if not, the arguments are shifted."""
        if calls.traits(self.ev, function) & {"builtins.staticmethod", "builtins.classmethod"}:
            return True
        if made.call.args and isinstance(made.call.args[0], facts.Starred):
            return True
        first = self.ev.certain(made.call.args[0], made.frame) if made.call.args else None
        return isinstance(first, Instance) and isinstance(first.type, ClassThing)

    def _named_by_user(self, function: FunctionThing) -> Blocking | None:
        if self._blocking is blocking:
            return None
        for module in self.ev.files.dotted(function.path):
            row = self._blocking(f"{module}.{function.qualname}")
            if row is not None:
                return row
        return None

    def _construct(self, site: Site, cls: ClassThing, made: Made) -> Iterator[Step]:
        instance = arguments.made_instance(self.ev, cls, made)
        for name in ("__init__", "__post_init__"):
            method = classes.method(self.ev, cls, name)
            if method is not None:
                yield from self._run(site, method, made, instance)
        if classes.is_a(self.ev, cls, framework.RESPONSE):
            render = classes.method(self.ev, cls, "render")
            if render is not None:
                yield from self._run(site, render, arguments.NO_ARGUMENTS, instance)
        for ancestor in classes.library_types(self.ev, cls):
            row = self._blocking(ancestor)
            if row is not None and row.kind == "constructor":
                yield Step(site, row, None)

    def _read(self, site: Site, frame: Frame) -> Iterator[Step]:
        """Reading a property runs it."""
        assert isinstance(site.value, facts.Attribute)
        thing = self.ev.certain(site.value.of, frame)
        if not (isinstance(thing, Instance) and isinstance(thing.type, ClassThing)):
            return
        method = classes.method(self.ev, thing.type, site.value.name)
        if method is not None and calls.traits(self.ev, method) & framework.PROPERTIES:
            yield from self._run(site, method, arguments.NO_ARGUMENTS, thing)

    def _call_instance(self, site: Site, instance: Instance, made: Made) -> Iterator[Step]:
        if isinstance(instance.type, Library):
            row = self._row(f"{instance.type.name}.__call__")
            if row is not None and not site.awaited:
                yield Step(site, row, None)
            return
        method = classes.method(self.ev, instance.type, "__call__")
        if method is not None:
            yield from self._run(site, method, made, instance)

    def _iteration(self, site: Site, of: facts.Value, frame: Frame, *, files: bool = False) -> Iterator[Step]:
        row = self._iterated_call(of, frame)
        if row is not None:
            yield Step(site, row, None)
            return
        thing = self.ev.certain(of, frame)
        if isinstance(thing, Generator):
            if not thing.is_async and not thing.managed:
                yield Step(site, None, State(thing.function, thing.env))
        elif isinstance(thing, Instance) and isinstance(thing.type, Library):
            row = _iteration_row(thing.type.name)
            if row is not None and (files or row.group != "file"):
                yield Step(site, row, None)
        elif isinstance(thing, Instance) and isinstance(thing.type, ClassThing):
            for name in ("__iter__", "__next__"):
                method = classes.method(self.ev, thing.type, name)
                found = self.ev.function(method) if method is not None else None
                if method is not None and found is not None and found.parameters:
                    yield Step(site, None, State(method, ((found.parameters[0].name, thing),)))

    def _iterated_call(self, of: facts.Value, frame: Frame) -> Blocking | None:
        """Iterating the result of a library call that blocks at each turn: `response.iter_content()`."""
        if not isinstance(of, facts.Call):
            return None
        callee = self.ev.certain(of.func, frame)
        function = callee.function if isinstance(callee, Bound) else callee
        return _iteration_row(function.name) if isinstance(function, Library) else None

    def _entering(self, site: Site, frame: Frame) -> Iterator[Step]:
        thing = self.ev.certain(site.value, frame)
        if isinstance(thing, Generator):
            if thing.managed and not thing.is_async:
                yield Step(site, None, State(thing.function, thing.env))
        elif isinstance(thing, Instance) and isinstance(thing.type, Library):
            for ancestor in libraries.ancestors(thing.type.name):
                row = self._blocking(f"{ancestor}.__enter__")
                if row is not None:
                    yield Step(site, row, None)
                    break
        elif isinstance(thing, Instance) and isinstance(thing.type, ClassThing):
            for name in ("__enter__", "__exit__"):
                method = classes.method(self.ev, thing.type, name)
                if method is not None:
                    yield from self._run(site, method, arguments.NO_ARGUMENTS, thing)

    # -- chains

    def chain(self, step: Step, effect: Effect) -> tuple[Link, ...] | None:
        """From a step to the blocking call it leads to, as written; None if it leads to none."""
        links: list[Link] = []
        while True:
            if step.blocking is not None:
                if effect_of(step.blocking) != effect:
                    return None
                links.append(Link(shown(step.site, step.blocking), step.blocking))
                return tuple(links)
            assert step.state is not None
            distance = self.distance(step.state, effect)
            if distance is None:
                return None
            links.append(Link(shown(step.site, None), None))
            step = self._nearest(step.state, effect, distance)

    def _nearest(self, state: State, effect: Effect, distance: int) -> Step:
        for step in self.steps(state):
            if effect == "loop" and self.is_careful(state.function, step.site):
                continue
            if step.blocking is not None:
                if distance == 1 and effect_of(step.blocking) == effect:
                    return step
            elif step.state is not None and distance > 1 and self.distance(step.state, effect) == distance - 1:
                return step
        raise AssertionError("the distance of a state is that of one of its steps")

    def distance(self, start: State, effect: Effect) -> int | None:
        """How many calls lie between a function and the nearest blocking call it makes; None if it makes none."""
        known = self._distance
        if (start, effect) in known:
            return known[(start, effect)]
        levels: list[list[State]] = [[start]]
        seen = {start}
        best: int | None = None
        while levels[-1] and (best is None or len(levels) < best) and len(seen) < _MOST_STATES:
            depth = len(levels)
            following: list[State] = []
            for state in levels[-1]:
                for step in self.steps(state):
                    if effect == "loop" and self.is_careful(state.function, step.site):
                        continue
                    found: int | None = None
                    if step.blocking is not None:
                        found = depth if effect_of(step.blocking) == effect else None
                    elif step.state is not None:
                        if (step.state, effect) in known:
                            rest = known[(step.state, effect)]
                            found = depth + rest if rest is not None else None
                        elif step.state not in seen:
                            seen.add(step.state)
                            following.append(step.state)
                    if found is not None and (best is None or found < best):
                        best = found
            levels.append(following)
        known[(start, effect)] = best
        if best is None and not levels[-1]:
            known.update({(state, effect): None for state in seen})
        return best


def effect_of(row: Blocking) -> Effect:
    """Which effect a blocking call belongs to."""
    if row.group == "cpu":
        return "cpu"
    return "loop" if row.group == "loop" else "blocks"


def _iteration_row(name: str) -> Blocking | None:
    parent, _, last = name.rpartition(".")
    candidates = [
        *libraries.ancestors(name),
        *(f"{ancestor}.{last}" for ancestor in libraries.ancestors(parent)),
    ]
    for candidate in candidates:
        group = libraries.ITERATES.get(candidate)
        if group is not None:
            return Blocking(name, "method", group, "iteration", "an async iterator")
    return None


def _last_name(site: Site) -> str:
    return facts.last_name(site.value.func) if isinstance(site.value, facts.Call) else ""


def shown(site: Site, row: Blocking | None) -> str:
    """A step as it is written, shortened: `db.fetch()`, `requests.get()`, `for … in rows()`."""
    value = site.value
    text = written(value.func if isinstance(value, facts.Call) else value)
    if not text and row is not None:
        text = ".".join(row.name.split(".")[-2:])
    suffix = "()" if isinstance(value, facts.Call) else ""
    return f"{text or 'call'}{suffix}"


def written(value: facts.Value) -> str:
    """Names and attributes as dotted text, calls as `f()`, subscripts as `x[…]`; empty for anything else."""
    if isinstance(value, (facts.Name, facts.Local)):
        return value.name.partition("@")[0]
    if isinstance(value, facts.Attribute):
        of = written(value.of)
        return f"{of}.{value.name}" if of else value.name
    if isinstance(value, facts.Call):
        func = written(value.func)
        return f"{func}()" if func else ""
    if isinstance(value, facts.Item):
        of = written(value.of)
        return f"{of}[…]" if of else ""
    if isinstance(value, facts.Awaited):
        return written(value.of)
    if isinstance(value, facts.Class):
        return value.qualname
    return ""
