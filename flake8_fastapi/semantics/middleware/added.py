"""What one middleware of an application is, and all of them together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import classes, facts, holders
from flake8_fastapi.semantics.facts import Position, Value
from flake8_fastapi.semantics.things import ClassThing, Frame, FunctionThing, Instance, Library, Thing, function_of

if TYPE_CHECKING:
    from flake8_fastapi.semantics.values import Evaluator

Form = Literal["added", "decorated", "listed", "around"]


class Place(NamedTuple):
    """A place in a file of the project."""

    path: str
    position: Position


class Added(NamedTuple):
    """One middleware of an application."""

    thing: Thing | None
    """The class, or the function that takes `request` and `call_next`; None where it is unknown."""
    form: Form
    """`add_middleware(X)`, `@app.middleware("http")`, `middleware=[Middleware(X)]`, or `X(app)` around the app."""
    call: facts.Call
    """The call with its options."""
    frame: Frame
    app: Instance | None
    """The application; None where it is unknown."""
    trail: tuple[Place, ...]
    """The calls that lead to it, from where the project starts to itself."""

    @property
    def path(self) -> str:
        """The file in which it is added."""
        return self.frame.path

    @property
    def position(self) -> Position:
        """Where it is added."""
        return self.call.start

    @property
    def name(self) -> str:
        """The name of its class or function; empty where it is unknown."""
        if isinstance(self.thing, Library):
            return self.thing.last
        if isinstance(self.thing, (ClassThing, FunctionThing)):
            return self.thing.qualname.rpartition(".")[2]
        return ""

    def option(self, ev: Evaluator, keyword: str) -> tuple[Value, Frame] | None:
        """What it is given under a keyword, also in a table that `**` unpacks, and where to evaluate that; None if
        nothing. The bare unknown value stands for what unpacking hides."""
        return holders.written(ev, self.call, keyword, self.frame)

    def is_a(self, ev: Evaluator, *names: str) -> bool:
        """Whether its class is, or derives from, a class of a library."""
        return isinstance(self.thing, (Library, ClassThing)) and classes.is_a(ev, self.thing, *names)

    def function(self, ev: Evaluator) -> FunctionThing | None:
        """The function of the project that sees the requests: `dispatch`, `__call__`, or the decorated function."""
        if isinstance(self.thing, FunctionThing):
            return self.thing
        given = self.option(ev, "dispatch")
        if given is not None:
            return function_of(ev.certain(*given))
        if not isinstance(self.thing, ClassThing):
            return None
        is_base = classes.is_a(ev, self.thing, framework.HTTP_MIDDLEWARE_BASE)
        return classes.method(ev, self.thing, "dispatch" if is_base else "__call__")


class Stack(NamedTuple):
    """The middleware of one application, outermost first."""

    added: tuple[Added, ...]
    is_ordered: bool
    """Whether the order is certain; if not, it is that of the source."""
    is_complete: bool
    """Whether all of them are known as far as the project's own code adds them."""
