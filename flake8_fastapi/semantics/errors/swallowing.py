"""Exceptions that answer by themselves, and never do: a broad `except` on their way makes something else of them.

An exception answers by itself if it is an HTTPException, or if the project has registered an exception handler for its
class. What comes to an `except` is told by `raised`, what that makes of it by `outcomes`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import errors as tables
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.code import Code, start
from flake8_fastapi.semantics.errors import catching, exceptions, outcomes, raised, statuses
from flake8_fastapi.semantics.errors.catching import Catch
from flake8_fastapi.semantics.errors.outcomes import Outcome
from flake8_fastapi.semantics.errors.raised import Raised
from flake8_fastapi.semantics.facts import FunctionFacts, Position, Value
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.reached import thing_by_request
from flake8_fastapi.semantics.things import Frame, FunctionThing, Library, Thing, function_of
from flake8_fastapi.semantics.values import Evaluator

_MOST_WRAPPERS = 5
"""How many decorators on one function are looked through."""
_SUPPRESS = Library("contextlib.suppress")
_SOCKETS = frozenset({"fastapi.WebSocket", "starlette.websockets.WebSocket"})
_FARTHEST = 3
"""How many calls away an exception is still looked for: what is further off is seldom meant by a call in a `try`."""
_MASKS = frozenset({401, 403, 404})
"""Statuses behind which services hide others on purpose: what a helper says is nobody's business."""


class Swallowed(NamedTuple):
    """An exception that answers by itself, and the `except` that makes something else of it."""

    position: Position
    """Of the `except`."""
    written: str
    """What stands there: "except Exception"."""
    found: Raised
    status: int | None
    """What the client would get; None if that is no constant."""
    by: Position
    """The `raise`, or the call, in the `try`."""
    outcome: Outcome
    handler: str = ""
    """The route on which the decorator stands whose `except` this is; empty if it is none of a decorator."""
    is_suppressed: bool = False
    """It is no `except`: `with suppress(Exception):`."""


class _Clause(NamedTuple):
    guard: int
    place: int
    facts: facts.Clause


class _Arrival(NamedTuple):
    by: Position
    found: Raised
    status: int | None
    handler: str = ""
    is_second: bool = False
    """It is raised in an `except`, for something else that was caught."""

    @property
    def is_own(self) -> bool:
        return not self.found.via and not self.handler


def of(function: Function) -> tuple[Swallowed, ...]:
    """What the broad clauses of a function swallow, one exception each: the first that it raises itself, or calls."""
    if "swallowing" not in function.memo:
        function.memo["swallowing"] = ()
        function.memo["swallowing"] = (*_search(function), *_suppressed(function))
    found: tuple[Swallowed, ...] = function.memo["swallowing"]
    return found


def _search(function: Function) -> Iterator[Swallowed]:
    if not function.facts.tries or function.project.files.is_test(function.thing.path):
        return
    frame = Frame(function.thing.path, function.thing.qualname)
    clauses = [each for each in _clauses(function.facts) if exceptions.is_broad(function.ev, each.facts, frame)]
    for clause in clauses:
        if not _names_http(function.ev, clause.facts, frame):
            yield from _in_clause(function, clause, frame)


def _clauses(found: FunctionFacts) -> Iterator[_Clause]:
    for guard, statement in enumerate(found.tries):
        for index, clause in enumerate(statement.clauses):
            if not clause.raises_again:
                yield _Clause(guard, index, clause)


def _names_http(ev: Evaluator, clause: facts.Clause, frame: Frame) -> bool:
    """Whether `except (HTTPException, Exception)` says that it means them."""
    return any(exceptions.is_http(ev, cls) for cls in exceptions.named(ev, clause, frame) or ())


def _in_clause(function: Function, clause: _Clause, frame: Frame) -> Iterator[Swallowed]:
    arrivals = list(_arrivals(function, clause, function.facts, frame))
    if not arrivals:
        arrivals = list(_wrapped(function, clause))
    catch = _catch(function, clause.facts) if arrivals else None
    if catch is None or _yields(function, catch):
        return
    node, ends = catch.clause, outcomes.of(function, catch)
    may_go_on = _is_in_loop(catch) or _fails_later(catch)
    for arrival in sorted(arrivals, key=lambda each: (not each.is_own, each.by)):
        outcome = _loss(arrival, ends, may_go_on) if ends else None
        if outcome is not None and _reaches_client(function, arrival):
            yield Swallowed(
                start(node), _written(node), arrival.found, arrival.status, arrival.by, outcome, arrival.handler
            )
            return


# -- what comes to a clause


def _arrivals(function: Function, clause: _Clause, found: FunctionFacts, frame: Frame) -> Iterator[_Arrival]:
    ev = function.ev
    for position, each in raised.reaching(ev, found, frame, clause.guard):
        answer = statuses.of(function.project, each) if len(each.via) <= _FARTHEST else None
        if answer is not None and raised.catching(ev, found, frame, clause.guard, each.cls) == clause.place:
            is_second = any(other.within is not None for other in found.raises if other.start == position)
            yield _Arrival(position, each, answer.status, is_second=is_second)


def _wrapped(function: Function, clause: _Clause) -> Iterator[_Arrival]:
    """What the routes raise on which the decorator stands whose wrapper this function is."""
    ev = function.ev
    maker = _maker(ev, function)
    if maker is None or not _calls_given(function, clause.guard):
        return
    for path in dict.fromkeys((function.thing.path, *function.project.files.mentioning(maker.name))):
        for registration in function.project.registrations.of(path):
            wrapper = _wrapper(registration.endpoint, function.thing) if registration.role == "route" else None
            if wrapper is None or function.project.files.is_test(path):
                continue
            name = ev.function(registration.function)
            for arrival in _arrivals(function, clause, function.facts, ev.frame_of(wrapper)):
                yield arrival._replace(handler=name.name if name is not None else "")


def _maker(ev: Evaluator, function: Function) -> FunctionFacts | None:
    """The outermost function around a nested one."""
    found: FunctionFacts | None = function.facts
    while found is not None and found.parent is not None:
        found = ev.function(FunctionThing(function.thing.path, found.parent))
    return found if found is not function.facts else None


def _calls_given(function: Function, guard: int) -> bool:
    """Whether something is called in a `try` that a function around was given."""
    return any(
        isinstance(site.value, facts.Call) and guard in site.guards and _is_given(function, site.value.func)
        for site in function.facts.sites
    )


def _is_given(function: Function, value: Value) -> bool:
    if not isinstance(value, facts.Local) or value.function == function.facts.qualname:
        return False
    bindings = function.ev.bindings(value, Frame(function.thing.path, function.thing.qualname))
    return any(isinstance(each, facts.Parameter) for each in bindings)


def _wrapper(endpoint: Thing | None, function: FunctionThing) -> FunctionThing | None:
    """The wrapper that this function is, with what it wraps, among those that make up what FastAPI calls."""
    pending: list[Thing | None] = [endpoint]
    for _ in range(_MOST_WRAPPERS):
        thing = function_of(pending.pop()) if pending else None
        if thing is None or thing.outer is None:
            return None
        if thing.path == function.path and thing.qualname == function.qualname:
            return thing
        pending = [each for _, each in thing.outer.env if isinstance(each, FunctionThing)]
    return None


# -- what becomes of it


def _loss(arrival: _Arrival, ends: tuple[Outcome, ...], may_go_on: bool) -> Outcome | None:
    """What the client gets instead, where each way through the clause gives something else, and something worse."""
    if not all(_is_other(arrival, each, may_go_on) for each in ends):
        return None
    return ends[0]


def _is_other(arrival: _Arrival, outcome: Outcome, may_go_on: bool) -> bool:
    if outcome.kind == "goes on":
        # What a helper raises is often dropped on purpose, and in a loop the failure of one item.
        return arrival.is_own and not arrival.is_second and not may_go_on
    if outcome.kind == "gives":
        return arrival.is_own
    if outcome.status is None:
        return outcome.kind == "raises" and arrival.is_own
    if outcome.kind == "returns" and outcome.status < 400 and not arrival.is_own:
        return False
    if outcome.status < 500 and outcome.status in _MASKS and not arrival.is_own:
        return False
    return _differs(arrival, outcome.status)


def _differs(arrival: _Arrival, status: int) -> bool:
    if arrival.status is None:
        return arrival.is_own and (status >= 500 or status < 300)
    if arrival.status >= 500 and not arrival.is_own:
        return False
    return arrival.status != status and not (arrival.status >= 500 and status >= 500)


def _reaches_client(function: Function, arrival: _Arrival) -> bool:
    """Whether a client would get it: the function certainly runs for a route, or raises an HTTPException itself and
    is not known to run elsewhere."""
    if arrival.handler:
        return True
    roles = {each.role for each in function.registrations}
    if roles:
        return "route" in roles or ("dependency" in roles and not _takes_socket(function))
    reached = thing_by_request(function.project, function.thing)
    if reached is None:
        return arrival.is_own
    return reached.role in ("route", "dependency")


def _takes_socket(function: Function) -> bool:
    for parameter in function.facts.parameters:
        thing = function.ev.certain(parameter, Frame(function.thing.path, function.thing.qualname))
        cls = exceptions.cls_of(thing)
        if isinstance(cls, Library) and cls.name in _SOCKETS:
            return True
    return False


# -- suppressed


def _suppressed(function: Function) -> Iterator[Swallowed]:
    """HTTP exceptions that are raised in a `with suppress(Exception):`; what is called there is meant to be dropped."""
    is_test = function.project.files.is_test(function.thing.path)
    if is_test or not function.facts.raises or not _mentions_suppress(function):
        return
    code = function.code
    for node in code.own if code is not None else ():
        around = _suppressing(code, node) if code is not None and isinstance(node, ast.Raise) else None
        if code is None or around is None or not isinstance(node, ast.Raise) or node.exc is None:
            continue
        thing = code.thing(node.exc)
        cls = exceptions.cls_of(thing)
        if thing is None or cls is None or not exceptions.is_http(function.ev, cls):
            continue
        arrival = _Arrival(
            start(node), Raised(cls, thing, code.source.path, start(node)), exceptions.status(function.ev, thing)
        )
        if _reaches_client(function, arrival):
            text = ast.unparse(around.items[0].context_expr)
            outcome = Outcome("goes on")
            yield Swallowed(start(around), text, arrival.found, arrival.status, arrival.by, outcome, is_suppressed=True)


def _mentions_suppress(function: Function) -> bool:
    calls = [site.value for site in function.facts.sites if isinstance(site.value, facts.Call)]
    frame = Frame(function.thing.path, function.thing.qualname)
    return any(function.ev.certain(call.func, frame) == _SUPPRESS for call in calls)


def _suppressing(code: Code, raised_here: ast.Raise) -> ast.With | ast.AsyncWith | None:
    """The `with suppress(Exception):` right around a `raise`: no `try` and no loop stands between them."""
    for around in code.ancestors(raised_here):
        if isinstance(around, (ast.Try, ast.For, ast.AsyncFor, ast.While)):
            return None
        if isinstance(around, (ast.With, ast.AsyncWith)) and len(around.items) == 1:
            call = around.items[0].context_expr
            if isinstance(call, ast.Call) and code.thing(call.func) == _SUPPRESS:
                return around if any(_is_broad_class(code, each) for each in call.args) else None
    return None


def _is_broad_class(code: Code, node: ast.expr) -> bool:
    thing = code.thing(node)
    return isinstance(thing, Library) and thing.name in tables.BROAD


# -- in the tree


def _catch(function: Function, clause: facts.Clause) -> Catch | None:
    return next((each for each in catching.of(function) if start(each.clause) == clause.start), None)


def _written(handler: ast.ExceptHandler) -> str:
    return f"except {ast.unparse(handler.type)}" if handler.type is not None else "except:"


def _yields(function: Function, catch: Catch) -> bool:
    """Whether the `try` stands around a `yield`: what a dependency makes of the failure of a route is another story."""
    inside = catch.statement.body if function.facts.is_generator else []
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for part in inside for node in ast.walk(part))


def _is_in_loop(catch: Catch) -> bool:
    return any(isinstance(node, (ast.For, ast.AsyncFor, ast.While)) for node in catch.code.ancestors(catch.clause))


def _fails_later(catch: Catch) -> bool:
    """Whether the function may answer with an error behind the `try`."""
    last = catch.statement.end_lineno or catch.statement.lineno
    later = [node for node in catch.code.own if isinstance(node, (ast.Raise, ast.Return)) and node.lineno > last]
    ev = catch.code.source.ev
    for node in later:
        value = node.value if isinstance(node, ast.Return) else None
        status = statuses.of_response(ev, catch.code.thing(value)) if value is not None else None
        if isinstance(node, ast.Raise) or (status is not None and status >= 400):
            return True
    return False
