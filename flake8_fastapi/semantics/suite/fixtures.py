"""Fixtures of pytest: which one a parameter of a test or fixture means, and what it gives.

A name is looked up as pytest does: in the class, the module (with what it imports), the `conftest.py` of its folder and
of those above, and the modules of `pytest_plugins`; and from where the test stands, so that a test module may replace
what a fixture further up is made of.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_fastapi.knowledge import suites
from flake8_fastapi.semantics import calls, classes, facts, hints
from flake8_fastapi.semantics.facts import ClassFacts, FunctionFacts, ModuleFacts, Value
from flake8_fastapi.semantics.suite import configuration
from flake8_fastapi.semantics.suite.visible import Place, Visible, is_fixture
from flake8_fastapi.semantics.things import (
    ClassThing,
    Env,
    Frame,
    FunctionThing,
    Generator,
    Instance,
    Items,
    Library,
    Thing,
    Things,
    only,
    only_text,
)

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_MOST_PARAMETERS = 64
"""A fixture with more `params` is not looked at."""
_DEEPEST = 12
"""How many fixtures may be made of each other."""


def of(project: Project, path: str, owner: str | None, name: str) -> FunctionThing | None:
    """The fixture of this name that a test or fixture in this file, and class, gets; None if none is known."""
    return _fixtures(project).visible.asked(Place(path, owner), name, None)


def value(project: Project, parameter: facts.Parameter, frame: Frame) -> Things:
    """What pytest gives to a parameter of a test or fixture; empty for every other parameter, and where it is
    unknown."""
    function = project.evaluator.function(FunctionThing(frame.path, parameter.function))
    if function is None or parameter.default is not None:
        return ()
    return _fixtures(project).given_to(frame, function, parameter.name)


def asked(project: Project, parameter: facts.Parameter, frame: Frame) -> Frame | None:
    """The call of the fixture that a parameter of a test or fixture asks for; None for any other, and if
    it is not known."""
    function = project.evaluator.function(FunctionThing(frame.path, parameter.function))
    if function is None or parameter.default is not None:
        return None
    return _fixtures(project).asked_by(frame, function, parameter.name)


def requested(project: Project, name: str, frame: Frame) -> Things:
    """What `request.getfixturevalue(name)` gives in a function."""
    function = project.evaluator.function(FunctionThing(frame.path, frame.function))
    return _fixtures(project).gives(_place(frame, function), name) if function is not None else ()


def used(project: Project, path: str, qualname: str, owner: ClassThing | None = None) -> tuple[FunctionThing, ...]:
    """The fixtures that a test or fixture asks for by itself, and those that run for it unasked.

    `owner` is the class that pytest collected, where it inherits the test.
    """
    found = _fixtures(project)
    function = project.evaluator.function(FunctionThing(path, qualname))
    return found.used(path, function, _seen_from(path, function, owner)) if function is not None else ()


def frames(project: Project, path: str, qualname: str, owner: ClassThing | None = None) -> tuple[Frame, ...]:
    """The calls of all fixtures that run for a test: those that it uses, and those that these use, each once.

    Their frames say what a parameter is where the test's module replaces a fixture further up.
    """
    function = project.evaluator.function(FunctionThing(path, qualname))
    found = _fixtures(project)
    return found.frames(path, function, _seen_from(path, function, owner)) if function is not None else ()


def _seen_from(path: str, function: FunctionFacts, owner: ClassThing | None) -> Place:
    return Place(path, function.owner) if owner is None else Place(owner.path, owner.qualname)


def _place(frame: Frame, function: FunctionFacts) -> Place:
    """From where the fixtures of a function are looked up: for a method, the class of the object at hand."""
    first = function.parameters[0].name if function.parameters else None
    own = dict(frame.env).get(first) if first is not None and function.owner is not None else None
    cls = own.type if isinstance(own, Instance) else None
    return _seen_from(frame.path, function, cls if isinstance(cls, ClassThing) else None)


def _fixtures(project: Project) -> _Fixtures:
    found = project.memo.get("suite.fixtures")
    if found is None:
        found = project.memo["suite.fixtures"] = _Fixtures(project)
    assert isinstance(found, _Fixtures)
    return found


class _Fixtures:
    """The fixtures of one project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.ev = project.evaluator
        self.visible = Visible(project)
        self._replaced: dict[tuple[FunctionThing, Place], Env] = {}
        self._given: dict[tuple[FunctionThing, Place], Thing] = {}
        self._frames: dict[tuple[Place, tuple[FunctionThing, ...]], tuple[Frame, ...]] = {}

    # -- what pytest gives

    def given_to(self, frame: Frame, function: FunctionFacts, name: str) -> Things:
        """What a parameter of a function is given."""
        if not self.is_given(frame.path, function):
            return ()
        return self.gives(_place(frame, function), name, FunctionThing(frame.path, function.qualname))

    def asked_by(self, frame: Frame, function: FunctionFacts, name: str) -> Frame | None:
        """The call of the fixture that a parameter of a function asks for."""
        if not self.is_given(frame.path, function):
            return None
        place = _place(frame, function)
        fixture = self.visible.asked(place, name, FunctionThing(frame.path, function.qualname))
        return self.ev.frame_of(fixture, self._replacing(fixture, place, _DEEPEST)) if fixture is not None else None

    def gives(self, place: Place, name: str, asking: FunctionThing | None = None) -> Things:
        """What the fixture of this name gives in this place; `asking` is the function that asks for it."""
        fixture = self.visible.asked(place, name, asking)
        if fixture is not None:
            return self._result(fixture, self._replacing(fixture, place, _DEEPEST))
        if name == "request":
            return self._request(asking)
        given = suites.GIVEN.get(name)
        return (Instance(Library(given)),) if given is not None else ()

    def is_given(self, path: str, function: FunctionFacts) -> bool:
        """Whether pytest calls a function: a fixture, a test, or a step of a scenario."""
        if function.parent is not None:
            return bool(function.decorators) and is_fixture(self.project, FunctionThing(path, function.qualname))
        if function.decorators:
            traits = calls.traits(self.ev, FunctionThing(path, function.qualname))
            if not suites.FIXTURES.isdisjoint(traits) or not suites.STEPS.isdisjoint(traits):
                return True
        settings = configuration.of(self.project)
        return settings.of(path).is_function(function.name) and (
            self.project.files.is_test(path) or settings.collects(path)
        )

    def _result(self, fixture: FunctionThing, env: Env) -> Things:
        """What a fixture hands over."""
        function = self.ev.function(fixture)
        if function is None:
            return ()
        if function.is_generator:
            return self.ev.generator_elements(Generator(fixture, env, function.is_async, False))
        frame = self.ev.frame_of(fixture, env)
        found = self.ev.recursive(function.returned, frame)
        return found if found or function.returns is None else hints.instance(self.ev, function.returns, frame)

    def _request(self, asking: FunctionThing | None) -> Things:
        """The `request` of a fixture, once for each of its `params`."""
        asked = Library(suites.REQUEST)
        given = self._params(asking) if asking is not None else ()
        if not given:
            return (Instance(asked),)
        return tuple(Instance(asked, (("param", thing),)) for thing in given)

    def _params(self, fixture: FunctionThing) -> Things:
        written = self.visible.option(fixture, "params")
        frame = Frame(fixture.path) if fixture.outer is None else fixture.outer
        listed = self.ev.certain(written, frame) if written is not None else None
        if not isinstance(listed, Items) or listed.repeated or not 0 < len(listed.values) <= _MOST_PARAMETERS:
            return ()
        found: list[Thing] = []
        for each in listed.values:
            thing = self.ev.certain(self._unwrapped(each, listed.frame), listed.frame)
            if thing is None:
                return ()
            found.append(thing)
        return tuple(found)

    def _unwrapped(self, written: Value, frame: Frame) -> Value:
        """What `pytest.param(value, id=…)` holds."""
        if isinstance(written, facts.Call) and self.ev.certain(written.func, frame) == Library(suites.PARAM):
            return written.argument(0) or facts.UNKNOWN
        return written

    # -- a test's module replaces what fixtures are made of

    def _replacing(self, fixture: FunctionThing, place: Place, depth: int) -> Env:
        """What the parameters of a fixture are, asked for from here, where that is not what its own file says."""
        key = fixture, place
        known = self._replaced.get(key)
        if known is None:
            self._replaced[key] = known = ()
            if depth and self.visible.is_replaced(fixture, place):
                known = self._replaced[key] = tuple(self._replacements(fixture, place, depth))
        return known

    def _replacements(self, fixture: FunctionThing, place: Place, depth: int) -> Iterator[tuple[str, Thing]]:
        function = self.ev.function(fixture)
        for name in self._names(function) if function is not None else ():
            seen = self.visible.asked(place, name, fixture)
            if seen is None or function is None:
                continue
            env = self._replacing(seen, place, depth - 1)
            if env or seen != self.visible.asked(Place(fixture.path, function.owner), name, fixture):
                yield name, self._instead(seen, env, place)

    def _instead(self, fixture: FunctionThing, env: Env, place: Place) -> Thing:
        """What a fixture gives in this place; a bare thing if that is unknown."""
        key = fixture, place
        if key not in self._given:
            self._given[key] = only(self._result(fixture, env)) or Thing()
        return self._given[key]

    # -- what is used

    def _names(self, function: FunctionFacts) -> Iterator[str]:
        """The names of the fixtures that the parameters of a function ask for."""
        for parameter in function.parameters:
            is_own = function.owner is not None and parameter.index == 0
            if parameter.kind in ("positional", "keyword") and parameter.default is None and not is_own:
                yield parameter.name

    def _by_name(self, own: FunctionThing, function: FunctionFacts) -> Iterator[str]:
        """The names that a function hands to `request.getfixturevalue`."""
        for site in function.sites:
            call = site.value
            if isinstance(call, facts.Call) and getattr(call.func, "name", "") == "getfixturevalue" and call.args:
                for thing in self.ev.evaluate(call.args[0], self.ev.frame_of(own)):
                    name = only_text((thing,))
                    if name is not None:
                        yield name

    def used(self, path: str, function: FunctionFacts, place: Place) -> tuple[FunctionThing, ...]:
        """The fixtures that a test or fixture asks for, and those that run unasked."""
        own = FunctionThing(path, function.qualname)
        found: dict[FunctionThing, None] = {}
        if not is_fixture(self.project, own):
            found.update(dict.fromkeys(self.visible.unasked(place)))
        for name in (*self._marked(path, function, place), *self._names(function), *self._by_name(own, function)):
            fixture = self.visible.asked(place, name, own)
            if fixture is not None:
                found[fixture] = None
        return tuple(found)

    def frames(self, path: str, function: FunctionFacts, place: Place) -> tuple[Frame, ...]:
        """The frames of all fixtures that run for a test."""
        used = self.used(path, function, place)
        if (place, used) not in self._frames:
            self._frames[place, used] = self._all_frames(place, used)
        return self._frames[place, used]

    def _all_frames(self, place: Place, used: tuple[FunctionThing, ...]) -> tuple[Frame, ...]:
        found: dict[FunctionThing, None] = {}
        pending = [*used]
        while pending:
            fixture = pending.pop(0)
            known = self.ev.function(fixture)
            if fixture in found or known is None:
                continue
            found[fixture] = None
            names = (*self._names(known), *self._by_name(fixture, known))
            asked = [self.visible.asked(place, name, fixture) for name in names]
            pending.extend(each for each in asked if each is not None)
        return tuple(self.ev.frame_of(each, self._replacing(each, place, _DEEPEST)) for each in found)

    def _marked(self, path: str, function: FunctionFacts, place: Place) -> Iterator[str]:
        """The names in `usefixtures` of a function, its class and the bases of that, and its module."""
        for decorator in function.decorators:
            yield from self._named_in(decorator, Frame(path))
        yield from self._marks(place.path, self.project.facts(place.path))
        cls = ClassThing(place.path, place.owner) if place.owner is not None else None
        for base in classes.mro(self.ev, cls)[0] if cls is not None else ():
            found = classes.facts_of(self.ev, base) if isinstance(base, ClassThing) else None
            if found is not None and isinstance(base, ClassThing):
                for decorator in found.decorators:
                    yield from self._named_in(decorator, Frame(base.path))
                yield from self._marks(base.path, found)

    def _marks(self, path: str, found: ModuleFacts | ClassFacts | None) -> Iterator[str]:
        """The names in the `pytestmark` of a module or class."""
        names = found.names if isinstance(found, ModuleFacts) else found.attributes if found is not None else {}
        for mark in names.get("pytestmark", ()):
            for each in mark.items if isinstance(mark, facts.Display) else (mark,):
                yield from self._named_in(each, Frame(path))

    def _named_in(self, mark: Value, frame: Frame) -> Iterator[str]:
        if isinstance(mark, facts.Call) and self.ev.certain(mark.func, frame) == Library(suites.USED):
            for argument in mark.args:
                name = self.ev.literal(argument, frame)
                if isinstance(name, str):
                    yield name
