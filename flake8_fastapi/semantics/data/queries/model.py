"""What a query is, and what its result is: the answers of `queries`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.things import ClassThing, Frame

Shape = Literal["entity", "entities", "row", "rows", "scalar", "scalars", "mapping", "mappings", "count"]
"""What a result is: one object of an entity, a tuple of several columns, one value, a mapping; or many of them."""

ONE_OF: dict[Shape, Shape] = {
    "entities": "entity",
    "rows": "row",
    "scalars": "scalar",
    "mappings": "mapping",
}
"""What an element of a collection is."""


class Column(NamedTuple):
    """A column of an entity; the entity is None where it is not known."""

    entity: ClassThing | None
    name: str


class Filter(NamedTuple):
    """A condition that every row of the query meets."""

    kind: Literal["equals", "join", "in", "search", "other"]
    """`join` where two columns are compared."""
    column: Column | None
    """The column it is about, where that is certain."""
    is_constant: bool
    """It compares with nothing but constants: `Item.is_active`, `Item.deleted_at.is_(None)`, `status="open"`."""
    value: Value | None
    """What the column is compared with."""
    condition: Value
    frame: Frame
    """Where condition and value are evaluated."""

    @property
    def is_flag(self) -> bool:
        """Whether it leaves most rows: `is_active`, `deleted_at IS NULL`, `kind != "draft"`, the columns of a join."""
        if not self.is_constant or self.kind in ("other", "join"):
            return self.is_constant
        if isinstance(self.value, facts.Constant):
            return self.value.value is None or isinstance(self.value.value, bool)
        # `true()`, `null()`
        return isinstance(self.value, facts.Call)


class Load(NamedTuple):
    """A relation that is loaded with its owner, or said to be loaded in another way."""

    strategy: str
    """`joinedload`, `selectinload` …, `lazyload`, `raiseload`, `prefetch`."""
    path: tuple[Column, ...]
    """From the entity of the query: `selectinload(A.b).joinedload(B.c)` has a path of one and one of two relations.
    A wildcard has the name `*`."""


@dataclass(frozen=True, eq=False)
class Query:
    """A query, or several of which one runs: then it says what holds for all of them."""

    library: str
    """`sqlalchemy`, `text`, `mongo`, `beanie`, `odmantic`, `tortoise`, `peewee`, `django`, `ormar`, `mongoengine`."""
    call: facts.Call | None
    """The call that starts it: `select(User)`, `db.query(User)`; None for a bare `User.objects`."""
    frame: Frame
    """Where that stands."""
    entities: tuple[ClassThing, ...] = ()
    """The entities that are selected whole."""
    columns: tuple[Column, ...] = ()
    """The columns that are selected by themselves; one of no entity for an expression."""
    bounded: bool | None = False
    """Whether something limits the number of rows, however large the table: None if that is unknown."""
    filters: tuple[Filter, ...] = ()
    is_filtered: bool = False
    """Whether it has conditions at all, on some path at least."""
    is_selective: bool = False
    """Whether something more than a flag chooses its rows, or may do so. A condition that stands under a test
    for an optional argument (`if status: query = query.filter(…)`) does not count."""
    ordered: bool = False
    loads: tuple[Load, ...] = ()
    """What its options say of relations; of several queries, those of any."""
    is_complete: bool = True
    """Whether every step and every loader option of it was understood."""
    is_legacy: bool = False
    """`session.query(…)`: its methods run it."""
    is_reduced: bool = False
    """Grouped, distinct or aggregated: fewer rows than the table has."""

    @property
    def entity(self) -> ClassThing | None:
        """The one entity whose objects it gives; None if it gives anything else."""
        return self.entities[0] if len(self.entities) == 1 and not self.columns else None

    @property
    def shape(self) -> Shape:
        """What all its rows are once they are objects."""
        if self.library == "mongo":
            return "mappings"
        return "entities" if self.entity is not None else "rows"


@dataclass(frozen=True, eq=False)
class Result:
    """What running a query gives."""

    query: Query
    shape: Shape
    is_cursor: bool = False
    """The rows are still to be fetched."""
    is_whole: bool = False
    """Every row of the query was fetched into a list."""
    is_stream: bool = False
    """The rows come piece by piece."""
    call: facts.Call | None = None
    """The call that ran it or fetched the rows; None for an iteration."""
    frame: Frame | None = None
    """Where that stands."""
    slices: tuple[facts.Slice, ...] = ()
    """What was cut out of the list after it was fetched."""

    @property
    def is_many(self) -> bool:
        """Whether it is a collection."""
        return self.shape in ONE_OF


def merged_queries(found: list[Query], *, is_selective: bool) -> Query | None:
    """What holds for each of several queries; None if they have too little in common."""
    first = found[0]
    if any((each.library, each.entities, each.columns) != (first.library, first.entities, first.columns)
           for each in found[1:]):  # fmt: skip
        return None
    return replace(
        first,
        bounded=_agreed(each.bounded for each in found),
        filters=_in_all([each.filters for each in found]),
        is_filtered=any(each.is_filtered for each in found),
        is_selective=is_selective,
        ordered=all(each.ordered for each in found),
        loads=tuple(dict.fromkeys(load for each in found for load in each.loads)),
        is_complete=all(each.is_complete for each in found),
        is_reduced=any(each.is_reduced for each in found),
    )


def merged_results(found: list[Result], *, is_selective: bool) -> Result | None:
    """The same for results."""
    first = found[0]
    query = merged_queries([each.query for each in found], is_selective=is_selective)
    if query is None or any(each.shape != first.shape for each in found[1:]):
        return None
    return replace(
        first,
        query=query,
        is_cursor=any(each.is_cursor for each in found),
        is_whole=all(each.is_whole for each in found),
        is_stream=any(each.is_stream for each in found),
        slices=first.slices if all(each.slices for each in found) else (),
    )


def _agreed(answers: Iterable[bool | None]) -> bool | None:
    every = set(answers)
    return every.pop() if len(every) == 1 else None


def _in_all(found: list[tuple[Filter, ...]]) -> tuple[Filter, ...]:
    kept = found[0]
    for other in found[1:]:
        conditions = {id(each.condition) for each in other}
        kept = tuple(each for each in kept if id(each.condition) in conditions)
    return kept
