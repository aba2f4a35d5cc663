"""What a value turns out to be: the results of evaluation.

Things are compared by content, except for the place where an instance was made: two sessions are the same kind of thing
wherever they come from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from flake8_fastapi.semantics.facts import MODULE, Call, Position, Value


@dataclass(frozen=True, slots=True)
class Thing:
    """Anything that evaluation can be certain about."""


Things = tuple[Thing, ...]
"""What a value may be; empty means unknown."""

Env = tuple[tuple[str, Thing], ...]
"""What the parameters of a function are in one call of it, as far as that is known."""


class Frame(NamedTuple):
    """Where a value is evaluated: a module, a function in it, what its parameters are, and the frame around it."""

    path: str
    function: str = MODULE
    env: Env = ()
    outer: Frame | None = None


class Made(NamedTuple):
    """The call that made an instance, and where it stands."""

    call: Call
    frame: Frame


class Origin(NamedTuple):
    """Where an app or router was made: file, end of the call, and the parameters of the function around it."""

    path: str
    end: Position
    env: Env


@dataclass(frozen=True, slots=True)
class Library(Thing):
    """Something outside the project, by its canonical dotted name: a module, class, function, method or attribute."""

    name: str

    @property
    def last(self) -> str:
        """The name after the last dot."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class ModuleThing(Thing):
    """A module or package folder of the project."""

    path: str


@dataclass(frozen=True, slots=True)
class FunctionThing(Thing):
    """A function of the project, with the frame it closes over."""

    path: str
    qualname: str
    outer: Frame | None = None


@dataclass(frozen=True, slots=True)
class ClassThing(Thing):
    """A class of the project."""

    path: str
    qualname: str


@dataclass(frozen=True, slots=True)
class Instance(Thing):
    """An instance of a class. `env` holds what its constructor was given; `made` the call, where there is one."""

    type: Library | ClassThing
    env: Env = ()
    made: Made | None = field(default=None, compare=False)
    origin: Origin | None = None
    """For apps and routers: where this one was made, which tells it from others of its class."""


@dataclass(frozen=True, slots=True)
class Bound(Thing):
    """A method of an instance or class; for a library type the function is `Library("type.method")`."""

    function: FunctionThing | Library
    owner: Thing


@dataclass(frozen=True, slots=True)
class Partial(Thing):
    """`functools.partial(function, …)`"""

    function: Thing
    made: Made = field(compare=False)


@dataclass(frozen=True, slots=True)
class LiteralThing(Thing):
    """A constant."""

    value: object


@dataclass(frozen=True, slots=True)
class Coroutine(Thing):
    """The un-awaited result of a coroutine function; `of` is what awaiting it gives."""

    of: Things = ()


@dataclass(frozen=True, slots=True)
class Generator(Thing):
    """What calling a generator function gives; `managed` where `contextlib` turned it into a context manager."""

    function: FunctionThing
    env: Env
    is_async: bool
    managed: bool


@dataclass(frozen=True, slots=True)
class Items(Thing):
    """A list, tuple or set written out, or (`repeated`) made by a comprehension from one expression."""

    values: tuple[Value, ...] = field(compare=False)
    frame: Frame
    key: int = 0
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class TableThing(Thing):
    """A dict written out."""

    items: tuple[tuple[Value | None, Value], ...] = field(compare=False)
    frame: Frame
    key: int = 0


@dataclass(frozen=True, slots=True)
class Super(Thing):
    """`super()` in a method of the class `after`, for this instance."""

    instance: Thing
    after: ClassThing


def only(things: Things) -> Thing | None:
    """The one thing that a value certainly is, None aside; or None."""
    if len(things) == 1:
        return things[0]
    kept = [thing for thing in things if not (isinstance(thing, LiteralThing) and thing.value is None)]
    if not kept:
        return None
    first = kept[0]
    return first if all(thing == first for thing in kept[1:]) else _same_type(kept)


def function_of(thing: Thing | None) -> FunctionThing | None:
    """The function or method of the project that runs when a thing is called."""
    if isinstance(thing, Bound):
        thing = thing.function
    return thing if isinstance(thing, FunctionThing) else None


def only_text(things: Things) -> str | None:
    """The text that a value certainly is; None if it is none."""
    found = only(things)
    return found.value if isinstance(found, LiteralThing) and isinstance(found.value, str) else None


def _same_type(things: list[Thing]) -> Thing | None:
    """Instances of one class that were made with different arguments are instances of that class."""
    types = {thing.type for thing in things if isinstance(thing, Instance)}
    if len(types) == 1 and all(isinstance(thing, Instance) for thing in things):
        return Instance(types.pop())
    return None


def library_name(thing: Thing | None) -> str:
    """The name of the library function, method or class that a thing is; empty for anything else."""
    function = thing.function if isinstance(thing, Bound) else thing
    return function.name if isinstance(function, Library) else ""
