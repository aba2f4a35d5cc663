"""Exceptions on their way through a function: what is known of one, and which `except` catches it."""

from __future__ import annotations

import ast
import builtins
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import libraries
from flake8_fastapi.semantics import classes
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.nodes import last_name
from flake8_fastapi.semantics.things import Bound, ClassThing, FunctionThing, Instance, Library, Thing

_ALL = "BaseException"
_ERRORS = "Exception"
_CANCELLED = "CancelledError"
_CLOSED = "GeneratorExit"


class Thrown(NamedTuple):
    """What is known of an exception: its class, if that is known, and the classes of which it is certainly not."""

    kind: Literal["error", "closed", "cancelled"]
    """`closed` is the GeneratorExit at a `yield`, `cancelled` what comes out of an `await` in a cancelled task."""
    cls: str = ""
    """The name of its class; empty if nothing is known but that it is an `Exception`."""
    is_exact: bool = False
    """Whether it is of that class itself and of none below."""
    passed: frozenset[str] = frozenset()


ERROR = Thrown("error")
CLOSED = Thrown("closed", _CLOSED, True)
CANCELLED = Thrown("cancelled", _CANCELLED, True)
EXIT = Thrown("error", "SystemExit", True)


class Names:
    """Reads the names of exception classes, functions and context managers as they are written."""

    def exception(self, node: ast.expr) -> str:
        """The name of the class of exceptions that an expression is, makes or holds; empty if it is unknown."""
        named = node.func if isinstance(node, ast.Call) else node
        name = last_name(named)
        return name if name[:1].isupper() else ""

    def is_a(self, name: str, other: str) -> bool | None:
        """Whether a class is or derives from another; None if that is unknown."""
        if name == other or other == _ALL:
            return True
        mine, theirs = _builtin(name), _builtin(other)
        if mine is not None and theirs is not None:
            return issubclass(mine, theirs)
        if mine is not None:
            return False
        if other == _ERRORS:
            return name != _CANCELLED
        return False if other in (_CANCELLED, _CLOSED) else None

    def suppressed(self, manager: ast.expr) -> list[ast.expr]:
        """The exceptions that a context manager swallows."""
        is_suppress = isinstance(manager, ast.Call) and last_name(manager.func) == "suppress"
        return list(manager.args) if isinstance(manager, ast.Call) and is_suppress else []

    def leaves(self, call: ast.Call) -> Thrown | None:
        """The exception with which a call certainly ends; None if it may return."""
        name = last_name(call.func)
        if name in ("exit", "quit", "_exit") and (isinstance(call.func, ast.Name) or _is_system(call.func)):
            return EXIT
        return None


def _is_system(func: ast.expr) -> bool:
    return isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id in ("sys", "os")


class Meanings(Names):
    """Reads them as what they are in the project."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._classes: dict[str, ClassThing | Library] = {}

    def exception(self, node: ast.expr) -> str:
        """The name of the class of exceptions that an expression is, makes or holds; empty if it is unknown."""
        thing = self._code.thing(node)
        cls = thing.type if isinstance(thing, Instance) else thing
        if not isinstance(cls, (ClassThing, Library)):
            return ""
        name = _name(cls)
        self._classes[name] = cls
        return name

    def is_a(self, name: str, other: str) -> bool | None:
        """Whether a class is or derives from another; None if that is unknown."""
        known = super().is_a(name, other)
        cls, base = self._classes.get(name), self._classes.get(other)
        if known is not None or cls is None or base is None:
            return known
        ev = self._code.source.ev
        order, is_complete = classes.mro(ev, cls) if isinstance(cls, ClassThing) else ((cls,), True)
        if base in order or (isinstance(base, Library) and classes.is_a(ev, cls, base.name)):
            return True
        return False if is_complete and all(map(_has_known_bases, order)) else None

    def suppressed(self, manager: ast.expr) -> list[ast.expr]:
        """The exceptions that a context manager swallows."""
        is_suppress = isinstance(manager, ast.Call) and self._code.thing(manager.func) == _SUPPRESS
        return list(manager.args) if isinstance(manager, ast.Call) and is_suppress else []

    def leaves(self, call: ast.Call) -> Thrown | None:
        """The exception with which a call certainly ends; None if it may return."""
        known = super().leaves(call)
        return known if known is not None else ERROR if self._never_returns(call) else None

    def _never_returns(self, call: ast.Call) -> bool:
        """Whether the function called ends in a `raise` whatever happens, or says `-> NoReturn`."""
        thing = self._code.thing(call.func)
        function = thing.function if isinstance(thing, Bound) else thing
        if not isinstance(function, FunctionThing):
            return False
        ev = self._code.source.ev
        found = ev.function(function)
        if found is None or found.is_generator:
            return False
        if found.never_returns:
            return not found.is_async or isinstance(self._code.parent(call), ast.Await)
        if found.returns is None:
            return False
        return _says_never(ev.certain(found.returns, ev.frame_of(function)))


_SUPPRESS = Library("contextlib.suppress")


def _has_known_bases(cls: ClassThing | Library) -> bool:
    return isinstance(cls, ClassThing) or cls.name.startswith("builtins.") or cls.name in libraries.BASES


def _says_never(thing: Thing | None) -> bool:
    return isinstance(thing, Library) and thing.last in ("NoReturn", "Never")


def _name(cls: ClassThing | Library) -> str:
    if isinstance(cls, ClassThing):
        return f"{cls.path}:{cls.qualname}"
    if cls.name.endswith("CancelledError") or cls.name.endswith("get_cancelled_exc_class"):
        return _CANCELLED
    return cls.name.removeprefix("builtins.")


def _builtin(name: str) -> type[BaseException] | None:
    found = getattr(builtins, name, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def catches(names: Names, written: ast.expr | None, thrown: Thrown) -> bool | None:
    """Whether `except` with this class, or with one of these, catches an exception; None if that is unknown."""
    if written is None:
        return True
    parts = written.elts if isinstance(written, ast.Tuple) else [written]
    verdicts = {_catches(names, part, thrown) for part in parts}
    return True if True in verdicts else None if None in verdicts else False


def _catches(names: Names, written: ast.expr, thrown: Thrown) -> bool | None:
    name = names.exception(written)
    if any(name and names.is_a(name, other) for other in thrown.passed):
        return False
    if thrown.kind != "error":
        return name in (_ALL, thrown.cls)
    if not name:
        return None
    found = names.is_a(thrown.cls or _ERRORS, name)
    if found is True or (found is False and thrown.is_exact):
        return found
    below = names.is_a(name, thrown.cls or _ERRORS)
    return False if below is False and found is False else None


def narrowed(names: Names, written: ast.expr | None, thrown: Thrown) -> Thrown:
    """What is known of an exception that this `except` has caught."""
    name = names.exception(written) if written is not None and not isinstance(written, ast.Tuple) else ""
    if thrown.kind != "error" or thrown.is_exact or name in ("", _ALL, _ERRORS):
        return thrown
    return thrown._replace(cls=name) if not thrown.cls or names.is_a(name, thrown.cls) else thrown


def passing(names: Names, written: ast.expr | None, thrown: Thrown) -> Thrown:
    """What is known of an exception that this `except` has not caught."""
    parts = written.elts if isinstance(written, ast.Tuple) else [written] if written is not None else []
    passed = {names.exception(part) for part in parts} - {""}
    return thrown._replace(passed=thrown.passed | passed) if thrown.kind == "error" else thrown
