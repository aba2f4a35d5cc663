"""Asynchronous sessions: one in several tasks, and calls of them that nobody awaits."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics import reached
from flake8_fastapi.semantics.data import awaiting, concurrent
from flake8_fastapi.semantics.data.awaiting import Unawaited
from flake8_fastapi.semantics.data.concurrent import Shared
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.visitor import Finding, check, fitting, short


@check
def shared_async_session(function: Function) -> Iterator[Finding]:
    """Several tasks work with one `AsyncSession` at the same time.

    A session has one connection, on which one statement runs at a time: the second one raises InvalidRequestError,
    IllegalStateChangeError or an error of the driver, depending on when it comes. Each task opens a session of its
    own, or the calls are awaited one after the other.

    Bad::

        async def count(db: AsyncSession) -> int:
            return await db.scalar(select(func.count(Order.id))) or 0

        async def last(db: AsyncSession) -> int:
            return await db.scalar(select(func.max(Order.id))) or 0

        @app.get("/numbers")
        async def numbers(db: AsyncSession = Depends(get_async_db)) -> list[int]:
            return list(await asyncio.gather(count(db), last(db)))  # FAP007

    Good::

        async def count(db: AsyncSession) -> int:
            return await db.scalar(select(func.count(Order.id))) or 0

        async def last(db: AsyncSession) -> int:
            return await db.scalar(select(func.max(Order.id))) or 0

        @app.get("/numbers")
        async def numbers(db: AsyncSession = Depends(get_async_db)) -> list[int]:
            return [await count(db), await last(db)]
    """
    if not function.facts.is_async:
        return
    for found in concurrent.of(function):
        if reached.by_request(function) is not None or function.reason is not None:
            yield Finding(found.position, _shared(found))


def _shared(found: Shared) -> str:
    names = list(dict.fromkeys(short(f"{written(member.call.func) or 'lambda'}()") for member in found.members))
    first = f"`{names[0]}`"
    who = f"{first} and `{names[1]}` use" if len(names) > 1 else f"several {first} use"
    session = f"`{found.held.text}`"
    return fitting(
        f"{who} {session} at the same time, which raises: an AsyncSession serves one task; give each its own session",
        f"{who} {session} at the same time, which raises; give each a session of its own",
    )


@check
def unawaited_session_call(function: Function) -> Iterator[Finding]:
    """A method of an `AsyncSession` is called and not awaited: the statement never runs.

    Whether a session is asynchronous is decided by what provides it; an annotation `Session` changes nothing. Handing
    the coroutine to something that awaits it, or awaiting it later, is right.

    Bad::

        @app.post("/orders")
        async def create(db: AsyncSession = Depends(get_async_db)) -> None:
            db.add(Order(id=1))
            db.commit()  # FAP007

    Good::

        @app.post("/orders")
        async def create(db: AsyncSession = Depends(get_async_db)) -> None:
            db.add(Order(id=1))
            await db.commit()
    """
    for found in awaiting.of(function):
        if reached.by_request(function) is not None or function.reason is not None:
            yield Finding(found.use.position, _unawaited(function, found))


_HAPPENS = {
    "commit": "nothing is committed",
    "rollback": "nothing is rolled back",
    "close": "it is not closed",
    "flush": "nothing is written",
    "delete": "nothing is deleted",
    "refresh": "nothing is loaded",
}


def _unawaited(function: Function, found: Unawaited) -> str:
    call = f"`{short(found.session)}.{found.use.method}()`"
    cure = "await it" if function.facts.is_async else "make this `async def` and await it"
    if found.fate == "attribute":
        return fitting(
            f"{call} gives a coroutine, which has no `{found.name}`: that raises AttributeError; "
            f"{cure} first: `(await …).{found.name}`"
            if function.facts.is_async
            else f"{call} gives a coroutine, which has no `{found.name}`: that raises AttributeError; {cure}",
            f"{call} gives a coroutine, which has no `{found.name}`; {cure}",
        )
    if found.fate == "iterated":
        return f"{call} gives a coroutine, which cannot be iterated: that raises TypeError; {cure}"
    if found.fate == "tested":
        return f"{call} gives a coroutine, which is always true: the statement never runs; {cure}"
    if found.fate == "used":
        return f"{call} gives a coroutine and no result: the statement never runs; {cure}"
    happens = _HAPPENS.get(found.use.method, "the statement never runs")
    lost = "is never awaited" if found.fate == "dropped" else "is returned un-awaited"
    return f"{call} {lost} in `{short(function.name)}`: {happens}; {cure}"
