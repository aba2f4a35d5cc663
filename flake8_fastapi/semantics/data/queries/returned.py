"""The collections that a route answers with, as far as they are results of queries."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple
from weakref import WeakKeyDictionary

from flake8_fastapi.knowledge import framework
from flake8_fastapi.knowledge import queries as tables
from flake8_fastapi.semantics import classes, facts, schemas
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.data.queries import steps
from flake8_fastapi.semantics.data.queries.model import Query, Result
from flake8_fastapi.semantics.data.queries.reader import Reader, Spot
from flake8_fastapi.semantics.facts import Position, Value
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import Bound, ClassThing, FunctionThing, Library
from flake8_fastapi.semantics.values import Evaluator

_DEPTH = 40
"""How many parts inside each other are looked at."""
_JSON = "starlette.responses.JSONResponse"


class Returned(NamedTuple):
    """A collection of rows in the answer of a route."""

    result: Result
    spot: Spot
    """Where it is read: the calls from the handler to it."""
    is_paged: bool = False
    """It is handed to a function that cuts a page out of the list."""
    is_rearranged: bool = False
    """Python puts it into another order than the database."""

    def position(self, route: Route) -> Position:
        """Where the file at hand fetches it: the call that fetches it, else the handler's call that leads there."""
        result = self.result
        call = result.call or result.query.call
        frame = result.frame if result.call is not None else result.query.frame
        if call is not None and frame is not None and frame.path == route.source.path:
            return call.start
        through = self.through(route)
        return through.start if through is not None else route.position

    def through(self, route: Route) -> facts.Call | None:
        """The outermost call in the file at hand that leads to it; None if the query stands there itself."""
        spot: Spot | None = self.spot
        while spot is not None and spot.caller is not None:
            if spot.caller.frame.path == route.source.path and spot.frame.path != route.source.path:
                return spot.call
            spot = spot.caller
        return None


_known: WeakKeyDictionary[Route, list[Returned]] = WeakKeyDictionary()
"""The answers for the routes of the file at hand: several checks ask."""


def of_route(route: Route) -> list[Returned]:
    """What a route may answer with."""
    if route not in _known:
        _known[route] = _of_route(route)
    return _known[route]


def _of_route(route: Route) -> list[Returned]:
    function = route.function
    if function is None or function.is_generator:
        return []
    walk = _Walk(route)
    spot = Spot(route.ev.frame_of(route.registration.function))
    return [found for value in function.returned for found in walk.parts(value, spot, _DEPTH)]


class _Walk:
    """One walk through the answers of a route."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self.ev: Evaluator = route.ev
        self.reader = Reader(route.ev)
        self._seen: set[tuple[int, Spot]] = set()

    def parts(self, value: Value, spot: Spot, depth: int) -> Iterator[Returned]:
        """The collections in a value."""
        if depth == 0 or (id(value), spot) in self._seen:
            return
        self._seen.add((id(value), spot))
        found = self.reader.read(value, spot)
        if isinstance(found, Result):
            if found.is_many:
                yield Returned(found, self._innermost(value, spot))
            return
        is_rearranged = isinstance(value, facts.Call) and self._sorts(value, spot)
        for part, where in self._inside(value, spot):
            for each in self.parts(part, where, depth - 1):
                yield each._replace(is_rearranged=True) if is_rearranged else each
        yield from self._special(value, spot, depth)

    def _innermost(self, value: Value, spot: Spot) -> Spot:
        """The spot at which the call that gives a result stands, for `get_users(db)` and what it calls in turn."""
        for _ in range(_DEPTH):
            if isinstance(value, (facts.Awaited, facts.Item)):
                value = value.of
                continue
            parts: list[tuple[Value, Spot]] = []
            if isinstance(value, facts.Call):
                entered = self.reader.entered(value, spot)
                parts = [(each, entered[1]) for each in entered[0].returned] if entered is not None else []
            elif isinstance(value, (facts.Local, facts.Declared, facts.Either, facts.Parameter)):
                parts = list(self._inside(value, spot))
            part = next((each for each in parts if self._is_whole(*each)), None)
            if part is None:
                return spot
            value, spot = part
        return spot

    def _is_whole(self, value: Value, spot: Spot) -> bool:
        found = self.reader.read(value, spot)
        query = found.query if isinstance(found, Result) else found
        return isinstance(query, Query) and not query.is_selective

    def _inside(self, value: Value, spot: Spot) -> Iterator[tuple[Value, Spot]]:
        """What a value is made of."""
        if isinstance(value, facts.Awaited):
            yield value.of, spot
        elif isinstance(value, facts.Local):
            yield from self.reader.bindings(value, spot)
        elif isinstance(value, facts.Declared) and value.value is not None:
            yield value.value, spot
        elif isinstance(value, facts.Either):
            yield from ((each, spot) for each in value.values)
        elif isinstance(value, facts.Table):
            yield from ((item, spot) for _, item in value.items)
        elif isinstance(value, facts.Display) and value.kind != "each":
            yield from ((item, spot) for item in value.items)
        elif isinstance(value, facts.Parameter):
            given = self.reader.argument(value, spot)
            if given is not None:
                yield given
        elif isinstance(value, facts.Call):
            yield from self._of_call(value, spot)

    def _of_call(self, call: facts.Call, spot: Spot) -> Iterator[tuple[Value, Spot]]:
        """What is in the object that a call makes, or what a function of the project returns."""
        entered = self.reader.entered(call, spot)
        if entered is not None:
            yield from ((each, entered[1]) for each in entered[0].returned)
            return
        callee = self.ev.certain(call.func, spot.frame)
        every = (*call.args, *(value for _, value in call.keywords))
        if isinstance(callee, ClassThing):
            if classes.is_a(self.ev, callee, framework.RESPONSE):
                every = _content(call) if classes.is_a(self.ev, callee, _JSON) else ()
            elif schemas.of_class(self.ev, callee) is None:
                every = ()
        elif isinstance(callee, Library):
            if classes.is_a(self.ev, callee, _JSON):
                every = _content(call)
            elif callee.name not in tables.WRAPPERS and callee.last not in tables.VALIDATIONS:
                every = ()
        elif not (isinstance(callee, Bound) and _is_validation(callee)):
            every = ()
        yield from ((each.of if isinstance(each, facts.Starred) else each, spot) for each in every)

    def _special(self, value: Value, spot: Spot, depth: int) -> Iterator[Returned]:
        """Collections that are cut, or made by a loop or a comprehension."""
        if isinstance(value, facts.Item) and isinstance(value.key, facts.Slice):
            if isinstance(value.of, facts.Local) and self.reader.is_changed(value.of, spot):
                return
            for found in self.parts(value.of, spot, depth - 1):
                result = replace(found.result, slices=(*found.result.slices, value.key))
                yield found._replace(result=result)
        elif isinstance(value, facts.Display) and value.kind == "each" and not value.is_filtered:
            yield from self._of_comprehension(value.items[0], spot, depth)
        elif isinstance(value, facts.Local):
            yield from self._of_loop(value, spot, depth)
        elif isinstance(value, facts.Call):
            yield from self._paged(value, spot, depth)

    def _sorts(self, call: facts.Call, spot: Spot) -> bool:
        return self.ev.certain(call.func, spot.frame) == Library("builtins.sorted")

    def _paged(self, call: facts.Call, spot: Spot, depth: int) -> Iterator[Returned]:
        """`fastapi_pagination.paginate(rows)`, `islice(rows, skip, skip + limit)`"""
        callee = self.ev.certain(call.func, spot.frame)
        if isinstance(callee, Library) and callee.name in tables.PAGERS and call.args:
            for found in self.parts(call.args[0], spot, depth - 1):
                yield found._replace(is_paged=True)

    def _of_comprehension(self, element: Value, spot: Spot, depth: int) -> Iterator[Returned]:
        """`[UserOut.model_validate(user) for user in users]`: what the variables of it run over."""
        yield from self._run_over([each for each in locals_in(element) if "@" in each.name], spot, depth)

    def _run_over(self, variables: Iterable[facts.Local], spot: Spot, depth: int) -> Iterator[Returned]:
        """What variables of loops run over."""
        every = (self.reader.iterated(each, spot) for each in variables)
        for value, where in {id(of[0]): of for of in every if of is not None}.values():
            yield from self._iterated(value, where, depth)

    def _iterated(self, value: Value, spot: Spot, depth: int) -> Iterator[Returned]:
        found = steps.listed(self.reader.read(value, spot))
        if found is None:
            yield from self.parts(value, spot, depth - 1)
        elif found.is_many:
            yield Returned(found, self._innermost(value, spot))

    def _of_loop(self, value: facts.Local, spot: Spot, depth: int) -> Iterator[Returned]:
        """`for user in users: result.append(…)`: in the file at hand only, where conditions around it are seen."""
        code = self._code(spot)
        if code is None:
            return
        for call in self._appends(value, spot):
            if not _is_unconditional(code, call):
                continue
            yield from self._run_over((each for argument in call.args for each in locals_in(argument)), spot, depth)

    def _code(self, spot: Spot) -> Code | None:
        source = self.route.source
        return source.code(spot.frame.function) if spot.frame.path == source.path else None

    def _appends(self, value: facts.Local, spot: Spot) -> Iterator[facts.Call]:
        """The calls of `append` on a list of the function itself."""
        function = self.ev.function(FunctionThing(spot.frame.path, spot.frame.function))
        for site in function.sites if function is not None else ():
            call = site.value
            if not isinstance(call, facts.Call) or not isinstance(call.func, facts.Attribute):
                continue
            holder = call.func.of
            if call.func.name == "append" and isinstance(holder, facts.Local) and holder.name == value.name:
                yield call


def _content(call: facts.Call) -> tuple[Value, ...]:
    content = call.args[0] if call.args else call.keyword("content")
    return (content,) if content is not None else ()


def _is_validation(callee: Bound) -> bool:
    return isinstance(callee.function, Library) and callee.function.last in tables.VALIDATIONS


def _is_unconditional(code: Code, call: facts.Call) -> bool:
    """Whether a call in a loop runs for every element of it."""
    for node in code.calls():
        if (node.lineno, node.col_offset) != call.start or (node.end_lineno, node.end_col_offset) != call.end:
            continue
        around = list(code.ancestors(node))
        loops = [each for each in around if isinstance(each, (ast.For, ast.AsyncFor))]
        inside = around[: around.index(loops[-1])] if loops else []
        is_plain = not any(isinstance(each, (ast.If, ast.Match, ast.While, ast.Try, ast.IfExp)) for each in inside)
        return bool(loops) and is_plain and not _leaves(loops[-1])
    return False


def _leaves(loop: ast.For | ast.AsyncFor) -> bool:
    return any(isinstance(each, (ast.Continue, ast.Break, ast.Return)) for each in ast.walk(loop))


def locals_in(value: Value) -> Iterator[facts.Local]:
    """The variables that an expression reads."""
    pending = [value]
    while pending:
        found = pending.pop()
        if isinstance(found, facts.Local):
            yield found
        elif isinstance(found, facts.Call):
            pending.extend((found.func, *found.args, *(each for _, each in found.keywords)))
        elif isinstance(found, (facts.Attribute, facts.Item, facts.Awaited, facts.Starred)):
            pending.append(found.of)
        elif isinstance(found, facts.Table):
            pending.extend(each for _, each in found.items)
        elif isinstance(found, facts.Display):
            pending.extend(found.items)
        elif isinstance(found, facts.Either):
            pending.extend(found.values)
        elif isinstance(found, facts.Text):
            pending.extend(found.parts)
        elif isinstance(found, (facts.Operation, facts.Comparison)):
            pending.extend((found.left, found.right))
