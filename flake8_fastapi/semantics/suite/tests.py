"""Which functions pytest collects as tests, and with which values `parametrize` runs them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_fastapi.knowledge import suites
from flake8_fastapi.semantics import calls, classes, facts, hints
from flake8_fastapi.semantics.facts import ClassFacts, ModuleFacts, Value
from flake8_fastapi.semantics.suite import configuration, parametrized, senders, visible
from flake8_fastapi.semantics.suite.kinds import Test
from flake8_fastapi.semantics.things import ClassThing, Frame, FunctionThing, Library

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_GENERATES = "pytest_generate_tests"
_NO_TESTS = frozenset({"builtins.property", "pytest.hookimpl"}) | suites.STEPS
_DEEPEST = 8
"""Over how many imports and aliases a name is followed."""

_Definition = tuple[facts.Function | facts.Class, str]
"""A function or class, and the file that defines it."""


def every(project: Project) -> tuple[Test, ...]:
    """All tests of the files that may send requests; a class that several modules import is collected once."""
    found: dict[tuple[str, str, ClassThing | None], Test] = {}
    for path in senders.files(project):
        for test in of_module(project, path):
            found.setdefault((test.path, test.qualname, test.owner), test)
    return tuple(found.values())


def of_module(project: Project, path: str) -> tuple[Test, ...]:
    """The tests that pytest collects from a file; what it imports or inherits lies in other files."""
    known = project.memo.setdefault("suite.tests", {})
    if path not in known:
        module = project.facts(path)
        known[path] = tuple(_Module(project, module).tests()) if module is not None else ()
    found = known[path]
    assert isinstance(found, tuple)
    return found


class _Module:
    """A file from which tests are collected."""

    def __init__(self, project: Project, module: ModuleFacts) -> None:
        self.project = project
        self.ev = project.evaluator
        self.module = module
        self.settings = configuration.of(project).of(module.path)
        self.generators = self._generators()

    def tests(self) -> Iterator[Test]:
        """All of its tests, in their order."""
        if any(_is_false(value) for value in self.module.names.get("__test__", ())):
            return
        for name, bound, path in dict.fromkeys(self._bound(self.module, set())):
            may_be_test = isinstance(bound, facts.Class) or self.settings.is_function(name) or "Test" in name
            found = self._definition(bound, path) if may_be_test else None
            if found is None:
                continue
            value, path = found
            if isinstance(value, facts.Class):
                yield from self._of_class(ClassThing(path, value.qualname), name)
            elif self.settings.is_function(name):
                yield from self._test(FunctionThing(path, value.qualname), None)

    # -- what the module binds

    def _bound(self, module: ModuleFacts, seen: set[str]) -> Iterator[tuple[str, Value, str]]:
        """What a module binds, and imports by a star: name, value, and the file of the value."""
        seen.add(module.path)
        for star in module.stars:
            path = self.project.files.module(module.path, star.module, star.level)
            target = self.project.facts(path) if path is not None and path not in seen else None
            for name, value, where in self._bound(target, seen) if target is not None else ():
                if not name.startswith("_"):
                    yield name, value, where
        for name, bindings in module.names.items():
            for value in self._last(module, bindings, 0):
                yield name, value, module.path

    def _last(self, module: ModuleFacts, bindings: tuple[Value, ...], column: int) -> tuple[Value, ...]:
        """What a name means in the end: the last definition, or each of those that stand in branches."""
        functions = [module.functions[each.qualname] for each in bindings if isinstance(each, facts.Function)]
        is_plain = all(function.position.column <= column for function in functions)
        return bindings[-1:] if is_plain else bindings

    def _definition(self, value: Value, path: str) -> _Definition | None:
        frame = Frame(path)
        for _ in range(_DEEPEST):
            if isinstance(value, (facts.Function, facts.Class)):
                return value, frame.path
            followed = hints.definition(self.ev, value, frame)
            if followed is None:
                return None
            value, frame = followed
        return None

    # -- classes

    def _of_class(self, cls: ClassThing, name: str) -> Iterator[Test]:
        found = classes.facts_of(self.ev, cls)
        is_unittest = self._is_unittest(cls)
        if found is None or not (is_unittest or (self.settings.is_class(name) and not self._is_made(cls))):
            return
        off = classes.lookup(self.ev, cls, "__test__")
        if off is not None and _is_false(off[1]):
            return
        seen: set[str] = set()
        for base in classes.mro(self.ev, cls)[0]:
            members = classes.facts_of(self.ev, base) if isinstance(base, ClassThing) else None
            if isinstance(base, ClassThing) and members is not None:
                yield from self._of_members(cls, base, members, seen, is_unittest)

    def _of_members(
        self, cls: ClassThing, base: ClassThing, members: ClassFacts, seen: set[str], is_unittest: bool
    ) -> Iterator[Test]:
        """The tests that a class gets from itself or from one of its bases."""
        module = self.project.facts(base.path)
        assert module is not None
        methods = [function for function in module.functions.values() if function.owner == base.qualname]
        column = min((method.position.column for method in methods), default=0)
        for name, bindings in members.attributes.items():
            if name in seen:
                continue
            seen.add(name)
            is_test = name.startswith("test") if is_unittest else self.settings.is_function(name)
            for value in self._last(module, bindings, column):
                if isinstance(value, facts.Function) and is_test:
                    yield from self._test(FunctionThing(base.path, value.qualname), cls)
                elif isinstance(value, facts.Class) and base == cls and not is_unittest:
                    yield from self._of_class(ClassThing(base.path, value.qualname), name)

    def _is_unittest(self, cls: ClassThing) -> bool:
        """Whether a class derives from `unittest.TestCase`, by the name of what is outside the project."""
        order, is_complete = classes.mro(self.ev, cls)
        if any(isinstance(base, Library) and base.last.endswith("TestCase") for base in order):
            return True
        if is_complete:
            return False
        known = [classes.facts_of(self.ev, base) for base in order if isinstance(base, ClassThing)]
        bases = (base for found in known if found is not None for base in found.bases)
        return any(isinstance(base, (facts.Name, facts.Attribute)) and base.name.endswith("TestCase") for base in bases)

    def _is_made(self, cls: ClassThing) -> bool:
        """Whether a class has a constructor: pytest makes no objects of such."""
        return any(classes.lookup(self.ev, cls, name) is not None for name in ("__init__", "__new__"))

    # -- functions

    def _test(self, function: FunctionThing, owner: ClassThing | None) -> Iterator[Test]:
        found = self.ev.function(function)
        if found is None or found.is_generator or visible.is_fixture(self.project, function):
            return
        if not _NO_TESTS.isdisjoint(calls.traits(self.ev, function)):
            return
        runs, is_complete = parametrized.runs(self.ev, found, self._marks(function, owner), self.generators)
        yield Test(function.path, function.qualname, found.position, runs, is_complete, owner)

    def _marks(self, function: FunctionThing, owner: ClassThing | None) -> Iterator[parametrized.Mark]:
        """The marks of a test, those of its function first: its decorators, and each `pytestmark`."""
        found = self.ev.function(function)
        for decorator in found.decorators if found is not None else ():
            yield decorator, Frame(function.path)
        for cls in self._around(owner) if owner is not None else ():
            members = classes.facts_of(self.ev, cls)
            if members is not None:
                for each in (*members.decorators, *members.attributes.get("pytestmark", ())[-1:]):
                    yield each, Frame(cls.path)
        for each in self.module.names.get("pytestmark", ())[-1:]:
            yield each, Frame(self.module.path)

    def _around(self, owner: ClassThing) -> Iterator[ClassThing]:
        """A class with its bases, then the classes in which it stands."""
        yield from (base for base in classes.mro(self.ev, owner)[0] if isinstance(base, ClassThing))
        outer = owner.qualname.rpartition(".")[0]
        if outer:
            yield from self._around(ClassThing(owner.path, outer))

    def _generators(self) -> tuple[FunctionThing, ...]:
        """The hooks that may give further values to the tests of the file: its own, and those of `conftest.py` files
        and plugins."""
        collects = configuration.of(self.project).collects
        own = {self.module.path, *configuration.conftests(self.project, self.module.path)}
        return tuple(
            FunctionThing(path, _GENERATES)
            for path in self.project.files.mentioning(_GENERATES)
            if path in own or not (collects(path) or os.path.basename(path) == "conftest.py")
        )


def _is_false(value: Value) -> bool:
    return isinstance(value, facts.Constant) and value.value is False
