"""Engines, pools and session factories: how often they are made, and how."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_fastapi.semantics import facts, hints, reached
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.config import settings
from flake8_fastapi.semantics.data import expired, leaks, resources
from flake8_fastapi.semantics.data.sessions import Opening
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.things import Frame, Library
from flake8_fastapi.visitor import Finding, check, fitting, short

_MADE_ONCE = frozenset({"engine", "factory", "pool", "client"})
_SESSION_CLASSES = frozenset({"sqlalchemy.ext.asyncio.AsyncSession", "sqlmodel.ext.asyncio.session.AsyncSession"})
_DEEPEST = 4


@check
def engine_per_request(opening: Opening) -> Iterator[Finding]:
    """An engine, connection pool, session factory or database client that is made anew for each request.

    Each one has a pool of its own: every request connects to the database again, and the connections of the old pools
    stay open until Python collects them. A session factory makes a new class each time.

    Not reported: what is kept (a global, an attribute, `lru_cache`), what is closed again (`dispose()`), engines
    without pool, and addresses that differ from request to request.

    Bad::

        @app.get("/users")
        def users() -> int:
            engine = create_engine("sqlite://")  # FAP007
            with Session(engine) as db:
                return db.query(User).count()

    Good::

        engine = create_engine("sqlite://")

        @app.get("/users")
        def users() -> int:
            with Session(engine) as db:
                return db.query(User).count()
    """
    function = opening.function
    if opening.resource.kind not in _MADE_ONCE or opening.how != "made" or function is None or opening.site.lazy:
        return
    if opening.call.keyword("poolclass") is not None or opening.call.open or _differs(opening, function):
        return
    found = reached.by_each_request(function)
    code, node = opening.code, opening.node
    if found is None or code is None or node is None or _is_kept(opening, code, node, found.is_direct):
        return
    text = short(opening.text)
    why = "a new class each time" if opening.resource.kind == "factory" else "with connections of its own"
    yield Finding(
        opening.position,
        fitting(
            f"`{text}` is made for each request (by {found.role} `{short(found.name)}`), {why}; make it once",
            f"`{text}` is made for each request, {why}; make it once",
        ),
    )


def _is_kept(opening: Opening, code: Code, node: ast.Call, is_direct: bool) -> bool:
    """Whether something outlives the call with it, or it is closed when it has been used."""
    place = leaks.place(code, node)
    if place.fate == "attribute":
        # The object lives as long as the request only where FastAPI makes it for the request.
        return not (is_direct and opening.function is not None and opening.function.name == "__init__")
    if place.fate == "variable":
        return leaks.is_stored_or_closed(code, place.names)
    if place.fate == "passed" and isinstance(place.node, ast.Call):
        return _makes_session(opening, code, place.node) is False
    if place.fate == "dropped":
        return leaks.is_stored_or_closed(code, place.names) or any("." in name for name in place.names)
    return place.fate != "returned"


def _makes_session(opening: Opening, code: Code, call: ast.Call) -> bool:
    """Whether a call makes a session or factory of what it is given: `sessionmaker(create_engine())`."""
    return resources.made_by(opening.ev, code.thing(call.func)) is not None


def _differs(opening: Opening, function: Function) -> bool:
    """Whether an argument may differ from request to request, or belongs to what another finding is about."""
    values = (*opening.call.args, *(value for _, value in opening.call.keywords))
    return any(_depends(function, value, opening.frame, _DEEPEST) for value in values)


def _depends(function: Function, value: Value, frame: Frame, depth: int) -> bool:
    if isinstance(value, (facts.Constant, facts.Name, facts.Import)):
        return False
    if depth == 0:
        return True
    if isinstance(value, facts.Attribute):
        return _depends(function, value.of, frame, depth)
    if isinstance(value, facts.Item):
        return _depends(function, value.of, frame, depth) or _depends(function, value.key, frame, depth - 1)
    if isinstance(value, facts.Text):
        return any(_depends(function, part, frame, depth - 1) for part in value.parts)
    if isinstance(value, facts.Operation):
        return _depends(function, value.left, frame, depth - 1) or _depends(function, value.right, frame, depth - 1)
    if isinstance(value, facts.Call):
        if resources.acquired(function.ev, value, frame) is not None:
            return True  # An engine made here as well: it is what is wrong.
        parts = (value.func, *value.args, *(each for _, each in value.keywords))
        return any(_depends(function, part, frame, depth - 1) for part in parts)
    if isinstance(value, facts.Table):
        parts = tuple(each for _, each in value.items)
        return any(_depends(function, part, frame, depth - 1) for part in parts)
    if isinstance(value, facts.Display):
        return any(_depends(function, part, frame, depth - 1) for part in value.items)
    if isinstance(value, facts.Parameter):
        return not _is_settings(function, value)
    if isinstance(value, facts.Local):
        bindings = resources.bindings_of(function.ev, value, frame)
        return not bindings or any(_depends(function, each, frame, depth - 1) for each in bindings)
    return True


def _is_settings(function: Function, parameter: facts.Parameter) -> bool:
    """Whether FastAPI injects the settings of the app, which are the same for each request."""
    where = Frame(function.thing.path)
    if hints.dependency_marker(function.ev, parameter.annotation, parameter.default, where) is None:
        return False
    thing = function.ev.certain(parameter, function.frame)
    return settings.class_of(function.ev, thing) is not None


# -- expiring


@check
def expire_on_commit(opening: Opening) -> Iterator[Finding]:
    """An async session factory without `expire_on_commit=False`, and code that reads an object after `commit()`.

    A commit expires all objects of a session: the next attribute that is read is loaded from the database. An async
    session cannot do so outside an `await`: `MissingGreenlet`, or `DetachedInstanceError` once the session is closed.

    Reported only where some function that serves requests reads or returns an object that it has committed and not
    refreshed, and nothing else in the project sets the option.

    Bad::

        async_session = async_sessionmaker(engine)  # FAP007

        @app.post("/users")
        async def create(name: str) -> int:
            async with async_session() as session:
                user = User(name=name)
                session.add(user)
                await session.commit()
                return user.id

    Good::

        async_session = async_sessionmaker(engine, expire_on_commit=False)

        @app.post("/users")
        async def create(name: str) -> int:
            async with async_session() as session:
                user = User(name=name)
                session.add(user)
                await session.commit()
                return user.id
    """
    if opening.how != "made" or opening.call.open or not _expires(opening):
        return
    project = opening.project
    path = opening.module.path
    if project.files.is_test(path) or _is_set_elsewhere(opening):
        return
    found = next(expired.read_after_commit(project), None)
    if found is None:
        return
    yield Finding(
        opening.position,
        fitting(
            f"`{short(found.function)}` reads `{short(found.variable)}` after `commit()`, where it is expired: "
            "`MissingGreenlet`; set `expire_on_commit=False`",
            f"`{short(found.function)}` reads an expired object after `commit()`; set `expire_on_commit=False`",
        ),
    )


def _expires(opening: Opening) -> bool:
    """Whether a call makes a factory, or a session without one, whose objects expire."""
    callee = opening.ev.certain(opening.call.func, opening.frame)
    made = resources.resource(opening.ev, opening.ev.certain(opening.call, opening.frame))
    if made is None or not made.is_async or not isinstance(callee, Library):
        return False
    if opening.resource.kind != "factory" and callee.name not in _SESSION_CLASSES:
        return False
    option = opening.call.keyword("expire_on_commit")
    return option is None or opening.ev.literal(option, opening.frame) is True


def _is_set_elsewhere(opening: Opening) -> bool:
    """Whether some call of the project sets the option to something else: its sessions may be those that are used."""
    project = opening.project
    for path in project.files.mentioning("expire_on_commit"):
        module = project.facts(path)
        for found in module.functions.values() if module is not None and not project.files.is_test(path) else ():
            values = (
                site.value.keyword("expire_on_commit") for site in found.sites if isinstance(site.value, facts.Call)
            )
            frame = Frame(path, found.qualname)
            if any(value is not None and opening.ev.literal(value, frame) is not True for value in values):
                return True
    return False
