"""Uploads that are read whole: where, and whether anything limits their size before.

A limit is what the code asks before it reads: the size of the file, the `Content-Length`, a function that does so. In
other functions and modules the words decide: whoever speaks of sizes there is believed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import types as tables
from flake8_fastapi.semantics import facts, types
from flake8_fastapi.semantics.code import Code, bound_name, dotted
from flake8_fastapi.semantics.data.spawned import node_of
from flake8_fastapi.semantics.errors import clients
from flake8_fastapi.semantics.facts import Position, Value
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.nodes import last_name
from flake8_fastapi.semantics.reached import by_request
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.security import limits
from flake8_fastapi.semantics.things import Frame, Instance, Library, function_of, library_name
from flake8_fastapi.semantics.values import Evaluator

_READERS = frozenset({"read", "readlines"})
_LOADERS = {
    "json.load": None,
    "yaml.load": None,
    "yaml.safe_load": None,
    "pickle.load": None,
    "pandas.read_csv": "chunksize",
    "pandas.read_excel": "nrows",
    "pandas.read_json": "chunksize",
    "pandas.read_parquet": None,
    "polars.read_csv": "n_rows",
}
"""Functions that read the file they are given to its end -> the keyword with which they do not."""
_UPLOAD = Library(tables.UPLOAD_FILE)
_ASKS = re.compile(r"size|limit|valid|verif|check|max|length|guard|safe|scan|ensure", re.IGNORECASE)
"""Names of functions that may refuse a file, where they are not known."""
_ADMINISTRATOR = re.compile(r"admin|superuser", re.IGNORECASE)
_DEEPEST = 3


class Whole(NamedTuple):
    """A read that puts all of an upload into memory."""

    position: Position
    call: str
    """What reads, as a message shows it: `file.read()`."""
    upload: str
    """The upload, as written."""
    route: str
    """The route, or what else FastAPI calls, through which it runs; the function itself or one that calls it."""
    is_direct: bool


def of(function: Function) -> Iterator[Whole]:
    """The first unlimited read of each upload in a function that serves requests."""
    candidates = list(_candidates(function))
    if not candidates or function.project.files.is_test(function.thing.path):
        return
    found = by_request(function)
    code = function.code
    if found is None or code is None or found.role not in ("route", "dependency"):
        return
    if _is_for_administrators(function) or limits.is_limited(function.project, function.thing):
        return
    seen: set[str] = set()
    for call in candidates:
        node = node_of(code, call)
        held = _held(code, node) if node is not None else None
        if node is None or held is None or dotted(held) in seen:
            continue
        if _asks_before(function, code, node) or _asks_after(function, code, node):
            continue
        name = dotted(held)
        seen.add(name)
        yield Whole(call.start, _shown(node), name, found.name, found.is_direct)


def _is_for_administrators(function: Function) -> bool:
    """Whether only who runs the service may send the upload."""
    if clients.is_for_operators(function):
        return True
    return any(_asks_for_administrator(guard) for route in clients.routes_of(function) for guard in _guards(route))


def _guards(route: Route) -> Iterator[Value]:
    """What the route and its parameters depend on, as written."""
    listed = route.keyword("dependencies")
    if listed is not None:
        yield listed
    for parameter in route.parameters:
        made = parameter.marker.made if parameter.kind == "dependency" and parameter.marker is not None else None
        if made is not None:
            yield made.call


def _asks_for_administrator(value: Value) -> bool:
    """`[Depends(require_role(["admin"]))]`, `Depends(require_permission(Permission.ADMIN))`"""
    if isinstance(value, (facts.Name, facts.Local, facts.Attribute)):
        return _ADMINISTRATOR.search(value.name) is not None
    if isinstance(value, facts.Constant):
        return isinstance(value.value, str) and _ADMINISTRATOR.search(value.value) is not None
    if isinstance(value, facts.Call):
        return any(_asks_for_administrator(each) for each in (*value.args, *(given for _, given in value.keywords)))
    return isinstance(value, facts.Display) and any(_asks_for_administrator(each) for each in value.items)


def _candidates(function: Function) -> Iterator[facts.Call]:
    """Calls that may read an upload to its end."""
    for site in function.facts.sites:
        call = site.value
        if site.kind != "call" or not isinstance(call, facts.Call) or call.open:
            continue
        func = call.func
        if isinstance(func, facts.Attribute) and func.name in _READERS:
            if not call.keywords and len(call.args) <= 1:
                yield call
        elif call.args and isinstance(call.args[0], facts.Attribute) and call.args[0].name == "file":
            name = library_name(function.ev.certain(func, function.frame))
            stop = _LOADERS.get(name, "") if name else ""
            if stop is None or (stop and call.keyword(stop) is None):
                yield call


def _held(code: Code, node: ast.Call) -> ast.expr | None:
    """The upload that a call certainly reads to its end."""
    if isinstance(node.func, ast.Attribute) and node.func.attr in _READERS:
        return _upload(code, node.func.value) if not node.args or _means_all(node.args[0]) else None
    return _upload(code, node.args[0])


def _means_all(node: ast.expr) -> bool:
    """`read(-1)`, `read(None)`"""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return isinstance(node.operand, ast.Constant)
    return isinstance(node, ast.Constant) and node.value is None


def _upload(code: Code, node: ast.expr) -> ast.expr | None:
    """The upload that an expression is, or whose `file` it is."""
    if _is_upload(code, node):
        return node
    if isinstance(node, ast.Attribute) and node.attr == "file" and _is_upload(code, node.value):
        return node.value
    return None


def _is_upload(code: Code, node: ast.expr) -> bool:
    thing = code.thing(node)
    if thing is not None:
        return isinstance(thing, Instance) and thing.type == _UPLOAD
    value, frame = code.source.value(node), code.source.frame(node)
    bindings = code.source.ev.bindings(value, frame) if isinstance(value, facts.Local) else (value,)
    return bool(bindings) and all(_is_element(code.source.ev, each, frame) for each in bindings)


def _is_element(ev: Evaluator, value: Value, frame: Frame) -> bool:
    """Whether a value is one of a parameter `list[UploadFile]`."""
    of = value.of if isinstance(value, (facts.Iterated, facts.Item)) else None
    bindings = ev.bindings(of, frame) if isinstance(of, facts.Local) else ()
    if len(bindings) != 1 or not isinstance(bindings[0], facts.Parameter) or bindings[0].annotation is None:
        return False
    members = list(types.members(types.resolve(ev, bindings[0].annotation, frame)))
    args = members[0].args if len(members) == 1 and types.is_sequence(ev, members[0]) else ()
    return bool(args) and all(types.is_a(ev, each, tables.UPLOAD_FILE) for each in args if each.kind != "ellipsis")


def _shown(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute) and node.func.attr in _READERS:
        of = dotted(node.func.value)
        return f"{of}.{node.func.attr}()" if of else f"{node.func.attr}()"
    return f"{dotted(node.func)}({dotted(node.args[0])})"


# -- what the function itself asks


def _asks_before(function: Function, code: Code, read: ast.Call) -> bool:
    """Whether code above the read looks at a size, or gives the upload to something that may."""
    begin = read.lineno, read.col_offset
    return any(
        (node.lineno, node.col_offset) < begin and _asks(function, code, node)
        for node in code.everything
        if isinstance(node, ast.expr)
    )


def _asks(function: Function, code: Code, node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        text = node.value if isinstance(node.value, str) else ""
        return text.lower().replace("_", "-") == "content-length"
    if isinstance(node, ast.Attribute):
        return node.attr == "size" and _is_upload(code, node.value)
    if not isinstance(node, ast.Call):
        return False
    name = last_name(node.func)
    if name == "tell":
        return True
    given = [each for each in (*node.args, *(keyword.value for keyword in node.keywords)) if _is_handed(code, each)]
    if not given:
        return False
    if name == "getattr":
        return len(node.args) > 1 and isinstance(node.args[1], ast.Constant) and node.args[1].value == "size"
    return _may_refuse(function, code, node)


def _may_refuse(function: Function, code: Code, call: ast.Call) -> bool:
    """Whether a function that is given an upload, or what was read of it, may look at the size."""
    helper = function_of(code.thing(call.func))
    if helper is not None:
        return limits.says_limit(function.project, helper, _DEEPEST)
    return _ASKS.search(last_name(call.func)) is not None


def _is_handed(code: Code, node: ast.expr) -> bool:
    return isinstance(node, (ast.Name, ast.Attribute)) and _upload(code, node) is not None


def _asks_after(function: Function, code: Code, read: ast.Call) -> bool:
    """Whether the length is looked at once everything is in memory: late, and yet somebody has thought of it."""
    statement = next((each for each in code.ancestors(read) if isinstance(each, ast.stmt)), None)
    content = bound_name(statement) if statement is not None else ""
    lengths = {bound_name(node) for node in code.own if isinstance(node, ast.Assign) and _is_length(node.value)}
    for node in code.own:
        if not isinstance(node, ast.expr) or node.lineno < read.lineno:
            continue
        if isinstance(node, ast.Compare) and _measures(code, node, lengths):
            return True
        if not isinstance(node, ast.Call) or node is read or not _is_given(code, node, content):
            continue
        if _may_refuse(function, code, node):
            return True
    return False


def _measures(code: Code, node: ast.Compare, lengths: set[str]) -> bool:
    """Whether a comparison asks for more than whether there is anything."""
    if _is_small(node) or not all(isinstance(op, (ast.Gt, ast.GtE, ast.Lt, ast.LtE)) for op in node.ops):
        return False
    return any(
        _is_length(part)
        or (isinstance(part, ast.Name) and part.id in lengths)
        or (isinstance(part, ast.Attribute) and part.attr == "size" and _is_upload(code, part.value))
        for part in ast.walk(node)
    )


def _is_given(code: Code, call: ast.Call, content: str) -> bool:
    """Whether a function is given the upload, what was read of it, or the length of that."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    given.extend(each.args[0] for each in tuple(given) if isinstance(each, ast.Call) and _is_length(each) and each.args)
    return any((content and dotted(each) == content) or _is_handed(code, each) for each in given)


def _is_length(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and last_name(node.func) == "len"


def _is_small(node: ast.Compare) -> bool:
    """`len(data) > 0`: whether there is anything."""
    numbers = [part.value for part in (node.left, *node.comparators) if isinstance(part, ast.Constant)]
    return any(isinstance(number, int) and number < 1024 for number in numbers)


# -- what a handler does with bytes


def needs_content(code: Code, name: str) -> bool:
    """Whether the function does more with bytes, or with a list of them, than to ask whether and how long they are."""
    return any(_needs(code, use) for use in code.uses(name))


def _needs(code: Code, use: ast.Name) -> bool:
    around = code.parent(use)
    if isinstance(around, ast.Call):
        return not _is_length(around)
    if isinstance(around, (ast.For, ast.AsyncFor, ast.comprehension)) and around.iter is use:
        target = around.target
        return not isinstance(target, ast.Name) or (target.id != use.id and needs_content(code, target.id))
    return not isinstance(around, (ast.If, ast.IfExp, ast.BoolOp, ast.Compare, ast.UnaryOp)) or (
        isinstance(around, ast.IfExp) and around.test is not use
    )
