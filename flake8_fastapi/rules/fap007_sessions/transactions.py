"""Transactions: committed, rolled back, and how often."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import used
from flake8_fastapi.semantics.code import start
from flake8_fastapi.semantics.data import lost, repeated, transactions
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.visitor import Finding, check, short

_LOSES_ERRORS = (0, 110)
"""From this version on `swallowing-dependency` speaks of a dependency that swallows the error of a route."""
_COMMIT = frozenset({"commit"})
_COMMIT_OR_FLUSH = frozenset({"commit", "flush"})


@check
def no_rollback(function: Function) -> Iterator[Finding]:
    """An `except` goes on with a session whose `flush()` or `commit()` has failed, without `rollback()`.

    From then on every query and every commit of that session raises `PendingRollbackError`: the error that was caught
    comes back as another one. In a loop, one bad row makes all that follow fail.

    Not reported: the session is closed or left next (which rolls back), the exception is raised again, the statements
    stand in `begin_nested()`, or the session is handed to a function that may roll back.

    Bad::

        def save_tags(db: Session, names: list[str]) -> None:
            for name in names:
                try:
                    db.add(Tag(name=name))
                    db.flush()
                except IntegrityError:  # FAP007
                    continue
            db.commit()

    Good::

        def save_tags(db: Session, names: list[str]) -> None:
            for name in names:
                try:
                    with db.begin_nested():
                        db.add(Tag(name=name))
                except IntegrityError:
                    continue
            db.commit()
    """
    if not used.calls_any(function, _COMMIT_OR_FLUSH):
        return
    for transaction in transactions.of(function):
        reported: set[ast.ExceptHandler] = set()
        for failure in transaction.survived():
            handler = failure.handler
            if handler is None or handler in reported:
                continue
            reported.add(handler)
            db, failed = short(transaction.text), failure.method
            rollback = f"{'await ' if transaction.session.is_async else ''}{db}.rollback()"
            yield Finding(
                start(handler),
                f"`except` goes on with `{db}` after a failed `{failed}()`: `{db}.{failure.use.method}()` raises "
                f"PendingRollbackError; call `{rollback}` first",
            )


@check
def commit_without_rollback(function: Function) -> Iterator[Finding]:
    """A dependency commits on failure, too: its `commit()` is in `finally`, or after an `except` that swallows.

    The route raises halfway, and the half that was done is stored all the same. From FastAPI 0.110 on, an `except`
    that swallows is reported as `swallowing-dependency`; for context managers, and before, it is reported here.

    Not reported: `try: yield session; session.commit()` with `finally: session.close()` (the exception passes the
    commit by, and closing rolls back), a commit for one kind of exception, and a commit under a condition.

    Bad::

        def get_db() -> Iterator[Session]:
            db = SessionLocal()
            try:
                yield db
            finally:
                db.commit()  # FAP007
                db.close()

        @app.post("/users")
        def create_user(user: UserIn, db: Session = Depends(get_db)) -> None:
            db.add(User(name=user.name))

    Good::

        def get_db() -> Iterator[Session]:
            db = SessionLocal()
            try:
                yield db
                db.commit()
            finally:
                db.close()

        @app.post("/users")
        def create_user(user: UserIn, db: Session = Depends(get_db)) -> None:
            db.add(User(name=user.name))
    """
    if not function.facts.is_generator or not used.calls_any(function, _COMMIT):
        return
    is_manager = not function.traits.isdisjoint(framework.CONTEXT_MANAGERS)
    is_told = function.is_dependency and (function.project.fastapi_version or _LOSES_ERRORS) >= _LOSES_ERRORS
    for transaction in transactions.of(function) if is_manager or function.is_dependency else ():
        for failure in transaction.kept():
            if failure.handler is not None and is_told:
                continue
            place = failure.use.position if failure.handler is None else start(failure.handler)
            kind = "dependency" if function.is_dependency else "context manager"
            name, commit = short(function.name), f"`{short(transaction.text)}.commit()`"
            if failure.handler is None:
                what = f"{commit} in {kind} `{name}` stores half of the work after an error; commit right after `yield`"
            else:
                what = (
                    f"`except` in {kind} `{name}` swallows the error, then {commit} stores half of the work; re-raise"
                )
            yield Finding(place, what)


@check
def commit_in_loop(function: Function) -> Iterator[Finding]:
    """A commit for each item of a loop: a transaction per row, and half of the work stored when one fails.

    Each commit waits for the disk and expires every object of the session, which are then loaded again.

    Not reported: commits of scripts, jobs and workers, commits that a `try`, a counter or a second commit in the loop
    chooses, and loops that wait for something else than the database.

    Bad::

        @router.post("/tasks/remind")
        def remind(db: Session = Depends(get_db)) -> None:
            for task in db.query(Task).limit(50):
                task.reminded = True
                db.commit()  # FAP007

    Good::

        @router.post("/tasks/remind")
        def remind(db: Session = Depends(get_db)) -> None:
            for task in db.query(Task).limit(50):
                task.reminded = True
            db.commit()
    """
    if not used.calls_any(function, _COMMIT):
        return
    for transaction in transactions.of(function):
        for call in repeated.commits(transaction):
            commit = f"`{short(transaction.text)}.commit()`"
            yield Finding(
                start(call),
                f"{commit} for each item of the loop: half of them stay stored when one fails; commit once after it",
            )


@check
def write_without_commit(function: Function) -> Iterator[Finding]:
    """Rows are added, changed or deleted, and nobody commits: closing the session rolls all of it back.

    The answer says that it worked, and the row is gone. `flush()` does not help: it is part of the same transaction.

    Reported only where everybody who could commit is known: the function and what it calls, the dependency or factory
    that opens the session, the other dependencies of the route, the callers of a function that is passed a session.

    Bad::

        SessionLocal = sessionmaker(create_engine("sqlite://"))

        def get_db() -> Iterator[Session]:
            with SessionLocal() as db:
                yield db

        @app.post("/tags", status_code=201)
        def create_tag(name: str, db: Session = Depends(get_db)) -> None:
            db.add(Tag(name=name))  # FAP007

    Good::

        SessionLocal = sessionmaker(create_engine("sqlite://"))

        def get_db() -> Iterator[Session]:
            with SessionLocal() as db:
                yield db

        @app.post("/tags", status_code=201)
        def create_tag(name: str, db: Session = Depends(get_db)) -> None:
            db.add(Tag(name=name))
            db.commit()
    """
    if not used.calls_any(function, lost.CALLED) or used.calls_any(function, _COMMIT):
        return
    for session, use in lost.writes(function):
        db = short(session.text)
        yield Finding(
            use.position,
            f"`{db}.{use.method}()` is never committed: what it writes is rolled back when `{db}` is closed; "
            f"call `{'await ' if session.is_async else ''}{db}.commit()`",
        )
