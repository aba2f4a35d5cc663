"""What one module tells the others: small frozen dataclasses, no nodes.

A `Value` is an expression as it stands in the source, with its names already bound to a scope. It says nothing about
types or other modules; `values.Evaluator` turns it into things. Values are compared by identity, which makes them cheap
keys; they live as long as the facts of their module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple

MODULE = ""
"""The qualified name of the code at the top level of a module."""


class Position(NamedTuple):
    """A place in a source file: line from 1, column from 0."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """An expression; the bare class stands for one that is not understood."""


UNKNOWN = Value()


@dataclass(frozen=True, slots=True, eq=False)
class Name(Value):
    """A global of the module or a builtin. `which` selects bindings that can reach this use; None means all."""

    name: str
    which: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Local(Value):
    """A variable of a function, by the function's qualified name; `which` as in `Name`."""

    function: str
    name: str
    which: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Attribute(Value):
    """`of.name`"""

    of: Value
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Call(Value):
    """`func(*args, **keywords)`; a starred argument appears as `Starred`, a `**` one under the keyword None."""

    func: Value
    args: tuple[Value, ...]
    keywords: tuple[tuple[str | None, Value], ...]
    start: Position
    end: Position

    def keyword(self, name: str) -> Value | None:
        """The value written for this keyword, or None."""
        return next((value for key, value in self.keywords if key == name), None)

    def argument(self, index: int | None, *keywords: str) -> Value | None:
        """The value written for a parameter, at its place (counted from 0) or under one of its names, or None."""
        named = next((value for key, value in self.keywords if key in keywords), None)
        if named is not None or index is None or index >= len(self.args):
            return named
        before = self.args[: index + 1]
        return None if any(isinstance(arg, Starred) for arg in before) else before[-1]

    def given(self, parameter: Parameter, shift: int = 0) -> Value | None:
        """What is written for a parameter, or None; `shift` is 1 where the object of a method comes before."""
        place = parameter.index - shift if parameter.index is not None else None
        return self.argument(place if place is None or place >= 0 else None, parameter.name)

    @property
    def open(self) -> bool:
        """Whether unpacking (`*args`, `**kwargs`) hides some of the arguments."""
        return any(isinstance(arg, Starred) for arg in self.args) or any(key is None for key, _ in self.keywords)


@dataclass(frozen=True, slots=True, eq=False)
class Starred(Value):
    """`*of` in a call or a display."""

    of: Value


@dataclass(frozen=True, slots=True, eq=False)
class Awaited(Value):
    """`await of`"""

    of: Value


@dataclass(frozen=True, slots=True, eq=False)
class Entered(Value):
    """The target of `with of as …` or `async with of as …`."""

    of: Value
    is_async: bool


@dataclass(frozen=True, slots=True, eq=False)
class Iterated(Value):
    """An element of `of`, as the target of a loop or comprehension gets it."""

    of: Value
    is_async: bool


@dataclass(frozen=True, slots=True, eq=False)
class Item(Value):
    """`of[key]`"""

    of: Value
    key: Value


@dataclass(frozen=True, slots=True, eq=False)
class Slice(Value):
    """`lower:upper` as the key of an item."""

    lower: Value | None
    upper: Value | None


@dataclass(frozen=True, slots=True, eq=False)
class Unpacked(Value):
    """The element that the target at `index` of a tuple assignment gets."""

    of: Value
    index: int


@dataclass(frozen=True, slots=True, eq=False)
class Constant(Value):
    """A literal: str, bytes, int, float, complex, bool, None or Ellipsis."""

    value: object


@dataclass(frozen=True, slots=True, eq=False)
class Either(Value):
    """One of several: a conditional expression ("if"), `or`, `and`, or a chain of comparisons ("and")."""

    values: tuple[Value, ...]
    operator: Literal["if", "or", "and"] = "if"


@dataclass(frozen=True, slots=True, eq=False)
class Negation(Value):
    """`not of`"""

    of: Value


@dataclass(frozen=True, slots=True, eq=False)
class Display(Value):
    """A list, tuple or set written out."""

    kind: Literal["list", "tuple", "set", "each"]
    """"each" for a comprehension, whose one item stands for any number."""
    items: tuple[Value, ...]
    is_filtered: bool = False
    """For a comprehension: it has conditions."""


@dataclass(frozen=True, slots=True, eq=False)
class Table(Value):
    """A dict written out; a `**` entry has the key None."""

    items: tuple[tuple[Value | None, Value], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Text(Value):
    """An f-string; its parts in order."""

    parts: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Operation(Value):
    """A binary operation such as `left + right`, `left | right`, `left / right`; "+=" for what that gives to its
    target, "?" for operators that nobody asks about."""

    operator: str
    left: Value
    right: Value


@dataclass(frozen=True, slots=True, eq=False)
class Comparison(Value):
    """`left == right`, or one of the other comparisons of two."""

    operator: str
    """As it is written: `==`, `!=`, `<`, `<=`, `>`, `>=`, `is`, `is not`, `in`, `not in`."""
    left: Value
    right: Value

    @property
    def is_equality(self) -> bool:
        """Whether it is `left == right`."""
        return self.operator == "=="


@dataclass(frozen=True, slots=True, eq=False)
class Declared(Value):
    """A variable with an annotation, and the value it is given, if any."""

    annotation: Value
    value: Value | None


@dataclass(frozen=True, slots=True, eq=False)
class Parameter(Value):
    """A parameter of a function; `index` counts positional ones from 0 and is None for the others."""

    function: str
    name: str
    kind: Literal["positional", "keyword", "args", "kwargs"]
    index: int | None
    annotation: Value | None
    default: Value | None
    start: Position


@dataclass(frozen=True, slots=True, eq=False)
class Function(Value):
    """A function of this module (a `def` or a lambda), by qualified name."""

    qualname: str


@dataclass(frozen=True, slots=True, eq=False)
class Class(Value):
    """A class of this module, by qualified name."""

    qualname: str


@dataclass(frozen=True, slots=True, eq=False)
class Import(Value):
    """`import module` (name is None) or `from module import name`; `level` counts leading dots."""

    module: str
    level: int
    name: str | None


def is_none(value: Value) -> bool:
    """Whether an expression is `None`, written out."""
    return isinstance(value, Constant) and value.value is None


def last_name(func: Value) -> str:
    """The last name of what is called; empty for the result of another call."""
    return func.name if isinstance(func, (Attribute, Name, Local)) else ""


def undeclared(value: Value) -> Value:
    """What `x: T = value` gives to the variable; any other value as it is."""
    return value.value if isinstance(value, Declared) and value.value is not None else value


class Site(NamedTuple):
    """A place in a function's body that runs something: a call, an iteration, the entering of a context manager, or
    the reading of an attribute, which may be a property."""

    kind: Literal["call", "iterate", "enter", "read"]
    value: Value
    """The `Call`, what is iterated, the context manager, or the `Attribute`."""
    start: Position
    awaited: bool = False
    """The result is awaited, or iterated or entered with `async`."""
    role: Literal["statement", "returned", "argument", "other"] = "other"
    within: Value | None = None
    """For a call that is an argument: what the enclosing call calls."""
    lazy: bool = False
    """It does not run here each time: it stands under `if x is None:` (or the like), which fills the global or
    attribute x once, or in a generator expression that is iterated elsewhere."""
    needs: tuple[Value, ...] = ()
    """What must be true (or not None) for it to run: `if path:` and `if not path: return` around it."""
    caught: bool = False
    """A RuntimeError is caught around it."""
    guards: tuple[int, ...] = ()
    """The `try` statements in whose body it runs, outermost first, as indices of the function's `tries`."""
    is_partial: bool = False
    """For an iteration: a condition of the comprehension leaves some out, other than names that begin with `_`."""
    is_nested: bool = False
    """For a call: it stands in a block of its function or module (`if`, `for`, `with`, `try`), not at its top."""


class Clause(NamedTuple):
    """One `except` of a `try`."""

    type: Value | None
    """The class or classes it names; None for a bare `except`."""
    name: str | None
    start: Position
    raises_again: bool
    """It may raise what it caught: it has a bare `raise`, or one of its own variable."""


class Try(NamedTuple):
    """A `try` statement."""

    start: Position
    clauses: tuple[Clause, ...]
    discards: bool
    """Its `finally` returns, which drops every exception."""


class Raise(NamedTuple):
    """A `raise` statement."""

    value: Value | None
    """What is raised; None for a bare `raise`."""
    start: Position
    guards: tuple[int, ...]
    """The `try` statements in whose body it stands, as in `Site`."""
    within: tuple[int, int] | None
    """The `except` in which it stands, nearest first: index of the `try`, and of its clause."""


class Assertion(NamedTuple):
    """What must hold for the code behind it to run: an `assert`, or an `if` that ends in `raise` or `….fail()`."""

    condition: Value
    start: Position
    is_nested: bool
    """It stands in a block of its function (`if`, `for`, `with`, `try`), not at its top."""


class Block(NamedTuple):
    """A part of a function that does not simply run once, or runs inside of something."""

    kind: Literal["if", "loop", "with", "try", "caught"]
    """"if" for what runs on a condition: a branch, an `except`, and what comes after `if x: return`; "try" where a
    failing assertion is caught, "caught" where other exceptions are."""
    condition: Value
    """What must be true for it to run, what is iterated, or the context manager."""
    start: Position
    end: Position


class Overridden(NamedTuple):
    """A use of the `dependency_overrides` of an application."""

    app: Value
    start: Position
    key: Value | None = None
    """The dependency for which it sets what to call: `app.dependency_overrides[key] = value`."""
    value: Value | None = None
    """What it sets; without a key, what replaces all of them: `app.dependency_overrides = value`."""


class FunctionFacts(NamedTuple):
    """A function, lambda, or (qualified name `MODULE`) the code at the top level of a module and of its classes."""

    qualname: str
    name: str
    position: Position
    is_async: bool
    is_generator: bool
    owner: str | None
    """The class whose method this is, by qualified name."""
    parent: str | None
    """The function around it."""
    parameters: tuple[Parameter, ...]
    decorators: tuple[Value, ...]
    returns: Value | None
    """The return annotation."""
    locals: Mapping[str, tuple[Value, ...]]
    returned: tuple[Value, ...]
    yielded: tuple[Value, ...]
    sites: tuple[Site, ...]
    changed: frozenset[tuple[str, str]] = frozenset()
    """Variables of which it sets (or deletes) items or attributes, with the constant key, `.name` or `*`:
    `options["x"] = …`."""
    lines: int = 0
    """How many lines it has, from its `def` on; 0 for a lambda and for a module."""
    raises: tuple[Raise, ...] = ()
    tries: tuple[Try, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    blocks: tuple[Block, ...] = ()
    """In the order of their beginnings; none for the code of a module."""
    overrides: tuple[Overridden, ...] = ()
    never_returns: bool = False
    """Whether each way through it ends in a `raise` of its own; false where that takes more than a look."""


class ClassFacts(NamedTuple):
    """A class."""

    qualname: str
    name: str
    position: Position
    bases: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]
    decorators: tuple[Value, ...]
    attributes: Mapping[str, tuple[Value, ...]]
    """What the class body binds: methods, class variables, fields."""
    instance: Mapping[str, tuple[Value, ...]]
    """What methods bind on `self`; the values are in the scope of those methods."""


class ModuleFacts(NamedTuple):
    """A module."""

    path: str
    names: Mapping[str, tuple[Value, ...]]
    stars: tuple[Import, ...]
    functions: Mapping[str, FunctionFacts]
    classes: Mapping[str, ClassFacts]
    mentions: Mapping[str, tuple[tuple[str, Site], ...]]
    """Calls by the last name of what they call: (qualified name of the function around it, site)."""
    states: Mapping[str, tuple[tuple[str, Value], ...]] = MappingProxyType({})
    """What it gives to attributes of any `….state`, by attribute: (qualified name of the function around it, value)."""
