"""How projects name the places of their layers, and what tells that code belongs to a layer: tables only.

Names were counted in 125 applications; the first of a kind is the most frequent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

Kind = Literal["services", "queries", "tables", "schemas", "database", "settings", "security", "routes"]

_SERVICES = ("services", "service", "usecases", "use_cases", "interactors")
_QUERIES = ("crud", "cruds", "repositories", "repository", "repos", "repo", "dal", "dao", "daos", "data_access")
PLACES: Mapping[Kind, tuple[str, ...]] = {
    "services": (*_SERVICES, *_QUERIES),
    "queries": (*_QUERIES, *_SERVICES),
    "tables": ("models", "model", "entities", "db_models", "tables", "orm"),
    "schemas": ("schemas", "schema", "dto", "dtos", "models", "serializers", "pydantic_models"),
    "database": ("database", "db", "session", "engine", "databases"),
    "settings": ("config", "settings", "configs", "conf", "core"),
    "security": ("security", "auth", "authentication", "oauth2", "hashing", "jwt"),
    "routes": ("routers", "routes", "endpoints", "router", "views", "api"),
}
"""A layer -> the names of folders and modules that hold it."""

NEW: Mapping[Kind, str] = {
    "services": "services",
    "queries": "services",
    "tables": "models",
    "schemas": "schemas",
    "database": "database",
    "settings": "config",
    "security": "security",
    "routes": "routers",
}
"""What it is called where there is none yet."""

_DEFINITION = re.compile(rb"^[ \t]*(?:async[ \t]+def|def|class)[ \t]+\w", re.MULTILINE)
HOLDS: Mapping[Kind, re.Pattern[bytes]] = {
    "services": _DEFINITION,
    "queries": _DEFINITION,
    "tables": re.compile(
        rb"__tablename__|\btable[ \t]*=[ \t]*True|\bMapped\[|\bmapped_column\(|\bmodels\.Model\b|\(Document\b"
    ),
    "schemas": re.compile(rb"^class[ \t]+\w+\([^)\n]*(?:Model|Schema|TypedDict)\b(?![^)\n]*table)", re.MULTILINE),
    "database": re.compile(rb"create_(?:async_)?engine\(|sessionmaker\(|MongoClient|\bcreate_pool\(|\.connect\("),
    "settings": re.compile(rb"BaseSettings|\bgetenv\(|\benviron\b|\bConfig\("),
    "security": re.compile(rb"\b(?:jwt|jose|passlib|pwdlib|bcrypt|argon2|hashlib|CryptContext|OAuth2PasswordBearer)\b"),
    "routes": re.compile(rb"\bAPIRouter\("),
}
"""What the text of a module shows that really holds the layer."""

SHARED = frozenset(
    {"core", "db", "database", "data", "common", "shared", "domain", "infrastructure", "infra", "persistence", "base"}
)
"""Folders whose modules serve those of other folders."""
ROUTE_FOLDERS = re.compile(
    r"(?:(?:api|apis)(?:_?v\d+)?|routers?|routes?|endpoints?|views|handlers|controllers|rest|web|v\d+)"
)
"""Folders of which the other layers do not stand inside but beside them."""
STARTS = frozenset({"main.py", "app.py", "server.py", "__main__.py"})
"""Modules that tell that a folder is a whole application, whatever its name."""

ASIDE = frozenset(
    {
        *("tests", "test", "testing", "examples", "example", "samples", "demos", "docs", "doc", "docs_src"),
        *("tutorial", "tutorials", "scripts", "script", "notebooks", "notebook", "benchmarks", "benchmark"),
        *("cookbook", "migrations", "alembic"),
    }
)
"""Folders whose code is no part of the application, or is there to be read in one piece."""

GENERATED = re.compile(rb"(?i:^#.*(?:\bgenerated (?:by|from|with)\b|@generated|do not edit))", re.MULTILINE)
"""A comment that says that a program wrote the module."""
NOTEBOOK = re.compile(rb"^(?:#[ \t]*%%|#[ \t]*In[ \t]?\[[ \d]*\]|get_ipython\()", re.MULTILINE)
"""What tells a module that was, or is run as, a notebook."""

SECURITY_FUNCTIONS = re.compile(
    r"(?:jwt|jose\.jwt|jose\.jws|jose|authlib\.jose\.jwt|joserfc\.jwt)\.(?:encode|decode|sign|verify)$"
    r"|(?:passlib|pwdlib|argon2)\.(?:\w+\.)*(?:hash|verify|encrypt|verify_and_update)$"
    r"|bcrypt\.(?:hashpw|checkpw)$"
    r"|werkzeug\.security\.(?:generate|check)_password_hash$"
    r"|hashlib\.(?:pbkdf2_hmac|scrypt)$"
)
"""Library functions and methods that make or check tokens and hashes of passwords."""
