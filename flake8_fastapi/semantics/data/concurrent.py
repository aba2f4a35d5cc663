"""Which sessions several tasks work with at the same time."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import tasks as tables
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.data import resources, spawned
from flake8_fastapi.semantics.data.handover import Handover, Held, call_of
from flake8_fastapi.semantics.data.spawned import last_name, node_of
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import Position, Site, Value
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.things import Frame, Library, library_name
from flake8_fastapi.semantics.values import Evaluator

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_NAMES = frozenset(
    name.rpartition(".")[2] for name in (*tables.GATHERERS, *tables.GROUP_STARTERS, *tables.PASSED_THROUGH)
) | {"start_soon"}


class Member(NamedTuple):
    """A coroutine that runs beside others."""

    call: facts.Call
    repeated: bool
    """Whether it stands for several: it is made in a loop or comprehension."""


class Shared(NamedTuple):
    """An async session that several tasks work with at the same time."""

    position: Position
    held: Held
    members: tuple[Member, ...]


def of(function: Function) -> Iterator[Shared]:
    """The async sessions that a function lets several tasks work with at once."""
    ev, plain = function.ev, Frame(function.thing.path, function.thing.qualname)
    called = (site.value for site in function.facts.sites if isinstance(site.value, facts.Call))
    if not any(last_name(ev, call, plain) in _NAMES for call in called):
        return
    frame = function.frame
    groups = [*_gathered(function, frame), *_grouped(function, frame), *_tasks(function, frame)]
    for position, members in groups:
        yield from _shared(function, position, members, frame)


def _shared(function: Function, position: Position, members: list[Member], frame: Frame) -> Iterator[Shared]:
    users: dict[tuple[object, ...], tuple[Held, list[Member]]] = {}
    for member in members:
        held = {work.held.key: work.held for work in Handover(function.ev, strict=True).works(member.call, frame)}
        for key, each in held.items():
            users.setdefault(key, (each, []))[1].append(member)
    for each, sharing in users.values():
        if len(sharing) > 1 or sharing[0].repeated:
            yield Shared(position, each, tuple(sharing))
            return


# -- gather, wait, as_completed


def _gathered(function: Function, frame: Frame) -> Iterator[tuple[Position, list[Member]]]:
    for site in function.facts.sites:
        call = site.value
        if (
            not isinstance(call, facts.Call)
            or library_name(function.ev.certain(call.func, frame)) not in tables.GATHERERS
        ):
            continue
        given = call.args if last_name(function.ev, call, frame) == "gather" else call.args[:1]
        members = [member for value in given for member in _members(function, value, frame, False)]
        yield site.start, [*members, *_generated(function, call)]


def _generated(function: Function, call: facts.Call) -> Iterator[Member]:
    """The coroutines of a generator expression, which facts do not keep: `gather(*(load(db) for _ in names))`."""
    if not any(isinstance(each, facts.Starred) and type(each.of) is Value for each in call.args):
        return
    node = node_of(function.code, call)
    for argument in node.args if node is not None else ():
        if isinstance(argument, ast.Starred) and isinstance(argument.value, (ast.GeneratorExp, ast.SetComp)):
            value = function.source.value(argument.value.elt)
            yield from _members(function, value, function.frame, True)


def _members(function: Function, value: Value, frame: Frame, repeated: bool) -> Iterator[Member]:
    """The coroutines in an argument: itself, those of a list, those that a loop put into one."""
    ev = function.ev
    if isinstance(value, facts.Starred):
        yield from _members(function, value.of, frame, repeated)
    elif isinstance(value, facts.Display):
        for item in value.items:
            yield from _members(function, item, frame, repeated or value.kind == "each")
    elif isinstance(value, facts.Call):
        if library_name(ev.certain(value.func, frame)) in tables.PASSED_THROUGH and value.args:
            yield from _members(function, value.args[0], frame, repeated)
        else:
            yield Member(value, repeated)
    elif isinstance(value, facts.Local):
        bindings = resources.bindings_of(ev, value, frame)
        if len(bindings) == 1 and not isinstance(bindings[0], (facts.Local, facts.Parameter)):
            yield from _members(function, bindings[0], frame, repeated)
            yield from _appended(function, value, frame)


def _appended(function: Function, holder: facts.Local, frame: Frame) -> Iterator[Member]:
    """What `tasks.append(…)` adds to a list, where no branch decides about it alone."""
    for site in function.facts.sites:
        call = site.value
        func = call.func if isinstance(call, facts.Call) else None
        if not isinstance(call, facts.Call) or not isinstance(func, facts.Attribute) or func.name != "append":
            continue
        if not isinstance(func.of, facts.Local) or (func.of.function, func.of.name) != (holder.function, holder.name):
            continue
        node = node_of(function.code, call)
        around = list(function.code.ancestors(node)) if function.code is not None and node is not None else []
        in_loop = any(isinstance(each, _LOOPS) for each in around)
        if in_loop or not any(isinstance(each, (ast.If, ast.Match, ast.ExceptHandler)) for each in around):
            for value in call.args[:1]:
                yield from _members(function, value, frame, in_loop)


# -- task groups


def _grouped(function: Function, frame: Frame) -> Iterator[tuple[Position, list[Member]]]:
    """What each task group starts; reported where it starts the second one."""
    groups: dict[str, list[tuple[Site, Member]]] = {}
    for site in function.facts.sites:
        member = _started(function, site, frame)
        if member is not None and isinstance(site.value, facts.Call) and isinstance(site.value.func, facts.Attribute):
            groups.setdefault(written(site.value.func.of), []).append((site, member))
    for started in groups.values():
        yield started[min(1, len(started) - 1)][0].start, [member for _, member in started]


def _started(function: Function, site: Site, frame: Frame) -> Member | None:
    call = site.value
    if not isinstance(call, facts.Call) or not isinstance(call.func, facts.Attribute) or not call.args:
        return None
    ev = function.ev
    if library_name(ev.certain(call.func, frame)) in tables.GROUP_STARTERS:
        coroutines = spawned.coroutine_calls(ev, call.args[0], frame)
        work = coroutines[0] if len(coroutines) == 1 else None
    elif call.func.name in tables.FUNCTION_STARTERS and _is_function_group(ev, call.func.of, frame):
        work = call_of(call.args[0], call.args[1:], ())
    else:
        return None
    if work is None or _is_in_branch(function.code, call):
        return None
    return Member(work, _is_repeated(function.code, call))


def _is_function_group(ev: Evaluator, value: Value, frame: Frame) -> bool:
    """Whether a variable holds a task group of anyio or trio."""
    if not isinstance(value, facts.Local):
        return False
    bindings = resources.bindings_of(ev, value, frame)
    entered = bindings[0].of if len(bindings) == 1 and isinstance(bindings[0], facts.Entered) else None
    made = ev.certain(entered.func, frame) if isinstance(entered, facts.Call) else None
    return isinstance(made, Library) and made.name in tables.FUNCTION_GROUPS


def _is_in_branch(code: Code | None, call: facts.Call) -> bool:
    """Whether a test inside the group decides if the task is started."""
    return any(isinstance(each, (ast.If, ast.Match, ast.ExceptHandler)) for each in _up_to_group(code, call))


def _is_repeated(code: Code | None, call: facts.Call) -> bool:
    """Whether a loop inside the group, or a comprehension, starts the task."""
    kinds = (*_LOOPS, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    return any(isinstance(each, kinds) for each in _up_to_group(code, call))


def _up_to_group(code: Code | None, call: facts.Call) -> Iterator[ast.AST]:
    node = node_of(code, call)
    for each in code.ancestors(node) if code is not None and node is not None else ():
        if isinstance(each, ast.AsyncWith):
            return
        yield each


# -- tasks that are awaited later


def _tasks(function: Function, frame: Frame) -> Iterator[tuple[Position, list[Member]]]:
    """Tasks that are made one after the other in one block, before any of them is awaited."""
    blocks: dict[tuple[int, str], list[tuple[Site, Member]]] = {}
    for found in spawned.of(function.ev, function.facts, frame):
        code = function.code if found.kind == "task" and len(found.work) == 1 else None
        node = node_of(code, found.call) if code is not None else None
        statement = code.parent(node) if code is not None and node is not None else None
        if code is None or not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            continue
        if _is_awaited(code, statement.targets[0].id):
            blocks.setdefault(_block(code, statement), []).append((found.site, Member(found.work[0], False)))
    for made in blocks.values():
        first, last = made[0][0].start, made[-1][0].start
        if len(made) > 1 and not _awaits_between(function.code, first, last):
            yield made[1][0].start, [member for _, member in made]


def _block(code: Code, statement: ast.stmt) -> tuple[int, str]:
    """The block in which a statement stands: one of those of the statement around it."""
    around = code.parent(statement)
    for name, value in ast.iter_fields(around) if around is not None else ():
        if isinstance(value, list) and statement in value:
            return id(around), name
    return id(around), ""


def _is_awaited(code: Code, name: str) -> bool:
    """`await task`: what is gathered is reported there."""
    return any(isinstance(code.parent(use), ast.Await) for use in code.uses(name))


def _awaits_between(code: Code | None, first: Position, last: Position) -> bool:
    return any(
        isinstance(node, ast.Await) and first < (node.lineno, node.col_offset) < last
        for node in (code.own if code is not None else ())
    )
