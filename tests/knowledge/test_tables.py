"""The tables agree with each other and, as far as it has rows, with the standard library."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import pytest
from verify_tables import DYNAMIC, OTHER_VERSION, MissingError, NotInstalledError, questions

from flake8_fastapi.knowledge import blocking as blocking_module
from flake8_fastapi.knowledge import framework, libraries
from flake8_fastapi.knowledge.blocking import GROUPS, NOT_BLOCKING, PATTERNS, Blocking, blocking, table

TYPED = {
    "RETURNS": libraries.RETURNS,
    "ATTRIBUTES": libraries.ATTRIBUTES,
    "ITEMS": libraries.ITEMS,
    "ANY_ATTRIBUTE": libraries.ANY_ATTRIBUTE,
    "ENTERS": libraries.ENTERS,
}

# Types that are listed to be told apart: nothing that these objects do is in another table.
KNOWN_TO_BE_HARMLESS = frozenset(
    {
        "aiohttp.ClientWebSocketResponse",
        "aiofiles.threadpool.text.AsyncTextIOWrapper",
        "asyncio.Future",
        "asyncio.Task",
        "builtins.str",
        "httpx.Request",
        "starlette.testclient.WebSocketTestSession",
    }
)

# Measured or accepted as too short to matter, or only named like something that blocks.
SILENT = [
    "os.path.exists",
    "os.path.join",
    "os.path.isfile",
    "os.stat",
    "os.listdir",
    "os.scandir",
    "os.makedirs",
    "os.mkdir",
    "os.remove",
    "os.unlink",
    "os.rename",
    "os.replace",
    "os.getcwd",
    "os.chmod",
    "os.access",
    "os.getpid",
    "os.cpu_count",
    "glob.glob",
    "pathlib.Path.exists",
    "pathlib.Path.stat",
    "pathlib.Path.mkdir",
    "pathlib.Path.unlink",
    "pathlib.Path.iterdir",
    "pathlib.Path.glob",
    "pathlib.Path.resolve",
    "pathlib.Path.joinpath",
    "pathlib.Path.with_suffix",
    "pathlib.Path.home",
    "io.TextIOWrapper.read",
    "io.TextIOWrapper.write",
    "io.BytesIO",
    "io.StringIO.write",
    "http.client.HTTPResponse.read",
    "requests.Session",
    "requests.Session.close",
    "requests.Response.json",
    "requests.Response.raise_for_status",
    "httpx.Client",
    "httpx.Client.close",
    "httpx.AsyncClient.get",
    "ssl.create_default_context",
    "sqlalchemy.orm.Session.add",
    "sqlalchemy.orm.Session.close",
    "sqlalchemy.orm.Session.query",
    "sqlalchemy.orm.Session.begin",
    "sqlalchemy.orm.Session.delete",
    "sqlalchemy.orm.Session.expunge",
    "sqlalchemy.orm.Query.filter",
    "sqlalchemy.orm.Query.order_by",
    "sqlalchemy.orm.Query.exists",
    "sqlalchemy.create_engine",
    "sqlalchemy.Engine.dispose",
    "sqlalchemy.ext.asyncio.AsyncSession.execute",
    "redis.Redis",
    "redis.from_url",
    "redis.Redis.pipeline",
    "redis.Redis.lock",
    "redis.Redis.pubsub",
    "redis.Redis.register_script",
    "redis.Redis.close",
    "redis.client.Pipeline.set",
    "redis.asyncio.Redis.get",
    "pymongo.MongoClient",
    "pymongo.collection.Collection.find",
    "pymongo.MongoClient.start_session",
    "peewee.Model.select",
    "peewee.Model.update",
    "boto3.client",
    "boto3.resource",
    "boto3.Session",
    "botocore.client.BaseClient.generate_presigned_url",
    "botocore.client.BaseClient.generate_presigned_post",
    "botocore.client.BaseClient.get_paginator",
    "boto3.resources.base.ServiceResource.Table",
    "boto3.resources.base.ServiceResource.Bucket",
    "stripe.Webhook.construct_event",
    "jwt.encode",
    "jwt.decode",
    "asyncio.Future.result",
    "asyncio.Task.result",
    "queue.Queue.put",
    "queue.Queue.get_nowait",
    "queue.Queue.put_nowait",
    "threading.Thread.start",
    "threading.Event.is_set",
    "threading.Lock.__enter__",
    "concurrent.futures.Executor.submit",
    "celery.Task.delay",
    "time.time",
    "time.monotonic",
    "hashlib.sha256",
    "json.loads",
    "json.load",
    "logging.info",
    "logging.Logger.info",
    "email.utils.make_msgid",
    "importlib.metadata.version",
    "dotenv.load_dotenv",
    "os.environ",
    "subprocess.list2cmdline",
    "shutil.which",
    "shutil.get_terminal_size",
    "fastapi.UploadFile.read",
    "openai.OpenAI",
    "anthropic.Anthropic",
]


def _listed() -> Iterator[str]:
    yield from table()
    yield from (row.name[:-2] for row in PATTERNS)
    yield from NOT_BLOCKING
    yield from libraries.ALIASES.values()
    for klass, bases in libraries.BASES.items():
        yield klass
        yield from bases
    for types in TYPED.values():
        yield from types
        yield from types.values()
    yield from libraries.ITERATES
    yield from libraries.COROUTINES
    yield from libraries.ASYNC_CLIENTS
    yield from libraries.NESTED_LOOPS
    yield from libraries.NO_WAIT


def test_every_listed_name_is_canonical() -> None:
    assert {name: libraries.canonical(name) for name in _listed() if libraries.canonical(name) != name} == {}


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("requests.sessions.Session.get", "requests.Session.get"),
        ("requests.api.get", "requests.get"),
        ("httpx._client.Client", "httpx.Client"),
        ("sqlalchemy.orm.session.Session", "sqlalchemy.orm.Session"),
        ("sqlalchemy.engine.create_engine", "sqlalchemy.create_engine"),
        ("sqlmodel.orm.session.Session.exec", "sqlmodel.Session.exec"),
        ("redis.client.Redis", "redis.Redis"),
        ("redis.StrictRedis.get", "redis.Redis.get"),
        ("pymongo.synchronous.mongo_client.MongoClient", "pymongo.MongoClient"),
        ("posixpath.join", "os.path.join"),
        ("io.open", "builtins.open"),
        ("pathlib.PosixPath.read_text", "pathlib.Path.read_text"),
        ("fastapi.concurrency.run_in_threadpool", "starlette.concurrency.run_in_threadpool"),
        ("starlette.requests.Request.json", "fastapi.Request.json"),
        ("fastapi.responses.StreamingResponse", "starlette.responses.StreamingResponse"),
        ("fastapi.params.Depends", "fastapi.Depends"),
        ("requestsx.api.get", "requestsx.api.get"),
        ("requests.apis.get", "requests.apis.get"),
    ],
)
def test_canonical(spelling: str, name: str) -> None:
    assert libraries.canonical(spelling) == name


def test_a_class_does_not_inherit_from_itself() -> None:
    for name, bases in libraries.BASES.items():
        for base in bases:
            assert name not in libraries.ancestors(base)


def test_ancestors_are_nearest_first() -> None:
    assert libraries.ancestors("sqlmodel.Session") == ("sqlmodel.Session", "sqlalchemy.orm.Session")
    assert libraries.ancestors("peewee.ModelSelect")[:2] == ("peewee.ModelSelect", "peewee.Select")
    assert libraries.ancestors("nothing.Known") == ("nothing.Known",)


def test_every_type_leads_somewhere() -> None:
    """A type is worth a row if something is known of it: a method, an attribute, iteration, a base."""
    owners = {name.rpartition(".")[0] for name in _listed()}
    useful = owners | {framework.STATE} | libraries.BASES.keys() | libraries.ITERATES.keys() | libraries.ITEMS.keys()
    idle = {
        f"{label}: {target}"
        for label, types in TYPED.items()
        for target in types.values()
        if target not in KNOWN_TO_BE_HARMLESS and not useful.intersection(libraries.ancestors(target))
    }
    assert idle == set()


def test_iteration_and_call_are_not_both_listed() -> None:
    assert table().keys() & libraries.ITERATES.keys() == set()
    assert set(libraries.ITERATES.values()) <= GROUPS


def test_what_must_be_awaited_does_not_block() -> None:
    assert [name for name in libraries.COROUTINES if blocking(name)] == []


def test_no_wait_and_not_blocking_refine_rows() -> None:
    assert [name for name in libraries.NO_WAIT if blocking(name) is None] == []
    owners = {row.name[:-2] for row in PATTERNS}
    assert [name for name in NOT_BLOCKING if name.rpartition(".")[0] not in owners or blocking(name)] == []


@pytest.mark.parametrize("name", SILENT)
def test_look_alikes_stay_out(name: str) -> None:
    assert blocking(libraries.canonical(name)) is None


def test_patterns() -> None:
    row = blocking("botocore.client.BaseClient.put_object")
    assert row is not None
    assert row.group == "io"
    assert blocking("botocore.client.BaseClient.meta.region_name") is None
    assert blocking("botocore.client.BaseClient._make_request") is None


def test_replacements_are_one_or_two_names() -> None:
    name = r"(await )?[\w.]+(\(\.\.\.\)|\(\))?"
    assert {row.instead for row in table().values() if not re.fullmatch(rf"{name}( or {name})?", row.instead)} == set()


@pytest.mark.parametrize(
    "text",
    [
        "name\tkind\n",
        "qualified_name\tkind\tgroup\tcategory\tinstead\ntime.sleep\tfunction\tio\tsleep\n",
        "qualified_name\tkind\tgroup\tcategory\tinstead\ntime.sleep\tfunction\tio\tsleep\t\n",
        "qualified_name\tkind\tgroup\tcategory\tinstead\ntime.sleep\tfunction\tdisk\tsleep\tx\n",
        "qualified_name\tkind\tgroup\tcategory\tinstead\n" + "time.sleep\tfunction\tio\tsleep\tx\n" * 2,
    ],
)
def test_a_malformed_table_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="blocking_calls"):
        blocking_module._parse(text)


def test_rows_are_sound() -> None:
    assert table()["time.sleep"] == Blocking("time.sleep", "function", "io", "sleep", "asyncio.sleep")
    assert {row.group for row in table().values()} == GROUPS


def test_standard_library_rows_are_right() -> None:
    wrong = []
    for label, name, check in questions():
        full = name.split(" ")[0]
        if full.partition(".")[0] not in sys.stdlib_module_names:
            continue
        try:
            fault = check()
        except NotInstalledError as error:
            fault = None if label == "instead" else str(error)
        except MissingError as error:
            fault = str(error) if sys.platform == "linux" else None
        if fault and full not in OTHER_VERSION and not name.startswith(DYNAMIC):
            wrong.append(f"{label}: {name}: {fault}")
    assert wrong == []
