"""Where the file at hand reads the environment, and whether that happens once or at each call."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple
from weakref import WeakKeyDictionary

from flake8_fastapi.knowledge import environment as tables
from flake8_fastapi.semantics import facts, once
from flake8_fastapi.semantics.code import Code, Source, bound_name, start
from flake8_fastapi.semantics.config import environment
from flake8_fastapi.semantics.config.environment import Read
from flake8_fastapi.semantics.facts import Position, Site
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.nodes import last_name
from flake8_fastapi.semantics.things import ClassThing, Frame, function_of

_WORDS = (b"environ", b"getenv", b"decouple", b"starlette.config")
"""What a file has that reads the environment by itself."""
_METHODS = frozenset(name.rpartition(".")[2] for table in (tables.FUNCTIONS, tables.METHODS) for name in table)

_SWITCH = re.compile(r"true|false|yes|no|on|off|0|1|", re.IGNORECASE)


class Reading(NamedTuple):
    """One place of the file at hand that reads the environment."""

    node: ast.Call | ast.Subscript
    read: Read
    qualname: str
    """The function around it; `MODULE` for the top level and the bodies of classes."""

    @property
    def position(self) -> Position:
        """Where it begins."""
        return start(self.node)


_readings: WeakKeyDictionary[Source, tuple[Reading, ...]] = WeakKeyDictionary()


def of(file: File) -> tuple[Reading, ...]:
    """The places that read the environment, in the order of the source."""
    known = _readings.get(file.source)
    if known is None:
        found = sorted(_found(file), key=lambda each: each.position) if _may_read(file) else ()
        known = _readings[file.source] = tuple(found)
    return known


def _may_read(file: File) -> bool:
    text = file.project.files.text(file.path) or b""
    if any(word in text for word in _WORDS):
        return True
    return not environment.wrappers(file.project).isdisjoint(file.facts.mentions)


def _found(file: File) -> Iterator[Reading]:
    called = environment.wrappers(file.project) | _METHODS
    for node in ast.walk(file.source.tree):
        if isinstance(node, ast.Subscript):
            if not isinstance(node.ctx, ast.Load) or isinstance(node.slice, (ast.Tuple, ast.Slice)):
                continue
            if not last_name(node.value):
                continue
        elif not isinstance(node, ast.Call) or not _may_be_reader(node, called):
            continue
        value = file.source.value(node)
        frame = file.source.frame(node)
        read = environment.read(file.ev, value, frame)
        if read is not None and read.source != "dynaconf":
            yield Reading(node, read, frame.function)


def _may_be_reader(call: ast.Call, called: frozenset[str]) -> bool:
    """Whether a call is one by a known name, or of a variable that may be a reader: `config("X")`, `env("X")`."""
    if not call.args and not call.keywords:
        return False
    if last_name(call.func) in called:
        return True
    return isinstance(call.func, ast.Name) and bool(call.args) and isinstance(call.args[0], ast.Constant)


def fails_where_missing(file: File, reading: Reading) -> bool:
    """Whether the code cannot do without the variable: no default, and nothing else to do where it is not set."""
    if not gives_none(reading) or _is_only_tested(file, reading):
        return False
    code = file.source.code(reading.qualname)
    if code is None or not reading.read.has_default:
        return code is not None
    parent = code.parent(reading.node)
    if isinstance(parent, (ast.Assign, ast.AnnAssign)):
        name = bound_name(parent)
        tests = [_test_of(code, use) for use in code.uses(name)]
        return bool(name) and all(test is None or _raises(test) for test in tests)
    call = code.parent(parent) if isinstance(parent, ast.keyword) else parent
    if isinstance(call, ast.Call):
        return function_of(code.thing(call.func)) is None and _test_of(code, call) is None
    return isinstance(parent, (ast.FormattedValue, ast.Subscript))


def gives_none(reading: Reading) -> bool:
    """Whether there is no default but None."""
    default = reading.read.default
    return default is None or facts.is_none(default)


def is_of_choice(file: File, qualname: str) -> bool:
    """Whether a function is the constructor of one of several classes, of which the deployment uses one: it has a base
    of the project."""
    found = file.facts.functions[qualname]
    cls = file.facts.classes.get(found.owner) if found.owner is not None and found.name == "__init__" else None
    frame = Frame(file.path)
    return cls is not None and any(isinstance(file.ev.certain(base, frame), ClassThing) for base in cls.bases)


def is_flag(file: File, reading: Reading) -> bool:
    """Whether the variable switches something on or off, by its default or because one only asks whether it is set:
    it is never missing."""
    if _is_only_tested(file, reading):
        return True
    default = reading.read.default
    found = file.ev.literal(default, reading.read.frame) if default is not None else None
    return isinstance(found, bool) or (isinstance(found, str) and _SWITCH.fullmatch(found) is not None)


def _is_only_tested(file: File, reading: Reading) -> bool:
    """Whether what counts is whether there is one: `bool(os.getenv("X"))`, `"on" if os.getenv("X") else "off"`."""
    parent = file.source.parent(reading.node) if reading.read.has_default else None
    if isinstance(parent, ast.Call):
        return isinstance(parent.func, ast.Name) and parent.func.id == "bool"
    if isinstance(parent, ast.Compare):
        return any(isinstance(each, (ast.Is, ast.IsNot)) for each in parent.ops)
    is_test = isinstance(parent, (ast.If, ast.IfExp)) and parent.test is reading.node
    return is_test or (isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not))


def _test_of(code: Code, use: ast.expr) -> ast.AST | None:
    """What decides by an expression, or puts something in its place."""
    inner: ast.AST = use
    for outer in code.ancestors(use):
        if isinstance(outer, (ast.If, ast.IfExp, ast.While)) and outer.test is inner:
            return outer
        if isinstance(outer, ast.BoolOp) and not isinstance(code.parent(outer), (ast.If, ast.UnaryOp, ast.BoolOp)):
            return outer
        if isinstance(outer, ast.Return) and isinstance(inner, (ast.UnaryOp, ast.Compare)):
            return outer
        if isinstance(outer, ast.stmt):
            return None
        inner = outer
    return None


def _raises(test: ast.AST) -> bool:
    """Whether what is done where the variable is missing is to raise."""
    return isinstance(test, ast.If) and any(isinstance(each, ast.Raise) for each in (*test.body, *test.orelse))


def runs_once(file: File, qualname: str, node: ast.expr) -> bool:
    """Whether an expression of a function runs once in the life of the process: `if KEY is None: KEY = …`."""
    found = file.facts.functions.get(qualname)
    if found is None:
        return False
    site = _site(found.sites, start(node))
    if site is not None:
        return site.lazy
    code = file.source.code(qualname)
    declared = frozenset(
        name for each in (code.own if code is not None else ()) if isinstance(each, ast.Global) for name in each.names
    )
    return any(
        isinstance(outer, ast.If) and once.fills_what_is_missing(outer, declared)
        for outer in file.source.ancestors(node)
    )


def _site(sites: tuple[Site, ...], position: Position) -> Site | None:
    return next((site for site in sites if site.start == position and isinstance(site.value, facts.Call)), None)
