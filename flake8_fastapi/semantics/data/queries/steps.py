"""What the methods of a query, and of its result, make of it."""

from __future__ import annotations

from dataclasses import replace

from flake8_fastapi.knowledge import queries as tables
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.data.queries import sql
from flake8_fastapi.semantics.data.queries.model import ONE_OF, Column, Load, Query, Result, Shape
from flake8_fastapi.semantics.things import Frame, LiteralThing
from flake8_fastapi.semantics.values import Evaluator


def of_query(ev: Evaluator, query: Query, call: facts.Call, frame: Frame) -> Query | Result | None:
    """What calling a method of a query gives."""
    assert isinstance(call.func, facts.Attribute)
    effect = tables.STEPS[query.library].get(call.func.name, "unknown")
    if query.call is None:
        query = replace(query, call=call)
    if effect in ("all", "one", "scalar", "count", "list", "stream"):
        return _run(ev, query, effect, call, frame)
    return None if effect == "other" else _changed(ev, query, effect, call, frame)


def _changed(ev: Evaluator, query: Query, effect: str, call: facts.Call, frame: Frame) -> Query:
    assert isinstance(call.func, facts.Attribute)
    if effect == "filter":
        found = tuple(sql.conditions(ev, call, _filter_method(query, call.func.name), frame))
        return replace(
            query,
            filters=(*query.filters, *found),
            is_filtered=query.is_filtered or bool(found),
            is_selective=query.is_selective or any(not each.is_flag for each in found),
        )
    if effect == "order":
        return replace(query, ordered=True)
    if effect == "limit":
        return replace(query, bounded=True if _limits(ev, call, frame) else query.bounded)
    if effect == "group":
        return replace(query, bounded=query.bounded or None, is_reduced=True)
    if effect == "distinct":
        return replace(query, is_reduced=True)
    if effect == "options":
        loads, is_complete = sql.loads(ev, call.args, frame)
        return replace(query, loads=(*query.loads, *loads), is_complete=query.is_complete and is_complete)
    if effect == "prefetch":
        return _prefetched(ev, query, call, frame)
    if effect in ("columns", "more"):
        return _selecting(ev, query, effect, call, frame)
    if effect in ("values", "rows"):
        return replace(query, columns=(*query.columns, Column(None, "*")))
    if effect == "join":
        return query if _joins_entity(ev, call, frame) else replace(query, is_selective=True)
    if effect == "same":
        return query
    return replace(query, bounded=query.bounded or None, is_filtered=True, is_selective=True, is_complete=False)


def _joins_entity(ev: Evaluator, call: facts.Call, frame: Frame) -> bool:
    """Whether a join is one with another table, not with a subquery that chooses rows."""
    if not call.args:
        return True
    chosen = sql.selection(ev, call.args[:1], frame)
    return bool(chosen.entities or chosen.columns)


def _filter_method(query: Query, name: str) -> str:
    """Where keywords name columns: everywhere but in SQLAlchemy, which has a method of its own for that."""
    return name if query.library == "sqlalchemy" else "filter_by"


def _limits(ev: Evaluator, call: facts.Call, frame: Frame) -> bool:
    """Whether the argument may be a number: `.limit(None)` is no limit."""
    given = (*call.args, *(value for _, value in call.keywords))
    return any(ev.certain(each, frame) != LiteralThing(None) for each in given)


def _prefetched(ev: Evaluator, query: Query, call: facts.Call, frame: Frame) -> Query:
    names = [ev.literal(each, frame) for each in call.args]
    loads = tuple(
        Load("prefetch", tuple(Column(None, part) for part in name.split("__")))
        for name in names
        if isinstance(name, str)
    )
    is_complete = query.is_complete and len(loads) == len(names)
    return replace(query, loads=(*query.loads, *loads), is_complete=is_complete)


def _selecting(ev: Evaluator, query: Query, effect: str, call: facts.Call, frame: Frame) -> Query:
    chosen = sql.selection(ev, call.args, frame)
    before = (query.entities, query.columns) if effect == "more" else ((), ())
    bounded = query.bounded
    if effect == "columns" and chosen.is_aggregated:
        bounded = True
    elif not chosen.is_complete:
        bounded = bounded or None
    return replace(
        query,
        entities=(*before[0], *chosen.entities),
        columns=(*before[1], *chosen.columns),
        bounded=bounded,
        is_complete=query.is_complete and chosen.is_complete,
        is_reduced=query.is_reduced or (effect == "columns" and chosen.is_aggregated),
    )


# -- running it


def _run(ev: Evaluator, query: Query, effect: str, call: facts.Call, frame: Frame) -> Query | Result | None:
    if query.library == "sqlalchemy" and not query.is_legacy:
        # `select(…).all()` is no method of a statement.
        return None
    if effect == "stream":
        return Result(query, query.shape, is_cursor=True, is_stream=True, call=call, frame=frame)
    if effect in ("all", "list"):
        if effect == "list" and _has_bound(ev, call, frame):
            return Result(replace(query, bounded=True), query.shape, call=call, frame=frame)
        return Result(query, query.shape, is_whole=True, call=call, frame=frame)
    if effect == "count":
        return Result(query, "count", call=call, frame=frame)
    shape: Shape = "scalar" if effect == "scalar" and query.entity is None else ONE_OF[query.shape]
    return Result(query, shape, call=call, frame=frame)


def _has_bound(ev: Evaluator, call: facts.Call, frame: Frame) -> bool:
    """Whether `to_list(…)` is told how many."""
    value = call.args[0] if call.args else call.keyword("length")
    return value is not None and ev.certain(value, frame) != LiteralThing(None)


def of_result(result: Result, call: facts.Call, frame: Frame) -> Result | None:
    """What calling a method of what a statement gave gives."""
    assert isinstance(call.func, facts.Attribute)
    if not result.is_cursor:
        return result if call.func.name == "copy" and result.is_many else None
    effect = tables.RESULT_STEPS.get(call.func.name)
    if effect == "same":
        return result
    if effect == "scalars":
        shape: Shape = "entities" if result.query.entities and not call.args else "scalars"
        return replace(result, shape=shape)
    if effect == "mappings":
        return replace(result, shape="mappings")
    if effect in ("all", "list"):
        whole = not result.is_stream and not call.args
        return replace(result, is_cursor=False, is_whole=whole, call=call, frame=frame)
    if effect == "part":
        return replace(result, query=replace(result.query, bounded=True), is_cursor=False, call=call, frame=frame)
    if effect == "one":
        return replace(result, shape=ONE_OF.get(result.shape, result.shape), is_cursor=False, call=call, frame=frame)
    if effect == "scalar":
        single: Shape = "entity" if result.query.entities else "scalar"
        return replace(result, shape=single, is_cursor=False, call=call, frame=frame)
    return None


# -- what is not a call


def awaited(found: object) -> Query | Result | None:
    """What `await` makes of it."""
    if isinstance(found, Query) and found.library in tables.AWAITED:
        return Result(found, found.shape, is_whole=True, call=found.call, frame=found.frame)
    return found if isinstance(found, (Query, Result)) else None


def listed(found: object, call: facts.Call | None = None, frame: Frame | None = None) -> Result | None:
    """What `list(…)` or a comprehension makes of it."""
    if isinstance(found, Query) and found.library in tables.ITERATED and (
        found.library != "sqlalchemy" or found.is_legacy
    ):  # fmt: skip
        return Result(found, found.shape, is_whole=True, call=call or found.call, frame=frame or found.frame)
    if isinstance(found, Result) and found.is_many:
        return replace(found, is_cursor=False, is_whole=found.is_whole or found.is_cursor)
    return None


def element(found: object) -> Result | None:
    """One element of it."""
    every = listed(found)
    if every is None or every.shape not in ONE_OF:
        return None
    return replace(every, shape=ONE_OF[every.shape], is_whole=False)


def sliced(found: object, key: facts.Slice) -> Query | Result | None:
    """What is cut out of it: of a query by the database, of a list after it was fetched."""
    if isinstance(found, Query):
        return replace(found, bounded=True) if key.upper is not None else found
    if isinstance(found, Result) and found.is_many and not found.is_cursor:
        return replace(found, slices=(*found.slices, key))
    return None
