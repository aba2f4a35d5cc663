"""SQL databases: SQLAlchemy, SQLModel, drivers and other ORMs."""

from __future__ import annotations

from .family import Family, each, members, moved, to

_SESSION = "sqlalchemy.orm.Session"
_QUERY = "sqlalchemy.orm.Query"
_ASYNC = "sqlalchemy.ext.asyncio"
_MYSQL = "mysql.connector.abstracts"

ALIASES = {
    "dataset.table.Table": "dataset.Table",
    "dataset.database.Database": "dataset.Database",
    "fastapi_sqlalchemy.middleware.db": "fastapi_sqlalchemy.db",
    "fastapi_async_sqlalchemy.middleware.db": "fastapi_async_sqlalchemy.db",
    **to(
        "sqlalchemy.Engine",
        "sqlalchemy.engine.Engine",
        "sqlalchemy.engine.base.Engine",
        "sqlalchemy.future.Engine",
    ),
    **to(
        "sqlalchemy.Connection",
        "sqlalchemy.engine.Connection",
        "sqlalchemy.engine.base.Connection",
        "sqlalchemy.future.Connection",
    ),
    **to("sqlalchemy.Transaction", "sqlalchemy.engine.Transaction", "sqlalchemy.engine.base.Transaction"),
    **to("sqlalchemy.Inspector", "sqlalchemy.engine.Inspector", "sqlalchemy.engine.reflection.Inspector"),
    **to(
        "sqlalchemy.create_engine",
        "sqlalchemy.engine.create_engine",
        "sqlalchemy.engine.create.create_engine",
        "sqlalchemy.future.create_engine",
        "sqlmodel.create_engine",
    ),
    "sqlalchemy.engine.engine_from_config": "sqlalchemy.engine_from_config",
    **moved("sqlalchemy.schema", "sqlalchemy", "MetaData Table"),
    **moved("sqlalchemy.sql.schema", "sqlalchemy", "MetaData Table"),
    **moved("sqlmodel", "sqlalchemy", "MetaData Table"),
    **moved("sqlalchemy.orm.session", "sqlalchemy.orm", "Session sessionmaker SessionTransaction"),
    "sqlalchemy.orm.query.Query": _QUERY,
    "sqlalchemy.orm.scoping.scoped_session": "sqlalchemy.orm.scoped_session",
    "sqlalchemy.orm.decl_api.DeclarativeBase": "sqlalchemy.orm.DeclarativeBase",
    **to(
        "sqlalchemy.orm.declarative_base",
        "sqlalchemy.ext.declarative.declarative_base",
        "sqlalchemy.orm.decl_api.declarative_base",
    ),
    "sqlalchemy.orm.decl_api.registry": "sqlalchemy.orm.registry",
    "sqlalchemy.orm.decl_api.as_declarative": "sqlalchemy.orm.as_declarative",
    "sqlalchemy.ext.declarative.as_declarative": "sqlalchemy.orm.as_declarative",
    "sqlalchemy.ext.declarative.declared_attr": "sqlalchemy.orm.declared_attr",
    "tortoise.Model": "tortoise.models.Model",
    **moved(f"{_ASYNC}.session", _ASYNC, "AsyncSession async_sessionmaker AsyncSessionTransaction"),
    **moved(f"{_ASYNC}.engine", _ASYNC, "AsyncEngine AsyncConnection AsyncTransaction create_async_engine"),
    f"{_ASYNC}.scoping.async_scoped_session": f"{_ASYNC}.async_scoped_session",
    "sqlmodel.orm.session.Session": "sqlmodel.Session",
    "sqlmodel.main.SQLModel": "sqlmodel.SQLModel",
    "psycopg.connection.Connection": "psycopg.Connection",
    "psycopg.cursor.Cursor": "psycopg.Cursor",
    "psycopg.Connection.connect": "psycopg.connect",
    "psycopg2._psycopg.connection": "psycopg2.extensions.connection",
    "psycopg2._psycopg.cursor": "psycopg2.extensions.cursor",
    "psycopg_pool.pool.ConnectionPool": "psycopg_pool.ConnectionPool",
    "pymysql.Connection": "pymysql.connections.Connection",
    "pymysql.Connect": "pymysql.connect",
    "mysql.connector.Connect": "mysql.connector.connect",
    "mysql.connector.pooling.connect": "mysql.connector.connect",
    "asyncpg.connection.Connection": "asyncpg.Connection",
    "asyncpg.pool.Pool": "asyncpg.Pool",
    "asyncpg.pool.create_pool": "asyncpg.create_pool",
    "asyncpg.connection.connect": "asyncpg.connect",
    "django.db.models.QuerySet": "django.db.models.query.QuerySet",
    "django.db.models.base.Model": "django.db.models.Model",
}

BASES = {
    "sqlmodel.Session": (_SESSION,),
    # Not a subclass: it passes everything on to the session of its scope.
    "sqlalchemy.orm.scoped_session": (_SESSION,),
    "sqlmodel.ext.asyncio.session.AsyncSession": (f"{_ASYNC}.AsyncSession",),
    f"{_ASYNC}.async_scoped_session": (f"{_ASYNC}.AsyncSession",),
    "sqlalchemy.orm.AppenderQuery": (_QUERY,),
    **dict.fromkeys(
        ("psycopg.ClientCursor", "psycopg.ServerCursor", "psycopg.RawCursor"),
        ("psycopg.Cursor",),
    ),
    "psycopg_pool.NullConnectionPool": ("psycopg_pool.ConnectionPool",),
    **dict.fromkeys(
        (
            "psycopg2.extras.RealDictCursor",
            "psycopg2.extras.DictCursor",
            "psycopg2.extras.NamedTupleCursor",
            "psycopg2.extras.LoggingCursor",
        ),
        ("psycopg2.extensions.cursor",),
    ),
    **dict.fromkeys(
        ("pymysql.cursors.DictCursor", "pymysql.cursors.SSCursor", "pymysql.cursors.SSDictCursor"),
        ("pymysql.cursors.Cursor",),
    ),
    **dict.fromkeys(
        (
            "mysql.connector.connection.MySQLConnection",
            "mysql.connector.MySQLConnection",
            "mysql.connector.CMySQLConnection",
            "mysql.connector.pooling.PooledMySQLConnection",
        ),
        ("mysql.connector.abstracts.MySQLConnectionAbstract",),
    ),
    **dict.fromkeys(
        ("mysql.connector.cursor.MySQLCursor", "mysql.connector.cursor.MySQLCursorDict"),
        ("mysql.connector.abstracts.MySQLCursorAbstract",),
    ),
    **dict.fromkeys(
        (
            "peewee.SqliteDatabase",
            "peewee.PostgresqlDatabase",
            "peewee.MySQLDatabase",
            "peewee.DatabaseProxy",
        ),
        ("peewee.Database",),
    ),
    **dict.fromkeys(
        (
            "playhouse.pool.PooledDatabase",
            "playhouse.pool.PooledMySQLDatabase",
            "playhouse.pool.PooledPostgresqlDatabase",
            "playhouse.pool.PooledSqliteDatabase",
            "playhouse.postgres_ext.PostgresqlExtDatabase",
            "playhouse.sqlite_ext.SqliteExtDatabase",
        ),
        ("peewee.Database",),
    ),
    "flask_sqlalchemy.model.Model": ("sqlalchemy.orm.DeclarativeBase",),
    # A class without a capital letter.
    "sqlalchemy.orm.registry": (),
    "peewee.SelectBase": ("peewee.BaseQuery",),
    "peewee.Select": ("peewee.SelectBase",),
    "peewee.ModelSelect": ("peewee.Select",),
    **dict.fromkeys(
        ("peewee.ModelInsert", "peewee.ModelUpdate", "peewee.ModelDelete", "peewee.ModelRaw"),
        ("peewee.BaseQuery",),
    ),
    **dict.fromkeys(
        ("clickhouse_connect.driver.HttpClient", "clickhouse_connect.driver.httpclient.HttpClient"),
        ("clickhouse_connect.driver.client.Client",),
    ),
}

RETURNS = {
    "sqlalchemy.create_engine": "sqlalchemy.Engine",
    "sqlalchemy.engine_from_config": "sqlalchemy.Engine",
    **each("sqlalchemy.Engine", "connect begin", "sqlalchemy.Connection"),
    "sqlalchemy.Engine.execution_options": "sqlalchemy.Engine",
    "sqlalchemy.Connection.execution_options": "sqlalchemy.Connection",
    **each("sqlalchemy.Connection", "begin begin_nested begin_twophase", "sqlalchemy.Transaction"),
    "sqlalchemy.orm.sessionmaker.__call__": _SESSION,
    "sqlalchemy.orm.scoped_session.__call__": _SESSION,
    **to(
        "sqlalchemy.orm.DeclarativeBase",
        "sqlalchemy.orm.declarative_base",
        "sqlalchemy.ext.automap.automap_base",
        "sqlalchemy.orm.registry.generate_base",
    ),
    **each(_SESSION, "begin begin_nested get_transaction", "sqlalchemy.orm.SessionTransaction"),
    f"{_SESSION}.connection": "sqlalchemy.Connection",
    f"{_SESSION}.query": _QUERY,
    f"{_SESSION}.get_bind": "sqlalchemy.Engine",
    **each(
        _QUERY,
        "add_column add_columns add_entity autoflush correlate distinct enable_assertions"
        " enable_eagerloads except_ except_all execution_options filter filter_by from_statement group_by"
        " having intersect intersect_all join limit offset options order_by outerjoin params"
        " populate_existing prefix_with reset_joinpoint select_from slice suffix_with tuples union"
        " union_all where with_entities with_for_update with_hint with_labels with_parent with_session"
        " with_statement_hint with_transformation yield_per",
        _QUERY,
    ),
    f"{_ASYNC}.create_async_engine": f"{_ASYNC}.AsyncEngine",
    f"{_ASYNC}.async_engine_from_config": f"{_ASYNC}.AsyncEngine",
    f"{_ASYNC}.async_sessionmaker.__call__": f"{_ASYNC}.AsyncSession",
    f"{_ASYNC}.async_scoped_session.__call__": f"{_ASYNC}.AsyncSession",
    **each(f"{_ASYNC}.AsyncEngine", "connect begin", f"{_ASYNC}.AsyncConnection"),
    f"{_ASYNC}.AsyncSession.connection": f"{_ASYNC}.AsyncConnection",
    **each(f"{_ASYNC}.AsyncSession", "begin begin_nested", f"{_ASYNC}.AsyncSessionTransaction"),
    "psycopg.connect": "psycopg.Connection",
    **each("psycopg.Connection", "cursor execute", "psycopg.Cursor"),
    "psycopg.Cursor.execute": "psycopg.Cursor",
    "psycopg_pool.ConnectionPool.getconn": "psycopg.Connection",
    "psycopg2.connect": "psycopg2.extensions.connection",
    "psycopg2.extensions.connection.cursor": "psycopg2.extensions.cursor",
    "psycopg2.pool.SimpleConnectionPool.getconn": "psycopg2.extensions.connection",
    "psycopg2.pool.ThreadedConnectionPool.getconn": "psycopg2.extensions.connection",
    "pymysql.connect": "pymysql.connections.Connection",
    "pymysql.connections.Connection.cursor": "pymysql.cursors.Cursor",
    "MySQLdb.connect": "MySQLdb.connections.Connection",
    "MySQLdb.connections.Connection.cursor": "MySQLdb.cursors.BaseCursor",
    "mariadb.connect": "mariadb.Connection",
    "mariadb.Connection.cursor": "mariadb.Cursor",
    "mysql.connector.connect": f"{_MYSQL}.MySQLConnectionAbstract",
    "mysql.connector.pooling.MySQLConnectionPool.get_connection": f"{_MYSQL}.MySQLConnectionAbstract",
    f"{_MYSQL}.MySQLConnectionAbstract.cursor": f"{_MYSQL}.MySQLCursorAbstract",
    "pyodbc.connect": "pyodbc.Connection",
    "pyodbc.Connection.cursor": "pyodbc.Cursor",
    "pyodbc.Connection.execute": "pyodbc.Cursor",
    "pyodbc.Cursor.execute": "pyodbc.Cursor",
    "oracledb.connect": "oracledb.Connection",
    "oracledb.Connection.cursor": "oracledb.Cursor",
    "snowflake.connector.connect": "snowflake.connector.SnowflakeConnection",
    "snowflake.connector.SnowflakeConnection.cursor": "snowflake.connector.cursor.SnowflakeCursor",
    "duckdb.connect": "duckdb.DuckDBPyConnection",
    "duckdb.DuckDBPyConnection.cursor": "duckdb.DuckDBPyConnection",
    "duckdb.DuckDBPyConnection.execute": "duckdb.DuckDBPyConnection",
    **to("duckdb.DuckDBPyRelation", "duckdb.sql", "duckdb.query", "duckdb.DuckDBPyConnection.sql"),
    "trino.dbapi.connect": "trino.dbapi.Connection",
    "trino.dbapi.Connection.cursor": "trino.dbapi.Cursor",
    "clickhouse_connect.get_client": "clickhouse_connect.driver.client.Client",
    "dataset.connect": "dataset.Database",
    **each("dataset.Database", "get_table create_table load_table", "dataset.Table"),
    **each("peewee.Model", "select", "peewee.ModelSelect"),
    **each("peewee.Model", "insert insert_many insert_from replace replace_many", "peewee.ModelInsert"),
    "peewee.Model.update": "peewee.ModelUpdate",
    "peewee.Model.delete": "peewee.ModelDelete",
    "peewee.Model.raw": "peewee.ModelRaw",
    **each(
        "peewee.ModelSelect",
        "alias columns dicts distinct from_ group_by having join limit namedtuples objects offset"
        " order_by paginate select select_from switch tuples union where with_cte",
        "peewee.ModelSelect",
    ),
    **each("peewee.ModelUpdate", "where returning from_", "peewee.ModelUpdate"),
    **each("peewee.ModelDelete", "where returning", "peewee.ModelDelete"),
    **each("peewee.ModelInsert", "on_conflict on_conflict_ignore returning", "peewee.ModelInsert"),
    **each(
        "django.db.models.query.QuerySet",
        "all filter exclude order_by distinct select_related prefetch_related annotate values values_list"
        " only defer using reverse select_for_update none union",
        "django.db.models.query.QuerySet",
    ),
    "asyncpg.connect": "asyncpg.Connection",
    "asyncpg.create_pool": "asyncpg.Pool",
    "asyncpg.Pool.acquire": "asyncpg.Connection",
    "aiosqlite.connect": "aiosqlite.Connection",
}

ATTRIBUTES = {
    "fastapi_sqlalchemy.db.session": _SESSION,
    "fastapi_async_sqlalchemy.db.session": f"{_ASYNC}.AsyncSession",
    "flask_sqlalchemy.SQLAlchemy.session": "sqlalchemy.orm.scoped_session",
    f"{_SESSION}.bind": "sqlalchemy.Engine",
    "sqlalchemy.orm.DeclarativeBase.metadata": "sqlalchemy.MetaData",
    "sqlmodel.SQLModel.metadata": "sqlalchemy.MetaData",
    "flask_sqlalchemy.SQLAlchemy.Model": "flask_sqlalchemy.model.Model",
    f"{_QUERY}.session": _SESSION,
    f"{_ASYNC}.AsyncSession.sync_session": _SESSION,
    f"{_ASYNC}.AsyncEngine.sync_engine": "sqlalchemy.Engine",
    f"{_ASYNC}.AsyncConnection.sync_connection": "sqlalchemy.Connection",
    "psycopg.Cursor.connection": "psycopg.Connection",
    "psycopg2.extensions.cursor.connection": "psycopg2.extensions.connection",
    "django.db.models.Model.objects": "django.db.models.query.QuerySet",
}

ITEMS = {
    "dataset.Database": "dataset.Table",
}


ENTERS = {
    "sqlalchemy.orm.sessionmaker.begin": _SESSION,
    f"{_ASYNC}.async_sessionmaker.begin": f"{_ASYNC}.AsyncSession",
    "psycopg_pool.ConnectionPool.connection": "psycopg.Connection",
    "asyncpg.Pool.acquire": "asyncpg.Connection",
}

ITERATES = {
    _QUERY: "session",
    "psycopg.Cursor": "io",
    "psycopg.Cursor.stream": "io",
    "psycopg.Connection.notifies": "io",
    "psycopg2.extensions.cursor": "io",
    "pymysql.cursors.Cursor": "io",
    "mysql.connector.abstracts.MySQLCursorAbstract": "io",
    "pyodbc.Cursor": "io",
    "oracledb.Cursor": "io",
    "snowflake.connector.cursor.SnowflakeCursor": "io",
    "trino.dbapi.Cursor": "io",
    "peewee.BaseQuery": "session",
    "peewee.ModelSelect.iterator": "session",
    "django.db.models.query.QuerySet": "session",
    "django.db.models.query.QuerySet.iterator": "session",
    "dataset.Table.find": "session",
    "dataset.Table.all": "session",
}

_SESSION_COROUTINES = (
    "close commit connection delete execute flush get get_one invalidate merge refresh reset rollback"
    " run_sync scalar scalars stream stream_scalars"
)

COROUTINES = (
    members(f"{_ASYNC}.AsyncSession", _SESSION_COROUTINES)
    | members("sqlmodel.ext.asyncio.session.AsyncSession", "exec")
    | members(f"{_ASYNC}.async_scoped_session", "remove")
    | members(
        f"{_ASYNC}.AsyncConnection",
        "close commit exec_driver_sql execute execution_options get_raw_connection invalidate rollback"
        " run_sync scalar scalars",
    )
    | members(f"{_ASYNC}.AsyncEngine", "dispose raw_connection")
    | members(f"{_ASYNC}.AsyncSessionTransaction", "commit rollback")
    | members(f"{_ASYNC}.AsyncTransaction", "commit rollback close")
    | members("asyncpg", "connect")
    | members(
        "asyncpg.Connection",
        "execute executemany fetch fetchrow fetchval prepare close copy_records_to_table add_listener reset",
    )
    | members("asyncpg.Pool", "execute executemany fetch fetchrow fetchval close release")
    | members("aiosqlite.Connection", "commit rollback close")
    | members("databases.Database", "connect disconnect execute execute_many fetch_all fetch_one fetch_val")
    | members("tortoise.Tortoise", "init generate_schemas close_connections")
    | members("tortoise.models.Model", "save delete refresh_from_db fetch_related")
)

FAMILY = Family(
    aliases=ALIASES,
    bases=BASES,
    returns=RETURNS,
    attributes=ATTRIBUTES,
    items=ITEMS,
    enters=ENTERS,
    iterates=ITERATES,
    coroutines=COROUTINES,
)
