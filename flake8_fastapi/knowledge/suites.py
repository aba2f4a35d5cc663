"""What tests are written with: pytest's fixtures, clients that send requests, and hosts that are our own. Tables only.

Sources: pytest 6 to 9, pytest-asyncio, pytest-bdd, httpx, Starlette, async-asgi-testclient, httpx-ws, asgi-lifespan.
"""

from __future__ import annotations

from collections.abc import Mapping

FIXTURES = frozenset(
    {
        "pytest.fixture",
        "pytest.yield_fixture",
        "_pytest.fixtures.fixture",
        "_pytest.fixtures.yield_fixture",
        "pytest_asyncio.fixture",
        "pytest_asyncio.plugin.fixture",
        "pytest_trio.trio_fixture",
    }
)
"""Decorators that make a function a fixture."""

STEPS = frozenset(
    {
        *("pytest_bdd.given", "pytest_bdd.when", "pytest_bdd.then", "pytest_bdd.step"),
    }
)
"""Other decorators of functions whose parameters are fixtures."""

PARAMETRIZE = "pytest.mark.parametrize"
EXPAND = "parameterized.parameterized.expand"
GENERATING = frozenset(
    {"given", "parametrize", "parametrize_with_cases", "parameterized", "parameterized_class", "data", "file_data"}
)
"""Last names of other decorators that give values to tests: of hypothesis, schemathesis, pytest-cases, ddt."""
USED = "pytest.mark.usefixtures"
PARAM = "pytest.param"

REQUEST = "pytest.FixtureRequest"
GIVEN: Mapping[str, str] = {"request": REQUEST, "monkeypatch": "pytest.MonkeyPatch"}
"""Fixtures of pytest itself -> their type."""

REQUESTED = f"{REQUEST}.getfixturevalue"

VERBS: Mapping[str, str] = {
    "get": "GET",
    "post": "POST",
    "put": "PUT",
    "patch": "PATCH",
    "delete": "DELETE",
    "head": "HEAD",
    "options": "OPTIONS",
}
"""Methods and functions of clients that send a request -> the HTTP method."""

WEBSOCKET = "WEBSOCKET"

TEST_CLIENT = "starlette.testclient.TestClient"
ASYNC_TEST_CLIENT = "async_asgi_testclient.TestClient"

CLIENTS: Mapping[str, str] = {
    TEST_CLIENT: "test",
    ASYNC_TEST_CLIENT: "async",
    "httpx.AsyncClient": "async",
    "httpx2.AsyncClient": "async",
    "httpx.Client": "sync",
    "httpx2.Client": "sync",
    "requests.Session": "sync",
    "niquests.Session": "sync",
    "aiohttp.ClientSession": "async",
}
"""Classes of clients -> whether their calls are awaited; `test` for the one that runs an application by itself."""

FUNCTIONS = frozenset({"requests", "httpx", "httpx2", "niquests"})
"""Modules whose functions send a request."""

SOCKETS: Mapping[str, int | None] = {
    "httpx_ws.connect_ws": 1,
    "httpx_ws.aconnect_ws": 1,
    "websockets.connect": None,
    "websockets.client.connect": None,
    "websockets.asyncio.client.connect": None,
    "websockets.sync.client.connect": None,
    "websocket.create_connection": None,
}
"""Functions that open a websocket at a URL -> the place of the client that they are handed."""

TOLD_APART = frozenset(
    {
        *CLIENTS,
        *("httpx.Response", "httpx2.Response", "requests.Response", "niquests.Response"),
        "starlette.testclient.WebSocketTestSession",
    }
)
"""Types of which a test has several objects that are not the same: each is told by where it was made."""

TRANSPORTS = frozenset(
    {
        "httpx.ASGITransport",
        "httpx2.ASGITransport",
        "httpx_ws.transport.ASGIWebSocketTransport",
        "httpx.WSGITransport",
    }
)
"""Transports of httpx that hand a request to an application."""

OWN_HOSTS = frozenset({"localhost", "host.docker.internal"})
OWN_SUFFIXES = (".localhost", ".local", ".test", ".internal", ".svc")
"""Hosts on which a server of the project may run in tests; so may one without a dot, and a private address."""

SHORT_NAMES = frozenset({"ac", "api", "http", "tc", "cli"})
"""Names of clients that do not say so."""

METHOD_CALLER = "operator.methodcaller"

NO_PACKAGES = (
    "builtins.",
    "typing.",
    "collections.",
    "unittest.mock.",
    "pytest.",
    "pytest_mock.",
    "starlette.",
    "fastapi.",
)
"""Packages whose classes are no clients, but for those that are listed."""

NO_CLIENTS = (
    "redis", "cache", "mongo", "db", "database", "s3", "boto", "openai", "anthropic", "mock", "qdrant", "chroma",
    "elastic", "opensearch", "sdk", "kafka", "mqtt", "supabase", "stripe", "docker", "k8s", "storage", "minio",
    "bucket", "llm", "grpc", "celery", "slack", "weaviate", "milvus", "neo4j", "vault", "sqs", "sns", "dynamo",
    "pubsub", "mcp",
)  # fmt: skip
"""Parts of names of clients that send no requests to an application of the project."""

NO_CLIENT_ENDS = ("app", "application", "router", "api", "fs", "store", "mocker", "responses", "respx", "dict", "data")
"""Ends of names of what takes a path and sends nothing."""
