"""How tests make their clients: lifespan-not-run, removed-app-argument, sync-client-in-async-test."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.knowledge import suites
from flake8_fastapi.semantics import versions
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import Attribute, Call, FunctionFacts, Local, Site
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.suite import configuration, late, making, sending, startup
from flake8_fastapi.semantics.things import Bound, Frame, Instance, library_name
from flake8_fastapi.semantics.versions import Version
from flake8_fastapi.visitor import Finding, check, fitting, short

_CLIENTS = frozenset({"httpx.AsyncClient", "httpx.Client", "httpx2.AsyncClient", "httpx2.Client"})
_REMOVED = Version(0, 28)
_SINCE_REMOVED = Version(0, 115, 6)
"""The first FastAPI that came after httpx 0.28."""
_GATHERING = frozenset({"gather", "create_task", "ensure_future", "as_completed", "wait", "start_soon"})
"""Functions of asyncio and anyio that run several coroutines at a time."""


@check
def lifespan_not_run(file: File) -> Iterator[Finding]:
    """A client that never starts its application, though requests need what only the start sets up.

    `TestClient(app)` starts it on `with`, `ASGITransport` never does. Whatever the tests set up by themselves, and
    what they replace, is not needed. Where the start includes the routers, the first client of a file is reported.

    Bad::

        # main.py
        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            app.state.rates = {"EUR": 1.0}
            yield


        app = FastAPI(lifespan=lifespan)


        @app.get("/rates/{currency}")
        def read_rate(currency: str, request: Request) -> float:
            return request.app.state.rates[currency]

        # tests/test_rates.py
        from fastapi.testclient import TestClient

        from main import app

        client = TestClient(app)  # FAP010


        def test_rate() -> None:
            assert client.get("/rates/EUR").json() == 1.0

    Good::

        # main.py
        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            app.state.rates = {"EUR": 1.0}
            yield


        app = FastAPI(lifespan=lifespan)


        @app.get("/rates/{currency}")
        def read_rate(currency: str, request: Request) -> float:
            return request.app.state.rates[currency]

        # tests/test_rates.py
        from fastapi.testclient import TestClient

        from main import app


        def test_rate() -> None:
            with TestClient(app) as client:
                assert client.get("/rates/EUR").json() == 1.0
    """
    reported: set[Instance] = set()
    for made in sorted(making.of(file), key=lambda made: made.position):
        needs = startup.needs(file.project, made.app)
        if needs and not making.may_be_started(file, made):
            yield Finding(made.position, _not_run(made, needs[0]))
        elif not needs and made.app not in reported:
            includer = late.includer(file.project, made.app)
            if includer and not making.may_be_started(file, made) and late.is_asked_for(file, made.app):
                reported.add(made.app)
                yield Finding(made.position, _not_included(made, includer))


def _not_run(made: making.Making, need: startup.Need) -> str:
    what, starter, do = short(need.what, 30), short(need.starter, 25), _start(made)
    failing = f"`{short(need.user, 25)}` fails" if need.user else "what needs it fails"
    return fitting(
        f"this client never runs `{starter}`, which sets up `{what}`: {failing} in tests; {do}",
        f"this never runs `{starter}`, which sets up `{what}`: {failing}; {do}",
        f"this never runs `{starter}`: without `{what}` {failing}; {do}",
    )


def _not_included(made: making.Making, includer: str) -> str:
    starter, do = short(includer, 30), _start(made)
    return f"this client never runs `{starter}`, which includes the routers: their routes answer 404; {do}"


def _start(made: making.Making) -> str:
    return "use `asgi_lifespan.LifespanManager`" if made.is_transport else f"use `with {short(made.made, 20)}(…)`"


@check
def removed_app_argument(file: File) -> Iterator[Finding]:
    """httpx 0.28 took the argument `app` away: the client cannot even be made.

    Silent where the project's metadata keeps an older httpx, or says nothing of it and keeps a FastAPI of its time.

    Bad::

        async def test_ping() -> None:
            async with httpx.AsyncClient(app=app, base_url="http://test") as client:  # FAP010
                assert (await client.get("/ping")).status_code == 404

    Good::

        async def test_ping() -> None:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                assert (await client.get("/ping")).status_code == 404
    """
    if b"__version__" in (file.project.files.text(file.path) or b""):
        return  # It asks which httpx it runs with.
    for word in ("AsyncClient", "Client"):
        for qualname, site in file.facts.mentions.get(word, ()):
            call = site.value
            if not isinstance(call, Call) or call.keyword("app") is None or site.guards:
                continue
            name = library_name(file.ev.certain(call.func, Frame(file.path, qualname)))
            if name in _CLIENTS and _is_removed(file, name):
                yield Finding(call.start, _removed(call, name))


def _is_removed(file: File, name: str) -> bool:
    if name.startswith("httpx2."):
        return True
    known: dict[str, bool] = file.project.memo.setdefault("suite.httpx", {})
    root = file.project.files.root
    if root not in known:
        is_of_today = versions.mentions(root, "httpx") or versions.admits(root, "fastapi", _SINCE_REMOVED)
        known[root] = is_of_today and versions.admits(root, "httpx", _REMOVED)
    return known[root]


def _removed(call: Call, name: str) -> str:
    app = call.keyword("app")
    text = short(written(app), 30) if app is not None else ""
    package, _, cls = name.rpartition(".")
    since = "httpx 0.28 removed `app`" if package == "httpx" else "httpx2 has no `app`"
    do = (
        f"pass `transport=ASGITransport(app={text})`" if cls == "AsyncClient" else f"use FastAPI's `TestClient({text})`"
    )
    return f"`{cls}(app={text})` raises a `TypeError`: {since}; {do}"


@check
def sync_client_in_async_test(file: File) -> Iterator[Finding]:
    """A `TestClient` that is used as if it were asynchronous: its answer is awaited, which is a `TypeError`, or its
    requests are gathered, and run one after another because each of them stops the loop.

    Reported once for a file, at the first of these requests. A request that an async test sends and does not await
    works, and is not meant, so long as the driver of the database does not mind two loops.

    Bad::

        # main.py
        @app.get("/orders")
        def list_orders() -> list[int]:
            return []

        # tests/test_orders.py
        from fastapi.testclient import TestClient

        from main import app

        client = TestClient(app)


        async def test_orders() -> None:
            response = await client.get("/orders")  # FAP010
            assert response.status_code == 200

    Good::

        # main.py
        @app.get("/orders")
        def list_orders() -> list[int]:
            return []

        # tests/test_orders.py
        import httpx

        from main import app


        async def test_orders() -> None:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                response = await client.get("/orders")
            assert response.status_code == 200
    """
    if not configuration.of(file.project).collects(file.path):
        return
    found = {
        site.start: (function, site)
        for function in file.facts.functions.values()
        if function.is_async
        for site in _misused(file, function)
    }
    if found:
        yield Finding(min(found), _as_async(*found[min(found)], len(found) - 1))


def _misused(file: File, function: FunctionFacts) -> Iterator[Site]:
    """The requests by a `TestClient` that a function awaits, or that it sends while it is gathered with others."""
    calls = [site for site in function.sites if site.kind == "call" and isinstance(site.value, Call)]
    awaited = [site for site in calls if site.awaited]
    yield from (site for site in awaited if _is_of_test_client(file, function, site))
    if not awaited and _is_gathered(file, function):
        yield from (site for site in calls if _is_of_test_client(file, function, site))


def _is_of_test_client(file: File, function: FunctionFacts, site: Site) -> bool:
    """Whether a call sends a request by a `TestClient` whose making is in sight: annotations may be wrong."""
    call, frame = site.value, Frame(file.path, function.qualname)
    callee = file.ev.certain(call.func, frame) if isinstance(call, Call) else None
    if not isinstance(call, Call) or not isinstance(callee, Bound):
        return False
    owner = callee.owner
    if not isinstance(owner, Instance) or owner.made is None:
        return False
    sent = sending.request_of(file.ev, call, frame)
    return sent is not None and sent.client.kind == "test" and suites.WEBSOCKET not in (sent.methods or ())


def _is_gathered(file: File, function: FunctionFacts) -> bool:
    """Whether the function around an async function runs several of its calls at a time."""
    around = file.facts.functions.get(function.parent or "")
    if around is None or not any(_is_gathering(site) for site in around.sites):
        return False
    return any(
        isinstance(site.value, Call)
        and isinstance(site.value.func, Local)
        and site.value.func.name == function.name
        and not site.awaited
        for site in around.sites
    )


def _is_gathering(site: Site) -> bool:
    func = site.value.func if isinstance(site.value, Call) else None
    return isinstance(func, Attribute) and func.name in _GATHERING


def _as_async(function: FunctionFacts, site: Site, more: int) -> str:
    others = f" ({more} more here)" if more else ""
    call = short(written(site.value.func), 30) if isinstance(site.value, Call) else ""
    do = "use `httpx.AsyncClient` with `ASGITransport`"
    if site.awaited:
        return fitting(
            f"`await {call}()`{others} raises a `TypeError`: `TestClient` answers without `await`; {do}",
            f"`await {call}()`{others} raises a `TypeError`: `TestClient` is not async; {do}",
        )
    name = short(function.name, 25)
    return fitting(
        f"`{name}` is gathered, yet `{call}()`{others} of `TestClient` stops the loop: one at a time; {do}",
        f"`{call}()`{others} of `TestClient` stops the loop: what is gathered runs one at a time; {do}",
        f"`{call}()` of `TestClient` stops the loop: what is gathered runs one at a time; {do}",
    )
