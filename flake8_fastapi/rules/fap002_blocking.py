"""FAP002: blocking code on the event loop.

The loop serves all requests of a process. Code that waits on it, in an `async def` or in what that calls, makes every
other request wait as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics.data import awaiting
from flake8_fastapi.semantics.effects import shown
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.stalls import Stall
from flake8_fastapi.visitor import Finding, check, fitting, short


@check
def blocking_call(function: Function) -> Iterator[Finding]:
    """A blocking call on the event loop stops every other request until it returns.

    Bad::

        @app.get("/report")
        async def report() -> str:
            time.sleep(5)  # FAP002
            return "done"

    Good::

        @app.get("/report")
        async def report() -> str:
            await asyncio.sleep(5)
            return "done"
    """
    for stall in _named(function, "blocking-call"):
        yield _finding(function, stall, "blocking call")


@check
def blocking_helper(function: Function) -> Iterator[Finding]:
    """A sync function that blocks, however many calls below, is called on the event loop.

    The finding stands at the call in the `async def`, with the chain that leads to the blocking call.

    Bad::

        def load() -> dict[str, str]:
            return requests.get("https://example.org").json()

        @app.get("/report")
        async def report() -> dict[str, str]:
            return load()  # FAP002

    Good::

        def load() -> dict[str, str]:
            return requests.get("https://example.org").json()

        @app.get("/report")
        async def report() -> dict[str, str]:
            return await asyncio.to_thread(load)
    """
    for stall in _named(function, "blocking-helper"):
        yield _chain_finding(function, stall, "blocks")


@check
def blocking_session(function: Function) -> Iterator[Finding]:
    """A sync database session, document store or cache client waits for its server on the event loop.

    Reported once for each function and session, at the first call that waits. Whether a session is sync is decided by
    what provides it; an annotation counts only where the provider is unknown.

    Bad::

        @app.get("/users")
        async def users(db: Session = Depends(get_db)) -> int:
            return db.query(User).count()  # FAP002

    Good::

        @app.get("/users")
        def users(db: Session = Depends(get_db)) -> int:
            return db.query(User).count()
    """
    seen: set[object] = set()
    for stall in _named(function, "blocking-session"):
        origin = function.origin_of(stall)
        if origin not in seen:
            seen.add(origin)
            yield _finding(function, stall, "sync database call")


@check
def blocking_file_io(function: Function) -> Iterator[Finding]:
    """File content is read or written, or a tree of folders walked, on the event loop.

    Metadata (`exists`, `stat`, `mkdir`) is not reported: it takes microseconds.

    Bad::

        @app.get("/terms")
        async def terms() -> str:
            return Path("terms.txt").read_text()  # FAP002

    Good::

        @app.get("/terms")
        async def terms() -> str:
            return await asyncio.to_thread(Path("terms.txt").read_text)
    """
    for stall in _named(function, "blocking-file-io"):
        yield _finding(function, stall, "file access")


@check
def blocking_stream(function: Function) -> Iterator[Finding]:
    """An `async def` generator given to a streaming response iterates something that blocks at each turn.

    Starlette runs a plain generator in a thread, so the sync form of the same code is the right one.

    Bad::

        def pages() -> Iterator[bytes]:
            for number in range(9):
                yield requests.get(f"https://example.org/{number}").content

        async def chunks() -> AsyncIterator[bytes]:
            for page in pages():  # FAP002
                yield page

        @app.get("/file")
        async def file() -> StreamingResponse:
            return StreamingResponse(chunks())

    Good::

        def chunks() -> Iterator[bytes]:
            for number in range(9):
                yield requests.get(f"https://example.org/{number}").content

        @app.get("/file")
        async def file() -> StreamingResponse:
            return StreamingResponse(chunks())
    """
    for stall in _named(function, "blocking-stream"):
        yield Finding(
            stall.site.start,
            f"each step of `{short(stall.chain[0])}` blocks async stream `{function.name}`; "
            "make it a `def` generator: that runs in a thread",
        )


@check
def nested_event_loop(function: Function) -> Iterator[Finding]:
    """An event loop is started, or driven, on a thread whose loop is running: that raises RuntimeError.

    Bad::

        async def load() -> int:
            return 1

        @app.get("/report")
        async def report() -> int:
            return asyncio.run(load())  # FAP002

    Good::

        async def load() -> int:
            return 1

        @app.get("/report")
        async def report() -> int:
            return await load()
    """
    for stall in function.stalls:
        if stall.effect == "loop":
            chain = " → ".join(f"`{short(text)}`" for text in stall.chain)
            yield Finding(
                stall.site.start,
                fitting(
                    f"{chain} in {function.where} raises RuntimeError, as the event loop is running; "
                    f"use {_quoted(stall.blocking.instead)}",
                    f"{chain} raises RuntimeError in {function.where}; use {_quoted(stall.blocking.instead)}",
                ),
            )


@check
def unawaited_coroutine(function: Function) -> Iterator[Finding]:
    """A coroutine function is called and the coroutine dropped, or returned by a handler: its body never runs.

    `unawaited-session-call` speaks of those of database sessions.

    Bad::

        async def notify() -> None:
            print("done")

        @app.post("/orders")
        async def order() -> None:
            notify()  # FAP002

    Good::

        async def notify() -> None:
            print("done")

        @app.post("/orders")
        async def order() -> None:
            await notify()
    """
    lost_coroutines = function.lost_coroutines
    of_sessions = awaiting.places(function) if lost_coroutines else frozenset()
    for lost in lost_coroutines:
        if lost.site.start in of_sessions:
            continue
        happens = "is never awaited" if lost.site.role == "statement" else "is returned un-awaited"
        cure = "await it" if function.facts.is_async else "make this `async def` and await it"
        yield Finding(lost.site.start, f"`{lost.text}` {happens} in `{function.name}`: its body never runs; {cure}")


@check
def cached_coroutine(function: Function) -> Iterator[Finding]:
    """`functools.cache` on an `async def` keeps the coroutine, which can be awaited only once.

    Bad::

        @lru_cache
        async def rates() -> dict[str, float]:  # FAP002
            return {"EUR": 1.0}

    Good::

        @lru_cache
        def rates() -> dict[str, float]:
            return {"EUR": 1.0}
    """
    cached = function.traits & framework.SYNC_CACHES
    if cached and function.facts.is_async and not function.facts.is_generator:
        yield Finding(
            function.position,
            f"`{sorted(cached)[0]}` keeps the coroutine of `{function.name}`: the second call raises RuntimeError; "
            "cache the awaited result",
        )


@check(optional=True)
def blocking_cpu(function: Function) -> Iterator[Finding]:
    """Long computation on the event loop: password hashing, data frames, images, models.

    Bad::

        @app.post("/matches")
        async def matches(text: str) -> bool:
            return bcrypt.checkpw(text.encode(), b"...")  # FAP002

    Good::

        @app.post("/matches")
        def matches(text: str) -> bool:
            return bcrypt.checkpw(text.encode(), b"...")
    """
    for stall in function.stalls:
        if stall.effect == "cpu" and function.runs_per_request:
            yield _chain_finding(function, stall, "computes for long")


@check(optional=True)
def dropped_task(function: Function) -> Iterator[Finding]:
    """The result of `create_task` is dropped: the loop keeps only a weak reference, so the task may vanish.

    Bad::

        async def notify() -> None: ...

        @app.post("/orders")
        async def order() -> None:
            asyncio.create_task(notify())  # FAP002

    Good::

        tasks: set[asyncio.Task[None]] = set()

        async def notify() -> None: ...

        @app.post("/orders")
        async def order() -> None:
            task = asyncio.create_task(notify())
            tasks.add(task)
            task.add_done_callback(tasks.discard)
    """
    if not function.facts.is_async:
        return
    for site in function.dropped_tasks():
        if function.reason is not None:
            yield Finding(
                site.start,
                f"`{function.name}` drops the task of `{short(shown(site, None))}`: it may be collected before it "
                "ends; hold a reference",
            )


@check(optional=True)
def client_per_request(function: Function) -> Iterator[Finding]:
    """An async client or connection pool is built for each request, which gives up its connections each time.

    Bad::

        @app.get("/rates")
        async def rates() -> str:
            async with httpx.AsyncClient() as client:  # FAP002
                return (await client.get("https://example.org")).text

    Good::

        client = httpx.AsyncClient()

        @app.get("/rates")
        async def rates() -> str:
            return (await client.get("https://example.org")).text
    """
    if not function.facts.is_async:
        return
    for site, name in function.made_clients():
        if function.runs_per_request:
            yield Finding(
                site.start,
                fitting(
                    f"`{name}()` is built for each request in {function.where}, with new connections; "
                    "build it once in the lifespan",
                    f"`{name}()` is built for each request in {function.where}; build it once",
                ),
            )


def _named(function: Function, name: str) -> Iterator[Stall]:
    for stall in function.stalls:
        if stall.effect == "blocks" and _check_for(function, stall) == name:
            yield stall


def _check_for(function: Function, stall: Stall) -> str | None:
    """The one check that speaks about a stall; None where waiting is harmless."""
    if not function.runs_per_request and (len(stall.chain) > 1 or stall.blocking.group != "io"):
        # While the app starts nobody waits yet: loading files and creating tables there is the accepted place.
        return None
    if function.is_stream and (stall.site.kind == "iterate" or function.iterates(stall)):
        return "blocking-stream"
    if len(stall.chain) > 1:
        return "blocking-helper"
    return {"session": "blocking-session", "file": "blocking-file-io"}.get(stall.blocking.group, "blocking-call")


def _finding(function: Function, stall: Stall, what: str) -> Finding:
    """A finding about one call; what does not fit into a line is left out, the least useful first."""
    text = short(stall.chain[0])
    name = stall.blocking.name.removeprefix("builtins.")
    real = "" if text.removesuffix("()") == name else f" (`{name}`)"
    instead = f"use {_quoted(stall.blocking.instead)}"
    last = stall.blocking.instead.rpartition(".")[2]
    shorter = f"use `{last}`" if last.startswith("Async") else instead
    where, meanwhile = function.where, _meanwhile(function)
    return Finding(
        stall.site.start,
        fitting(
            f"{what} `{text}`{real} in {where}: {meanwhile}; {instead}",
            f"{what} `{text}` in {where}: {meanwhile}; {instead}",
            f"`{text}` blocks {where}: {meanwhile}; {instead}",
            f"`{text}` blocks {where}: {meanwhile}; {shorter}",
            f"`{text}` blocks {where}; {shorter}",
        ),
    )


def _chain_finding(function: Function, stall: Stall, verb: str) -> Finding:
    """A finding about a chain of calls."""
    whole = " → ".join(f"`{short(text)}`" for text in stall.chain)
    first, last = f"`{short(stall.chain[0])}`", f"`{short(stall.chain[-1])}`"
    ends = f"{first} → … → {last}" if len(stall.chain) > 2 else whole
    where, meanwhile = function.where, _meanwhile(function)
    brief = "run it in a thread" if function.may_be_offloaded else "do it in a dependency"
    cure = f"{brief} or use {_quoted(stall.blocking.instead)}"
    return Finding(
        stall.site.start,
        fitting(
            f"{whole} {verb} in {where}: {meanwhile}; {cure}",
            f"{whole} {verb} in {where}: {meanwhile}; {brief}",
            f"{whole} {verb} in {where}; {brief}",
            f"{ends} {verb} in {where}: {meanwhile}; {brief}",
            f"{ends} {verb} in {where}; {brief}",
        ),
    )


def _meanwhile(function: Function) -> str:
    return "every other request waits" if function.runs_per_request else "the app does not start meanwhile"


def _quoted(instead: str) -> str:
    return instead if "`" in instead or " " in instead else f"`{instead}`"
