"""Exceptions of libraries whose texts tell what no client should read, and calls whose failures are harmless."""

from __future__ import annotations

import re

TELLING = (
    "aiomysql.", "aiosqlite.", "asyncpg.", "botocore.exceptions.", "elasticsearch.", "mysql.connector.", "peewee.",
    "psycopg.", "psycopg2.", "pymongo.errors.", "pymysql.", "redis.exceptions.", "sqlalchemy.exc.", "sqlite3.",
    "tortoise.exceptions.",
)  # fmt: skip
"""Beginnings of the names of exceptions with queries, values, host names or account names in their texts."""
TELLING_CLASSES = frozenset(
    f"builtins.{name}" for name in ("OSError", "IOError", "EnvironmentError", "FileNotFoundError", "PermissionError")
) | {"shutil.Error", "subprocess.CalledProcessError", "subprocess.SubprocessError"}
HARMLESS = ("NoResultFound", "MultipleResultsFound", "DoesNotExist")
"""Last names of such that have a text of their own library only."""
STATEMENTS = frozenset(
    f"sqlalchemy.exc.{name}"
    for name in (
        "DBAPIError", "DataError", "DatabaseError", "IntegrityError", "InterfaceError", "InternalError",
        "OperationalError", "ProgrammingError", "SQLAlchemyError", "StatementError",
    )
)  # fmt: skip
"""Exceptions that show the SQL statement with its values."""
PARSING = (
    "ast.", "base64.", "binascii.", "builtins.", "collections.", "csv.", "datetime.", "dateutil.", "decimal.", "email.",
    "enum.", "fractions.", "html.", "ipaddress.", "itertools.", "jose.", "json.", "jwt.", "math.", "numbers.",
    "orjson.", "pydantic.", "pytz.", "re.", "statistics.", "string.", "struct.", "time.", "toml.", "tomllib.",
    "typing.", "ujson.", "unicodedata.", "urllib.parse.", "uuid.", "yaml.", "zoneinfo.",
)  # fmt: skip
"""Beginnings of the names of functions that compute: that one fails says something of what it was given."""
IMPURE = frozenset({"builtins.open", "builtins.exec", "builtins.eval", "builtins.compile", "builtins.__import__"})
TEXT_METHODS = frozenset(
    {
        "append", "decode", "encode", "endswith", "format", "fromisoformat", "isdigit", "isoformat", "items", "join",
        "keys", "lower", "lstrip", "model_dump", "model_validate", "model_validate_json", "parse_obj", "parse_raw",
        "partition", "replace", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strftime",
        "strip", "strptime", "title", "upper", "values", "zfill",
    }
)  # fmt: skip
"""Methods that compute, of whatever object."""
OF_REQUESTS = frozenset({"body", "form", "json"})
"""Methods that are awaited for what the client sent."""
CONVERSIONS = re.compile(r"(?:^|_)(?:parse|decode|loads|fromstring|deserialize|unquote)(?:_|$)")
"""Names of functions of libraries that convert what they are given."""
