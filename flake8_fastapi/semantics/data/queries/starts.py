"""What starts a query, and what runs a statement: of SQLAlchemy, SQLModel, document stores and other mappers."""

from __future__ import annotations

import re

from flake8_fastapi.knowledge import queries as tables
from flake8_fastapi.semantics import classes, facts
from flake8_fastapi.semantics.data import entities
from flake8_fastapi.semantics.data.queries import sql
from flake8_fastapi.semantics.data.queries.model import Column, Filter, Query, Result, Shape
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.things import Bound, ClassThing, Frame, Instance, Library, LiteralThing, Thing
from flake8_fastapi.semantics.values import Evaluator

_LIMITED = re.compile(r"\b(limit|fetch\s+(first|next)|top)\b", re.IGNORECASE)
_REDUCED = re.compile(r"\b(count|sum|avg|min|max|exists)\s*\(|\b(group\s+by|distinct|having)\b", re.IGNORECASE)
_FILTERED = re.compile(r"\b(where|join)\b", re.IGNORECASE)
_SELECT = re.compile(r"\s*(select|with)\b", re.IGNORECASE)


def query(ev: Evaluator, call: facts.Call, frame: Frame) -> Query | Result | None:
    """The query that a call starts; a result for `session.get(User, 1)`, `User.get(id=1)`; None for anything else."""
    callee = ev.certain(call.func, frame)
    if isinstance(callee, Library):
        if callee.name in tables.SELECTS:
            return _selected(ev, call, frame, "sqlalchemy")
        if callee.name in tables.TEXTS and call.args:
            return _text(ev, call, call.args[0], frame)
    if not isinstance(call.func, facts.Attribute):
        return None
    name = call.func.name
    if name == "query" and call.args and _may_be_session(ev, call, frame):
        return _selected(ev, call, frame, "sqlalchemy", is_legacy=True)
    if name in ("get", "get_one") and len(call.args) > 1:
        return _got(ev, call, frame)
    return _of_class(ev, call, frame) or _of_collection(ev, call, frame) or _of_engine(ev, call, frame)


def _selected(ev: Evaluator, call: facts.Call, frame: Frame, library: str, *, is_legacy: bool = False) -> Query | None:
    chosen = sql.selection(ev, call.args, frame)
    if is_legacy and not chosen.entities and not chosen.columns and not _is_session(ev, call, frame):
        return None
    return Query(
        library,
        call,
        frame,
        chosen.entities,
        chosen.columns,
        bounded=True if chosen.is_aggregated else False if chosen.is_complete else None,
        is_selective=not chosen.is_complete,
        is_complete=chosen.is_complete,
        is_legacy=is_legacy,
        is_reduced=chosen.is_aggregated,
    )


def _owner(ev: Evaluator, call: facts.Call, frame: Frame) -> Thing | None:
    assert isinstance(call.func, facts.Attribute)
    return ev.certain(call.func.of, frame)


def _is_session(ev: Evaluator, call: facts.Call, frame: Frame) -> bool:
    owner = _owner(ev, call, frame)
    return isinstance(owner, Instance) and classes.is_a(ev, owner.type, *tables.SESSIONS)


def _may_be_session(ev: Evaluator, call: facts.Call, frame: Frame) -> bool:
    """Whether a method is called on a session, or on something of which nothing is known."""
    owner = _owner(ev, call, frame)
    if owner is None or _is_session(ev, call, frame):
        return True
    if isinstance(owner, Instance) and isinstance(owner.type, ClassThing):
        # A wrapper that hands everything on, with `__getattr__`: its class does not say what its methods are.
        return not classes.attribute(ev, owner, call.func.name)  # type: ignore[attr-defined]
    if isinstance(owner, Instance) and isinstance(owner.type, Library):
        return not owner.type.name.startswith("builtins.")
    return type(owner) is Thing or isinstance(owner, (Library, Bound))


def _got(ev: Evaluator, call: facts.Call, frame: Frame) -> Result | None:
    """`session.get(User, user_id)`"""
    entity = ev.certain(call.args[0], frame)
    if not isinstance(entity, ClassThing) or not (_is_session(ev, call, frame) or entities.of_class(ev, entity)):
        return None
    options = call.keyword("options")
    written = options.items if isinstance(options, facts.Display) else (options,) if options is not None else ()
    loads, is_complete = sql.loads(ev, written, frame)
    found = Query(
        "sqlalchemy", call, frame, (entity,), bounded=True, is_filtered=True, loads=loads, is_complete=is_complete
    )
    return Result(found, "entity", call=call, frame=frame)


# -- mappers whose classes start queries


def _of_class(ev: Evaluator, call: facts.Call, frame: Frame) -> Query | Result | None:
    """`User.find_all()`, `User.filter(…)`, `User.select()`"""
    owner = _owner(ev, call, frame)
    if not isinstance(owner, ClassThing):
        return None
    assert isinstance(call.func, facts.Attribute)
    if classes.lookup(ev, owner, call.func.name) is not None:
        return None
    for base in classes.library_types(ev, owner):
        library, effects = tables.STARTERS.get(base, ("", {}))
        effect = effects.get(call.func.name)
        if effect is not None:
            return _started(ev, library, effect, owner, call, frame)
    return None


def _started(
    ev: Evaluator, library: str, effect: str, entity: ClassThing, call: facts.Call, frame: Frame
) -> Query | Result | None:
    filters: tuple[Filter, ...] = ()
    if effect == "filter" and any(isinstance(each, facts.Table) for each in call.args):
        filters = tuple(each for argument in call.args for each in _document_conditions(ev, argument, frame))
    elif effect == "filter":
        filters = tuple(sql.conditions(ev, call, "filter_by", frame))
    limit = call.keyword("limit")
    found = Query(
        library,
        call,
        frame,
        (entity,),
        filters=filters,
        is_filtered=bool(filters) or effect == "one",
        is_selective=any(not each.is_flag for each in filters),
        bounded=limit is not None or effect == "one",
        is_complete=effect != "prefetch",
    )
    if effect == "one":
        return Result(found, "entity", call=call, frame=frame)
    if effect == "count":
        return Result(found, "count", call=call, frame=frame)
    return None if effect == "other" else found


def manager(ev: Evaluator, value: facts.Attribute, frame: Frame) -> Query | None:
    """`User.objects`"""
    if value.name != "objects":
        return None
    owner = ev.certain(value.of, frame)
    if not isinstance(owner, ClassThing) or classes.lookup(ev, owner, "objects") is not None:
        return None
    library = next((tables.MANAGERS[base] for base in classes.library_types(ev, owner) if base in tables.MANAGERS), "")
    return Query(library, None, frame, (owner,)) if library else None


_FINDS = frozenset({"find", "find_one", "aggregate", "find_one_and_update", "find_one_and_delete"})


def _of_collection(ev: Evaluator, call: facts.Call, frame: Frame) -> Query | Result | None:
    """`db.users.find({…})`"""
    assert isinstance(call.func, facts.Attribute)
    if call.func.name not in _FINDS or not is_collection(ev, _owner(ev, call, frame)):
        return None
    return documents(ev, call, frame)


def documents(ev: Evaluator, call: facts.Call, frame: Frame) -> Query | Result | None:
    """What `find(…)` of a Mongo collection starts."""
    assert isinstance(call.func, facts.Attribute)
    condition = call.args[0] if call.args else call.keyword("filter")
    filters = tuple(_document_conditions(ev, condition, frame)) if condition is not None else ()
    aggregates = call.func.name == "aggregate"
    limit = call.keyword("limit")
    found = Query(
        "mongo", call, frame,
        filters=filters, is_filtered=bool(filters), is_selective=any(not each.is_flag for each in filters),
        bounded=None if aggregates else limit is not None,
        is_complete=not aggregates,
    )  # fmt: skip
    if call.func.name.startswith("find_one"):
        return Result(found, "mapping", call=call, frame=frame)
    return found


def _document_conditions(ev: Evaluator, value: Value, frame: Frame) -> list[Filter]:
    if isinstance(value, facts.Constant) and value.value is None:
        return []
    if not isinstance(value, facts.Table):
        return [Filter("other", None, False, None, value, frame)]
    found = []
    for key, item in value.items:
        name = ev.literal(key, frame) if key is not None else None
        column = Column(None, name) if isinstance(name, str) else None
        found.append(Filter("equals", column, _is_constant_document(ev, item, frame), item, item, frame))
    return found


def _is_constant_document(ev: Evaluator, value: Value, frame: Frame) -> bool:
    if isinstance(value, facts.Table):
        return all(_is_constant_document(ev, item, frame) for _, item in value.items)
    if isinstance(value, facts.Display):
        return all(_is_constant_document(ev, item, frame) for item in value.items)
    return sql.is_constant(ev, value, frame)


def is_collection(ev: Evaluator, thing: Thing | None) -> bool:
    """Whether a thing is certainly a Mongo collection."""
    return isinstance(thing, Instance) and classes.is_a(ev, thing.type, *tables.COLLECTIONS)


def _of_engine(ev: Evaluator, call: facts.Call, frame: Frame) -> Query | Result | None:
    """`engine.find(User, …)` of ODMantic."""
    assert isinstance(call.func, facts.Attribute)
    owner = _owner(ev, call, frame)
    if not isinstance(owner, Instance) or not classes.is_a(ev, owner.type, *tables.ENGINES) or not call.args:
        return None
    entity = ev.certain(call.args[0], frame)
    if not isinstance(entity, ClassThing) or call.func.name not in ("find", "find_one", "count"):
        return None
    bounded = call.func.name != "find" or call.keyword("limit") is not None
    is_filtered = len(call.args) > 1
    found = Query(
        "odmantic",
        call,
        frame,
        (entity,),
        bounded=bounded,
        is_filtered=is_filtered,
        is_selective=is_filtered,
        is_complete=not is_filtered,
    )
    if call.func.name == "find":
        return found
    return Result(found, "entity" if call.func.name == "find_one" else "count", call=call, frame=frame)


# -- running a statement


def executed(ev: Evaluator, call: facts.Call, frame: Frame, statement: Query | None) -> Result | None:
    """What `session.execute(statement)` and the like give; None if the call runs no statement."""
    if statement is None or not isinstance(call.func, facts.Attribute) or not _may_be_session(ev, call, frame):
        return None
    effect = tables.EXECUTIONS.get(call.func.name) or tables.RESULT_STEPS.get(call.func.name, "")
    many: Shape = statement.shape
    if effect == "rows":
        return Result(statement, "rows", is_cursor=True, call=call, frame=frame)
    if effect in ("entities", "scalars"):
        shape: Shape = "entities" if many == "entities" else "scalars" if effect == "scalars" else "rows"
        if effect == "entities" and len(statement.columns) == 1 and not statement.entities:
            shape = "scalars"
        return Result(statement, shape, is_cursor=True, call=call, frame=frame)
    if effect == "stream":
        return Result(statement, "rows", is_cursor=True, is_stream=True, call=call, frame=frame)
    if effect == "all":
        return Result(statement, "rows", is_whole=True, call=call, frame=frame)
    if effect in ("first", "one"):
        single: Shape = "row" if effect == "first" else "entity" if many == "entities" else "scalar"
        return Result(statement, single, call=call, frame=frame)
    return None


def text(ev: Evaluator, call: facts.Call, value: Value, frame: Frame) -> Query | None:
    """The SQL text that `execute("SELECT …")` is given."""
    written = ev.certain(value, frame)
    if not isinstance(written, LiteralThing) or not isinstance(written.value, str):
        return None
    return _text(ev, call, value, frame)


def _text(ev: Evaluator, call: facts.Call, value: Value, frame: Frame) -> Query | None:
    written = ev.certain(value, frame)
    if not isinstance(written, LiteralThing) or not isinstance(written.value, str):
        return Query("text", call, frame, bounded=None, is_filtered=True, is_selective=True, is_complete=False)
    sql = written.value
    if _SELECT.match(sql) is None:
        return None
    is_reduced = _REDUCED.search(sql) is not None
    bounded = True if _LIMITED.search(sql) else None if is_reduced else False
    is_filtered = _FILTERED.search(sql) is not None
    return Query(
        "text", call, frame, bounded=bounded, is_filtered=is_filtered, is_selective=is_filtered,
        ordered="order by" in sql.lower(), is_complete=not is_filtered, is_reduced=is_reduced,
    )  # fmt: skip
