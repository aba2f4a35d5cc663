"""Look-ups that may find nothing, and what is done with their result. Tables only."""

from __future__ import annotations

from collections.abc import Mapping

MISSES: Mapping[str, frozenset[str]] = {
    "sqlalchemy": frozenset(
        {"first", "one_or_none", "scalar_one_or_none", "scalar", "get", "fetchone", "fetch_one", "fetchrow"}
    ),
    "text": frozenset({"first", "one_or_none", "scalar_one_or_none", "fetchone", "fetch_one", "fetchrow"}),
    "mongo": frozenset({"find_one", "find_one_and_update", "find_one_and_delete"}),
    "beanie": frozenset({"find_one", "get", "first_or_none"}),
    "odmantic": frozenset({"find_one"}),
    "tortoise": frozenset({"first", "get_or_none"}),
    "peewee": frozenset({"first", "get_or_none"}),
    "ormar": frozenset({"get_or_none"}),
    "django": frozenset({"first", "last", "afirst", "alast"}),
    "mongoengine": frozenset({"first"}),
}
"""Library of a query -> methods that give None where no row matches."""
DOCUMENTS = frozenset({"mongo", "beanie", "odmantic", "mongoengine"})
"""Libraries that speak of documents."""
MATCHES = frozenset({"re.match", "re.search", "re.fullmatch"})
"""Functions that give None where a text does not match; `re.Pattern` has methods of these names."""
MAPPINGS = ("builtins.dict", "collections.OrderedDict")
REDIS = ("redis.Redis", "redis.client.Redis", "redis.asyncio.Redis", "redis.asyncio.client.Redis")
SILENT = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "print", "log", "pprint"})
"""Functions and methods to which None may be given, and that test nothing."""
CONVERSIONS = frozenset(
    {f"builtins.{name}" for name in ("int", "str", "float", "bytes", "list", "tuple", "set", "dict", "repr")}
    | {"uuid.UUID", "bson.ObjectId", "bson.objectid.ObjectId", "beanie.PydanticObjectId", "decimal.Decimal"}
    | {"beanie.odm.fields.PydanticObjectId", "odmantic.ObjectId", "odmantic.bson.ObjectId", "urllib.parse.unquote"}
    | {"fastapi.encoders.jsonable_encoder", "typing.cast", "pathlib.Path"}
)
"""Functions whose result is what they are given, in another type."""
PASSING = frozenset(
    {"strip", "lstrip", "rstrip", "lower", "upper", "title", "casefold", "replace", "removeprefix", "removesuffix"}
    | {"encode", "decode", "format", "model_dump", "dict", "get", "json", "form", "split", "join", "hex"}
)
"""Methods whose result is made of what they are called on."""
CONDITIONS = frozenset({"in_", "is_", "ilike", "like", "contains", "startswith", "endswith", "any", "has", "match"})
"""Methods of columns that make conditions."""
REQUEST_PARTS = frozenset({"path_params", "query_params", "headers", "json", "form", "body"})
"""What a client sends, as attributes and methods of a request; its `state` and `session` are the server's."""
ALWAYS_SENT = frozenset({"host"})
"""Headers without which HTTP/1.1 has no request."""
RUNS = frozenset(
    {"all", "count", "exists", "one", "scalar", "to_list", *(name for names in MISSES.values() for name in names)}
)
"""Methods that run the query on which they are called."""
NOT_DATA = frozenset(
    {"builtins", "bson", "uuid", "re", "logging", "structlog", "loguru", "datetime", "json", "fastapi", "pydantic"}
)
"""Packages whose functions look nothing up."""
RAISING_ON_NONE: Mapping[str, str] = {
    "builtins.setattr": "AttributeError",
    "builtins.delattr": "AttributeError",
    "builtins.dict": "TypeError",
    "builtins.list": "TypeError",
    "builtins.len": "TypeError",
    "builtins.vars": "TypeError",
    "builtins.int": "TypeError",
    "builtins.float": "TypeError",
    "json.loads": "TypeError",
}
"""Functions that raise where their first argument is None."""
SESSION_CALLS = frozenset({"add", "delete", "expunge", "merge", "refresh"})
"""Methods of sessions that raise UnmappedInstanceError where they are given None."""
VALIDATIONS = frozenset({"model_validate", "from_orm", "parse_obj"})
"""Methods of pydantic models that refuse None."""
TRUE = frozenset({"sqlalchemy", "text", "mongo", "beanie", "tortoise", "odmantic"})
"""Libraries whose queries and cursors are true whatever they find; those of peewee, Django and mongoengine run."""
