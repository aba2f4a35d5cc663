"""Small applications with a database, one fault each, and what the fault does at run time.

A case with a mark shows at run time what the case says; one without is the right way to do the same, shows nothing
of it, and the linter is silent. FOLDER is an empty folder for the database; `seen` is read after the requests.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

IMPORTS = """\
import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import create_engine, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.pool import QueuePool

app = FastAPI()
seen: list[object] = []


class Base(DeclarativeBase): ...


class Item(Base):
    __tablename__ = "item"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


"""

SYNC = """\
engine = create_engine(
    "sqlite:///FOLDER/data.db", poolclass=QueuePool, connect_args={"check_same_thread": False}
)
SessionLocal = sessionmaker(engine)


"""

GET_DB = """\
def get_db() -> Iterator[Session]:
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


"""

# Importing it needs greenlet.
ASYNC = """\
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

engine = create_async_engine("sqlite+aiosqlite:///FOLDER/data.db", poolclass=AsyncAdaptedQueuePool)
"""

ASYNC_GET_DB = """\
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)


async def get_db() -> AsyncIterator[AsyncSession]:
    async with SessionLocal() as db:
        yield db


"""


class Outcome(NamedTuple):
    """What a run left behind."""

    held: int
    """Connections that are not back in the pool after the last request."""
    connections: int
    """How many connections the database saw."""
    rows: tuple[str, ...]
    """The names of the items that were stored."""
    errors: tuple[str, ...]
    """The errors that left the application, by class."""
    warnings: tuple[str, ...]
    seen: tuple[object, ...]
    """What the application noted itself."""


Symptom = Callable[[Outcome], bool]


def holds(outcome: Outcome) -> bool:
    """A connection never went back to the pool."""
    return outcome.held > 0


def held_meanwhile(outcome: Outcome) -> bool:
    """The task or stream noted a connection that was taken, or left one behind."""
    return outcome.held > 0 or any(isinstance(each, int) and each > 0 for each in outcome.seen)


def loses(outcome: Outcome) -> bool:
    """The row is not stored."""
    return outcome.rows == ()


def stores(outcome: Outcome) -> bool:
    """A row is stored although the request failed."""
    return outcome.rows != ()


def reconnects(outcome: Outcome) -> bool:
    """Each request makes a connection of its own."""
    return outcome.connections > 2


def fails(*names: str) -> Symptom:
    """One of these errors came, to the server or to the code itself."""
    return lambda outcome: not {*outcome.errors, *outcome.seen}.isdisjoint(names)


@dataclass(frozen=True)
class SessionCase:
    name: str
    text: str
    symptom: Symptom
    requests: tuple[str, ...] = ("GET /",)
    since: tuple[int, ...] = (0,)
    """The FastAPI version from which the case means anything."""
    closed_before: bool = False
    """From 0.106 to 0.117 the session is closed before it is used, and leaves a connection behind."""

    @property
    def is_wrong(self) -> bool:
        return "# FAP007 " in self.text or "# missed: FAP007 " in self.text

    @property
    def is_async(self) -> bool:
        return "create_async_engine(" in self.text


SESSION_CASES: list[SessionCase] = []


def pair(
    name: str,
    symptom: Symptom,
    wrong: str,
    right: str,
    *,
    before: str = SYNC,
    requests: tuple[str, ...] = ("GET /",),
    since: tuple[int, ...] = (0,),
    closed_before: bool = False,
) -> None:
    """The fault, and the same done right."""
    for suffix, text in (("", wrong), (", done right", right)):
        body = IMPORTS + before + textwrap.dedent(text).lstrip("\n")
        SESSION_CASES.append(
            SessionCase(name + suffix, body, symptom, requests, since, closed_before and text is wrong)
        )


# The life of a session

pair(
    "global session",
    holds,
    """
    db = SessionLocal()  # FAP007 global-session


    @app.get("/")
    def count() -> int:
        return db.scalar(select(func.count(Item.id))) or 0
    """,
    """
    @app.get("/")
    def count(db: Session = Depends(get_db)) -> int:
        return db.scalar(select(func.count(Item.id))) or 0
    """,
    before=SYNC + GET_DB,
)
pair(
    "session opened in a route",
    holds,
    """
    @app.get("/")
    def count() -> int:
        db = SessionLocal()  # FAP007 unclosed-session
        return db.scalar(select(func.count(Item.id))) or 0
    """,
    """
    @app.get("/")
    def count() -> int:
        with SessionLocal() as db:
            return db.scalar(select(func.count(Item.id))) or 0
    """,
)
pair(
    "session closed unless the route fails",
    holds,
    """
    @app.get("/")
    def count() -> int:
        db = SessionLocal()  # FAP007 unclosed-session
        found = db.scalar(select(func.count(Item.id))) or 0
        if not found:
            raise HTTPException(status_code=404)
        db.close()
        return found
    """,
    """
    @app.get("/")
    def count() -> int:
        db = SessionLocal()
        try:
            found = db.scalar(select(func.count(Item.id))) or 0
            if not found:
                raise HTTPException(status_code=404)
            return found
        finally:
            db.close()
    """,
)
pair(
    "session of a middleware",
    holds,
    """
    @app.middleware("http")
    async def with_session(request: Request, call_next):
        request.state.db = SessionLocal()  # FAP007 unclosed-session
        response = await call_next(request)
        request.state.db.close()
        return response


    @app.get("/")
    def count(request: Request) -> int:
        return 1 // (request.state.db.scalar(select(func.count(Item.id))) or 0)
    """,
    """
    @app.middleware("http")
    async def with_session(request: Request, call_next):
        request.state.db = SessionLocal()
        try:
            return await call_next(request)
        finally:
            request.state.db.close()


    @app.get("/")
    def count(request: Request) -> int:
        return 1 // (request.state.db.scalar(select(func.count(Item.id))) or 0)
    """,
)
pair(
    "session returned by a dependency",
    holds,
    """
    def get_db() -> Session:
        return SessionLocal()  # FAP007 returned-session


    @app.get("/")
    def count(db: Session = Depends(get_db)) -> int:
        return db.scalar(select(func.count(Item.id))) or 0
    """,
    """
    def get_db() -> Iterator[Session]:
        with SessionLocal() as db:
            yield db


    @app.get("/")
    def count(db: Session = Depends(get_db)) -> int:
        return db.scalar(select(func.count(Item.id))) or 0
    """,
)
pair(
    "session returned out of its with",
    holds,
    """
    def get_db() -> Session:
        with SessionLocal() as db:
            return db  # FAP007 returned-session


    @app.get("/")
    def count(db: Session = Depends(get_db)) -> int:
        return db.scalar(select(func.count(Item.id))) or 0
    """,
    """
    def get_db() -> Iterator[Session]:
        with SessionLocal() as db:
            yield db


    @app.get("/")
    def count(db: Session = Depends(get_db)) -> int:
        return db.scalar(select(func.count(Item.id))) or 0
    """,
)
pair(
    "yield outside try",
    holds,
    """
    def get_db() -> Iterator[Session]:
        db = SessionLocal()
        yield db  # FAP007 unprotected-yield
        db.close()


    @app.get("/")
    def count(db: Session = Depends(get_db)) -> int:
        return 1 // (db.scalar(select(func.count(Item.id))) or 0)
    """,
    """
    def get_db() -> Iterator[Session]:
        db = SessionLocal()
        try:
            yield db
        finally:
            db.close()


    @app.get("/")
    def count(db: Session = Depends(get_db)) -> int:
        return 1 // (db.scalar(select(func.count(Item.id))) or 0)
    """,
)
pair(
    "engine of each request",
    reconnects,
    """
    @app.get("/")
    def count() -> int:
        own = create_engine("sqlite:///FOLDER/data.db")  # FAP007 engine-per-request
        with Session(own) as db:
            return db.scalar(select(func.count(Item.id))) or 0
    """,
    """
    @app.get("/")
    def count() -> int:
        with Session(engine) as db:
            return db.scalar(select(func.count(Item.id))) or 0
    """,
    requests=("GET /",) * 5,
)
pair(
    "attributes expire on commit",
    fails("MissingGreenlet"),
    """
    SessionLocal = async_sessionmaker(engine)  # FAP007 expire-on-commit


    async def get_db() -> AsyncIterator[AsyncSession]:
        async with SessionLocal() as db:
            yield db


    @app.post("/")
    async def create(db: AsyncSession = Depends(get_db)) -> str:
        item = Item(name="new")
        db.add(item)
        await db.commit()
        return item.name
    """,
    """
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)


    async def get_db() -> AsyncIterator[AsyncSession]:
        async with SessionLocal() as db:
            yield db


    @app.post("/")
    async def create(db: AsyncSession = Depends(get_db)) -> str:
        item = Item(name="new")
        db.add(item)
        await db.commit()
        return item.name
    """,
    before=ASYNC,
    requests=("POST /",),
)

# Transactions

pair(
    "session used after a failed flush",
    fails("PendingRollbackError"),
    """
    @app.post("/")
    def create(db: Session = Depends(get_db)) -> int:
        try:
            db.add(Item(name="taken"))
            db.flush()
        except IntegrityError:  # FAP007 no-rollback
            db.add(Item(name="other"))
        db.commit()
        return 1
    """,
    """
    @app.post("/")
    def create(db: Session = Depends(get_db)) -> int:
        try:
            db.add(Item(name="taken"))
            db.flush()
        except IntegrityError:
            db.rollback()
            db.add(Item(name="other"))
        db.commit()
        return 1
    """,
    before=SYNC + GET_DB,
    requests=("POST /", "POST /"),
)
pair(
    "commit in finally",
    stores,
    """
    def get_db() -> Iterator[Session]:
        db = SessionLocal()
        try:
            yield db
        finally:
            db.commit()  # FAP007 commit-without-rollback
            db.close()


    @app.post("/")
    def create(db: Session = Depends(get_db)) -> None:
        db.add(Item(name="half"))
        raise HTTPException(status_code=409)
    """,
    """
    def get_db() -> Iterator[Session]:
        db = SessionLocal()
        try:
            yield db
            db.commit()
        finally:
            db.close()


    @app.post("/")
    def create(db: Session = Depends(get_db)) -> None:
        db.add(Item(name="half"))
        raise HTTPException(status_code=409)
    """,
    requests=("POST /",),
)
pair(
    "row added and not committed",
    loses,
    """
    @app.post("/")
    def create(db: Session = Depends(get_db)) -> str:
        item = Item(name="new")
        db.add(item)  # FAP007 write-without-commit
        db.flush()
        return item.name
    """,
    """
    @app.post("/")
    def create(db: Session = Depends(get_db)) -> str:
        item = Item(name="new")
        db.add(item)
        db.commit()
        return item.name
    """,
    before=SYNC + GET_DB,
    requests=("POST /",),
)
pair(
    "insert executed and not committed",
    loses,
    """
    @app.post("/")
    def create(db: Session = Depends(get_db)) -> None:
        db.execute(insert(Item).values(name="new"))  # FAP007 write-without-commit
    """,
    """
    @app.post("/")
    def create() -> None:
        with SessionLocal.begin() as db:
            db.execute(insert(Item).values(name="new"))
    """,
    before=SYNC + GET_DB,
    requests=("POST /",),
)

# Sessions that outlive their request

NOTIFY = """
def notify(db: Session) -> None:
    db.scalar(select(func.count(Item.id)))
    seen.append(engine.pool.checkedout())


def notify_by_itself() -> None:
    with SessionLocal() as db:
        db.scalar(select(func.count(Item.id)))
    seen.append(engine.pool.checkedout())


"""

pair(
    "session given to a background task",
    held_meanwhile,
    """
    @app.post("/")
    def order(tasks: BackgroundTasks, db: Session = Depends(get_db)) -> None:
        db.commit()
        tasks.add_task(notify, db)  # FAP007 session-outlives-request
    """,
    """
    @app.post("/")
    def order(tasks: BackgroundTasks, db: Session = Depends(get_db)) -> None:
        db.commit()
        tasks.add_task(notify_by_itself)
    """,
    before=SYNC + GET_DB + NOTIFY.lstrip("\n"),
    requests=("POST /",),
    closed_before=True,
)
pair(
    "service with the session as a background task",
    held_meanwhile,
    """
    class Service:
        def __init__(self, db: Session) -> None:
            self.db = db

        def run(self) -> None:
            notify(self.db)


    @app.post("/")
    def order(tasks: BackgroundTasks, db: Session = Depends(get_db)) -> None:
        service = Service(db)
        tasks.add_task(service.run)  # FAP007 session-outlives-request
    """,
    """
    class Service:
        def __init__(self, factory: sessionmaker[Session]) -> None:
            self.factory = factory

        def run(self) -> None:
            with self.factory() as db:
                db.scalar(select(func.count(Item.id)))
            seen.append(engine.pool.checkedout())


    @app.post("/")
    def order(tasks: BackgroundTasks) -> None:
        service = Service(SessionLocal)
        tasks.add_task(service.run)
    """,
    before=SYNC + GET_DB + NOTIFY.lstrip("\n"),
    requests=("POST /",),
    closed_before=True,
)
pair(
    "background task with the session of a dependency that ends with the function",
    holds,
    """
    @app.post("/")
    def order(tasks: BackgroundTasks, db: Annotated[Session, Depends(get_db, scope="function")]) -> None:
        tasks.add_task(notify, db)  # FAP007 session-outlives-request
    """,
    """
    @app.post("/")
    def order(tasks: BackgroundTasks, db: Annotated[Session, Depends(get_db, scope="function")]) -> None:
        db.commit()
        tasks.add_task(notify_by_itself)
    """,
    before=SYNC + GET_DB + NOTIFY.lstrip("\n"),
    requests=("POST /",),
    since=(0, 121),
)
pair(
    "session opened in the route and given to a background task",
    holds,
    """
    @app.post("/")
    def order(tasks: BackgroundTasks) -> None:
        with SessionLocal() as db:
            tasks.add_task(notify, db)  # FAP007 session-outlives-request
    """,
    """
    @app.post("/")
    def order(tasks: BackgroundTasks) -> None:
        tasks.add_task(notify_by_itself)
    """,
    before=SYNC + GET_DB + NOTIFY.lstrip("\n"),
    requests=("POST /",),
)
pair(
    "session given to a thread",
    holds,
    """
    @app.post("/")
    def order(db: Session = Depends(get_db)) -> None:
        def later() -> None:
            started.wait(0.2)
            notify(db)

        started = threading.Event()
        threading.Thread(target=later).start()  # FAP007 session-outlives-request
    """,
    """
    @app.post("/")
    def order(db: Session = Depends(get_db)) -> None:
        def later() -> None:
            notify(db)

        thread = threading.Thread(target=later)
        thread.start()
        thread.join()
    """,
    before=SYNC + GET_DB + NOTIFY.lstrip("\n"),
    requests=("POST /",),
)

ASYNC_NOTIFY = """
kept: set[asyncio.Task[None]] = set()


async def notify(db: AsyncSession) -> None:
    await asyncio.sleep(0.1)
    await db.scalar(select(func.count(Item.id)))


async def notify_by_itself() -> None:
    await asyncio.sleep(0.1)
    async with SessionLocal() as db:
        await db.scalar(select(func.count(Item.id)))


async def rename(item: Item) -> None:
    await asyncio.sleep(0.1)
    try:
        seen.append(item.name)
    except Exception as error:
        seen.append(type(error).__name__)


"""

pair(
    "session given to create_task",
    holds,
    """
    @app.post("/")
    async def order(db: AsyncSession = Depends(get_db)) -> None:
        task = asyncio.create_task(notify(db))  # FAP007 session-outlives-request
        kept.add(task)
    """,
    """
    @app.post("/")
    async def order() -> None:
        task = asyncio.create_task(notify_by_itself())
        kept.add(task)
    """,
    before=ASYNC + ASYNC_GET_DB + ASYNC_NOTIFY.lstrip("\n"),
    requests=("POST /",),
)
pair(
    "session given to ensure_future",
    holds,
    """
    @app.post("/")
    async def order(db: AsyncSession = Depends(get_db)) -> None:
        task = asyncio.ensure_future(notify(db))  # FAP007 session-outlives-request
        kept.add(task)
    """,
    """
    @app.post("/")
    async def order(db: AsyncSession = Depends(get_db)) -> None:
        task = asyncio.ensure_future(notify(db))
        kept.add(task)
        await task
    """,
    before=ASYNC + ASYNC_GET_DB + ASYNC_NOTIFY.lstrip("\n"),
    requests=("POST /",),
)
pair(
    "row given to create_task",
    fails("DetachedInstanceError"),
    """
    engine_for_rows = create_async_engine("sqlite+aiosqlite:///FOLDER/data.db", poolclass=AsyncAdaptedQueuePool)
    RowSession = async_sessionmaker(engine_for_rows)


    async def get_rows() -> AsyncIterator[AsyncSession]:
        async with RowSession() as db:
            yield db


    @app.post("/")
    async def order(db: AsyncSession = Depends(get_rows)) -> None:
        item = Item(name="new")
        db.add(item)
        await db.commit()
        kept.add(asyncio.create_task(rename(item)))  # FAP007 session-outlives-request
    """,
    """
    async def log(name: str) -> None:
        seen.append(name)


    @app.post("/")
    async def order(db: AsyncSession = Depends(get_db)) -> None:
        item = Item(name="new")
        db.add(item)
        await db.commit()
        kept.add(asyncio.create_task(log(item.name)))
    """,
    before=ASYNC + ASYNC_GET_DB + ASYNC_NOTIFY.lstrip("\n"),
    requests=("POST /",),
)

# Streams

pair(
    "stream that uses the session",
    held_meanwhile,
    """
    @app.get("/")
    def export(db: Session = Depends(get_db)) -> StreamingResponse:
        def lines() -> Iterator[str]:
            total = db.scalar(select(func.count(Item.id)))
            yield f"{total}"
            seen.append(engine.pool.checkedout())

        return StreamingResponse(lines())  # FAP007 session-in-stream
    """,
    """
    @app.get("/")
    def export() -> StreamingResponse:
        def lines() -> Iterator[str]:
            with SessionLocal() as db:
                total = db.scalar(select(func.count(Item.id)))
            yield f"{total}"
            seen.append(engine.pool.checkedout())

        return StreamingResponse(lines())
    """,
    before=SYNC + GET_DB,
    closed_before=True,
)
pair(
    "stream with the session of a dependency that ends with the function",
    holds,
    """
    def lines(db: Session) -> Iterator[str]:
        for name in db.scalars(select(Item.name)):
            yield name
        db.scalar(select(func.count(Item.id)))


    @app.get("/")
    def export(db: Annotated[Session, Depends(get_db, scope="function")]) -> StreamingResponse:
        return StreamingResponse(lines(db))  # FAP007 session-in-stream
    """,
    """
    def lines(db: Session) -> Iterator[str]:
        for name in db.scalars(select(Item.name)):
            yield name
        db.scalar(select(func.count(Item.id)))


    @app.get("/")
    def export(db: Annotated[Session, Depends(get_db)]) -> StreamingResponse:
        return StreamingResponse(lines(db))
    """,
    before=SYNC + GET_DB,
    since=(0, 121),
)

pair(
    "route that is a stream itself",
    held_meanwhile,
    """
    @app.get("/")
    def totals(db: Session = Depends(get_db)) -> Iterator[int]:
        total = db.scalar(select(func.count(Item.id)))  # FAP007 session-in-stream
        yield total or 0
        seen.append(engine.pool.checkedout())
    """,
    """
    @app.get("/")
    def totals() -> Iterator[int]:
        with SessionLocal() as db:
            total = db.scalar(select(func.count(Item.id)))
        yield total or 0
        seen.append(engine.pool.checkedout())
    """,
    before=SYNC + GET_DB,
    since=(0, 134),
)

# One asynchronous session in several tasks

pair(
    "two queries at once",
    fails("InvalidRequestError", "IllegalStateChangeError"),
    """
    async def count(db: AsyncSession) -> int:
        return await db.scalar(select(func.count(Item.id))) or 0


    async def last(db: AsyncSession) -> int:
        return await db.scalar(select(func.max(Item.id))) or 0


    @app.get("/")
    async def numbers(db: AsyncSession = Depends(get_db)) -> list[int]:
        return list(await asyncio.gather(count(db), last(db)))  # FAP007 shared-async-session
    """,
    """
    async def count() -> int:
        async with SessionLocal() as db:
            return await db.scalar(select(func.count(Item.id))) or 0


    async def last() -> int:
        async with SessionLocal() as db:
            return await db.scalar(select(func.max(Item.id))) or 0


    @app.get("/")
    async def numbers() -> list[int]:
        return list(await asyncio.gather(count(), last()))
    """,
    before=ASYNC + ASYNC_GET_DB,
)
pair(
    "a query for each of a list at once",
    fails("InvalidRequestError", "IllegalStateChangeError"),
    """
    async def find(db: AsyncSession, number: int) -> Item | None:
        return await db.get(Item, number)


    @app.get("/")
    async def found(db: AsyncSession = Depends(get_db)) -> int:
        rows = await asyncio.gather(*[find(db, number) for number in range(5)])  # FAP007 shared-async-session
        return len(rows)
    """,
    """
    async def find(db: AsyncSession, number: int) -> Item | None:
        return await db.get(Item, number)


    @app.get("/")
    async def found(db: AsyncSession = Depends(get_db)) -> int:
        rows = [await find(db, number) for number in range(5)]
        return len(rows)
    """,
    before=ASYNC + ASYNC_GET_DB,
)

# Coroutines of a session that nobody awaits

pair(
    "commit that is not awaited",
    loses,
    """
    @app.post("/")
    async def create(db: AsyncSession = Depends(get_db)) -> None:
        db.add(Item(name="new"))
        db.commit()  # FAP007 unawaited-session-call
    """,
    """
    @app.post("/")
    async def create(db: AsyncSession = Depends(get_db)) -> None:
        db.add(Item(name="new"))
        await db.commit()
    """,
    before=ASYNC + ASYNC_GET_DB,
    requests=("POST /",),
)
pair(
    "commit behind an annotation that lies",
    loses,
    """
    @app.post("/")
    async def create(db: Session = Depends(get_db)) -> None:
        db.add(Item(name="new"))
        db.commit()  # FAP007 unawaited-session-call
    """,
    """
    @app.post("/")
    async def create(db: Session = Depends(get_db)) -> None:
        db.add(Item(name="new"))
        await db.commit()
    """,
    before=ASYNC + ASYNC_GET_DB,
    requests=("POST /",),
)
pair(
    "result read from a coroutine",
    fails("AttributeError"),
    """
    @app.get("/")
    async def names(db: AsyncSession = Depends(get_db)) -> list[str]:
        result = db.execute(select(Item.name).limit(9))  # FAP007 unawaited-session-call
        return list(result.scalars())
    """,
    """
    @app.get("/")
    async def names(db: AsyncSession = Depends(get_db)) -> list[str]:
        result = await db.execute(select(Item.name).limit(9))
        return list(result.scalars())
    """,
    before=ASYNC + ASYNC_GET_DB,
)
pair(
    "await of the wrong expression",
    fails("AttributeError"),
    """
    @app.get("/")
    async def names(db: AsyncSession = Depends(get_db)) -> list[str]:
        return list(await db.execute(select(Item.name).limit(9)).scalars())  # FAP007 unawaited-session-call
    """,
    """
    @app.get("/")
    async def names(db: AsyncSession = Depends(get_db)) -> list[str]:
        return list((await db.execute(select(Item.name).limit(9))).scalars())
    """,
    before=ASYNC + ASYNC_GET_DB,
)
pair(
    "coroutine returned by a helper",
    loses,
    """
    def save(db: AsyncSession):
        return db.commit()


    @app.post("/")
    async def create(db: AsyncSession = Depends(get_db)) -> None:
        db.add(Item(name="new"))
        db.commit()  # FAP007 unawaited-session-call
        await db.rollback()
    """,
    """
    def save(db: AsyncSession):
        return db.commit()


    @app.post("/")
    async def create(db: AsyncSession = Depends(get_db)) -> None:
        db.add(Item(name="new"))
        await save(db)
    """,
    before=ASYNC + ASYNC_GET_DB,
    requests=("POST /",),
)
