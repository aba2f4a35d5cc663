"""Compare every row of the knowledge tables with the packages that are installed. Run by hand:

    python tests/knowledge/verify_tables.py [-v]

Prints rows that are wrong and packages that are not installed; the exit status is 1 if a row is wrong.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys
import typing
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from flake8_fastapi.knowledge import libraries
from flake8_fastapi.knowledge.blocking import NOT_BLOCKING, PATTERNS, table

# Right, and yet not to be found in the installed version: older or newer releases have it.
OTHER_VERSION = frozenset(
    {
        "asyncio.Runner",
        "asyncio.Runner.run",
        "asyncio.StreamWriter.start_tls",
        "asyncio.TaskGroup.create_task",
        "asyncio.runners.Runner",
        "hashlib.file_digest",
        "threading.Barrier.wait",
        "duckdb.DuckDBPyRelation.fetchone",
        "duckdb.DuckDBPyRelation.fetchmany",
        "mysql.connector.CMySQLConnection",
        "notion_client.Client.search",
        "pathlib.Path.walk",
        "pathlib.Path.copy",
        "pathlib.Path.copy_into",
        "pathlib.Path.move",
        "pathlib.Path.move_into",
        "pathlib._local",
        "playhouse.sqlite_ext.SqliteExtDatabase",
        "qdrant_client.QdrantClient.add",
        "qdrant_client.QdrantClient.query",
        "qdrant_client.QdrantClient.search",
        "openai.Audio.transcribe",
        "openai.ChatCompletion.create",
        "openai.Completion.create",
        "openai.Embedding.create",
        "openai.Image.create",
        "openai.Moderation.create",
    }
)
# Made at run time: in instances, by a metaclass, from service descriptions, or only in subclasses.
DYNAMIC = (
    "boto3.resources.base.ServiceResource.",
    "boto3.resources.collection.ResourceCollection.delete",
    "botocore.client.BaseClient.",
    "celery.Celery.AsyncResult",
    "django.db.models.Model.objects",
    "mongoengine.Document.objects",
    "multiprocessing.synchronize.SemLock.acquire",
    "consul.Consul.kv",
    "fastapi_sqlalchemy.db.session",
    "hvac.Client.secrets",
    "hvac.api.SecretsEngines.kv",
    "hvac.api.secrets_engines.Kv.v2",
    "mysql.connector.abstracts.MySQLCursorAbstract",
    "postmarker.core.PostmarkClient.emails",
    "sklearn.base.BaseEstimator.",
    "sqlalchemy.orm.DeclarativeBase.metadata",
    "threading.Condition.acquire",
)
# Classes with the same methods that do not inherit from the other.
BEHAVES_LIKE = frozenset(
    {
        "anthropic.AnthropicBedrock",
        "anthropic.AnthropicVertex",
        "authlib.integrations.httpx_client.AsyncOAuth2Client",
        "authlib.integrations.httpx_client.OAuth2Client",
        "diskcache.FanoutCache",
        "google.cloud.firestore.CollectionReference",
        "mysql.connector.pooling.PooledMySQLConnection",
        "peewee.DatabaseProxy",
        "playhouse.pool.PooledDatabase",
        "pymemcache.client.base.PooledClient",
        "pymemcache.client.hash.HashClient",
        "pymemcache.client.retrying.RetryingClient",
        "redis.asyncio.cluster.RedisCluster",
        "redis.cluster.RedisCluster",
        "sqlalchemy.ext.asyncio.async_scoped_session",
        "sqlalchemy.orm.scoped_session",
        "tinydb.TinyDB",
    }
)
# Another object with the same effect.
SAME_EFFECT = frozenset({"_thread.allocate_lock", "sqlalchemy.ext.declarative.declarative_base"})
# Not coroutine functions, but their call does nothing either until it is awaited.
AWAITABLE = frozenset({"fastapi.Request.form"})


class NotInstalledError(Exception):
    """The package of a name cannot be imported here."""


class MissingError(Exception):
    """The package is there, the name is not."""


def _resolve_as_written(name: str) -> Any:
    first, *rest = name.split(".")
    path = first
    try:
        value: Any = importlib.import_module(first)
        for part in rest:
            parent, path = path, f"{path}.{part}"
            if hasattr(value, part) and not inspect.ismodule(getattr(value, part)):
                value = getattr(value, part)
                continue
            try:
                value = importlib.import_module(path)
            except ModuleNotFoundError:
                if inspect.ismodule(value) and getattr(value, "__file__", None) is None:
                    raise NotInstalledError(name) from None  # a namespace package that others fill
                if not hasattr(value, part):
                    raise MissingError(f"{parent} has no {part}") from None
                value = getattr(value, part)
    except (NotInstalledError, MissingError):
        raise
    except Exception as error:  # a package that fails on import is as good as absent
        raise NotInstalledError(f"{name}: {error!r}") from error
    return value


def _spellings(name: str) -> Iterator[str]:
    yield name
    for alias, target in libraries.ALIASES.items():
        if name == target or name.startswith(target + "."):
            other = alias + name[len(target) :]
            if libraries.canonical(other) == name:
                yield other


def _attempt(name: str) -> tuple[Any, Exception | None]:
    try:
        return _resolve_as_written(name), None
    except (NotInstalledError, MissingError) as error:
        return None, error


def resolve(name: str) -> Any:
    """The object of a canonical name, by any of its spellings."""
    failures: list[Exception] = []
    for spelling in _spellings(name):
        value, failure = _attempt(spelling)
        if failure is None:
            return value
        failures.append(failure)
    raise next((failure for failure in failures if isinstance(failure, MissingError)), failures[0])


def member(name: str) -> Any:
    """Like `resolve`, for a method of a class that may be a factory function (`threading.Lock`)."""
    owner, _, attribute = name.rpartition(".")
    try:
        return resolve(name)
    except MissingError:
        for base in libraries.ancestors(owner)[1:]:
            value, failure = _attempt(f"{base}.{attribute}")
            if failure is None:
                return value
        factory = resolve(owner)
        if inspect.isclass(factory) or inspect.ismodule(factory) or not callable(factory):
            raise
    try:
        return getattr(factory(), attribute)
    except Exception:
        raise MissingError(f"{owner} is a function and its result has no {attribute}") from None


def check_blocking(name: str, kind: str) -> str | None:
    value = member(name)
    if not callable(value):
        return f"is not callable: {value!r}"
    if inspect.iscoroutinefunction(value) or inspect.isasyncgenfunction(value):
        return "is a coroutine function"
    if inspect.isclass(value) and kind != "constructor":
        return f"is a class, not a {kind}"
    if kind == "constructor" and not inspect.isclass(value):
        return "is not a class"
    owner = name.rpartition(".")[0]
    if inspect.ismodule(resolve(owner)) and kind == "method":
        return "is a function of a module"
    if inspect.isclass(resolve(owner)) and kind == "function":
        return "is a method"
    return None


def check_instead(name: str, instead: str) -> str | None:
    """The replacement exists: an async method of the same class, or a name of an installed package."""
    for phrase in instead.removeprefix("await ").split(" or "):
        target = phrase.partition("(")[0]
        first, dot, _ = target.partition(".")
        if first in {"run_in_threadpool", "loop", "conn", "client", "upload"}:
            continue
        if not dot:
            owner = name.rpartition(".")[0]
            if not hasattr(resolve(owner), target):
                return f"{owner} has no {target}"
        else:
            resolve(target)
    return None


def check_type(name: str) -> str | None:
    value = resolve(name)
    if not inspect.isclass(value) and not callable(value):
        return f"is not a type: {value!r}"
    return None


def check_callable(name: str) -> str | None:
    return None if callable(member(name)) else "is not callable"


def check_alias(alias: str, target: str) -> str | None:
    here = _resolve_as_written(alias)
    here = typing.get_origin(here) or here  # `typing.List` stands for `list`
    there = resolve(libraries.canonical(target))
    if inspect.ismodule(here) or here == there or alias in SAME_EFFECT:
        return None
    if inspect.isclass(here) and inspect.isfunction(there) and here.__name__ == there.__name__:
        return None  # FastAPI: the function returns an instance of the class of the same name
    if inspect.isclass(here) and inspect.isclass(there) and (issubclass(here, there) or issubclass(there, here)):
        return None
    return f"is {here!r}, which is not {there!r}"


def check_base(name: str, base: str) -> str | None:
    klass, parent = resolve(name), resolve(base)
    if name in BEHAVES_LIKE or not inspect.isclass(klass) or not inspect.isclass(parent):
        return None
    return None if issubclass(klass, parent) else f"is no subclass of {base}"


def check_attribute(name: str) -> str | None:
    owner, _, attribute = name.rpartition(".")
    klass = resolve(owner)
    if hasattr(klass, attribute) or attribute in _annotations(klass):
        return None
    try:
        source = "".join(inspect.getsource(base) for base in klass.__mro__ if base is not object)
    except (OSError, TypeError):
        return None
    return None if f"self.{attribute}" in source or f'"{attribute}"' in source else f"{owner} has no {attribute}"


def _annotations(klass: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for base in getattr(klass, "__mro__", ()):
        found.update(getattr(base, "__annotations__", {}))
    return found


def check_iterates(name: str) -> str | None:
    value = member(name)
    if inspect.isclass(value):
        ok = hasattr(value, "__iter__") or hasattr(value, "__next__") or hasattr(value, "__getitem__")
        return None if ok else "cannot be iterated"
    if inspect.isasyncgenfunction(value) or inspect.iscoroutinefunction(value):
        return "is asynchronous"
    return None if callable(value) else "is not callable"


def check_coroutine(name: str) -> str | None:
    value = member(name)
    if name in AWAITABLE or name.startswith("redis.asyncio."):
        return None if callable(value) else "is not callable"
    value = inspect.unwrap(value)
    return None if inspect.iscoroutinefunction(value) else "is not a coroutine function"


def check_no_wait(name: str, position: int, keyword: str) -> str | None:
    try:
        signature = inspect.signature(member(name))
    except (TypeError, ValueError):
        return None
    names = [parameter for parameter in signature.parameters if parameter != "self"]
    if any(parameter.kind is not parameter.POSITIONAL_OR_KEYWORD for parameter in signature.parameters.values()):
        return None
    if len(names) <= position or names[position] != keyword:
        return f"parameter {position} is not {keyword}: {signature}"
    return None


def questions() -> Iterator[tuple[str, str, Callable[[], str | None]]]:
    """Every row of every table: (table, row, check)."""
    for row in table().values():
        yield "blocking", row.name, lambda row=row: check_blocking(row.name, row.kind)  # type: ignore[misc]
        yield "instead", row.name, lambda row=row: check_instead(row.name, row.instead)  # type: ignore[misc]
    for row in PATTERNS:
        yield "PATTERNS", row.name, lambda row=row: check_type(row.name[:-2])  # type: ignore[misc]
    for name in NOT_BLOCKING:
        if name.rpartition(".")[2].islower() and "batch_writer" not in name:
            yield "NOT_BLOCKING", name, lambda name=name: check_callable(name)  # type: ignore[misc]
    for alias, target in libraries.ALIASES.items():
        yield "ALIASES", alias, lambda a=alias, t=target: check_alias(a, t)  # type: ignore[misc]
    for name, bases in libraries.BASES.items():
        for base in bases:
            yield "BASES", name, lambda n=name, b=base: check_base(n, b)  # type: ignore[misc]
    for label, types in {
        "RETURNS": libraries.RETURNS,
        "ATTRIBUTES": libraries.ATTRIBUTES,
        "ITEMS": libraries.ITEMS,
        "ANY_ATTRIBUTE": libraries.ANY_ATTRIBUTE,
        "ENTERS": libraries.ENTERS,
    }.items():
        for name, target in types.items():
            yield label, f"{name} -> {target}", lambda t=target: check_type(t)  # type: ignore[misc]
            check = check_attribute if label == "ATTRIBUTES" else check_callable
            yield label, name, lambda n=name, c=check: c(n)  # type: ignore[misc]
    for name in libraries.ITERATES:
        yield "ITERATES", name, lambda n=name: check_iterates(n)  # type: ignore[misc]
    for name in libraries.COROUTINES:
        yield "COROUTINES", name, lambda n=name: check_coroutine(n)  # type: ignore[misc]
    for name in (*libraries.ASYNC_CLIENTS, *libraries.NESTED_LOOPS):
        yield "ASYNC_CLIENTS/NESTED_LOOPS", name, lambda n=name: check_callable(n)  # type: ignore[misc]
    for name, (position, keyword, _) in libraries.NO_WAIT.items():
        yield "NO_WAIT", name, lambda n=name, p=position, k=keyword: check_no_wait(n, p, k)  # type: ignore[misc]


def main() -> int:
    warnings.simplefilter("ignore")
    for variable in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        os.environ.setdefault(variable, "unused")
    wrong: list[str] = []
    right: Counter[str] = Counter()
    absent: Counter[str] = Counter()
    other = 0
    for label, name, check in questions():
        try:
            fault = check()
        except NotInstalledError:
            absent[name.split(" ")[0].split(".")[0]] += 1
            if "-v" in sys.argv:
                print(f"not installed: {label}: {name}")
            continue
        except Exception as error:
            fault = str(error) or repr(error)
        if fault is None:
            right[label] += 1
        elif name.split(" ")[0] in OTHER_VERSION or name.startswith(DYNAMIC):
            other += 1
        else:
            wrong.append(f"{label}: {name}: {fault}")
    print("\n".join(sorted(wrong)))
    print(f"\nright: {sum(right.values())} {dict(right)}")
    print(f"of other versions or made at run time: {other}; wrong: {len(wrong)}")
    print(f"not installed: {sum(absent.values())} rows of {len(absent)} packages:", *sorted(absent))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
