"""What is a session, connection, engine …, which call makes one, and what the statements it executes do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import libraries
from flake8_fastapi.knowledge import sessions as tables
from flake8_fastapi.knowledge.sessions import Kind
from flake8_fastapi.semantics import arguments, classes, facts
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Generator,
    Instance,
    Library,
    Made,
    Thing,
    only,
)
from flake8_fastapi.semantics.values import Evaluator

_DEEPEST = 6
"""How many functions that hand on what another made are followed."""


class Resource(NamedTuple):
    """What a value is to the data layer."""

    kind: Kind
    library: str
    """The canonical name of its class: `sqlalchemy.orm.Session`."""
    is_async: bool

    @property
    def is_sqlalchemy(self) -> bool:
        """Whether it is SQLAlchemy's (or SQLModel's, which is the same)."""
        return self.library.startswith("sqlalchemy.")


How = Literal["made", "handed", "stepped"]


class Acquired(NamedTuple):
    """A call that gives its caller a resource of its own."""

    resource: Resource
    how: How
    """`made` by the library, `handed` out by a function of the project that made it, or `stepped` out of a generator
    with `next`, which nobody resumes."""


def resource(ev: Evaluator, thing: Thing | None) -> Resource | None:
    """What an instance is to the data layer; None for anything else."""
    if not isinstance(thing, Instance):
        return None
    if isinstance(thing.type, Library) and thing.made is not None:
        made = _made_async(ev, thing, thing.made)
        if made is not None:
            return made
    return of_class(ev, thing.type)


def of_class(ev: Evaluator, cls: Thing | None) -> Resource | None:
    """What the instances of a class are to the data layer."""
    if not isinstance(cls, (Library, ClassThing)):
        return None
    for name in classes.library_types(ev, cls):
        for ancestor in libraries.ancestors(name):
            found = tables.RESOURCES.get(ancestor)
            if found is not None:
                return Resource(found[0], ancestor, found[1])
    return None


def _made_async(ev: Evaluator, thing: Instance, made: Made) -> Resource | None:
    """`sessionmaker(class_=AsyncSession)` makes async sessions, though its own class is that of the sync factory."""
    found = of_class(ev, thing.type)
    chosen = made.call.keyword("class_") if found is not None and found.kind == "factory" else None
    session = of_class(ev, ev.certain(chosen, made.frame)) if chosen is not None else None
    return found._replace(is_async=session.is_async) if found is not None and session is not None else None


# -- making


def acquired(ev: Evaluator, value: Value, frame: Frame, depth: int = _DEEPEST) -> Acquired | None:
    """How an expression acquires a resource that belongs to whoever evaluates it; None if it does not, or unknown.

    An attribute, a global, a parameter or what `with` holds belongs to somebody else.
    """
    if isinstance(value, facts.Awaited):
        return acquired(ev, value.of, frame, depth)
    if isinstance(value, facts.Declared) and value.value is not None:
        return acquired(ev, value.value, frame, depth)
    if isinstance(value, facts.Local):
        bindings = bindings_of(ev, value, frame)
        home = ev.home(value.function, frame)
        return acquired(ev, bindings[0], home, depth - 1) if len(bindings) == 1 and depth else None
    if not isinstance(value, facts.Call):
        return None
    callee = ev.certain(value.func, frame)
    made = made_by(ev, callee)
    if made is not None:
        return Acquired(made, "made")
    if callee in (Library("builtins.next"), Library("builtins.anext")) and value.args:
        return _stepped(ev, value, frame)
    if isinstance(value.func, facts.Attribute) and value.func.name in ("__next__", "__anext__"):
        return _stepped(ev, facts.Call(value.func, (value.func.of,), (), value.start, value.end), frame)
    return _handed(ev, callee, Made(value, frame), depth - 1) if depth else None


def made_by(ev: Evaluator, callee: Thing | None) -> Resource | None:
    """What calling this makes anew: a resource's class, a session factory, a library function such as `connect`."""
    if isinstance(callee, (Library, ClassThing)):
        found = of_class(ev, callee)
        if found is not None:
            return found
    if isinstance(callee, Instance):
        factory = resource(ev, callee)
        if factory is None or factory.kind != "factory":
            return None
        name = "sqlalchemy.ext.asyncio.AsyncSession" if factory.is_async else "sqlalchemy.orm.Session"
        return Resource("session", name, factory.is_async)
    function = callee.function if isinstance(callee, Bound) else callee
    return _opened(function.name) if isinstance(function, Library) else None


def _opened(name: str) -> Resource | None:
    """What a library function or method makes."""
    parent, _, last = name.rpartition(".")
    for ancestor in libraries.ancestors(parent):
        kind = tables.OPENERS.get(f"{ancestor}.{last}")
        if kind is not None:
            made = libraries.RETURNS.get(f"{ancestor}.{last}", f"{ancestor}.{last}")
            known = tables.RESOURCES.get(made)
            return Resource(kind, made, known[1] if known is not None else "aio" in name or "async" in name.lower())
    return None


def _stepped(ev: Evaluator, call: facts.Call, frame: Frame) -> Acquired | None:
    """`next(get_db())`: the generator stays where it is until it is collected."""
    generator = ev.certain(call.args[0], frame)
    if not isinstance(generator, Generator):
        return None
    found = resource(ev, only(ev.generator_elements(generator)))
    return Acquired(found, "stepped") if found is not None else None


def _handed(ev: Evaluator, callee: Thing | None, made: Made, depth: int) -> Acquired | None:
    """What a function of the project hands out, if each of its results is a resource that it acquires."""
    function = callee.function if isinstance(callee, Bound) else callee
    found = ev.function(function) if isinstance(function, FunctionThing) else None
    if found is None or found.is_generator or not found.returned:
        return None
    assert isinstance(function, FunctionThing)
    owner = callee.owner if isinstance(callee, Bound) else None
    frame = ev.frame_of(function, arguments.bind(ev, function, made, constants=False, owner=owner))
    results = [acquired(ev, value, frame, depth) for value in found.returned if not facts.is_none(value)]
    first = results[0] if results else None
    if first is None or any(each is None for each in results):
        return None
    return Acquired(first.resource, "handed")


# -- values


def bindings_of(ev: Evaluator, value: facts.Local, frame: Frame) -> list[Value]:
    """The values that a variable of a function may have where it is used, `None` aside."""
    return [found for found in map(facts.undeclared, ev.bindings(value, frame)) if not facts.is_none(found)]


# -- statements


def writes(ev: Evaluator, statement: Value, frame: Frame, depth: int = 8) -> bool | None:
    """Whether a statement that is executed changes rows; None if that is unknown."""
    if depth == 0:
        return None
    if isinstance(statement, facts.Local):
        bindings = bindings_of(ev, statement, frame)
        home = ev.home(statement.function, frame)
        return agreed(writes(ev, each, home, depth - 1) for each in bindings)
    text = _sql(ev, statement, frame)
    if text is not None:
        return _writes_text(text)
    if isinstance(statement, facts.Call):
        return _writes_call(ev, statement, frame, depth)
    return None


def _writes_call(ev: Evaluator, call: facts.Call, frame: Frame, depth: int) -> bool | None:
    callee = ev.certain(call.func, frame)
    if isinstance(callee, Library):
        if callee.name in tables.WRITING_STATEMENTS:
            return True
        if callee.name in tables.READING_STATEMENTS:
            return False
        if callee.name in tables.SQL_TEXTS and call.args:
            return writes(ev, call.args[0], frame, depth - 1)
    if isinstance(call.func, facts.Attribute):
        # `users.insert()` of a table, or the next link of a chain: `update(User).where(…)`.
        if call.func.name in ("insert", "update", "delete") and _is_table(ev, call.func.of, frame):
            return True
        return writes(ev, call.func.of, frame, depth - 1)
    return None


def _is_table(ev: Evaluator, value: Value, frame: Frame) -> bool:
    thing = ev.certain(value, frame)
    if isinstance(value, facts.Attribute) and value.name == "__table__":
        return True
    return isinstance(thing, Instance) and thing.type == Library("sqlalchemy.Table")


def _sql(ev: Evaluator, value: Value, frame: Frame) -> str | None:
    """The beginning of SQL that is written as text: a constant, an f-string, texts put together."""
    if isinstance(value, facts.Text) and value.parts:
        return _sql(ev, value.parts[0], frame)
    if isinstance(value, facts.Operation):
        return _sql(ev, value.left, frame)
    found = ev.literal(value, frame) if isinstance(value, (facts.Constant, facts.Name, facts.Attribute)) else None
    return found if isinstance(found, str) else None


def _writes_text(text: str) -> bool | None:
    word = text.lstrip("( \t\r\n").partition(" ")[0].partition("\n")[0].lower()
    return True if word in tables.WRITING_WORDS else False if word in tables.READING_WORDS else None


def agreed(answers: Iterable[bool | None]) -> bool | None:
    """The answer that all give; None if they differ or there is none."""
    found = set(answers)
    return found.pop() if len(found) == 1 else None
