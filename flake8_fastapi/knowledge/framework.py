"""FastAPI's and Starlette's own vocabulary: tables only. Names are canonical (see `libraries.canonical`).

Source: fastapi/applications.py, fastapi/routing.py, starlette/routing.py, starlette/applications.py (0.115 to 0.165).
"""

from __future__ import annotations

from collections.abc import Mapping

FASTAPI = "fastapi.FastAPI"
ROUTER = "fastapi.APIRouter"
STARLETTE = "starlette.applications.Starlette"
STARLETTE_ROUTER = "starlette.routing.Router"

HOLDERS = frozenset({FASTAPI, ROUTER, STARLETTE, STARLETTE_ROUTER})
"""Classes whose instances hold routes."""

ROUTE_DECORATORS: Mapping[str, frozenset[str] | None] = {
    "get": frozenset({"GET"}),
    "post": frozenset({"POST"}),
    "put": frozenset({"PUT"}),
    "patch": frozenset({"PATCH"}),
    "delete": frozenset({"DELETE"}),
    "head": frozenset({"HEAD"}),
    "options": frozenset({"OPTIONS"}),
    "trace": frozenset({"TRACE"}),
    "api_route": None,
    "route": None,
    "websocket": frozenset({"WEBSOCKET"}),
    "websocket_route": frozenset({"WEBSOCKET"}),
}
"""Methods of apps and routers that return a route decorator -> HTTP methods; None: those of the keyword `methods`."""

ROUTE_ADDERS: Mapping[str, frozenset[str] | None] = {
    "add_api_route": None,
    "add_route": None,
    "add_api_websocket_route": frozenset({"WEBSOCKET"}),
    "add_websocket_route": frozenset({"WEBSOCKET"}),
}
"""Methods of apps and routers that take path and handler at once."""

PLAIN_ROUTES = frozenset({"route", "add_route", "websocket_route", "add_websocket_route"})
"""Of these, the ones of Starlette: the handler gets the request or websocket, and nothing else."""

RESPONSE_CLASS_TAKERS = frozenset(
    {*ROUTE_DECORATORS, *ROUTE_ADDERS, "FastAPI", "APIRouter", "include_router"} - {"websocket", "websocket_route"}
)
"""What may be given `response_class` or `default_response_class`."""

DECORATOR = "fastapi.routing.<route decorator>"
"""The type we give to what a route decorator method returns."""

DEPENDS_NAME = "fastapi.Depends"
SECURITY = "fastapi.Security"
DEPENDS = frozenset({DEPENDS_NAME, SECURITY})

SECURITY_SCHEME = "fastapi.security.SecurityBase"
"""The base of everything that FastAPI shows as a security scheme."""

FORM_DEPENDENCIES: Mapping[str, tuple[tuple[str, bool], ...]] = {
    "fastapi.security.OAuth2PasswordRequestForm": (
        ("grant_type", False),
        ("username", True),
        ("password", True),
        ("scope", False),
        ("client_id", False),
        ("client_secret", False),
    ),
    "fastapi.security.OAuth2PasswordRequestFormStrict": (
        ("grant_type", True),
        ("username", True),
        ("password", True),
        ("scope", False),
        ("client_id", False),
        ("client_secret", False),
    ),
}
"""Classes of FastAPI that are dependencies -> the form fields they take, each with whether it is required."""

HTTP_MIDDLEWARE_BASE = "starlette.middleware.base.BaseHTTPMiddleware"
STREAMS = frozenset(
    {
        "starlette.responses.StreamingResponse",
        "fastapi.sse.EventSourceResponse",
        "sse_starlette.EventSourceResponse",
        "sse_starlette.sse.EventSourceResponse",
    }
)
"""Responses that iterate an async generator on the loop and a plain one in a thread."""
RESPONSE = "fastapi.Response"
BACKGROUND_TASKS = "fastapi.BackgroundTasks"
BACKGROUND_TASK = "starlette.background.BackgroundTask"

PYDANTIC_MODEL = "pydantic.BaseModel"
VALIDATORS = frozenset(
    {
        "pydantic.validator",
        "pydantic.root_validator",
        "pydantic.field_validator",
        "pydantic.model_validator",
        "pydantic.class_validators.validator",
        "pydantic.functional_validators.field_validator",
        "pydantic.functional_validators.model_validator",
    }
)
SERIALIZERS = frozenset(
    {
        "pydantic.field_serializer",
        "pydantic.model_serializer",
        "pydantic.computed_field",
        "pydantic.functional_serializers.field_serializer",
        "pydantic.functional_serializers.model_serializer",
        "pydantic.fields.computed_field",
    }
)

CONTEXT_MANAGERS: Mapping[str, bool] = {
    "contextlib.contextmanager": False,
    "contextlib.asynccontextmanager": True,
    "starlette.concurrency.asynccontextmanager": True,
}
"""Decorators that turn a generator function into a context manager -> whether an async one."""

CACHES = frozenset(
    {
        "functools.cache",
        "functools.lru_cache",
        "functools.cached_property",
        "async_lru.alru_cache",
        "cached_property.cached_property",
    }
)
SYNC_CACHES = frozenset({"functools.cache", "functools.lru_cache"})
"""Caches that would keep the coroutine of an `async def`, which can be awaited only once."""

PROPERTIES = frozenset({"builtins.property", "functools.cached_property", "cached_property.cached_property"})

OFFLOADING_DECORATORS = frozenset(
    {"asgiref.sync.sync_to_async", "asyncer.asyncify", "aiofiles.os.wrap", "aiofiles.ospath.wrap"}
)
"""Applied to a sync function they give a coroutine function that runs it in a thread."""

TRANSPARENT_DECORATORS = (
    "abc.",
    "asyncio.",
    "atexit.",
    "backoff.",
    "beartype.",
    "builtins.",
    "cachetools.",
    "cached_property.",
    "contextlib.",
    "deprecated.",
    "fastapi.",
    "fastapi_cache.",
    "functools.",
    "line_profiler.",
    "logfire.",
    "loguru.",
    "opentelemetry.",
    "overrides.",
    "prometheus_client.",
    "pydantic.",
    "pytest.",
    "pytest_asyncio.",
    "retry.",
    "retrying.",
    "sentry_sdk.",
    "slowapi.",
    "starlette.",
    "stamina.",
    "tenacity.",
    "typing.",
    "typing_extensions.",
    "warnings.",
)
"""Libraries whose decorators call the function on the caller's thread and hand its result through.

What another library's decorator makes of a function is unknown: it may send it to a thread or a queue.
"""

TASK_MAKERS = frozenset(
    {
        "asyncio.create_task",
        "asyncio.ensure_future",
        "asyncio.AbstractEventLoop.create_task",
        "asyncio.tasks.create_task",
    }
)
"""Functions whose task is kept by nobody but the caller. A task group keeps its own."""

LOOP_CALLBACKS: Mapping[str, int] = {
    "asyncio.AbstractEventLoop.call_soon": 0,
    "asyncio.AbstractEventLoop.call_soon_threadsafe": 0,
    "asyncio.AbstractEventLoop.call_later": 1,
    "asyncio.AbstractEventLoop.call_at": 1,
}
"""Methods that run a callback on the loop -> its position among the arguments."""

FUNCTION_VALIDATORS = frozenset(
    {
        "pydantic.AfterValidator",
        "pydantic.BeforeValidator",
        "pydantic.PlainValidator",
        "pydantic.WrapValidator",
    }
)
FUNCTION_SERIALIZERS = frozenset({"pydantic.PlainSerializer", "pydantic.WrapSerializer"})
"""Markers in `Annotated` that hold a function."""

OFFLOADERS = frozenset(
    {
        "asyncio.to_thread",
        "anyio.to_thread.run_sync",
        "anyio.to_process.run_sync",
        "anyio.to_interpreter.run_sync",
        "trio.to_thread.run_sync",
        "starlette.concurrency.run_in_threadpool",
        "asyncio.run",
        "anyio.run",
        "asyncio.run_coroutine_threadsafe",
    }
)
"""A coroutine among the arguments of these does not run on the caller's loop."""

CONSUMERS = frozenset(
    f"builtins.{name}"
    for name in (
        "list", "tuple", "set", "frozenset", "dict", "sorted", "sum", "any", "all", "max", "min", "next", "bytes",
    )
)  # fmt: skip
"""Builtins that iterate their first argument at once."""

FILE_READERS = frozenset(
    {
        "json.load",
        "pickle.load",
        "tomllib.load",
        "yaml.load",
        "yaml.safe_load",
        "csv.reader",
        "csv.DictReader",
    }
)
"""Functions that read the file they are given."""
UPLOADED_FILE = "tempfile.SpooledTemporaryFile"
"""The type of `UploadFile.file`: beyond 1 MB it is on disk."""

LOOP_QUESTIONS = frozenset({"get_running_loop", "_get_running_loop", "is_running", "current_async_library"})
"""A function that calls one of these asks whether a loop runs before it starts one of its own."""

STATE = "starlette.datastructures.State"
"""What an app and a request keep for the project: `app.state`, `request.state`."""
