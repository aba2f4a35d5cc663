"""What `except` clauses tell the client, and what they keep from everybody."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics.errors import hiding, leaking
from flake8_fastapi.semantics.errors.hiding import Silence
from flake8_fastapi.semantics.errors.leaking import Leak
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.visitor import Finding, check, fitting, short


@check
def leaked_exception(function: Function) -> Iterator[Finding]:
    """The text of an exception goes to the client that nobody has read before: `str(e)` of whatever was caught.

    It has what the failing library wrote: the SQL statement with its values, paths, host names, parts of the code. The
    client can do nothing with it, and an attacker can. Reported for clauses that catch everything, exception handlers
    for everything, and for exceptions of databases, files and processes that are answered with a 5xx (those of
    SQLAlchemy, which show the statement, with any status).

    Not reported: exceptions of the project and narrow ones that are answered with a 4xx, texts that only go to logs,
    debug mode, routes that test whether something works, or run what the client wrote, those of administrators, models
    with a field for the error, conversions of what the client sent.

    Bad::

        @app.get("/orders")
        def count_orders(db: Session = Depends(get_db)) -> int:
            try:
                return db.query(Order).count()
            except Exception as error:
                raise HTTPException(status_code=500, detail=str(error))  # FAP005

    Good::

        @app.get("/orders")
        def count_orders(db: Session = Depends(get_db)) -> int:
            try:
                return db.query(Order).count()
            except Exception:
                logger.exception("Could not count the orders")
                raise HTTPException(status_code=500, detail="Could not count the orders")
    """
    for leak in leaking.of(function):
        yield Finding(leak.position, _told(leak))


def _told(leak: Leak) -> str:
    whose = "the traceback" if leak.is_traceback else f"`{short(leak.written, 30)}`"
    of = f"of `{short(leak.caught, 30)}`" if leak.caught else "of any exception"
    reach = f"{whose} {of} goes to the client" + (f" with the {leak.status}" if leak.status is not None else "")
    what = "code and paths" if leak.is_traceback else "SQL, paths, host names"
    cure = "answer a fixed text" if leak.is_logged else "log it and answer a fixed text"
    return fitting(f"{reach}: {what}; {cure}", f"{reach}; {cure}")


@check
def silenced_exception(function: Function) -> Iterator[Finding]:
    """A route catches everything, tells nobody, and answers as if all were well.

    A database that is down looks like an empty list, a write that failed like one that was done: the client goes on
    with it, and no log says that anything happened.

    Not reported: a clause that logs, prints, keeps or hands on the exception; narrow exceptions; conversions with a
    default; another way to the same value; single items of a loop; routes that test whether something works; extras
    that may fail, such as caches, notifications and clean-up; clauses that swallow an `HTTPException`, which are
    reported for that.

    Bad::

        @app.get("/orders")
        def list_names(db: Session = Depends(get_db)) -> list[str]:
            try:
                return [str(order.id) for order in db.query(Order).limit(100)]
            except Exception:  # FAP005
                return []

    Good::

        @app.get("/orders")
        def list_names(db: Session = Depends(get_db)) -> list[str]:
            try:
                return [str(order.id) for order in db.query(Order).limit(100)]
            except OperationalError as error:
                logger.exception("Could not read the orders")
                raise HTTPException(status_code=503, detail="Try again later") from error
    """
    for silence in hiding.silences(function):
        yield Finding(silence.position, _silenced(silence))


def _silenced(silence: Silence) -> str:
    what = f"`{short(silence.written, 25)}`"
    cure = "log it and answer an error, or catch what you expect"
    if silence.lost:
        lost = f"{what} drops every failure of `{short(silence.lost, 40)}`: the client hears of success"
        return fitting(f"{lost}; {cure}", f"{lost}; log it and answer an error")
    return fitting(
        f"{what} answers `{short(silence.answer, 30)}`: any failure looks like {silence.looks}; {cure}",
        f"{what} answers a success: any failure looks like {silence.looks}; {cure}",
    )


@check
def unlogged_500(function: Function) -> Iterator[Finding]:
    """Everything is caught and answered with a response of status 5xx, and nobody is told what it was.

    An exception that is not caught is logged by the server with its traceback, one that is raised again or turned into
    an `HTTPException` keeps it. A response that is returned hides it: the client says "500", and the log says nothing.

    Not reported: a clause that logs, prints or hands on the exception, narrow exceptions, routes that test whether
    something works, exception handlers (the server logs what an `Exception` handler answers). Where the text of the
    exception is in the response, that is reported alone.

    Bad::

        @app.get("/report", response_class=JSONResponse)
        def report(db: Session = Depends(get_db)) -> JSONResponse:
            try:
                return JSONResponse({"orders": db.query(Order).count()})
            except Exception:  # FAP005
                return JSONResponse({"error": "report failed"}, status_code=500)

    Good::

        @app.get("/report", response_class=JSONResponse)
        def report(db: Session = Depends(get_db)) -> JSONResponse:
            try:
                return JSONResponse({"orders": db.query(Order).count()})
            except Exception:
                logger.exception("The report failed")
                return JSONResponse({"error": "report failed"}, status_code=500)
    """
    for found in hiding.unlogged(function):
        yield Finding(
            found.position,
            f"`{short(found.written, 30)}` returns a {found.status} and no log says why: the traceback is lost; "
            "call `logger.exception(…)` first",
        )
