"""FastAPI, Starlette, anyio and HTTP clients.

FastAPI's own top-level name is the canonical one for what applications import from ``fastapi``; the rest of
Starlette keeps its Starlette module, also where a ``fastapi`` module re-exports it.
"""

from __future__ import annotations

from .family import Family, each, members, moved, to

_PARAMETERS = "Depends Security Body Cookie File Form Header Path Query"
_VERBS = "get post put patch delete head options request"
_TEST_VERBS = "get post put patch delete head options open"

ALIASES = {
    "fastapi.applications.FastAPI": "fastapi.FastAPI",
    "fastapi.routing.APIRouter": "fastapi.APIRouter",
    **moved("fastapi.param_functions", "fastapi", _PARAMETERS),
    **moved("fastapi.params", "fastapi", _PARAMETERS),
    "fastapi.exceptions.HTTPException": "fastapi.HTTPException",
    **to("fastapi.Request", "fastapi.requests.Request", "starlette.requests.Request"),
    "fastapi.requests.HTTPConnection": "starlette.requests.HTTPConnection",
    **to("fastapi.Response", "fastapi.responses.Response", "starlette.responses.Response"),
    **moved(
        "fastapi.responses",
        "starlette.responses",
        "JSONResponse HTMLResponse PlainTextResponse RedirectResponse StreamingResponse FileResponse",
    ),
    **to(
        "fastapi.BackgroundTasks",
        "fastapi.background.BackgroundTasks",
        "starlette.background.BackgroundTasks",
    ),
    **to("fastapi.WebSocket", "fastapi.websockets.WebSocket", "starlette.websockets.WebSocket"),
    **to(
        "fastapi.WebSocketDisconnect",
        "fastapi.websockets.WebSocketDisconnect",
        "starlette.websockets.WebSocketDisconnect",
    ),
    "fastapi.websockets.WebSocketState": "starlette.websockets.WebSocketState",
    **to("fastapi.UploadFile", "fastapi.datastructures.UploadFile", "starlette.datastructures.UploadFile"),
    "starlette.status": "fastapi.status",
    **moved(
        "fastapi.concurrency",
        "starlette.concurrency",
        "run_in_threadpool iterate_in_threadpool run_until_first_complete",
    ),
    "fastapi.staticfiles": "starlette.staticfiles",
    "fastapi.templating": "starlette.templating",
    "fastapi.testclient": "starlette.testclient",
    **moved("fastapi.middleware", "starlette.middleware", "Middleware cors gzip httpsredirect trustedhost wsgi"),
    "requests.api": "requests",
    "requests.sessions.Session": "requests.Session",
    "requests.sessions.session": "requests.session",
    "requests.models.Response": "requests.Response",
    "httpx._api": "httpx",
    "httpx2._client": "httpx2",
    "httpx2._models": "httpx2",
    "httpx._client": "httpx",
    "httpx._models": "httpx",
    "httpx._transports.asgi": "httpx",
    "httpx._transports.mock": "httpx",
    "httpx2._transports.asgi": "httpx2",
    "async_asgi_testclient.testing.TestClient": "async_asgi_testclient.TestClient",
    "asgi_lifespan._manager.LifespanManager": "asgi_lifespan.LifespanManager",
    "aiohttp.client.ClientSession": "aiohttp.ClientSession",
    "aiohttp.client_reqrep.ClientResponse": "aiohttp.ClientResponse",
    "urllib3.poolmanager": "urllib3",
    "urllib3.connectionpool": "urllib3",
    "niquests.api": "niquests",
    "niquests.sessions.Session": "niquests.Session",
    "curl_cffi.Session": "curl_cffi.requests.Session",
    "curl_cffi.requests.session.Session": "curl_cffi.requests.Session",
    **moved("curl_cffi", "curl_cffi.requests", _VERBS),
    "requests_cache.session.CachedSession": "requests_cache.CachedSession",
    "anyio._core._fileio": "anyio",
}

BASES = {
    "fastapi.FastAPI": ("starlette.applications.Starlette",),
    "fastapi.APIRouter": ("starlette.routing.Router",),
    "fastapi.Request": ("starlette.requests.HTTPConnection",),
    "fastapi.WebSocket": ("starlette.requests.HTTPConnection",),
    "fastapi.HTTPException": ("starlette.exceptions.HTTPException",),
    **dict.fromkeys(
        (
            "starlette.responses.JSONResponse",
            "starlette.responses.HTMLResponse",
            "starlette.responses.PlainTextResponse",
            "starlette.responses.RedirectResponse",
            "starlette.responses.StreamingResponse",
            "starlette.responses.FileResponse",
        ),
        ("fastapi.Response",),
    ),
    **dict.fromkeys(
        ("fastapi.responses.ORJSONResponse", "fastapi.responses.UJSONResponse"),
        ("starlette.responses.JSONResponse",),
    ),
    **dict.fromkeys(
        (
            "requests_cache.CachedSession",
            "requests_oauthlib.OAuth2Session",
            "requests_oauthlib.OAuth1Session",
            "requests_toolbelt.sessions.BaseUrlSession",
            "cachecontrol.CacheControl",
            "cloudscraper.CloudScraper",
            "authlib.integrations.requests_client.OAuth2Session",
            "google.auth.transport.requests.AuthorizedSession",
        ),
        ("requests.Session",),
    ),
    # Of httpx2 in the newest releases; the methods are the same.
    "authlib.integrations.httpx_client.OAuth2Client": ("httpx.Client",),
    "authlib.integrations.httpx_client.AsyncOAuth2Client": ("httpx.AsyncClient",),
    "urllib3.ProxyManager": ("urllib3.PoolManager",),
    "urllib3.HTTPSConnectionPool": ("urllib3.HTTPConnectionPool",),
}

RETURNS = {
    "requests.session": "requests.Session",
    "asgiref.sync.async_to_sync": "asgiref.sync.AsyncToSync",
    **each("requests", _VERBS, "requests.Response"),
    **each("requests.Session", _VERBS + " send", "requests.Response"),
    **each("httpx", _VERBS, "httpx.Response"),
    **each("httpx.Client", _VERBS + " send", "httpx.Response"),
    **each("httpx.AsyncClient", _VERBS + " send", "httpx.Response"),
    **each("starlette.testclient.TestClient", _VERBS + " send", "httpx.Response"),
    "starlette.testclient.TestClient.websocket_connect": "starlette.testclient.WebSocketTestSession",
    **each("async_asgi_testclient.TestClient", _TEST_VERBS, "requests.Response"),
    **to(
        "httpx.Request",
        "httpx.Client.build_request",
        "httpx.AsyncClient.build_request",
        "starlette.testclient.TestClient.build_request",
    ),
    **each("httpx2", _VERBS, "httpx2.Response"),
    **each("httpx2.Client", _VERBS + " send", "httpx2.Response"),
    **each("httpx2.AsyncClient", _VERBS + " send", "httpx2.Response"),
    "cloudscraper.create_scraper": "cloudscraper.CloudScraper",
    "urllib3.connection_from_url": "urllib3.HTTPConnectionPool",
    "urllib3.request": "urllib3.response.HTTPResponse",
    "urllib3.PoolManager.request": "urllib3.response.HTTPResponse",
    "anyio.open_file": "anyio.AsyncFile",
    "anyio.Path.open": "anyio.AsyncFile",
    **each("anyio.Path", "joinpath with_name with_suffix with_stem __truediv__", "anyio.Path"),
}

ATTRIBUTES = {
    "fastapi.UploadFile.file": "tempfile.SpooledTemporaryFile",
    "fastapi.FastAPI.router": "fastapi.APIRouter",
    "fastapi.FastAPI.state": "starlette.datastructures.State",
    "fastapi.Request.app": "fastapi.FastAPI",
    "starlette.requests.HTTPConnection.state": "starlette.datastructures.State",
    "starlette.requests.HTTPConnection.app": "fastapi.FastAPI",
    "requests.Response.raw": "urllib3.response.HTTPResponse",
    "anyio.Path.parent": "anyio.Path",
}

ENTERS = {
    "httpx.stream": "httpx.Response",
    "httpx.Client.stream": "httpx.Response",
    "httpx.AsyncClient.stream": "httpx.Response",
    "starlette.testclient.TestClient.stream": "httpx.Response",
    "httpx2.stream": "httpx2.Response",
    "httpx2.Client.stream": "httpx2.Response",
    "httpx2.AsyncClient.stream": "httpx2.Response",
    **each("aiohttp.ClientSession", _VERBS, "aiohttp.ClientResponse"),
    "aiohttp.request": "aiohttp.ClientResponse",
    "aiohttp.ClientSession.ws_connect": "aiohttp.ClientWebSocketResponse",
    "anyio.NamedTemporaryFile": "anyio.AsyncFile",
    "aiofiles.open": "aiofiles.threadpool.text.AsyncTextIOWrapper",
}

ITERATES = {
    **each("requests.Response", "iter_content iter_lines", "io"),
    **each("httpx.Response", "iter_bytes iter_text iter_lines iter_raw", "io"),
    **each("httpx2.Response", "iter_bytes iter_text iter_lines iter_raw", "io"),
    "urllib3.response.HTTPResponse": "io",
    "urllib3.response.HTTPResponse.stream": "io",
}

COROUTINES = (
    members("starlette.concurrency", "run_in_threadpool run_until_first_complete")
    | members("fastapi.UploadFile", "read write seek close")
    | members(
        "fastapi.WebSocket",
        "accept close receive receive_bytes receive_json receive_text send send_bytes send_json send_text"
        " send_denial_response",
    )
    | members("fastapi.Request", "body json form close is_disconnected send_push_promise")
    | members("httpx.AsyncClient", "get post put patch delete head options request send aclose")
    | members("async_asgi_testclient.TestClient", _TEST_VERBS)
    | members("httpx.Response", "aread aclose")
    | members("httpx2.AsyncClient", "get post put patch delete head options request send aclose")
    | members("httpx2.Response", "aread aclose")
    | members("aiohttp.ClientSession", "close")
    | members("aiohttp.ClientResponse", "read text json start wait_for_close")
    | members(
        "aiohttp.ClientWebSocketResponse",
        "send_str send_bytes send_json receive receive_str receive_json close",
    )
    | members(
        "anyio",
        "sleep sleep_forever sleep_until run_process open_process open_file connect_tcp connect_unix mkdtemp"
        " mkstemp getaddrinfo wait_all_tasks_blocked to_thread.run_sync to_process.run_sync",
    )
    | members("anyio.Event", "wait")
    | members("anyio.Lock", "acquire")
    | members("anyio.Semaphore", "acquire")
    | members("anyio.Condition", "acquire wait")
    | members(
        "anyio.AsyncFile",
        "read read1 readline readlines readinto write writelines truncate seek tell flush aclose",
    )
    | members(
        "anyio.Path",
        "absolute chmod exists expanduser group hardlink_to is_dir is_file is_symlink lchmod lstat mkdir"
        " open owner read_bytes read_text readlink rename replace resolve rmdir samefile stat symlink_to"
        " touch unlink write_bytes write_text",
    )
)

ASYNC_CLIENTS = frozenset(
    {
        "httpx.AsyncClient",
        "httpx2.AsyncClient",
        "aiohttp.ClientSession",
        "niquests.AsyncSession",
        "curl_cffi.requests.AsyncSession",
        "authlib.integrations.httpx_client.AsyncOAuth2Client",
    }
)

NESTED_LOOPS = {
    "anyio.run": "await",
    "anyio.from_thread.run": "await",
    "asgiref.sync.AsyncToSync.__call__": "await",
    "uvicorn.run": "uvicorn.Server.serve",
    "uvicorn.Server.run": "uvicorn.Server.serve",
}

FAMILY = Family(
    aliases=ALIASES,
    bases=BASES,
    returns=RETURNS,
    attributes=ATTRIBUTES,
    enters=ENTERS,
    iterates=ITERATES,
    coroutines=COROUTINES,
    async_clients=ASYNC_CLIENTS,
    nested_loops=NESTED_LOOPS,
)
