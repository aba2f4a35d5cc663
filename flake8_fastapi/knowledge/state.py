"""State that lives in one process: what holds it, what writes to it, and what is kept there on purpose."""

from __future__ import annotations

import re
from collections.abc import Mapping

CONTAINERS: Mapping[str, str] = {
    "builtins.dict": "dict",
    "builtins.list": "list",
    "builtins.set": "set",
    "collections.defaultdict": "dict",
    "collections.OrderedDict": "dict",
    "collections.Counter": "dict",
    "collections.deque": "list",
}
"""What makes a container that anything may be put in."""

WRITERS = frozenset({"append", "appendleft", "extend", "insert", "add", "update", "setdefault"})
"""Methods of containers that put something in."""

PURPOSES = re.compile(
    r"cache|memo|lock|mutex|semaphore|queue|pending|task|thread|worker|process|proc(?:s|_|$)|pool|conn|client|socket"
    r"|(?:^|_)ws|subscri|listener|observer|callback|hook|watcher|consumer|producer|stream|manager|instance|singleton"
    r"|regist|handler|plugin|provider|extension|loaded|metric|stats?(?:_|$)|statistic|telemetry|buffer|recent|history"
    r"|rate|limit|throttl|bucket|debounce|breaker|cooldown|last_|seen|warned|initiali[sz]ed|started|running|active"
    r"|engine|session_?maker|scheduler|timer|runtime|state$|health|mock|stub|claim|current|in_flight"
    r"|in_progress|busy|reserved",
    re.IGNORECASE,
)
"""Names of what belongs in a process, or does no harm there."""

TALLIES = re.compile(r"count(?!er)|total|hits|requests|errors|number|num_|_num|usage", re.IGNORECASE)
"""Names of numbers that only tell how much went on in this process."""

KNOWN = re.compile(
    r"\bin[- ]?memory|\b(?:single|one|per|each|multiple|multi)[- ]?(?:instance|process|worker|server)|\bredis\b",
    re.IGNORECASE,
)
"""A comment on a container whose author knows that it lives in one process."""

STORES = (
    *("sqlalchemy", "sqlmodel", "pymongo", "motor", "beanie", "odmantic", "tortoise", "peewee", "mongoengine", "ormar"),
    *(
        "asyncpg",
        "psycopg",
        "psycopg2",
        "sqlite3",
        "aiosqlite",
        "pymysql",
        "aiomysql",
        "databases",
        "redis",
        "aioredis",
    ),
    *("supabase", "firebase_admin", "prisma", "piccolo", "pony", "mysql", "MySQLdb", "django", "boto3", "aioboto3"),
)
"""Packages with which an application keeps data where all workers find it."""

REMOVERS = frozenset({"discard", "remove", "pop", "popleft", "clear"})
"""Methods that take something out."""

DATA_METHODS = frozenset({"dict", "model_dump", "copy", "model_copy", "isoformat", "strip", "lower", "upper", "hex"})
"""Methods that give plain data, whatever they are called on."""
DATA_TYPES = re.compile(
    r"builtins\.(?:str|int|float|bool|bytes|dict|list|set|tuple)$|datetime\.(?:datetime|date|time|timedelta)$"
    r"|uuid\.UUID$|decimal\.Decimal$"
)
"""Library types that are plain data."""
