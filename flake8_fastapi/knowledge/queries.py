"""Queries of database libraries: what starts one, what each step does to it, what gives its rows. Tables only.

Steps are named by their effect:

- `same` nothing that matters here; `filter`, `join`, `order`, `limit`, `group`, `distinct`, `options`, `prefetch` as
  they say;
- `columns` replaces what is selected, `more` adds to it, `values` gives mappings instead of objects, `rows` tuples;
- `all` fetches every row, `one` one of them, `scalar` one value, `count` a number, `list` as many as its argument says;
- `stream` gives the rows piece by piece; `other` is no query of rows any more (a subquery, an update).

A method that is not listed may do anything: what the query is bounded by is unknown after it.
"""

from __future__ import annotations

from collections.abc import Mapping


def _steps(**effects: str) -> dict[str, str]:
    return {name: effect for effect, names in effects.items() for name in names.split()}


SELECTS = frozenset(
    f"{module}.{name}"
    for module, names in {
        "sqlalchemy": "select",
        "sqlalchemy.future": "select",
        "sqlalchemy.sql": "select",
        "sqlalchemy.sql.expression": "select",
        "sqlalchemy.sql.selectable": "select",
        "sqlmodel": "select",
        "sqlmodel.sql.expression": "select",
    }.items()
    for name in names.split()
)
TEXTS = frozenset({"sqlalchemy.text", "sqlalchemy.sql.text", "sqlalchemy.sql.expression.text", "sqlmodel.text"})
ALIASES = frozenset({"sqlalchemy.orm.aliased", "sqlalchemy.orm.util.aliased", "sqlalchemy.orm.with_polymorphic"})
"""Functions that stand for the entity which they are given."""
AGGREGATES = frozenset({"count", "sum", "avg", "min", "max", "array_agg", "string_agg", "json_agg", "bool_or"})
"""Of `sqlalchemy.func`: one value for many rows."""
OPERATORS = frozenset({"sqlalchemy.and_", "sqlalchemy.sql.and_", "sqlalchemy.sql.expression.and_", "sqlmodel.and_"})
"""What joins conditions that must all hold."""
LOADERS = frozenset({"joinedload", "selectinload", "subqueryload", "immediateload", "contains_eager"})
"""Loader options of `sqlalchemy.orm` that load a relation with its owner."""
OTHER_LOADERS = frozenset({"lazyload", "raiseload", "noload", "defaultload"})
"""Loader options that say something else of a relation."""

BASES = ("sqlalchemy.orm.DeclarativeBase", "sqlmodel.SQLModel")
"""What entities of SQLAlchemy and SQLModel derive from."""
SESSIONS = ("sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession", "sqlmodel.Session")
READS = frozenset({"exec", "execute", "get", "get_one", "merge", "query", "scalar", "scalars"})
"""Methods of sessions with which an expression starts that gives rows."""
EXECUTIONS: Mapping[str, str] = {
    "execute": "rows",
    "exec": "entities",
    "scalars": "scalars",
    "scalar": "one",
    "stream": "stream",
    "stream_scalars": "stream",
    "iterate": "stream",
    "fetch_all": "all",
    "fetch": "all",
    "fetch_one": "first",
    "fetchrow": "first",
    "fetch_val": "one",
    "fetchval": "one",
}
"""Methods of sessions, connections and pools that run a statement."""

_SQLALCHEMY = _steps(
    same=(
        "add_cte autoflush bindparams correlate correlate_except enable_assertions enable_eagerloads execution_options"
        " join_from offset outerjoin outerjoin_from params populate_existing prefix_with reset_joinpoint"
        " select_from set_label_style suffix_with tuples with_for_update with_hint with_labels with_session"
        " with_statement_hint yield_per"
    ),
    filter="filter filter_by where",
    join="join",
    order="order_by",
    limit="limit slice fetch",
    group="group_by",
    distinct="distinct",
    options="options",
    columns="with_entities with_only_columns",
    more="add_column add_columns add_entity",
    all="all",
    one="first one one_or_none get",
    scalar="scalar",
    count="count",
    other="alias as_scalar cte delete exists label lateral scalar_subquery selectable statement subquery update",
)
_MONGO = _steps(
    same="allow_disk_use batch_size clone collation comment hint max_time_ms rewind skip",
    order="sort",
    limit="limit",
    list="to_list",
    one="next",
    count="count",
    stream="each",
)
_BEANIE = _steps(
    same="project skip with_children",
    filter="find find_many",
    order="sort",
    limit="limit",
    list="to_list",
    one="first_or_none find_one",
    count="count",
    other="aggregate avg delete distinct exists get_cursor inc max min set sum update update_many",
)
_TORTOISE = _steps(
    same="all annotate force_index offset only select_for_update use_index using_db",
    filter="filter exclude",
    order="order_by",
    limit="limit",
    group="group_by",
    distinct="distinct",
    prefetch="prefetch_related select_related",
    values="values values_list",
    one="first get get_or_none earliest latest",
    count="count",
    other="bulk_create bulk_update delete exists explain in_bulk update",
)
_PEEWEE = _steps(
    same="alias from_ join join_from left_outer_join offset select_from switch with_cte objects",
    filter="where filter",
    order="order_by",
    limit="limit paginate",
    group="group_by",
    distinct="distinct",
    columns="select",
    values="dicts",
    rows="tuples namedtuples",
    all="execute",
    one="first get get_or_none get_by_id",
    scalar="scalar",
    count="count",
    stream="iterator",
    other="exists",
)
_DJANGO = _steps(
    same="all annotate defer fields only reverse select_for_update using exclude_fields",
    filter="filter exclude",
    order="order_by",
    limit="limit paginate",
    distinct="distinct",
    prefetch="prefetch_related select_related select_all",
    values="values values_list",
    one="aget afirst alast earliest first get get_or_none last latest",
    count="acount count",
    stream="iterator aiterator",
    other="aggregate bulk_create create delete exists get_or_create in_bulk update update_or_create",
)
_ODMANTIC = _steps()
_TEXT = _steps(same="bindparams columns execution_options")

STEPS: Mapping[str, Mapping[str, str]] = {
    "sqlalchemy": _SQLALCHEMY,
    "text": _TEXT,
    "mongo": _MONGO,
    "beanie": _BEANIE,
    "odmantic": _ODMANTIC,
    "tortoise": _TORTOISE,
    "peewee": _PEEWEE,
    "django": _DJANGO,
    "ormar": {**_DJANGO, "all": "all"},
    "mongoengine": {**_DJANGO, **_steps(filter="filter __call__", same="all exclude only no_cache skip clone")},
}
"""Library -> method of its query -> effect."""

AWAITED = frozenset({"tortoise", "odmantic"})
"""Libraries whose query gives its objects when it is awaited."""
ITERATED = frozenset({"sqlalchemy", "peewee", "django", "mongo", "mongoengine", "tortoise", "beanie", "odmantic"})
"""Libraries whose query runs when it is iterated, with `for` or with `async for`."""

RESULT_STEPS: Mapping[str, str] = _steps(
    same="unique yield_per freeze tuples execution_options",
    scalars="scalars",
    mappings="mappings",
    all="all fetchall",
    part="fetchmany",
    one="first one one_or_none fetchone",
    scalar="scalar scalar_one scalar_one_or_none",
    columns="columns",
    stream="partitions",
    list="to_list",
)
"""Methods of what a statement gives when it is executed."""

STARTERS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "beanie.Document": (
        "beanie",
        _steps(
            same="all find_all find_many", filter="find", one="find_one get", count="count",
            other="aggregate delete_all distinct insert_many update_all",
        ),
    ),
    "tortoise.models.Model": (
        "tortoise",
        _steps(
            same="all annotate", filter="filter exclude", one="first get get_or_none", distinct="distinct",
            prefetch="select_related prefetch_related",
        ),
    ),
    "peewee.Model": ("peewee", _steps(columns="select", one="get get_by_id get_or_none", filter="filter")),
}  # fmt: skip
"""A base of models -> its library, and the methods of the class itself that start a query."""

MANAGERS: Mapping[str, str] = {
    "django.db.models.Model": "django",
    "ormar.Model": "ormar",
    "mongoengine.Document": "mongoengine",
}
"""Bases of models whose queries start with `Model.objects`."""

COLLECTIONS = (
    "pymongo.collection.Collection",
    "pymongo.asynchronous.collection.AsyncCollection",
    "motor.motor_asyncio.AsyncIOMotorCollection",
)
"""Mongo collections: `find` starts a query."""
ENGINES = ("odmantic.AIOEngine", "odmantic.engine.AIOEngine", "odmantic.SyncEngine", "odmantic.engine.SyncEngine")
"""Engines of ODMantic: `find(Model)` starts a query."""
OFFLOADERS = frozenset(
    {"asyncio.to_thread", "starlette.concurrency.run_in_threadpool", "anyio.to_thread.run_sync",
     "fastapi.concurrency.run_in_threadpool"}
)  # fmt: skip
"""Functions that call their first argument with the others."""
COPIES = frozenset({f"builtins.{name}" for name in ("list", "tuple", "set", "reversed")})
"""Functions that give every element of what they are given."""
WRAPPERS = frozenset(
    {"builtins.list", "builtins.tuple", "builtins.dict", "builtins.map", "builtins.sorted", "builtins.reversed",
     "fastapi.encoders.jsonable_encoder", "pydantic.parse_obj_as", "pydantic.tools.parse_obj_as"}
)  # fmt: skip
"""Functions whose result holds what they are given, in another shape."""
VALIDATIONS = frozenset(
    {"model_validate", "parse_obj", "from_orm", "model_construct", "construct", "validate_python", "dump_python"}
)
"""Methods of pydantic models and type adapters whose result holds what they are given."""
PAGERS = frozenset({"fastapi_pagination.paginate", "fastapi_pagination.paginator.paginate", "itertools.islice"})
"""Functions that cut a page out of a list."""
PAGE_SIZES = frozenset({"limit", "page_size", "pageSize", "pagesize", "per_page", "perPage", "page_limit"})
"""Names of parameters that say how many rows a page has."""
SWITCHES = frozenset({"active", "enabled", "is_active", "is_enabled"})
"""Columns that switch something that is kept by hand."""
PLACES = frozenset(
    {"display_order", "order_index", "order_number", "ordering", "position", "rank", "sequence", "sort", "sort_index",
     "sort_order"}
)  # fmt: skip
"""Columns that hold a place in an order that somebody chose."""
CHANGES = frozenset({"append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"})
"""Methods that change a list in place."""
