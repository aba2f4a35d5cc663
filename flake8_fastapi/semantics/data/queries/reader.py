"""Reads expressions as queries and results: through variables, branches, helpers and methods of the project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flake8_fastapi.knowledge import queries as tables
from flake8_fastapi.semantics import arguments, facts
from flake8_fastapi.semantics.data.queries import conditions, starts, steps
from flake8_fastapi.semantics.data.queries.model import Query, Result, merged_queries, merged_results
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.things import Bound, Frame, FunctionThing, Library, Made
from flake8_fastapi.semantics.values import Evaluator

_MOST_CALLS = 8
"""How many functions inside each other are followed."""
_MOST_VALUES = 120
"""How deep one expression is followed through all of them."""


class Nothing:
    """A value that adds nothing to the others a variable may have: None, an empty list, itself in a loop."""


NOTHING = Nothing()
Reading = Query | Result | Nothing | None
"""None: unknown."""


class Spot(NamedTuple):
    """Where a value is read: a frame, and the call that its parameters come from."""

    frame: Frame
    call: facts.Call | None = None
    shift: int = 0
    """The index of the parameter that gets the first argument."""
    caller: Spot | None = None

    @property
    def depth(self) -> int:
        """How many calls it lies inside."""
        return 0 if self.caller is None else self.caller.depth + 1


class Reader:
    """Reads the values of one question; remembers what it has read."""

    def __init__(self, ev: Evaluator) -> None:
        self.ev = ev
        self._known: dict[tuple[int, Frame, int], Reading] = {}
        self._active: set[tuple[int, Frame, int]] = set()

    def read(self, value: Value, spot: Spot) -> Reading:
        """What a value is; None for what is neither a query nor a result, or unknown."""
        key = (id(value), spot.frame, id(spot.call))
        if key in self._active:
            return NOTHING
        if key in self._known:
            return self._known[key]
        if len(self._active) >= _MOST_VALUES:
            return None
        self._active.add(key)
        try:
            found = self._read(value, spot)
        finally:
            self._active.discard(key)
        if not self._active or found is not NOTHING:
            self._known[key] = found
        return found

    def _read(self, value: Value, spot: Spot) -> Reading:
        if isinstance(value, facts.Call):
            return self._call(value, spot)
        if isinstance(value, facts.Local):
            return self.merged(self.bindings(value, spot))
        if isinstance(value, facts.Awaited):
            return steps.awaited(self.read(value.of, spot))
        if isinstance(value, facts.Declared):
            return self.read(value.value, spot) if value.value is not None else NOTHING
        if isinstance(value, facts.Either):
            return self.merged([(each, spot) for each in value.values])
        if isinstance(value, facts.Entered):
            return self.read(value.of, spot)
        if isinstance(value, facts.Item):
            return self._item(value, spot)
        if isinstance(value, facts.Iterated):
            return steps.element(self.read(value.of, spot))
        if isinstance(value, facts.Parameter):
            given = self.argument(value, spot)
            return self.read(*given) if given is not None else None
        return self._other(value, spot)

    def _other(self, value: Value, spot: Spot) -> Reading:
        if isinstance(value, facts.Constant):
            return NOTHING if value.value is None else None
        if isinstance(value, facts.Display):
            return self._display(value, spot)
        if isinstance(value, facts.Name):
            module = self.ev.module(spot.frame.path)
            bindings = module.names.get(value.name, ()) if module is not None else ()
            return self.read(bindings[0], Spot(Frame(spot.frame.path))) if len(bindings) == 1 else None
        if isinstance(value, facts.Attribute):
            return starts.manager(self.ev, value, spot.frame)
        return None

    def _display(self, value: facts.Display, spot: Spot) -> Reading:
        """`[]`, and the comprehension that only copies: `[row for row in rows]`."""
        if not value.items:
            return NOTHING
        of = self.iterated(value.items[0], spot) if value.kind == "each" and not value.is_filtered else None
        return steps.listed(self.read(of[0], of[1])) if of is not None else None

    def iterated(self, value: Value, spot: Spot) -> tuple[Value, Spot] | None:
        """What a variable of a loop or comprehension runs over; None if the value is none."""
        if not isinstance(value, facts.Local):
            return None
        bindings = self.bindings(value, spot)
        element, where = bindings[0] if len(bindings) == 1 else (value, spot)
        while isinstance(element, facts.Unpacked):
            element = element.of
        return (element.of, where) if isinstance(element, facts.Iterated) else None

    def _item(self, value: facts.Item, spot: Spot) -> Reading:
        found = self.read(value.of, spot)
        if isinstance(value.key, facts.Slice):
            if isinstance(value.of, facts.Local) and self.is_changed(value.of, spot):
                return None
            return steps.sliced(found, value.key)
        return steps.element(found) if isinstance(found, Result) and not found.is_cursor else None

    def is_changed(self, value: facts.Local, spot: Spot) -> bool:
        """Whether the function changes a list in place: `rows.sort(…)`."""
        function = self.ev.function(FunctionThing(spot.frame.path, spot.frame.function))
        funcs = [
            site.value.func for site in (function.sites if function is not None else ())
            if isinstance(site.value, facts.Call)
        ]  # fmt: skip
        return any(
            isinstance(func, facts.Attribute)
            and func.name in tables.CHANGES
            and isinstance(func.of, facts.Local)
            and func.of.name == value.name
            for func in funcs
        )

    # -- names

    def bindings(self, value: facts.Local, spot: Spot) -> list[tuple[Value, Spot]]:
        """The values that a variable may have where it is used."""
        home = spot if value.function == spot.frame.function else Spot(self.ev.home(value.function, spot.frame))
        return [(binding, home) for binding in self.ev.bindings(value, spot.frame)]

    def argument(self, parameter: facts.Parameter, spot: Spot) -> tuple[Value, Spot] | None:
        """What a parameter is given in the call that is being read; None if that is not seen."""
        call = spot.call
        if call is None or spot.caller is None or parameter.function != spot.frame.function or call.open:
            return None
        written = call.keyword(parameter.name)
        if written is not None:
            return written, spot.caller
        place = parameter.index - spot.shift if parameter.index is not None else -1
        if 0 <= place < len(call.args):
            return call.args[place], spot.caller
        return (parameter.default, Spot(Frame(spot.frame.path))) if parameter.default is not None else None

    def merged(self, values: list[tuple[Value, Spot]]) -> Reading:
        """What holds for all of several values."""
        found = [(self.read(*each), each) for each in values if not conditions.is_dead(self, *each)]
        kept = [(reading, each) for reading, each in found if not isinstance(reading, Nothing)]
        if not kept:
            return NOTHING if values else None
        queries = [reading for reading, _ in kept if isinstance(reading, Query)]
        results = [reading for reading, _ in kept if isinstance(reading, Result)]
        if len(kept) == 1:
            return kept[0][0]
        if len(queries) == len(kept):
            return merged_queries(queries, is_selective=self._is_selective(queries, kept))
        if len(results) == len(kept):
            behind = [each.query for each in results]
            return merged_results(results, is_selective=self._is_selective(behind, kept))
        return None

    def _is_selective(self, queries: list[Query], kept: Sequence[tuple[Reading, tuple[Value, Spot]]]) -> bool:
        """Whether something chooses the rows on every path, or on some for another reason than a missing argument."""
        selective = [each for query, (_, each) in zip(queries, kept, strict=True) if query.is_selective]
        if len(selective) == len(kept):
            return True
        return any(not conditions.is_optional(self, *each) for each in selective)

    # -- calls

    def _call(self, call: facts.Call, spot: Spot) -> Reading:
        if isinstance(call.func, facts.Attribute):
            base = self.read(call.func.of, spot)
            if isinstance(base, Nothing):
                return base
            if isinstance(base, Query):
                return steps.of_query(self.ev, base, call, spot.frame)
            if isinstance(base, Result):
                return steps.of_result(base, call, spot.frame)
        entered = self.entered(call, spot)
        if entered is not None:
            function, inner = entered
            return self.merged([(each, inner) for each in function.returned])
        return self._of_library(call, spot)

    def entered(self, call: facts.Call, spot: Spot) -> tuple[facts.FunctionFacts, Spot] | None:
        """The function of the project that a call runs, and where its values are read; None if it runs none."""
        if spot.depth >= _MOST_CALLS:
            return None
        callee = self.ev.certain(call.func, spot.frame)
        if isinstance(callee, Library) and callee.name in tables.OFFLOADERS and call.args:
            return self._offloaded(call, spot)
        owner = callee.owner if isinstance(callee, Bound) else None
        function = callee.function if isinstance(callee, Bound) else callee
        found = self.ev.function(function) if isinstance(function, FunctionThing) else None
        if found is None or found.is_generator or not isinstance(function, FunctionThing):
            return None
        env = arguments.bind(self.ev, function, Made(call, spot.frame), constants=True, owner=owner)
        return found, Spot(self.ev.frame_of(function, env), call, 0 if owner is None else 1, spot)

    def _offloaded(self, call: facts.Call, spot: Spot) -> tuple[facts.FunctionFacts, Spot] | None:
        """`run_in_threadpool(get_users, db)`"""
        callee = self.ev.certain(call.args[0], spot.frame)
        owner = callee.owner if isinstance(callee, Bound) else None
        function = callee.function if isinstance(callee, Bound) else callee
        found = self.ev.function(function) if isinstance(function, FunctionThing) else None
        if found is None or found.is_generator or not isinstance(function, FunctionThing):
            return None
        env = ((found.parameters[0].name, owner),) if owner is not None and found.parameters else ()
        return found, Spot(self.ev.frame_of(function, env), call, -1 if owner is None else 0, spot)

    def _of_library(self, call: facts.Call, spot: Spot) -> Reading:
        callee = self.ev.certain(call.func, spot.frame)
        if isinstance(callee, Library) and callee.name in tables.COPIES and len(call.args) == 1 and not call.keywords:
            return steps.listed(self.read(call.args[0], spot), call, spot.frame)
        started = starts.query(self.ev, call, spot.frame)
        if started is not None:
            return started
        statement = self._statement(call, spot)
        return starts.executed(self.ev, call, spot.frame, statement)

    def _statement(self, call: facts.Call, spot: Spot) -> Query | None:
        """The query that a call of `session.execute(…)` and the like is given, or that its cursor ran before."""
        if not isinstance(call.func, facts.Attribute):
            return None
        if call.func.name in tables.EXECUTIONS:
            value = call.args[0] if call.args else call.keyword("query") or call.keyword("statement")
            if value is None or isinstance(value, facts.Starred):
                return None
            found = self.read(value, spot)
            if isinstance(found, Query):
                return found
            return starts.text(self.ev, call, value, spot.frame)
        if tables.RESULT_STEPS.get(call.func.name) in ("all", "one", "part"):
            earlier = self._executed_before(call, spot)
            return self._statement(earlier, spot) if earlier is not None else None
        return None

    def _executed_before(self, call: facts.Call, spot: Spot) -> facts.Call | None:
        """The one `cursor.execute(…)` before `cursor.fetchall()`."""
        assert isinstance(call.func, facts.Attribute)
        cursor = call.func.of
        function = self.ev.function(FunctionThing(spot.frame.path, spot.frame.function))
        if function is None or not isinstance(cursor, facts.Local):
            return None
        found = [
            site.value
            for site in function.sites
            if isinstance(site.value, facts.Call)
            and isinstance(site.value.func, facts.Attribute)
            and site.value.func.name == "execute"
            and isinstance(site.value.func.of, facts.Local)
            and site.value.func.of.name == cursor.name
        ]
        return found[0] if len(found) == 1 and found[0].start < call.start else None
