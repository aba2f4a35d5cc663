"""Where fixtures are found: in a class, a module and what it imports, in `conftest.py` files and plugins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.knowledge import suites
from flake8_fastapi.semantics import calls, classes, facts
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.suite import configuration
from flake8_fastapi.semantics.things import ClassThing, Frame, FunctionThing, Items, Library, only_text

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_MOST_IMPORTED = 12
"""Over how many modules an imported fixture is followed."""

Named = Mapping[str, FunctionThing]
"""Fixtures by the names under which they are asked for."""


class Place(NamedTuple):
    """From where a fixture is asked for: a file, and the class in it."""

    path: str
    owner: str | None = None


def is_fixture(project: Project, function: FunctionThing) -> bool:
    """Whether a function is a fixture."""
    return not suites.FIXTURES.isdisjoint(calls.traits(project.evaluator, function))


class Visible:
    """The fixtures that the files of one project see."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.ev = project.evaluator
        self._modules: dict[str, dict[str, FunctionThing]] = {}
        self._classes: dict[ClassThing, dict[str, FunctionThing]] = {}
        self._serving: dict[str, tuple[str, ...]] = {}
        self._asked: dict[tuple[Place, str, FunctionThing | None], FunctionThing | None] = {}
        self._unasked: dict[Place, tuple[FunctionThing, ...]] = {}

    def asked(self, place: Place, name: str, asking: FunctionThing | None) -> FunctionThing | None:
        """The fixture that a function gets under a name: one that asks for its own name gets the next one."""
        key = place, name, asking
        if key not in self._asked:
            self._asked[key] = next(self._candidates(*key), None)
        return self._asked[key]

    def _candidates(self, place: Place, name: str, asking: FunctionThing | None) -> Iterator[FunctionThing]:
        """The fixtures of this name that are seen from a place, the one that counts first."""
        found = [table[name] for table in self.tables(place) if name in table]
        if asking in found:
            del found[: found.index(asking) + 1]
        yield from found

    def tables(self, place: Place) -> Iterator[Named]:
        """The fixtures that a place sees, the nearest first."""
        if place.owner is not None:
            yield self._of_class(ClassThing(place.path, place.owner))
        for path in self.serving(place.path):
            yield self._of_module(path)

    def is_replaced(self, fixture: FunctionThing, place: Place) -> bool:
        """Whether fixtures stand nearer to a place than the file of this one."""
        if place.owner is not None and self._of_class(ClassThing(place.path, place.owner)):
            return True
        serving = self.serving(place.path)
        end = serving.index(fixture.path) if fixture.path in serving else len(serving)
        return any(self._of_module(path) for path in serving[:end])

    def unasked(self, place: Place) -> tuple[FunctionThing, ...]:
        """The fixtures that say `autouse=True`, where they are seen."""
        if place not in self._unasked:
            seen: dict[str, FunctionThing] = {}
            for table in self.tables(place):
                for name, fixture in table.items():
                    seen.setdefault(name, fixture)
            self._unasked[place] = tuple(each for each in seen.values() if self._is_unasked(each))
        return self._unasked[place]

    def _is_unasked(self, fixture: FunctionThing) -> bool:
        written = self.option(fixture, "autouse")
        return written is not None and self.ev.literal(written, Frame(fixture.path)) is True

    def option(self, fixture: FunctionThing, name: str) -> Value | None:
        """What the decorator of a fixture says under a keyword."""
        function = self.ev.function(fixture)
        frame = Frame(fixture.path) if fixture.outer is None else fixture.outer
        for decorator in function.decorators if function is not None else ():
            if isinstance(decorator, facts.Call):
                made = self.ev.certain(decorator.func, frame)
                if isinstance(made, Library) and made.name in suites.FIXTURES:
                    return decorator.keyword(name)
        return None

    # -- modules

    def serving(self, path: str) -> tuple[str, ...]:
        """The modules whose fixtures a file sees: its own, then `conftest.py` files, then plugins."""
        known = self._serving.get(path)
        if known is None:
            own = dict.fromkeys((path, *configuration.conftests(self.project, path)))
            known = self._serving[path] = tuple({**own, **dict.fromkeys(self._plugins(list(own)))})
        return known

    def _plugins(self, pending: list[str]) -> Iterator[str]:
        """The modules that `pytest_plugins` of these modules name, and of those again."""
        seen: set[str] = set(pending)
        while pending:
            path = pending.pop(0)
            module = self.project.facts(path)
            for binding in module.names.get("pytest_plugins", ()) if module is not None else ():
                for named in self._texts(binding, Frame(path)):
                    found = self.project.files.module(path, named, 0)
                    if found is not None and found.endswith(".py") and found not in seen:
                        seen.add(found)
                        pending.append(found)
                        yield found

    def _texts(self, written: Value, frame: Frame) -> Iterator[str]:
        thing = self.ev.certain(written, frame)
        parts = [(each, thing.frame) for each in thing.values] if isinstance(thing, Items) else [(written, frame)]
        for part, where in parts:
            text = only_text(self.ev.evaluate(part, where))
            if text is not None:
                yield text

    def _of_class(self, cls: ClassThing) -> Named:
        """The fixtures that are methods of a class or its bases."""
        known = self._classes.get(cls)
        if known is None:
            known = self._classes[cls] = {}
            for base in reversed(classes.mro(self.ev, cls)[0]):
                found = classes.facts_of(self.ev, base) if isinstance(base, ClassThing) else None
                for name, bindings in found.attributes.items() if found is not None else ():
                    if isinstance(base, ClassThing) and isinstance(bindings[-1], facts.Function):
                        self._note(known, name, FunctionThing(base.path, bindings[-1].qualname))
        return known

    def _of_module(self, path: str) -> Named:
        """The fixtures that a module defines or imports."""
        known = self._modules.get(path)
        if known is None:
            known = self._modules[path] = {}
            module = self.project.facts(path) if self._may_define(path) else None
            for star in module.stars if module is not None else ():
                target = self.project.files.module(path, star.module, star.level)
                if target is not None and target != path and target.endswith(".py"):
                    known.update(self._of_module(target))
            for name in module.names if module is not None else ():
                fixture = self._bound(path, name, _MOST_IMPORTED)
                if fixture is not None:
                    self._note(known, name, fixture)
        return known

    def _may_define(self, path: str) -> bool:
        text = self.project.files.text(path) or b""
        return b"fixture" in text or (b"import" in text and self.project.files.is_test(path))

    def _note(self, table: dict[str, FunctionThing], name: str, function: FunctionThing) -> None:
        """Put a function into a table if it is a fixture, under the name that it is given."""
        if is_fixture(self.project, function):
            written = self.option(function, "name")
            named = self.ev.literal(written, Frame(function.path)) if written is not None else None
            table[named if isinstance(named, str) else name] = function

    def _bound(self, path: str, name: str, left: int) -> FunctionThing | None:
        """The fixture that a global of a module is, in whichever module it is defined."""
        module = self.project.facts(path) if left else None
        bindings = module.names.get(name) if module is not None else None
        if module is None or not bindings:
            return self._from_stars(path, name, left)
        bound = bindings[-1]
        if isinstance(bound, facts.Function):
            found = FunctionThing(path, bound.qualname)
            return found if is_fixture(self.project, found) else None
        if isinstance(bound, facts.Import) and bound.name is not None:
            target = self.project.files.module(path, bound.module, bound.level)
            is_other = target is not None and target != path and target.endswith(".py")
            return self._bound(target, bound.name, left - 1) if target is not None and is_other else None
        if isinstance(bound, facts.Call):
            return self._made(bound, Frame(path))
        return None

    def _from_stars(self, path: str, name: str, left: int) -> FunctionThing | None:
        module = self.project.facts(path) if left else None
        for star in reversed(module.stars) if module is not None else ():
            target = self.project.files.module(path, star.module, star.level)
            if target is not None and target != path and target.endswith(".py"):
                found = self._bound(target, name, left - 1)
                if found is not None:
                    return found
        return None

    def _made(self, call: facts.Call, frame: Frame) -> FunctionThing | None:
        """The fixture that `fixture(function)`, or a factory of fixtures, makes."""
        thing = self.ev.certain(call, frame)
        return thing if isinstance(thing, FunctionThing) and is_fixture(self.project, thing) else None
