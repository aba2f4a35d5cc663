"""Sessions that are worked with when their request has ended: by background tasks, tasks, threads and streams."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics import facts, reached
from flake8_fastapi.semantics.data import detached, lasting, spawned, streamed
from flake8_fastapi.semantics.data.detached import Detached
from flake8_fastapi.semantics.data.handover import Handover, Held, Work, closes
from flake8_fastapi.semantics.data.lasting import End
from flake8_fastapi.semantics.data.spawned import Spawned
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.visitor import Finding, check, fitting, short

_ROOM = 126
"""The check with the long name leaves its messages less room."""


@check
def session_outlives_request(function: Function) -> Iterator[Finding]:
    """The request's session is handed to a background task, task, thread or queue that goes on after the request.

    Or a row of it is, whose attributes are not loaded. A session that is closed by then silently takes a new
    connection, which nobody gives back. FastAPI 0.106 to 0.117 closes it before background tasks run; other releases
    close it after them, and then the connection is taken until the task has ended. A task opens a session of its own,
    and is given ids.

    Bad::

        def send_receipt(db: Session, order_id: int) -> None:
            order = db.get(Order, order_id)
            print(order)

        @app.post("/orders")
        def order(tasks: BackgroundTasks, db: Session = Depends(get_db)) -> None:
            tasks.add_task(send_receipt, db, 1)  # FAP007

    Good::

        def send_receipt(order_id: int) -> None:
            with SessionLocal() as db:
                order = db.get(Order, order_id)
                print(order)

        @app.post("/orders")
        def order(tasks: BackgroundTasks) -> None:
            tasks.add_task(send_receipt, 1)
    """
    for found in spawned.of(function.ev, function.facts, function.frame):
        message = _of_session(function, found) or _of_row(function, found)
        if message is not None:
            yield Finding(found.site.start, message)


def _of_session(function: Function, found: Spawned) -> str | None:
    """What is to be said of a session that the work is given."""
    works = [work for call in found.work for work in Handover(function.ev).works(call, function.frame)]
    for held in _lent(works):
        end = lasting.end(function, held)
        if end is not None and _goes_on(function, found, end):
            is_used = any(work.method for work in works if work.held.key == held.key)
            return _outlives(function, found, held, end) if is_used else _given(function, found, held, end)
    return None


def _of_row(function: Function, found: Spawned) -> str | None:
    """What is to be said of a row that the work is given."""
    late = detached.of(function, found)
    if late is None or not _goes_on(function, found, late[1]) or _is_open(function, found, late[1]):
        return None
    return _detached(found, late[0])


def _is_open(function: Function, found: Spawned, end: End) -> bool:
    version = function.project.fastapi_version
    return lasting.is_open(end, version, is_background_task=found.kind == "background task")


def _lent(works: list[Work]) -> list[Held]:
    """The sessions worked with; one that is closed there was given away."""
    own = {work.held.key for work in works if closes(work)}
    return list({work.held.key: work.held for work in works if work.held.key not in own}.values())


def _goes_on(function: Function, found: Spawned, end: End) -> bool:
    """Whether the work certainly goes on when the session's owner has ended."""
    if found.kind == "task" and any(role.role == "websocket" for role in function.registrations):
        # The session lives as long as the connection, and the task hardly longer.
        return False
    code = function.code
    node = spawned.node_of(code, found.call)
    if code is None or node is None or not spawned.goes_on(code, node, found.kind):
        return False
    return end != "block" or _is_served(function)


def _is_served(function: Function) -> bool:
    """Whether the function is part of an application: it runs for requests, or when the application starts."""
    return reached.by_request(function) is not None or function.reason is not None


def _outlives(function: Function, found: Spawned, held: Held, end: End) -> str:
    target, session = f"`{_name(found)}`", f"`{held.text}`"
    if found.kind == "queue":
        return (
            f"`{short(written(found.call))}` sends session {session} to another process, which cannot use it; send ids"
        )
    if _is_open(function, found, end):
        return fitting(
            f"background task {target} keeps the request's session {session} and its connection until it ends; "
            "open a session in the task",
            f"task {target} keeps the request's session {session} until it ends; open a session in the task",
            room=_ROOM,
        )
    if not held.resource.is_sqlalchemy or held.resource.kind != "session":
        return fitting(
            f"{found.kind} {target} uses {session} when it is closed, which fails; open a connection there",
            f"{target} uses {session} when it is closed, which fails; open a connection there",
            room=_ROOM,
        )
    return fitting(
        f"{found.kind} {target} uses {session} after it is closed, on a connection that nobody returns; "
        "open a session there",
        f"{target} uses {session} after it is closed, on a connection that nobody returns; open a session there",
        f"{target} uses {session} after it is closed, on a connection nobody returns; open its own",
        room=_ROOM,
    )


def _given(function: Function, found: Spawned, held: Held, end: End) -> str:
    """The same where it is not known what the work does with the session."""
    if found.kind == "queue" or _is_open(function, found, end):
        return _outlives(function, found, held, end)
    target, session = f"`{_name(found)}`", f"`{held.text}`"
    return fitting(
        f"{found.kind} {target} is given session {session}, which is closed by then; open a session there",
        f"{target} is given session {session}, which is closed by then; open a session there",
        f"{target} is given {session}, which is closed by then; open a session there",
        room=_ROOM,
    )


def _detached(found: Spawned, late: Detached) -> str:
    target = f"`{_name(found)}`"
    why = "which the commit expired" if late.is_expired else "which nobody loaded"
    return fitting(
        f"{found.kind} {target} reads `{short(late.text)}`, {why}, after the session is closed, which fails; "
        "pass values",
        f"{target} reads `{short(late.text)}`, {why}, after the session is closed; pass values",
        room=_ROOM,
    )


@check
def session_in_stream(function: Function) -> Iterator[Finding]:
    """The generator of a streaming response works with the request's session.

    FastAPI 0.106 to 0.117 closes the session before the first chunk is sent: it takes a new connection, which nobody
    gives back. Other releases close it after the last chunk, so the connection is taken for as long as the client
    reads. There a generator that sends the rows it reads is right: it needs the connection.

    Bad::

        @app.get("/answers")
        def answers(db: Session = Depends(get_db)) -> StreamingResponse:
            def chunks() -> Iterator[str]:
                for word in ("one", "two"):
                    time.sleep(1)
                    yield word
                db.add(Order(id=1))
                db.commit()

            return StreamingResponse(chunks())  # FAP007

    Good::

        @app.get("/answers")
        def answers() -> StreamingResponse:
            def chunks() -> Iterator[str]:
                for word in ("one", "two"):
                    time.sleep(1)
                    yield word
                with SessionLocal() as db:
                    db.add(Order(id=1))
                    db.commit()

            return StreamingResponse(chunks())
    """
    for found in streamed.of(function):
        end = lasting.end(function, found.held)
        if end is None or (end == "block" and not _is_served(function)):
            continue
        is_closed = end in ("function", "block") or lasting.closes_before_response(function.project.fastapi_version)
        if is_closed or not found.sends_rows:
            yield Finding(found.position, _streams(found.text, found.held, is_closed))


def _streams(generator: str, held: Held, is_closed: bool) -> str:
    stream, session = f"`{short(generator)}`", f"`{held.text}`"
    if not is_closed:
        return fitting(
            f"stream {stream} keeps the request's session {session} and its connection while the client reads; "
            "open a session for the query",
            f"stream {stream} keeps session {session} while the client reads; open a session for the query",
        )
    if not held.resource.is_sqlalchemy or held.resource.kind != "session":
        return f"stream {stream} uses {session} after it is closed, which fails; open a connection in it"
    return fitting(
        f"stream {stream} uses {session} after it is closed, on a connection that nobody returns; open a session in it",
        f"stream {stream} uses {session} after it is closed; open a session in it",
    )


def _name(found: Spawned) -> str:
    for call in found.work:
        # Of a partial function, its function.
        func = call.func.args[0] if isinstance(call.func, facts.Call) and call.func.args else call.func
        if written(func):
            return short(written(func))
    return "lambda"
