"""Classes of exceptions: which is which, what an `except` names, and the status that one answers with."""

from __future__ import annotations

import builtins
from collections.abc import Iterator

from flake8_fastapi.knowledge import errors as tables
from flake8_fastapi.knowledge import libraries
from flake8_fastapi.semantics import arguments, classes, facts
from flake8_fastapi.semantics.facts import MODULE, Clause, FunctionFacts, Value
from flake8_fastapi.semantics.routes import status_of
from flake8_fastapi.semantics.things import ClassThing, Env, Frame, FunctionThing, Instance, Items, Library, Made, Thing
from flake8_fastapi.semantics.values import Evaluator

ExceptionClass = ClassThing | Library
_MOST_BASES = 20
"""How many ancestors of a class are looked through for its status."""


def cls_of(thing: Thing | None) -> ExceptionClass | None:
    """The class of an exception, given the class or an instance of it; None for anything else."""
    cls = thing.type if isinstance(thing, Instance) else thing
    return cls if isinstance(cls, (ClassThing, Library)) else None


def is_http(ev: Evaluator, cls: ExceptionClass | None) -> bool:
    """Whether a class certainly is, or derives from, the HTTPException of Starlette (or FastAPI's)."""
    return cls is not None and classes.is_a(ev, cls, tables.HTTP_EXCEPTION)


def is_a(ev: Evaluator, cls: ExceptionClass, other: ExceptionClass) -> bool | None:
    """Whether a class of exceptions is, or derives from, another; None where a base of it is unknown."""
    if cls == other or (isinstance(other, Library) and other.name == "builtins.BaseException"):
        return True
    order, is_complete = classes.mro(ev, cls) if isinstance(cls, ClassThing) else ((cls,), True)
    if other in order:
        return True
    libraries_above = [name for each in order if isinstance(each, Library) for name in _ancestors(each.name)]
    if isinstance(other, ClassThing):
        return False if is_complete else None
    if other.name in libraries_above:
        return True
    if other.name == "builtins.Exception":
        return not tables.OUTSIDE.intersection(libraries_above)
    known = is_complete and all(_is_known(name) for name in libraries_above)
    # Nothing is above an HTTPException but what bears its name, or `Exception`.
    is_other = tables.HTTP_EXCEPTION in libraries_above and other.last not in ("HTTPException", "Exception")
    return False if known and (is_other or _is_known(other.name)) else None


def _ancestors(name: str) -> Iterator[str]:
    """The class, and what it is known to derive from."""
    seen: set[str] = set()
    pending = [*libraries.ancestors(name)]
    while pending:
        current = pending.pop(0)
        if current in seen:
            continue
        seen.add(current)
        yield current
        base = tables.BASES.get(current)
        pending.extend([base] if base is not None else [])
        pending.extend(f"builtins.{each.__name__}" for each in _builtin_bases(current))


def _builtin_bases(name: str) -> tuple[type, ...]:
    found = getattr(builtins, name.removeprefix("builtins."), None) if name.startswith("builtins.") else None
    is_exception = isinstance(found, type) and issubclass(found, BaseException)
    return found.__mro__[1:-1] if isinstance(found, type) and is_exception else ()


def _is_known(name: str) -> bool:
    """Whether the bases of a library class are known to us."""
    return name.startswith("builtins.") or name in tables.BASES or name in libraries.BASES or name in _KNOWN


_KNOWN = frozenset({*tables.BASES.values(), tables.HTTP_EXCEPTION, "fastapi.HTTPException"})


def named(ev: Evaluator, clause: Clause, frame: Frame) -> tuple[ExceptionClass, ...] | None:
    """The classes that an `except` names, BaseException for a bare one; None if one of them is unknown."""
    if clause.type is None:
        return (Library("builtins.BaseException"),)
    return _classes(ev, clause.type, frame)


def _classes(ev: Evaluator, written: Value, frame: Frame) -> tuple[ExceptionClass, ...] | None:
    if isinstance(written, facts.Display):
        found = [_classes(ev, item, frame) for item in written.items]
        return tuple(cls for each in found if each is not None for cls in each) if None not in found else None
    thing = ev.certain(written, frame)
    if isinstance(thing, Items):
        # `except RETRIED:` with `RETRIED = (KeyError, TimeoutError)`.
        return _classes(ev, facts.Display("tuple", thing.values), thing.frame) if not thing.repeated else None
    cls = cls_of(thing)
    return (cls,) if cls is not None and not isinstance(thing, Instance) else None


def is_broad(ev: Evaluator, clause: Clause, frame: Frame) -> bool:
    """Whether an `except` catches everything: a bare one, `Exception`, `BaseException`, or a tuple with one of them."""
    caught = named(ev, clause, frame)
    if caught is None and isinstance(clause.type, facts.Display):
        caught = tuple(each for item in clause.type.items for each in (_classes(ev, item, frame) or ()))
    return any(isinstance(cls, Library) and cls.name in tables.BROAD for cls in caught or ())


def catches(ev: Evaluator, clause: Clause, frame: Frame, cls: ExceptionClass) -> bool | None:
    """Whether an `except` catches an exception of this class; None if that is unknown."""
    if is_broad(ev, clause, frame):
        return bool(is_a(ev, cls, Library("builtins.Exception"))) or clause.type is None
    caught = named(ev, clause, frame)
    if caught is None:
        return None
    verdicts = {is_a(ev, cls, each) for each in caught}
    return True if True in verdicts else None if None in verdicts else False


# -- the status


def status(ev: Evaluator, thing: Thing | None) -> int | None:
    """The status with which an HTTPException answers, of the project's own subclasses too; None if it is unknown.

    `thing` is the exception as it is raised: an instance, with the call that makes it, or a class.
    """
    cls = cls_of(thing)
    if cls is None or not is_http(ev, cls):
        return None
    made = thing.made if isinstance(thing, Instance) else None
    return _status(ev, cls, made, _MOST_BASES)


def _status(ev: Evaluator, cls: ExceptionClass, made: Made | None, depth: int) -> int | None:
    if isinstance(cls, Library):
        return _written_status(ev, made) if made is not None else None
    if depth == 0:
        return None
    init = classes.lookup(ev, cls, "__init__")
    if init is None:
        return _status_of_attribute(ev, cls) or _status_of_base(ev, cls, made, depth)
    constructor = classes.method(ev, cls, "__init__")
    found = ev.function(constructor) if constructor is not None else None
    if found is None or constructor is None:
        return None
    frame = ev.frame_of(constructor, _environment(ev, constructor, found, cls, made))
    return _status_of_super(ev, found, frame) or _status_of_attribute(ev, cls)


def _environment(
    ev: Evaluator, constructor: FunctionThing, found: FunctionFacts, cls: ClassThing, made: Made | None
) -> Env:
    """What the parameters of a constructor are in a call; the defaults alone where the class itself is raised."""
    env = arguments.bind(ev, constructor, made, constants=True, owner=Instance(cls)) if made is not None else ()
    if made is not None and made.call.open:
        return env
    home = Frame(constructor.path, found.parent or MODULE)
    given = {name for name, _ in env} | {name for name, _ in (made.call.keywords if made is not None else ())}
    count = len(made.call.args) if made is not None else 0
    given.update(each.name for each in found.parameters if each.index is not None and each.index <= count)
    left = [each for each in found.parameters if each.name not in given and each.default is not None]
    defaults = [(each.name, ev.certain(each.default, home)) for each in left if each.default is not None]
    return (*env, *((name, thing) for name, thing in defaults if thing is not None))


def _status_of_base(ev: Evaluator, cls: ClassThing, made: Made | None, depth: int) -> int | None:
    order, _ = classes.mro(ev, cls)
    above = next((base for base in order[1:] if isinstance(base, Library)), None)
    return _status(ev, above, made, depth - 1) if above is not None else None


def _status_of_super(ev: Evaluator, init: FunctionFacts, frame: Frame) -> int | None:
    """The status that a constructor hands to the one above it, or sets on the exception."""
    for site in init.sites:
        func = site.value.func if isinstance(site.value, facts.Call) else None
        if isinstance(func, facts.Attribute) and func.name == "__init__" and isinstance(site.value, facts.Call):
            # `HTTPException.__init__(self, 404)` is given itself first.
            given = site.value.argument(0 if isinstance(func.of, facts.Call) else 1, "status_code")
            number = status_of(ev.certain(given, frame)) if given is not None else None
            if number is not None:
                return number
    return None


def _status_of_attribute(ev: Evaluator, cls: ClassThing) -> int | None:
    found = classes.lookup(ev, cls, "status_code")
    return status_of(ev.certain(found[1], Frame(found[0].path))) if found is not None else None


def _written_status(ev: Evaluator, made: Made) -> int | None:
    given = made.call.argument(0, "status_code")
    return status_of(ev.certain(given, made.frame)) if given is not None else None
