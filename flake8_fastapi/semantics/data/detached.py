"""Rows that work which goes on reads when their session is closed, and that are not loaded by then."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.data import handover, lasting, rows, sessions
from flake8_fastapi.semantics.data.entities import Entity
from flake8_fastapi.semantics.data.lasting import End
from flake8_fastapi.semantics.data.sessions import Session
from flake8_fastapi.semantics.data.spawned import Spawned
from flake8_fastapi.semantics.facts import FunctionFacts, Value
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.things import Frame, Instance


class Detached(NamedTuple):
    """An attribute that is read when nothing can load it any more: that raises DetachedInstanceError."""

    text: str
    """As the reader would name it in the words of the function: `order.items`."""
    is_expired: bool
    """Whether a commit has expired it; else it is a relation that nobody loaded."""


def of(function: Function, spawned: Spawned) -> tuple[Detached, End] | None:
    """What the work reads too late, and when the session of the row is closed."""
    bodies = [body for call in spawned.work if (body := handover.inside(function.ev, call, function.frame))]
    if not bodies:
        return None
    session = _only_session(function)
    held = handover.named(function.ev, session.value, function.frame) if session is not None else None
    end = lasting.end(function, held) if held is not None else None
    if session is None or end is None:
        return None
    for body in bodies:
        for parameter in body.facts.parameters:
            value = handover.argument(parameter, body.made.call, body.is_bound)
            detached = _detached(function, session, spawned, value, _reads(body.facts, parameter.name))
            if detached is not None:
                return detached, end
    return None


def _only_session(function: Function) -> Session | None:
    found = [each for each in sessions.of(function) if each.resource.kind == "session"]
    return found[0] if len(found) == 1 and found[0].resource.is_sqlalchemy else None


def _detached(
    function: Function, session: Session, spawned: Spawned, value: Value | None, reads: frozenset[str]
) -> Detached | None:
    if not isinstance(value, facts.Local) or not reads:
        return None
    held = rows.held(function.ev, value, Frame(function.thing.path, function.thing.qualname))
    if held is None or held.is_many or held.is_boxed or not held.entity.is_sqlalchemy:
        return None
    name = value.name
    columns = sorted(each for each in reads if held.entity.column(each) is not None)
    if columns and _is_expired(function, session, spawned, name):
        return Detached(f"{name}.{columns[0]}", True)
    relation = _relation(function.code, held, name, reads)
    return Detached(f"{name}.{relation}", False) if relation is not None else None


def _relation(code: Code | None, held: rows.Held, name: str, reads: frozenset[str]) -> str | None:
    """The relation that the work reads, and that neither the query nor the function has loaded."""
    query = held.result.query if held.result is not None else None
    if code is None or query is None or query.loads or not query.is_complete:
        return None
    for relation in sorted(reads):
        if _is_lazy(held.entity, relation) and not _names(code, name, relation):
            return relation
    return None


def _is_lazy(entity: Entity, name: str) -> bool:
    found = entity.relationship(name)
    return found is not None and found.is_loaded_on_read


def _names(code: Code, name: str, relation: str) -> bool:
    """Whether the function itself reads the attribute, which loads it, or may do so."""
    for use in code.uses(name):
        parent = code.parent(use)
        if isinstance(parent, ast.Attribute) and parent.attr == relation:
            return True
    return False


def _is_expired(function: Function, session: Session, spawned: Spawned, name: str) -> bool:
    """Whether a commit has expired the row, and nothing loads it again: it is not even mentioned after the commit."""
    commits = [use.position for use in session.used("commit") if use.position < spawned.site.start]
    code = function.code
    if not commits or code is None or not _expires(function, session):
        return False
    if session.is_async and not all(use.is_awaited for use in session.used("commit")):
        return False
    after = [use for use in code.uses(name) if (use.lineno, use.col_offset) > max(commits)]
    return len(after) == 1 and len(code.assigns(name)) == 1


def _expires(function: Function, session: Session) -> bool:
    """Whether a commit expires the rows of the session: it was not told to leave them alone."""
    thing = function.ev.certain(session.value, function.frame)
    made = thing.made if isinstance(thing, Instance) else None
    factory = function.ev.certain(made.call.func, made.frame) if made is not None else None
    if made is None or made.call.open or made.call.keyword("expire_on_commit") is not None:
        return False
    if not isinstance(factory, Instance) or factory.made is None:
        return False
    return not factory.made.call.open and factory.made.call.keyword("expire_on_commit") is None


# -- what a function reads


def _reads(found: FunctionFacts, name: str) -> frozenset[str]:
    """The attributes of a parameter that a function reads, as far as calls, results and variables show them."""
    values: list[Value] = [*found.returned, *found.yielded, *(site.value for site in found.sites)]
    values.extend(value for bound in found.locals.values() for value in bound)
    seen = set()
    while values:
        value = values.pop()
        if isinstance(value, facts.Attribute):
            if isinstance(value.of, facts.Local) and (value.of.function, value.of.name) == (found.qualname, name):
                seen.add(value.name)
            values.append(value.of)
        else:
            values.extend(_parts(value))
    return frozenset(seen)


def _parts(value: Value) -> Iterator[Value]:
    if isinstance(value, facts.Call):
        yield from (value.func, *value.args, *(each for _, each in value.keywords))
    elif isinstance(value, (facts.Awaited, facts.Iterated, facts.Item, facts.Starred)):
        yield value.of
    elif isinstance(value, facts.Text):
        yield from value.parts
    elif isinstance(value, facts.Display):
        yield from value.items
    elif isinstance(value, facts.Table):
        yield from (each for _, each in value.items)
