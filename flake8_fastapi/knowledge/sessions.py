"""Database resources: sessions, connections, cursors, transactions, engines, pools; what makes them, what their
methods do.

Names are the canonical ones of `libraries`; a row holds for subclasses as well. Sources: the documentation of each
library.
"""

from __future__ import annotations

from typing import Literal

Kind = Literal["session", "registry", "connection", "cursor", "transaction", "engine", "factory", "pool", "client"]
Role = Literal[
    "begin", "commit", "rollback", "flush", "close", "detach", "write", "delete", "execute", "read", "refresh", "other"
]

_ASYNC = "sqlalchemy.ext.asyncio"

RESOURCES: dict[str, tuple[Kind, bool]] = {
    # Listed before `Session`, as which it passes too: it keeps one session for each thread and closes none by itself.
    "sqlalchemy.orm.scoped_session": ("registry", False),
    f"{_ASYNC}.async_scoped_session": ("registry", True),
    "sqlalchemy.orm.Session": ("session", False),
    f"{_ASYNC}.AsyncSession": ("session", True),
    "sqlalchemy.Connection": ("connection", False),
    f"{_ASYNC}.AsyncConnection": ("connection", True),
    **dict.fromkeys(("sqlalchemy.Transaction", "sqlalchemy.orm.SessionTransaction"), ("transaction", False)),
    **dict.fromkeys((f"{_ASYNC}.AsyncTransaction", f"{_ASYNC}.AsyncSessionTransaction"), ("transaction", True)),
    "sqlalchemy.Engine": ("engine", False),
    f"{_ASYNC}.AsyncEngine": ("engine", True),
    "sqlalchemy.orm.sessionmaker": ("factory", False),
    f"{_ASYNC}.async_sessionmaker": ("factory", True),
    **dict.fromkeys(
        (
            "sqlite3.Connection",
            "psycopg.Connection",
            "psycopg2.extensions.connection",
            "pymysql.connections.Connection",
            "MySQLdb.connections.Connection",
            "mariadb.Connection",
            "mysql.connector.abstracts.MySQLConnectionAbstract",
            "pyodbc.Connection",
            "oracledb.Connection",
            "snowflake.connector.SnowflakeConnection",
            "duckdb.DuckDBPyConnection",
            "trino.dbapi.Connection",
        ),
        ("connection", False),
    ),
    **dict.fromkeys(
        ("aiosqlite.Connection", "psycopg.AsyncConnection", "asyncpg.Connection", "aiomysql.Connection"),
        ("connection", True),
    ),
    **dict.fromkeys(
        (
            "sqlite3.Cursor",
            "psycopg.Cursor",
            "psycopg2.extensions.cursor",
            "pymysql.cursors.Cursor",
            "MySQLdb.cursors.BaseCursor",
            "mariadb.Cursor",
            "mysql.connector.abstracts.MySQLCursorAbstract",
            "pyodbc.Cursor",
            "oracledb.Cursor",
            "snowflake.connector.cursor.SnowflakeCursor",
            "trino.dbapi.Cursor",
        ),
        ("cursor", False),
    ),
    **dict.fromkeys(("aiosqlite.Cursor", "psycopg.AsyncCursor", "aiomysql.Cursor"), ("cursor", True)),
    **dict.fromkeys(
        (
            "psycopg_pool.ConnectionPool",
            "psycopg2.pool.SimpleConnectionPool",
            "psycopg2.pool.ThreadedConnectionPool",
            "mysql.connector.pooling.MySQLConnectionPool",
        ),
        ("pool", False),
    ),
    **dict.fromkeys(("psycopg_pool.AsyncConnectionPool", "asyncpg.Pool", "aiomysql.Pool"), ("pool", True)),
    **dict.fromkeys(("pymongo.MongoClient", "peewee.Database"), ("client", False)),
    **dict.fromkeys(
        ("pymongo.AsyncMongoClient", "motor.motor_asyncio.AsyncIOMotorClient", "databases.Database"),
        ("client", True),
    ),
}
"""A class -> what its instances are, and whether they are async."""

AWAITABLE = frozenset(name for name, (kind, is_async) in RESOURCES.items() if is_async and kind != "session")
"""What may be awaited to start it, and gives itself: `await engine.connect()`, `await session.begin()`."""


def _roles(**names: str) -> dict[str, Role]:
    return {name: role for role, text in names.items() for name in text.split()}  # type: ignore[misc]


_OF_SESSION = _roles(
    begin="begin begin_nested begin_twophase",
    commit="commit",
    rollback="rollback",
    flush="flush",
    close="close close_all aclose remove reset invalidate",
    detach="expunge expunge_all",
    write="add add_all merge bulk_save_objects bulk_insert_mappings bulk_update_mappings",
    delete="delete",
    execute="execute exec scalar scalars stream stream_scalars run_sync",
    read="query get get_one connection",
    refresh="refresh",
)
_OF_CONNECTION = _roles(
    begin="begin begin_nested transaction start_transaction",
    commit="commit",
    rollback="rollback",
    close="close invalidate detach aclose",
    execute="execute executemany executescript exec_driver_sql scalar scalars stream stream_scalars run_sync",
    read="cursor fetch fetchrow fetchval fetchone fetchall fetchmany",
)
ROLES: dict[Kind, dict[str, Role]] = {
    "session": _OF_SESSION,
    "registry": _OF_SESSION,
    "connection": _OF_CONNECTION,
    "cursor": _roles(
        close="close",
        execute="execute executemany executescript callproc",
        read="fetchone fetchall fetchmany fetchval",
    ),
    "transaction": _roles(begin="start", commit="commit", rollback="rollback", close="close"),
}
"""What the methods of a resource do, by its kind; those that are not listed do nothing that the checks ask about."""

QUERY_WRITES = frozenset({"update", "delete"})
"""What a legacy `Query` writes with: `session.query(User).filter(…).delete()`."""

WRITING_STATEMENTS = frozenset(
    f"{module}.{name}"
    for module in (
        "sqlalchemy", "sqlalchemy.sql", "sqlalchemy.sql.expression", "sqlmodel",
        "sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.mysql", "sqlalchemy.dialects.sqlite",
    )
    for name in ("insert", "update", "delete")
)  # fmt: skip
"""Functions that make a statement which writes."""

READING_STATEMENTS = frozenset(
    f"{module}.{name}"
    for module in ("sqlalchemy", "sqlalchemy.sql", "sqlalchemy.sql.expression", "sqlalchemy.future", "sqlmodel")
    for name in ("select", "exists", "union", "union_all")
)
"""Functions that make a statement which reads."""

SQL_TEXTS = frozenset({"sqlalchemy.text", "sqlalchemy.sql.text", "sqlalchemy.sql.expression.text", "sqlmodel.text"})
"""Functions that take SQL as text."""

WRITING_WORDS = frozenset({"insert", "update", "delete", "replace", "merge"})
"""How SQL begins that changes rows."""

READING_WORDS = frozenset({"select", "show", "explain", "describe", "pragma", "values"})
"""How SQL begins that changes nothing; `with` may begin either."""

OPENERS: dict[str, Kind] = {
    # What is entered and closed by `with` all the same; the result counts as opened where no `with` holds it.
    "sqlalchemy.Engine.connect": "connection",
    "sqlalchemy.Engine.begin": "connection",
    "sqlalchemy.Engine.raw_connection": "connection",
    f"{_ASYNC}.AsyncEngine.connect": "connection",
    f"{_ASYNC}.AsyncEngine.begin": "connection",
    **dict.fromkeys(
        (
            "sqlite3.connect", "psycopg.connect", "psycopg2.connect", "pymysql.connect", "MySQLdb.connect",
            "mariadb.connect", "mysql.connector.connect", "pyodbc.connect", "oracledb.connect",
            "snowflake.connector.connect", "duckdb.connect", "trino.dbapi.connect", "aiosqlite.connect",
            "psycopg.AsyncConnection.connect", "asyncpg.connect", "aiomysql.connect",
            "psycopg_pool.ConnectionPool.getconn", "psycopg_pool.AsyncConnectionPool.getconn",
            "psycopg2.pool.SimpleConnectionPool.getconn", "psycopg2.pool.ThreadedConnectionPool.getconn",
            "mysql.connector.pooling.MySQLConnectionPool.get_connection",
            "asyncpg.Pool.acquire", "aiomysql.Pool.acquire",
        ),
        "connection",
    ),
    **dict.fromkeys(("sqlalchemy.create_engine", f"{_ASYNC}.create_async_engine"), "engine"),
    **dict.fromkeys(("sqlalchemy.engine_from_config", f"{_ASYNC}.async_engine_from_config"), "engine"),
    **dict.fromkeys(("asyncpg.create_pool", "aiomysql.create_pool"), "pool"),
}  # fmt: skip
"""Functions and methods that make a resource for their caller; classes and factories do so by being called."""
