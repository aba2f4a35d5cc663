"""Containers and counters at module level, and the functions that put data into them while requests are served."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import takewhile
from typing import NamedTuple

from flake8_fastapi.knowledge import state as tables
from flake8_fastapi.semantics import facts, schemas, types
from flake8_fastapi.semantics.code import Code, bound_name, start
from flake8_fastapi.semantics.facts import FunctionFacts, Position, Value
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.structure import layout
from flake8_fastapi.semantics.things import (
    ClassThing,
    Frame,
    FunctionThing,
    Instance,
    Items,
    Library,
    LiteralThing,
    ModuleThing,
    TableThing,
    Thing,
)
from flake8_fastapi.semantics.values import Evaluator

_LOCKS = re.compile(r"lock|mutex|semaphore", re.IGNORECASE)
_DEEPEST = 9
"""Through how many imports a name is followed."""


class Container(NamedTuple):
    """A global that keeps what is put into it."""

    path: str
    name: str
    kind: str
    """dict, list, set, or counter."""


class Written(NamedTuple):
    """A container that the functions of a file put data into."""

    container: Container
    start: Position
    """The first place."""
    function: str
    """The function around it."""
    handler: str
    """The route handler that reaches it."""
    functions: int
    """How many functions of the file do so."""


class _Write(NamedTuple):
    start: Position
    function: FunctionFacts
    handler: str


def written(file: File) -> Iterator[Written]:
    """The containers that handlers write to in a file, with what they write certainly plain data."""
    found: dict[Container, list[_Write]] = {}
    for function in file.facts.functions.values():
        containers = _candidates(file, function)
        handler = _handler(file, function) if containers else None
        code = file.source.code(function.qualname) if handler is not None else None
        if code is None or handler is None:
            continue
        for container in containers:
            place = next(_stores(file, code, container), None)
            if place is not None:
                found.setdefault(container, []).append(_Write(place, function, handler))
    for container, writes in found.items():
        first = min(writes, key=lambda each: each.start)
        yield Written(container, first.start, first.function.name, first.handler, len(writes))


# -- which containers


def _candidates(file: File, function: FunctionFacts) -> tuple[Container, ...]:
    """The containers that a function may write to, the cheap questions first."""
    if function.qualname == facts.MODULE:
        return ()
    names = {name for name, key in function.changed if not key.startswith(".")}
    values: list[Value] = [facts.Name(name) for name in sorted(names) if name not in function.locals]
    for site in function.sites:
        func = site.value.func if isinstance(site.value, facts.Call) else None
        if isinstance(func, facts.Attribute) and func.name in tables.WRITERS:
            values.append(_base(func.of))
    values.extend(facts.Name(name) for name in _rebound(file, function))
    found = (container_of(file.project, value, file.frame) for value in values)
    return tuple(dict.fromkeys(each for each in found if each is not None and _is_kept_for_others(file.project, each)))


def _base(value: Value) -> Value:
    """What `x` is in `x[key]` and `x.setdefault(key, [])`."""
    while True:
        if isinstance(value, facts.Item):
            value = value.of
        elif isinstance(value, facts.Call) and isinstance(value.func, facts.Attribute) and value.func.name in _GETTING:
            value = value.func.of
        else:
            return value


_GETTING = frozenset({"setdefault", "get"})


def _rebound(file: File, function: FunctionFacts) -> Iterator[str]:
    """The globals that a function binds anew."""
    if b"global " not in (file.project.files.text(file.path) or b""):
        return
    code = file.source.code(function.qualname)
    for node in code.own if code is not None else ():
        if isinstance(node, ast.Global):
            yield from node.names


def container_of(project: Project, value: Value, frame: Frame) -> Container | None:
    """The container at module level that a name stands for, through imports."""
    home = _home(project.evaluator, value, frame)
    module = project.facts(home[0]) if home is not None else None
    bindings = module.names.get(home[1], ()) if module is not None and home is not None else ()
    if home is None or not bindings:
        return None
    first = bindings[0].value if isinstance(bindings[0], facts.Declared) else bindings[0]
    kind = _kind(project.evaluator, first, Frame(home[0])) if first is not None else None
    return Container(*home, kind) if kind is not None else None


def _home(ev: Evaluator, value: Value, frame: Frame) -> tuple[str, str] | None:
    """The module that binds a global, and its name there."""
    for _ in range(_DEEPEST):
        if isinstance(value, facts.Attribute):
            holder = ev.certain(value.of, frame)
            if not isinstance(holder, ModuleThing):
                return None
            value, frame = facts.Name(value.name), Frame(holder.path)
        module = ev.module(frame.path) if frame.path.endswith(".py") else None
        bindings = module.names.get(value.name, ()) if module is not None and isinstance(value, facts.Name) else ()
        if not bindings or not isinstance(value, facts.Name):
            return None
        first = bindings[0]
        if not isinstance(first, facts.Import):
            return frame.path, value.name
        path = ev.files.module(frame.path, first.module, first.level)
        if path is None or first.name is None or len(bindings) > 1:
            return None
        value, frame = facts.Name(first.name), Frame(path)
    return None


def _kind(ev: Evaluator, value: Value, frame: Frame) -> str | None:
    if isinstance(value, facts.Table):
        return "dict"
    if isinstance(value, facts.Display):
        return {"list": "list", "set": "set", "each": "list"}.get(value.kind)
    if isinstance(value, facts.Constant):
        return "counter" if isinstance(value.value, int) and not isinstance(value.value, bool) else None
    if isinstance(value, facts.Call) and value.keyword("maxlen") is None:
        maker = ev.certain(value.func, frame)
        return tables.CONTAINERS.get(maker.name) if isinstance(maker, Library) else None
    return None


def _is_kept_for_others(project: Project, container: Container) -> bool:
    """Whether what is put into it is meant to outlast the request: an application that has a store keeps it there."""
    if tables.PURPOSES.search(container.name) or layout.is_aside(project.files, container.path):
        return False
    if container.kind == "counter" and tables.TALLIES.search(container.name):
        return False
    return not _is_explained(project, container) and _has_store(project, container.path)


def _is_explained(project: Project, container: Container) -> bool:
    """Whether a comment beside it, or above it, says that it is in memory: the author knows."""
    lines = (project.files.text(container.path) or b"").decode(errors="replace").splitlines()
    places = (place for place, line in enumerate(lines) if re.match(rf"{container.name}\b\s*[:=]", line))
    first = next(places, None)
    if first is None:
        return False
    above = takewhile(lambda line: line.startswith("#"), reversed(lines[:first]))
    comments = (*above, lines[first].partition("#")[2])
    return any(tables.KNOWN.search(comment) for comment in comments)


def _has_store(project: Project, path: str) -> bool:
    """Whether the application that a file belongs to keeps data in a database: a lesson's list is meant to be one."""
    top = project.files.parts(path)[0][:1]
    for package in tables.STORES:
        for each in project.files.mentioning(package):
            folders = project.files.parts(each)[0]
            if (not top or folders[:1] == top) and not layout.is_aside(project.files, each):
                module = project.facts(each)
                if module is not None and _imports(module, package):
                    return True
    return False


def _imports(module: facts.ModuleFacts, package: str) -> bool:
    return any(
        isinstance(value, facts.Import) and not value.level and value.module.partition(".")[0] == package
        for values in module.names.values()
        for value in values
    )


# -- who writes


def _handler(file: File, function: FunctionFacts) -> str | None:
    """The route handler that a function is, or that calls it."""
    project = file.project
    thing = FunctionThing(file.path, function.qualname)
    if layout.is_aside(project.files, file.path):
        return None
    callers = (each.function for each in project.loop.callers.of(thing))
    for each in (thing, *callers):
        found = project.evaluator.function(each)
        if found is not None and any(role.role == "route" for role in project.loop.roles(each)):
            return found.name
    return None


def _stores(file: File, code: Code, container: Container) -> Iterator[Position]:
    """Where a function puts plain data into a container, without a lock; nothing where it stays only a while."""
    if _is_memo(file, code, container) or _is_released(file, code, container):
        return
    for node in code.own:
        stored = _stored(file, node, container)
        if stored and any(_is_data(code, each) for each in stored) and not _is_locked(code, node):
            assert isinstance(node, (ast.stmt, ast.expr))
            yield start(node)


def _stored(file: File, node: ast.AST, container: Container) -> list[ast.expr]:
    """What a node puts into the container; empty if it does not."""
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if node.value is None or not any(_is_part(file, target, container, node) for target in targets):
            return []
        return [node.value]
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return []
    if node.func.attr in tables.WRITERS and _is_it(file, node.func.value, container):
        return [*node.args[-1:], *(keyword.value for keyword in node.keywords)]
    return []


def _is_part(file: File, target: ast.expr, container: Container, statement: ast.AST) -> bool:
    """Whether an assignment to this target changes the container: `x[key] = …`, `x += …` of a global."""
    if isinstance(target, ast.Subscript):
        return _is_it(file, target.value, container)
    if not isinstance(target, ast.Name) or not _is_it(file, target, container):
        return False
    if isinstance(statement, ast.AugAssign):
        return True
    value = statement.value if isinstance(statement, ast.Assign) else None
    return isinstance(value, ast.BinOp) and _is_it(file, value.left, container)


def _is_it(file: File, node: ast.expr, container: Container) -> bool:
    """Whether an expression is the container, or something in it."""
    while True:
        if isinstance(node, ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _GETTING:
            node = node.func.value
        else:
            break
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return False
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        value: Value = facts.Name(node.id)
    else:
        value = file.source.value(node)
    home = _home(file.ev, value, file.frame) if isinstance(value, (facts.Name, facts.Attribute)) else None
    return home == container[:2]


def _is_locked(code: Code, node: ast.AST) -> bool:
    """Whether a lock is held: the author thought of others who write."""
    return any(
        isinstance(each, (ast.With, ast.AsyncWith))
        and any(_LOCKS.search(ast.unparse(item.context_expr)) for item in each.items)
        for each in code.ancestors(node)
    )


def _is_memo(file: File, code: Code, container: Container) -> bool:
    """Whether a function returns what it finds there, before it works it out and keeps it; or sets what is missing."""
    found = {
        bound_name(node) for node in code.own if isinstance(node, ast.Assign) and _is_it(file, node.value, container)
    }

    def mentions(node: ast.AST) -> bool:
        return any(
            (isinstance(each, ast.Name) and each.id in found)
            or (isinstance(each, ast.expr) and _is_it(file, each, container))
            for each in ast.walk(node)
        )

    for node in code.own:
        if isinstance(node, ast.If) and mentions(node.test):
            if any(isinstance(each, ast.Return) and mentions(each) for each in node.body):
                return True
            if all(_stored(file, each, container) for each in node.body):
                return True
    return False


def _is_released(file: File, code: Code, container: Container) -> bool:
    """Whether a function takes something out as well: what it puts in is a claim for as long as it runs."""
    for node in code.own:
        if isinstance(node, ast.Delete) and any(_is_it(file, target, container) for target in node.targets):
            return True
        method = node.func if isinstance(node, ast.Call) else None
        if (
            isinstance(method, ast.Attribute)
            and method.attr in tables.REMOVERS
            and _is_it(file, method.value, container)
        ):
            return True
    return False


# -- what is written


def _is_data(code: Code, node: ast.expr) -> bool:
    """Whether what is kept is certainly plain data, not an object that only lives in its process."""
    if isinstance(node, ast.Dict):
        return all(value is None or not _is_object(code, value) for value in node.values)
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return bool(node.elts) and all(not _is_object(code, each) for each in node.elts)
    if isinstance(node, ast.Constant):
        return node.value is not None
    if isinstance(node, (ast.JoinedStr, ast.BinOp)):
        return True
    method = node.func if isinstance(node, ast.Call) else node
    if isinstance(method, ast.Attribute) and method.attr in tables.DATA_METHODS:
        return True
    maker = code.thing(node.func) if isinstance(node, ast.Call) else None
    if isinstance(maker, Library):
        return tables.DATA_TYPES.match(maker.name) is not None
    return _is_data_thing(code, code.thing(node)) is True or _is_plain_parameter(code, node)


def _is_plain_parameter(code: Code, node: ast.expr) -> bool:
    """Whether a value is a parameter whose annotation says that it is plain: `item_id: int`."""
    value = code.source.value(node)
    frame = code.source.frame(node)
    bound = code.source.ev.bindings(value, frame) if isinstance(value, facts.Local) else ()
    if len(bound) != 1 or not isinstance(bound[0], facts.Parameter) or bound[0].annotation is None:
        return False
    kind = types.resolve(code.source.ev, bound[0].annotation, Frame(frame.path))
    return tables.DATA_TYPES.match(kind.name) is not None


def _is_object(code: Code, node: ast.expr) -> bool:
    if isinstance(node, (ast.Dict, ast.List, ast.Tuple, ast.Set)):
        return not _is_data(code, node) and bool(ast.unparse(node).strip("[](){} "))
    return _is_data_thing(code, code.thing(node)) is False


def _is_data_thing(code: Code, thing: Thing | None) -> bool | None:
    """Whether a thing is plain data; None if it is unknown."""
    if thing is None:
        return None
    if isinstance(thing, (LiteralThing, TableThing, Items)):
        return True
    if not isinstance(thing, Instance):
        return False
    if isinstance(thing.type, ClassThing):
        return schemas.of_class(code.source.ev, thing.type) is not None
    return tables.DATA_TYPES.match(thing.type.name) is not None
