"""What the arguments of SQLAlchemy's queries say: what is selected, on which conditions, what is loaded with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import queries as tables
from flake8_fastapi.semantics import classes, facts
from flake8_fastapi.semantics.data import entities
from flake8_fastapi.semantics.data.queries.model import Column, Filter, Load
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.things import ClassThing, Frame, FunctionThing, Instance, Library, LiteralThing, Thing
from flake8_fastapi.semantics.values import Evaluator

_TESTS = frozenset({"is_", "isnot", "is_not"})
_SEARCHES = frozenset(
    {"like", "ilike", "notlike", "contains", "icontains", "startswith", "istartswith", "endswith", "match"}
)
_DEPTH = 12


class Selection(NamedTuple):
    """What a query selects."""

    entities: tuple[ClassThing, ...]
    columns: tuple[Column, ...]
    is_aggregated: bool
    """One row for all: `select(func.count())`."""
    is_complete: bool


def selection(ev: Evaluator, arguments: tuple[Value, ...], frame: Frame) -> Selection:
    """What the arguments of `select(…)` or `session.query(…)` select."""
    entities: list[ClassThing] = []
    columns: list[Column] = []
    aggregates = 0
    is_complete = True
    for argument in arguments:
        found = _selected(ev, argument, frame)
        if isinstance(found, ClassThing):
            entities.append(found)
        elif found is None:
            is_complete = False
        else:
            columns.append(found)
            aggregates += found.name in tables.AGGREGATES and found.entity is None
    is_aggregated = bool(arguments) and aggregates == len(arguments)
    return Selection(tuple(entities), tuple(columns), is_aggregated, is_complete)


def _selected(ev: Evaluator, value: Value, frame: Frame) -> ClassThing | Column | None:
    if isinstance(value, facts.Starred):
        return None
    thing = ev.certain(value, frame)
    if isinstance(thing, ClassThing):
        return None if _is_abstract(ev, thing) or _is_some_class(ev, value, frame) else thing
    if isinstance(thing, Instance) and thing.type == Library("sqlalchemy.Table"):
        return Column(None, "*")
    column = column_of(ev, value, frame)
    if column is not None:
        return column
    return _expression(ev, value, frame) if isinstance(value, facts.Call) else None


def _is_abstract(ev: Evaluator, cls: ClassThing) -> bool:
    """Whether it is a base without a table: what stands here is some class derived from it."""
    return entities.of_class(ev, cls) is None and classes.is_a(ev, cls, *tables.BASES)


def _is_some_class(ev: Evaluator, value: Value, frame: Frame) -> bool:
    """Whether it is the `cls` of a class method of which nobody knows on which class it is called."""
    if not isinstance(value, facts.Local) or value.name in dict(frame.env):
        return False
    function = ev.function(FunctionThing(frame.path, value.function))
    first = function.parameters[0] if function is not None and function.parameters else None
    return function is not None and function.owner is not None and first is not None and first.name == value.name


def _expression(ev: Evaluator, call: facts.Call, frame: Frame) -> ClassThing | Column | None:
    func = call.func
    if isinstance(func, facts.Attribute) and func.name in ("label", "distinct", "cast", "desc", "over"):
        found = _selected(ev, func.of, frame)
        return found if isinstance(found, Column) else None
    callee = ev.certain(func, frame)
    if not isinstance(callee, Library) or not callee.name.startswith(("sqlalchemy.", "sqlmodel.")):
        return None
    if callee.name in tables.ALIASES:
        thing = ev.certain(call.args[0], frame) if call.args else None
        return thing if isinstance(thing, ClassThing) else None
    return Column(None, callee.last)


def column_of(ev: Evaluator, value: Value, frame: Frame) -> Column | None:
    """`User.name`, `col(User.name)`: the column (or relation) of an entity that an expression is; None if none."""
    if isinstance(value, facts.Call) and len(value.args) == 1 and not value.keywords:
        callee = ev.certain(value.func, frame)
        return column_of(ev, value.args[0], frame) if _is_of(callee, "sqlmodel.col") else None
    if not isinstance(value, facts.Attribute):
        return None
    owner = ev.certain(value.of, frame)
    if not isinstance(owner, ClassThing) or classes.is_a(ev, owner, "enum.Enum"):
        return None
    return Column(owner, value.name)


def _is_of(thing: Thing | None, *names: str) -> bool:
    return isinstance(thing, Library) and thing.name in names


# -- conditions


def conditions(ev: Evaluator, call: facts.Call, method: str, frame: Frame) -> Iterator[Filter]:
    """What `filter(…)`, `where(…)`, `filter_by(…)` demand of each row."""
    for argument in call.args:
        yield from _condition(ev, argument, frame, _DEPTH)
    for name, value in call.keywords:
        is_column = name is not None and (method == "filter_by" or not call.args)
        column = Column(None, name.partition("__")[0]) if is_column and name is not None else None
        yield Filter("equals", column, is_constant(ev, value, frame), value, value, frame)


def _condition(ev: Evaluator, value: Value, frame: Frame, depth: int) -> Iterator[Filter]:
    if depth == 0 or isinstance(value, facts.Starred):
        yield Filter("other", None, False, None, value, frame)
    elif isinstance(value, facts.Comparison) and value.is_equality:
        yield _comparison(ev, value, frame)
    elif isinstance(value, (facts.Operation, facts.Comparison)):
        constant = _is_column_or_constant(ev, value.left, frame) and _is_column_or_constant(ev, value.right, frame)
        yield Filter("other", column_of(ev, value.left, frame), constant, value.right, value, frame)
    elif isinstance(value, facts.Call):
        yield from _tested(ev, value, frame, depth)
    else:
        column = column_of(ev, value, frame)
        yield Filter("other", column, column is not None or is_constant(ev, value, frame), None, value, frame)


def _comparison(ev: Evaluator, value: facts.Comparison, frame: Frame) -> Filter:
    for mine, theirs in ((value.left, value.right), (value.right, value.left)):
        column = column_of(ev, mine, frame)
        if column is not None:
            if column_of(ev, theirs, frame) is not None:
                return Filter("join", column, True, theirs, value, frame)
            return Filter("equals", column, is_constant(ev, theirs, frame), theirs, value, frame)
    return Filter("equals", None, False, None, value, frame)


def _tested(ev: Evaluator, call: facts.Call, frame: Frame, depth: int) -> Iterator[Filter]:
    func = call.func
    callee = ev.certain(func, frame)
    if isinstance(callee, Library) and callee.name in tables.OPERATORS:
        for argument in call.args:
            yield from _condition(ev, argument, frame, depth - 1)
        return
    if not isinstance(func, facts.Attribute):
        yield Filter("other", None, False, None, call, frame)
        return
    column = column_of(ev, func.of, frame)
    kind: Literal["equals", "in", "search", "other"] = "other"
    if func.name in _TESTS:
        kind = "equals"
    elif func.name in _SEARCHES:
        kind = "search"
    elif func.name == "in_":
        kind = "in"
    constant = column is not None and bool(call.args) and all(is_constant(ev, each, frame) for each in call.args)
    yield Filter(kind, column, constant and kind != "in", call.args[0] if call.args else None, call, frame)


def _is_column_or_constant(ev: Evaluator, value: Value, frame: Frame) -> bool:
    return column_of(ev, value, frame) is not None or is_constant(ev, value, frame)


def is_constant(ev: Evaluator, value: Value, frame: Frame) -> bool:
    """Whether a value is written in the source: a literal, a member of an enumeration, a constant of a module."""
    if isinstance(value, facts.Constant):
        return True
    if isinstance(value, facts.Call):
        callee = ev.certain(value.func, frame)
        return isinstance(callee, Library) and not value.args and callee.name.startswith("sqlalchemy.")
    if isinstance(value, facts.Attribute):
        owner = ev.certain(value.of, frame)
        if isinstance(owner, ClassThing):
            return classes.is_a(ev, owner, "enum.Enum")
    if isinstance(value, (facts.Attribute, facts.Name)):
        return isinstance(ev.certain(value, frame), LiteralThing)
    return False


# -- loader options


def loads(ev: Evaluator, options: tuple[Value, ...], frame: Frame) -> tuple[tuple[Load, ...], bool]:
    """The relations that loader options name, and whether all options were understood."""
    found: list[Load] = []
    is_complete = True
    for option in options:
        chain = _chain_of(ev, option, frame, ())
        if chain is None:
            is_complete = False
        else:
            found.extend(chain)
    return tuple(found), is_complete


def _chain_of(ev: Evaluator, value: Value, frame: Frame, around: tuple[Column, ...]) -> list[Load] | None:
    """The loads of one option: `selectinload(A.b)`, `selectinload(A.b).options(joinedload(B.c))` …; None if unknown."""
    if isinstance(value, (facts.Local, facts.Name)):
        return _chain_of_variable(ev, value, frame, around)
    if not isinstance(value, facts.Call):
        return None
    func = value.func
    callee = ev.certain(func, frame)
    if isinstance(callee, Library) and callee.name.startswith(("sqlalchemy.orm.", "sqlmodel.")):
        if callee.last == "Load":
            return []
        return _loader(ev, value, callee.last, frame, around)
    if not isinstance(func, facts.Attribute):
        return None
    before = _chain_of(ev, func.of, frame, around)
    if before is None:
        return None
    path = before[-1].path if before else around
    if func.name == "options":
        nested = [_chain_of(ev, each, frame, path) for each in value.args]
        return None if None in nested else [*before, *(load for each in nested for load in each or ())]
    step = _loader(ev, value, func.name, frame, path)
    return None if step is None else [*before, *step]


def _chain_of_variable(
    ev: Evaluator, value: facts.Local | facts.Name, frame: Frame, around: tuple[Column, ...]
) -> list[Load] | None:
    module = ev.module(frame.path)
    if module is None:
        return None
    bindings = module.names.get(value.name, ()) if isinstance(value, facts.Name) else ()
    if isinstance(value, facts.Local):
        function = module.functions.get(value.function)
        bindings = function.locals.get(value.name, ()) if function is not None else ()
    if len(bindings) != 1 or not isinstance(bindings[0], facts.Call):
        return None
    return _chain_of(ev, bindings[0], frame, around)


def _loader(ev: Evaluator, call: facts.Call, name: str, frame: Frame, around: tuple[Column, ...]) -> list[Load] | None:
    if name not in tables.LOADERS and name not in tables.OTHER_LOADERS:
        # `load_only(…)`, `undefer(…)`: columns, no relations.
        return []
    path = around
    found = []
    for argument in call.args:
        relation = _relation(ev, argument, frame)
        if relation is None:
            return None
        path = (*path, *relation)
        found.append(Load(name, path))
    return found


def _relation(ev: Evaluator, value: Value, frame: Frame) -> tuple[Column, ...] | None:
    if isinstance(value, facts.Constant) and isinstance(value.value, str):
        return tuple(Column(None, name) for name in value.value.split("."))
    if isinstance(value, facts.Call) and isinstance(value.func, facts.Attribute):
        # `A.b.of_type(C)`, `A.b.and_(…)`
        return _relation(ev, value.func.of, frame)
    column = column_of(ev, value, frame)
    return (column,) if column is not None else None
