"""Who closes a session or connection: nobody, everybody at once, or only where nothing goes wrong."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import reached
from flake8_fastapi.semantics.code import Code, dotted, start
from flake8_fastapi.semantics.data import at_import, keepers, leaks, resources, returns
from flake8_fastapi.semantics.data.leaks import Held, Leak, Place
from flake8_fastapi.semantics.data.sessions import Opening
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.paths import Paths
from flake8_fastapi.semantics.things import Bound, ClassThing, Generator
from flake8_fastapi.visitor import Finding, check, fitting, short

_TAKING = frozenset({"getconn()", "acquire()", "get_connection()"})
"""Calls that take a connection out of a pool."""


def _opens_session(opening: Opening) -> bool:
    return opening.resource.kind in ("session", "connection")


def _with(opening: Opening) -> str:
    return "`async with`" if opening.resource.is_async else "`with`"


# -- global


@check
def global_session(opening: Opening) -> Iterator[Finding]:
    """A session or connection that is made when the module is imported, and used by all requests.

    All requests share one transaction: one commits or rolls back what another has begun, an error in one leaves the
    session unusable for all, and its objects are those of the first request for ever. Threads use it at the same time,
    for which neither sessions nor most connections are made.

    Not reported: engines, pools, session factories, `scoped_session`, clients that pool, and what no request uses.

    Bad::

        db = Session(create_engine("sqlite://"))  # FAP007

        @app.get("/users")
        def users() -> int:
            return db.query(User).count()

    Good::

        engine = create_engine("sqlite://")

        @app.get("/users")
        def users() -> int:
            with Session(engine) as db:
                return db.query(User).count()
    """
    if not opening.is_at_import or not _opens_session(opening) or opening.how == "stepped":
        return
    kept = at_import.kept(opening)
    user = at_import.user(opening, kept) if kept is not None else None
    if kept is None or user is None:
        return
    what = f"`{short(kept)}` is one {opening.resource.kind} for all requests"
    yield Finding(
        opening.position,
        fitting(
            f"{what}: `{short(user)}` shares its transaction with every other; open one for each request",
            f"{what}: they share one transaction; open one for each request",
        ),
    )


# -- returned


@check
def returned_session(opening: Opening) -> Iterator[Finding]:
    """A dependency that returns a session, or any function that returns one out of its `with`.

    FastAPI closes nothing that is returned: the connection of each request stays checked out until Python collects
    the session, and the pool runs dry meanwhile. Out of a `with` the session comes back closed; SQLAlchemy opens it
    again when it is used, and nothing closes that.

    Not reported: a factory that is no dependency, and dependencies whose users close the session themselves.

    Bad::

        SessionLocal = sessionmaker()

        def get_db() -> Session:
            return SessionLocal()  # FAP007

        @app.get("/users")
        def users(db: Session = Depends(get_db)) -> int:
            return db.query(User).count()

    Good::

        SessionLocal = sessionmaker()

        def get_db() -> Iterator[Session]:
            with SessionLocal() as db:
                yield db

        @app.get("/users")
        def users(db: Session = Depends(get_db)) -> int:
            return db.query(User).count()
    """
    found = returns.of(opening)
    if found is None or opening.function is None:
        return
    name = short(opening.function.name)
    if not found.is_closed:
        what = f"nobody closes the {opening.resource.kind} that `{name}` returns"
        yield Finding(
            start(found.statement),
            fitting(f"{what}: {_lost(opening)}; {_yielded(opening)}", f"{what}; {_yielded(opening)}"),
        )
        return
    again = "used again it takes a connection that nothing closes; " if opening.resource.is_sqlalchemy else ""
    yield Finding(
        start(found.statement),
        fitting(
            f"`{name}` returns `{found.variable}` out of its `with`, which closes it: {again}`yield` it in there",
            f"`{name}` returns `{found.variable}` out of its `with`, which closes it; `yield` it in there",
        ),
    )


def _lost(opening: Opening) -> str:
    """What becomes of the connection."""
    if opening.resource.is_sqlalchemy:
        return "the pool misses its connection until it is collected"
    if opening.how == "made" and opening.text.rpartition(".")[2] in _TAKING:
        return "the pool never gets it back"
    return "the connection stays open until it is collected"


def _yielded(opening: Opening) -> str:
    return (
        f"`yield` it inside {_with(opening)}" if opening.resource.is_sqlalchemy else "`yield` it in a `try`/`finally`"
    )


def _cure(opening: Opening) -> str:
    """What to do; few drivers have a `with` that closes."""
    return f"use {_with(opening)}" if opening.resource.is_sqlalchemy else "close it in a `finally`"


# -- unclosed


@check
def unclosed_session(opening: Opening) -> Iterator[Finding]:
    """A session or connection that a request opens, and that stays open on some way out of the function.

    Its connection stays checked out until Python collects the session: later requests wait for one and time out.
    A `with` closes it on every way; so does `close()` in a `finally`. A session that has ended its transaction
    (`commit()`, `rollback()`) holds no connection, and counts as closed.

    Not reported: what is handed to something that may close it, factories, scripts, tests, and the start of the app.

    Bad::

        SessionLocal = sessionmaker()

        @app.get("/users")
        def users() -> int:
            db = SessionLocal()  # FAP007
            count = db.query(User).count()
            db.close()
            return count

    Good::

        SessionLocal = sessionmaker()

        @app.get("/users")
        def users() -> int:
            with SessionLocal() as db:
                return db.query(User).count()
    """
    function, code = opening.function, opening.code
    if function is None or code is None or not _opens_session(opening) or opening.site.lazy:
        return
    if opening.node is None or _is_manual_dependency(opening, opening.node) or _is_on_connection(opening):
        return
    place = leaks.place(code, opening.node)
    leak = _leak_of(opening, function, code, opening.node, place)
    if leak is None or returns.of(opening) is not None:
        return
    if function.facts.is_generator and not _is_provider(function):
        return
    is_attribute = place.fate == "attribute"
    found = reached.by_each_request(function) if is_attribute else reached.by_request(function)
    if found is None or (is_attribute and leak.when == "always" and _is_closed_elsewhere(opening, place)):
        return
    yield Finding(opening.position, _message(opening, leak))


def _leak_of(opening: Opening, function: Function, code: Code, node: ast.Call, place: Place) -> Leak | None:
    if place.fate == "dropped" or (place.fate == "passed" and _is_only_used(code, node, place)):
        return Leak("always")
    if place.fate == "yielded":
        return Leak("always")
    if _is_of_plain_object(function, code, place):
        return Leak("always")
    names = _names_of(function, code, place)
    if not names or (_is_yielded_later(code, names) and not function.facts.is_generator):
        return None
    is_session = opening.resource.kind == "session"
    leak = Held(code, node, names, is_session, Paths.of(code)).leak()
    if leak is not None and leak.when == "error" and _is_unprotected(code, node, names, is_session):
        return None
    return leak


def _names_of(function: Function, code: Code, place: Place) -> tuple[str, ...]:
    """What holds the session: variables, and in a middleware the attribute of the request."""
    if place.fate == "variable":
        return (*place.names, *leaks.state_aliases(code, place.names))
    if place.fate == "attribute" and all(".state." in f".{name}" for name in place.names):
        parameters = {parameter.name for parameter in function.facts.parameters}
        return place.names if all(name.partition(".")[0] in parameters for name in place.names) else ()
    return ()


def _is_yielded_later(code: Code, names: tuple[str, ...]) -> bool:
    return any(node.value is not None and dotted(node.value) in names for node in leaks.yields(code))


def _is_of_plain_object(function: Function, code: Code, place: Place) -> bool:
    """Whether a constructor always assigns it to an attribute of its object, and the object closes nothing."""
    owner = function.facts.owner
    if place.fate != "attribute" or function.name != "__init__" or owner is None or place.node not in code.statements:
        return False
    if not all(name.startswith(f"{function.facts.parameters[0].name}.") for name in place.names):
        return False
    return not keepers.owns(function.ev, ClassThing(function.thing.path, owner))


def _is_closed_elsewhere(opening: Opening, place: Place) -> bool:
    """Whether something in the project closes the attribute of the request or object that holds it."""
    return any(keepers.closes_attribute(opening.project, name.rpartition(".")[2]) for name in place.names)


def _is_only_used(code: Code, node: ast.Call, place: Place) -> bool:
    """Whether a function of the project is given the session, and neither keeps nor closes it."""
    call = place.node
    callee = code.thing(call.func) if isinstance(call, ast.Call) else None
    if not isinstance(call, ast.Call) or callee is None or isinstance(callee, ClassThing):
        return False
    return isinstance(callee, Bound) is False and not keepers.keeps(code, call, node)


def _is_on_connection(opening: Opening) -> bool:
    """Whether a session uses a connection that somebody else has opened: `Session(bind=connection)`."""
    bind = opening.call.keyword("bind") or next(iter(opening.call.args), None)
    if opening.resource.kind != "session" or bind is None:
        return False
    found = resources.resource(opening.ev, opening.ev.certain(bind, opening.frame))
    return found is not None and found.kind == "connection"


def _is_manual_dependency(opening: Opening, node: ast.Call) -> bool:
    """Whether `manual-dependency` speaks about it: `next(get_db())` of a dependency."""
    if opening.how != "stepped" or opening.code is None:
        return False
    stepped = node.func.value if isinstance(node.func, ast.Attribute) else node.args[0]
    thing = opening.code.thing(stepped)
    roles = opening.project.loop.roles(thing.function) if isinstance(thing, Generator) else ()
    return any(each.role == "dependency" for each in roles)


def _is_provider(function: Function) -> bool:
    """Whether FastAPI, or a `with` in the project, runs a generator function to its end."""
    return not function.traits.isdisjoint(framework.CONTEXT_MANAGERS) or function.is_dependency


def _is_unprotected(code: Code, node: ast.AST, names: tuple[str, ...], is_session: bool) -> bool:
    has_yield = next(leaks.yields(code), None) is not None
    return has_yield and Held(code, node, names, is_session, Paths.of(code)).is_open_after_throw()


def _text(opening: Opening) -> str:
    """The call in short: `SessionLocal()`, `next(open_db())`."""
    return ast.unparse(opening.node) if opening.how == "stepped" and opening.node is not None else opening.text


def _message(opening: Opening, leak: Leak) -> str:
    text, closing = short(_text(opening)), short(leak.closing)
    if leak.when == "always":
        what = f"nothing closes `{text}`"
    elif leak.when == "return":
        what = f"`{closing}` is not reached on every way out"
    else:
        what = f"an error skips `{closing}`" if closing else f"an error leaves `{text}` open"
    cure = (
        f"use {_with(opening)} or `finally`"
        if leak.when == "error" and opening.resource.is_sqlalchemy
        else _cure(opening)
    )
    return fitting(f"{what}: {_lost(opening)}; {cure}", f"{what}; {cure}")


# -- yielded


@check
def unprotected_yield(function: Function) -> Iterator[Finding]:
    """A dependency or context manager that cleans up after its `yield`, with neither `finally` nor `with` around it.

    An exception of the route is thrown in at the `yield`, and what follows is skipped: the session, client or file
    stays open.

    Bad::

        SessionLocal = sessionmaker()

        def get_db() -> Iterator[Session]:
            db = SessionLocal()
            yield db  # FAP007
            db.close()

        @app.get("/users")
        def users(db: Session = Depends(get_db)) -> int:
            return db.query(User).count()

    Good::

        SessionLocal = sessionmaker()

        def get_db() -> Iterator[Session]:
            db = SessionLocal()
            try:
                yield db
            finally:
                db.close()

        @app.get("/users")
        def users(db: Session = Depends(get_db)) -> int:
            return db.query(User).count()
    """
    if not function.facts.is_generator or not _may_close(function):
        return
    code = function.code
    found = list(_unprotected(code)) if code is not None else []
    if not found or not _is_provider(function) or reached.by_request(function) is None:
        return
    for node, closing in found:
        yield Finding(
            start(node),
            f"an exception coming in at this `yield` skips `{short(closing)}`; put it in a `finally`, or use `with`",
        )


def _may_close(function: Function) -> bool:
    module = function.project.facts(function.thing.path)
    mentions = module.mentions if module is not None else {}
    own = function.facts.qualname
    return any(qualname == own for name in leaks.CLOSING & mentions.keys() for qualname, _ in mentions[name])


def _unprotected(code: Code) -> Iterator[tuple[ast.Yield, str]]:
    """Each `yield` at which an exception leaves something open that is closed otherwise, and what closes it."""
    seen: set[ast.Yield] = set()
    for name, call in leaks.opened_variables(code):
        held = Held(code, call, (name,), False, Paths.of(code))
        if not held.closings or not held.is_open_after_throw():
            continue
        node = next((each for each in leaks.yields(code) if each.lineno >= call.lineno and each not in seen), None)
        if node is not None:
            seen.add(node)
            yield node, held.closing
