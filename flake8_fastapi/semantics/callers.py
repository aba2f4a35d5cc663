"""Who calls a function, anywhere in the project, and whether all of them are known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flake8_fastapi.semantics import classes, facts
from flake8_fastapi.semantics.facts import FunctionFacts, Site
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Generator,
    Instance,
    Partial,
    Thing,
    only,
)
from flake8_fastapi.semantics.values import Evaluator


class Caller(NamedTuple):
    """A call of the function that was asked about, on whatever thread it runs."""

    function: FunctionThing
    """The function around the call; its qualified name is `MODULE` for one at the top level."""
    site: Site

    @property
    def call(self) -> facts.Call:
        """The call."""
        assert isinstance(self.site.value, facts.Call)
        return self.site.value

    @property
    def frame(self) -> Frame:
        """Where the call is evaluated."""
        return Frame(self.function.path, self.function.qualname)


class Callers:
    """The callers of the functions of one project."""

    def __init__(self, ev: Evaluator) -> None:
        self.ev = ev
        self._known: dict[FunctionThing, tuple[tuple[Caller, ...], bool]] = {}
        self._arguments: dict[str, frozenset[str]] = {}

    def of(self, function: FunctionThing) -> tuple[Caller, ...]:
        """The calls that certainly (or possibly, where a name has several meanings) run the function."""
        return self._found(function)[0]

    def are_complete(self, function: FunctionThing) -> bool:
        """Whether nothing else can call it: each call by its name was resolved, and it is not handed to anything.

        That FastAPI may call it is another question: see `Loop.roles`.
        """
        found = self.ev.function(function)
        if found is None or not self._found(function)[1]:
            return False
        return not any(
            word in self._handed_on(path)
            for word, searched in self._called_as(function, found)
            for path in dict.fromkeys((function.path, *self.ev.files.mentioning(searched)))
        )

    def _handed_on(self, path: str) -> frozenset[str]:
        """The last names of what a module gives to calls: `add_task(word)`, `map(self.word, rows)`."""
        known = self._arguments.get(path)
        if known is None:
            module = self.ev.module(path)
            functions = module.functions.values() if module is not None else ()
            known = self._arguments[path] = frozenset(_named_arguments(functions))
        return known

    def _found(self, function: FunctionThing) -> tuple[tuple[Caller, ...], bool]:
        key = FunctionThing(function.path, function.qualname)
        known = self._known.get(key)
        if known is None:
            self._known[key] = (), False
            found = self.ev.function(function)
            known = self._known[key] = self._search(function, found) if found is not None else ((), False)
        return known

    def _search(self, function: FunctionThing, found: FunctionFacts) -> tuple[tuple[Caller, ...], bool]:
        callers: list[Caller] = []
        complete = True
        for word, searched in self._called_as(function, found):
            for path in dict.fromkeys((function.path, *self.ev.files.mentioning(searched))):
                module = self.ev.module(path)
                if module is None:
                    complete = False
                    continue
                for qualname, site in module.mentions.get(word, ()):
                    frame = Frame(path, qualname)
                    assert isinstance(site.value, facts.Call)
                    things = self.ev.evaluate(site.value.func, frame)
                    if any(self.runs(thing, function) for thing in things):
                        callers.append(Caller(FunctionThing(path, qualname), site))
                    complete = complete and bool(things)
        return tuple(callers), complete

    def _called_as(self, function: FunctionThing, found: FunctionFacts) -> Iterator[tuple[str, str]]:
        """The names by which code calls the function, and the words that files with such calls contain.

        A `__call__` goes by the names of the instances it makes callable, or by none: `Renderer()(text)`.
        """
        for word in words(found):
            yield ("()" if found.name == "__call__" else word), word
        if found.name != "__call__" or found.owner is None:
            return
        cls = ClassThing(function.path, found.owner)
        for path in dict.fromkeys((function.path, *self.ev.files.mentioning(words(found)[0]))):
            module = self.ev.module(path)
            for name, bindings in module.names.items() if module is not None else ():
                if any(isinstance(value, facts.Call) for value in bindings):
                    thing = only(self.ev.global_name(path, name))
                    if isinstance(thing, Instance) and thing.type == cls:
                        yield name, name

    def runs(self, thing: Thing, function: FunctionThing) -> bool:
        """Whether calling the thing runs the function, directly or through a decorator's wrapper."""
        if isinstance(thing, (Bound, Partial, Generator)):
            return self.runs(thing.function, function)
        if isinstance(thing, Instance):
            method = classes.method(self.ev, thing.type, "__call__") if isinstance(thing.type, ClassThing) else None
            return method is not None and self.runs(method, function)
        if not isinstance(thing, FunctionThing):
            return False
        if thing.path == function.path and thing.qualname == function.qualname:
            return True
        return thing.outer is not None and any(self.runs(given, function) for _, given in thing.outer.env)


def _named_arguments(functions: Iterable[FunctionFacts]) -> Iterator[str]:
    for function in functions:
        for site in function.sites:
            call = site.value
            for argument in (
                (*call.args, *(value for _, value in call.keywords)) if isinstance(call, facts.Call) else ()
            ):
                if isinstance(argument, (facts.Name, facts.Local, facts.Attribute)):
                    yield argument.name


def words(found: FunctionFacts) -> tuple[str, ...]:
    """The names under which a function is called; a special method goes by the name of its class."""
    if found.owner is not None and found.name.startswith("__"):
        return (found.owner.rpartition(".")[2],)
    return (found.name,)
