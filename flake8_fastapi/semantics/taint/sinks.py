"""Where a text that the client chose does harm: as a path, in SQL, as an address, in a command.

The call may stand in the function itself or in one that it hands the text to, in any module.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.knowledge import taint as tables
from flake8_fastapi.knowledge.taint import Sink
from flake8_fastapi.semantics import classes, facts
from flake8_fastapi.semantics.code import dotted, start
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.facts import FunctionFacts, Position, Value
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.nodes import last_name
from flake8_fastapi.semantics.registrations import ROUTE_ROLES
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.taint import commands, sources, taint
from flake8_fastapi.semantics.taint.shapes import (
    Part,
    Shapes,
    Tainted,
    Text,
    as_text,
    at_segment_starts,
    tainted_in,
)
from flake8_fastapi.semantics.taint.taint import Taint
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Thing,
    function_of,
    library_name,
)
from flake8_fastapi.semantics.values import Evaluator

Use = Literal["path", "sql", "url", "redirect", "command"]
_DEPTH = 3
"""How many functions of the project away a sink may be."""
_SQL = re.compile(tables.SQL_WORDS, re.IGNORECASE | re.DOTALL)
_SCHEME = re.compile(r"(?:https?:)?//$")


class Harm(NamedTuple):
    """A text of the client that reaches a sink with nothing in between that checks it."""

    position: Position
    """Of the call in the function at hand: the sink, or the call that hands the text over."""
    use: Use
    deed: str
    """What happens, as in `knowledge.taint.Sink`."""
    tainted: Tainted
    sink: str
    """The call that does it, as the source writes it."""
    through: str
    """The function of the project in which the sink stands; empty for the function at hand."""


class _Hit(NamedTuple):
    node: ast.Call
    use: Use
    deed: str
    tainted: Tainted
    sink: str
    text: Text
    through: str = ""


class _Served(NamedTuple):
    """One way on which an application serves a handler."""

    path_names: frozenset[str] | None
    checked: frozenset[str]
    """The parameters that a dependency sees first that may refuse the request."""


def of(function: Function) -> tuple[Harm, ...]:
    """The harm that a function does, in the order of the source; each text once for each use."""
    if "harms" not in function.memo:
        function.memo["harms"] = tuple(_search(function)) if _may_do_harm(function) else ()
    found: tuple[Harm, ...] = function.memo["harms"]
    return found


def _may_do_harm(function: Function) -> bool:
    if function.project.files.is_test(function.thing.path):
        return False
    return _may_reach(function.ev, function.thing, _DEPTH, {})


def _search(function: Function) -> Iterator[Harm]:
    found = taint.of(function)
    if not found.may_hold:
        return
    seen: set[tuple[Use, str, tuple[Part, ...]]] = set()
    for hit in _Sinks(found, _DEPTH).hits():
        fault = (hit.use, hit.tainted.parameter, tuple(map(_unnamed, hit.text.parts)))
        if fault not in seen and _is_certain(function, hit.tainted):
            seen.add(fault)
            yield Harm(start(hit.node), hit.use, hit.deed, hit.tainted, hit.sink, hit.through)


def _is_certain(function: Function, tainted: Tainted) -> bool:
    """Whether no prefix makes a path parameter of what looks like a query one, and no dependency checks it before."""
    if "served" not in function.memo:
        function.memo["served"] = tuple(_served(function))
    served: tuple[_Served, ...] = function.memo["served"]
    return not any(
        tainted.root in each.checked
        or (tainted.kind == "query" and (each.path_names is None or tainted.root in each.path_names))
        for each in served
    )


def _served(function: Function) -> Iterator[_Served]:
    for each in function.registrations:
        if each.role not in ROUTE_ROLES or each.holder is None or each.call is None:
            continue
        route = Route(function.ev, each, each.holder, function.project, function.source)
        for operation in route.operations:
            around = (inner for dependency in operation.dependencies for inner in dependency.walk())
            checked = (name for dependency in around for name in _checked(dependency))
            yield _Served(operation.path_names, frozenset(checked))


def _checked(dependency: Dependency) -> Iterator[str]:
    """The parameters of a dependency that may refuse the request."""
    found = dependency.facts
    if found is not None and found.raises:
        yield from (each.name for each in dependency.parameters)


class _Sinks:
    """The sinks in one function, or in one call of it."""

    def __init__(self, found: Taint, depth: int) -> None:
        self._taint = found
        self._depth = depth
        self._ev: Evaluator = found.ev

    def hits(self) -> Iterator[_Hit]:
        code = self._taint.code
        for call in code.calls() if code is not None else ():
            if not call.args and not call.keywords and not isinstance(call.func, ast.Attribute):
                continue
            for hit in self._at(call):
                if self._taint.unchecked(hit.tainted, call):
                    yield hit

    def _at(self, call: ast.Call) -> Iterator[_Hit]:
        thing = self._thing(call.func)
        if library_name(thing) in framework.OFFLOADERS and call.args:
            inner = ast.Call(call.args[0], call.args[1:], [each for each in call.keywords if each.arg != "limiter"])
            yield from self._direct(call, inner, self._thing(call.args[0]))
            return
        yield from self._direct(call, call, thing)

    def _thing(self, func: ast.expr) -> Thing | None:
        assert self._taint.code is not None
        return self._taint.code.thing(func)

    def _direct(self, at: ast.Call, call: ast.Call, thing: Thing | None) -> Iterator[_Hit]:
        function = function_of(thing)
        if function is not None:
            yield from self._inside(at, call, function, isinstance(thing, Bound))
            return
        written = f"{dotted(call.func) or '.' + last_name(call.func)}()"
        for sink, texts in self._given(call, thing):
            for text in texts:
                for tainted in _harming(sink.use, text):
                    deed = sink.deed or (_deed_of_open(call) if sink.use == "path" else "")
                    yield _Hit(at, sink.use, deed, tainted, written, text)  # type: ignore[arg-type]

    # -- what a call is given

    def _given(self, call: ast.Call, thing: Thing | None) -> Iterator[tuple[Sink, list[Text]]]:
        name = self._name(thing)
        sink = tables.SINKS.get(name)
        if sink is not None:
            nodes = [call.args[place] for place in sink.places if place < len(call.args)]
            nodes += [each.value for each in call.keywords if each.arg in sink.keywords]
            yield sink, self._texts(nodes)
        if name in tables.COPIES and len(call.args) > 1:
            yield Sink("path", "write"), self._texts([call.args[1]])
        if isinstance(call.func, ast.Attribute):
            yield from self._of_method(call, call.func)
        yield from commands.given(self._taint, call, name)
        yield from self._of_sql(call, name)
        yield from self._of_urls(call, name)

    def _name(self, thing: Thing | None) -> str:
        if isinstance(thing, ClassThing):
            known = classes.library_types(self._ev, thing)
            return next((each for each in known if each in tables.SINKS or each in tables.REDIRECTS), "")
        return library_name(thing)

    def _texts(self, nodes: list[ast.expr]) -> list[Text]:
        return [text for node in nodes for text in _texts(self._taint.shapes_of(node))]

    def _of_method(self, call: ast.Call, func: ast.Attribute) -> Iterator[tuple[Sink, list[Text]]]:
        deed = tables.PATH_METHODS.get(func.attr)
        if deed is not None:
            texts = [text for text in _texts(self._taint.shapes_of(func.value)) if text.is_path]
            yield Sink("path", deed or _deed_of_open(call, 0)), texts

    def _of_sql(self, call: ast.Call, name: str) -> Iterator[tuple[Sink, list[Text]]]:
        if not call.args or (name not in tables.TEXT_OF_SQL and last_name(call.func) not in tables.SQL_METHODS):
            return
        texts = self._texts(call.args[:1])
        if name in tables.TEXT_OF_SQL:
            yield Sink("sql", "run"), [each for each in texts if _is_put_together(each)]
        else:
            yield Sink("sql", "run"), [each for each in texts if _is_statement(each)]

    def _of_urls(self, call: ast.Call, name: str) -> Iterator[tuple[Sink, list[Text]]]:
        parent, _, last = name.rpartition(".")
        if name in tables.REDIRECTS:
            yield Sink("redirect", ""), self._texts(_argument(call, 0, "url"))
        elif f"{parent}." in tables.URL_CALLERS and last in tables.URL_VERBS:
            yield Sink("url", ""), self._texts(_argument(call, 0, "url"))
        elif f"{parent}." in tables.URL_CALLERS and last in tables.URL_SECOND:
            yield Sink("url", ""), self._texts(_argument(call, 1, "url"))
        elif name in tables.URL_OPENERS:
            yield Sink("url", ""), self._texts(_argument(call, 0, "url"))

    # -- functions of the project

    def _inside(self, at: ast.Call, call: ast.Call, function: FunctionThing, is_bound: bool) -> Iterator[_Hit]:
        """The sinks that a function reaches with what this call gives it."""
        found = self._ev.function(function)
        if self._depth == 0 or found is None or not _may_reach(self._ev, function, self._depth - 1, {}):
            return
        value = self._value(at, call)
        given = self._taint.given_to(function, value, is_bound) if value is not None else ()
        speaking = {each.name for each in found.parameters if sources.declared(self._ev, each, Frame(function.path))}
        given = tuple((name, shapes) for name, shapes in given if name not in speaking)
        if not given:
            return
        by_name = dict(given)
        for hit in _reached(self._taint, function, given, self._depth - 1):
            outer = next(
                (part for name in hit.tainted.names & by_name.keys() for part in _parts_of(by_name[name])), None
            )
            origin = outer or _first(given, hit.tainted)
            if origin is not None:
                kept = replace(hit.tainted, names=origin.names)
                yield _Hit(at, hit.use, hit.deed, kept, hit.sink, hit.text, hit.through or found.name)

    def _value(self, at: ast.Call, call: ast.Call) -> facts.Call | None:
        assert self._taint.code is not None
        value = self._taint.code.source.value(at)
        if not isinstance(value, facts.Call) or at is call:
            return value if isinstance(value, facts.Call) else None
        return facts.Call(value.args[0], value.args[1:], value.keywords, value.start, value.end)


def _reached(outer: Taint, function: FunctionThing, given: taint.Given, depth: int) -> tuple[_Hit, ...]:
    memo: dict[object, tuple[_Hit, ...]] = outer.world.project.memo.setdefault("taint sinks", {})
    key = (function, given, depth)
    if key not in memo:
        memo[key] = ()
        inner = outer.called(function, given)
        hits = list(_Sinks(inner, depth).hits())
        memo[key] = tuple(hit._replace(node=_NOWHERE) for hit in hits)
    return memo[key]


_NOWHERE = ast.Call(ast.Name("", ast.Load()), [], [])
"""In place of a node of another module, which is not kept."""


def _first(given: taint.Given, tainted: Tainted) -> Tainted | None:
    """The argument that a text comes from."""
    parts = [part for _, shapes in given for part in _parts_of(shapes)]
    return next((part for part in parts if part.root == tainted.root), None)


def _parts_of(shapes: Shapes) -> list[Tainted]:
    return [part for shape in shapes for part in tainted_in(shape)]


# -- texts


def _unnamed(part: Part) -> Part:
    return replace(part, names=frozenset()) if isinstance(part, Tainted) else part


def _texts(shapes: Shapes) -> list[Text]:
    return [text for shape in shapes if (text := as_text(shape)) is not None]


def _harming(use: str, text: Text) -> tuple[Tainted, ...]:
    """The parts of a text that make it harmful for a use."""
    if use == "path":
        return at_segment_starts(text)
    if use in ("sql", "command"):
        return tuple(each for each in text.parts if isinstance(each, Tainted) and use not in each.safe)
    first, second = (*text.parts[:2], None, None)[:2]
    if isinstance(first, Tainted):
        return (first,)
    is_host = isinstance(first, str) and _SCHEME.fullmatch(first) is not None
    return (second,) if is_host and isinstance(second, Tainted) else ()


def _is_put_together(text: Text) -> bool:
    """Whether a text has parts that are not the client's: one that is the client's as a whole is meant to be SQL."""
    return any(isinstance(part, str) and part.strip() for part in text.parts)


def _is_statement(text: Text) -> bool:
    written = "".join(_shown(part) for part in text.parts)
    return _is_put_together(text) and _SQL.match(written) is not None


def _shown(part: Part) -> str:
    return part if isinstance(part, str) else " x "


def _argument(call: ast.Call, place: int, keyword: str) -> list[ast.expr]:
    if place < len(call.args):
        return [call.args[place]]
    return [each.value for each in call.keywords if each.arg == keyword]


def _deed_of_open(call: ast.Call, place: int = 1) -> str:
    """What a file is opened for."""
    found = _argument(call, place, "mode")
    mode = found[0].value if found and isinstance(found[0], ast.Constant) else "r"
    return "write" if isinstance(mode, str) and tables.OPENING_MODES & set(mode) else "read"


# -- the cheap question first


@cache
def _last_names() -> frozenset[str]:
    known = {name.rpartition(".")[2] for name in (*tables.SINKS, *tables.REDIRECTS, *tables.TEXT_OF_SQL)}
    known |= {"urlopen", "urlretrieve"} | tables.URL_VERBS | tables.URL_SECOND
    return frozenset(known | tables.PATH_METHODS.keys() | tables.SQL_METHODS)


def _may_reach(ev: Evaluator, function: FunctionThing, depth: int, seen: dict[FunctionThing, int]) -> bool:
    """Whether a function, or one that it calls, calls something by the name of a sink with what is not constant."""
    if seen.get(function, -1) >= depth:
        return False
    seen[function] = depth
    found = ev.function(function)
    if found is None:
        return False
    calls = [site.value for site in found.sites if isinstance(site.value, facts.Call)]
    module = ev.module(function.path)
    names = module.names if module is not None else {}
    if any(_may_be_sink(call, _called(call, names), found) for call in calls):
        return True
    if depth == 0:
        return False
    frame = Frame(function.path, function.qualname)
    return any(
        callee is not None and _may_reach(ev, callee, depth - 1, seen)
        for call in calls
        if (call.args or call.keywords)
        for callee in [function_of(ev.certain(call.func, frame))]
    )


def _called(call: facts.Call, names: Mapping[str, tuple[Value, ...]]) -> str:
    """The last name of what is called, as the module knows it that it comes from."""
    if not isinstance(call.func, (facts.Attribute, facts.Name, facts.Local)):
        return ""
    bound = names.get(call.func.name, ()) if isinstance(call.func, facts.Name) else ()
    return next((each.name for each in bound if isinstance(each, facts.Import) and each.name), call.func.name)


def _may_be_sink(call: facts.Call, name: str, found: FunctionFacts) -> bool:
    if commands.may_run(call, name, found) or (name in _offloader_names() and call.args):
        return True
    if name not in _last_names():
        return False
    if name in tables.PATH_METHODS and isinstance(call.func, facts.Attribute):
        return True
    given = [*call.args, *(value for _, value in call.keywords)]
    if name in tables.SQL_METHODS or name == "text":
        return bool(call.args) and _may_be_text(call.args[0], found)
    return any(not isinstance(each, facts.Constant) for each in given)


@cache
def _offloader_names() -> frozenset[str]:
    return frozenset(name.rpartition(".")[2] for name in framework.OFFLOADERS)


def _may_be_text(value: Value, found: FunctionFacts) -> bool:
    """Whether a value may be a text that is put together."""
    if isinstance(value, facts.Local):
        return any(not isinstance(each, (facts.Constant, facts.Local)) for each in found.locals.get(value.name, ()))
    if isinstance(value, facts.Call):
        if isinstance(value.func, facts.Attribute):
            return value.func.name in ("format", "join")
        return isinstance(value.func, facts.Name) and value.func.name not in tables.STATEMENT_MAKERS
    return isinstance(value, (facts.Text, facts.Operation))
