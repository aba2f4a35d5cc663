"""Answers as large as the table: queries without a limit, pages without one, pages cut out of everything."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_fastapi.knowledge import queries as tables
from flake8_fastapi.semantics import effects, facts, hints, served
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.data import growth
from flake8_fastapi.semantics.data.queries import Query, returned
from flake8_fastapi.semantics.data.queries.returned import Returned
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import ClassThing, Frame, Library
from flake8_fastapi.semantics.values import Evaluator
from flake8_fastapi.visitor import Finding, check, fitting


@check
def unbounded_query(route: Route) -> Iterator[Finding]:
    """A route answers with every row of a table, however many there will be.

    It works with the ten rows of the first day. Later each request loads the whole table into memory, validates it and
    sends it. Spoken of only where the query is seen, in the handler or in what it calls, and nothing limits it: no
    `limit`, page or slice, no condition on what the request asks for, nothing that groups or counts. A table that
    refers to no other one, holds no people and is referred to may be a short list of kinds or roles: silent.

    Bad::

        class User(Base):
            __tablename__ = "users"

        @app.get("/users")
        def list_users(db: Session = Depends(get_db)) -> list[UserOut]:
            return db.query(User).order_by(User.id).all()  # FAP006

    Good::

        class User(Base):
            __tablename__ = "users"

        @app.get("/users")
        def list_users(limit: int = 100, offset: int = 0, db: Session = Depends(get_db)) -> list[UserOut]:
            return db.query(User).order_by(User.id).limit(min(limit, 100)).offset(offset).all()
    """
    for found in _collections(route):
        if not found.result.slices and not found.is_paged and _gives_whole_table(route, found):
            yield Finding(found.position(route), _whole(route, found))


def _collections(route: Route) -> Iterator[Returned]:
    """The whole, unlimited results in the answer of a route that clients read as JSON."""
    if not served.is_api(route) or route.methods != {"GET"} or served.is_export(route):
        return
    for found in returned.of_route(route):
        result = found.result
        if result.is_whole and not result.is_stream and result.query.bounded is False and served.sends_json(route):
            yield found


def _gives_whole_table(route: Route, found: Returned) -> bool:
    """Whether nothing that the request says chooses the rows (constant conditions do not count), and there are many."""
    query = found.result.query
    if any(growth.may_stay_short(route.ev, each) for each in _tables(query)[:1]):
        return False
    return query.is_complete and not query.is_reduced and not query.is_selective


def _is_page(key: facts.Slice) -> bool:
    """Whether a slice ends where the request says; the first five of a list that is used besides are no page."""
    return key.upper is not None and not isinstance(key.upper, facts.Constant)


def _whole(route: Route, found: Returned) -> str:
    rows, grows = _rows(found.result.query), "the answer grows with the table"
    through = found.through(route)
    if through is None:
        return fitting(
            f"every {rows} is loaded and returned: {grows}; page the query with `limit` and `offset`",
            f"every {rows} is loaded and returned: {grows}; page the query",
            f"every row is loaded and returned: {grows}; page the query with `limit` and `offset`",
        )
    loader = served.clipped(effects.written(through), 48)
    return fitting(
        f"`{loader}` loads every {rows} and all are returned: {grows}; page its query with `limit` and `offset`",
        f"`{loader}` loads every {rows} and all are returned: {grows}; page its query",
        f"every {rows} is loaded and returned: {grows}; page the query",
    )


def _rows(query: Query) -> str:
    """What the query gives, for a message."""
    named = _tables(query)
    if named:
        return f"row of `{named[0].qualname.rpartition('.')[2]}`"
    return "document" if query.library == "mongo" else "row"


def _tables(query: Query) -> list[ClassThing]:
    """The entities whose rows, or columns, the query selects."""
    return [*query.entities, *(each.entity for each in query.columns if each.entity is not None)]


@check
def pagination_in_memory(route: Route) -> Iterator[Finding]:
    """A page is cut out of a list that holds everything: the database still gives, and the ORM builds, every row.

    Bad::

        class User(Base):
            __tablename__ = "users"

        @app.get("/users")
        def list_users(skip: int = 0, limit: int = 20, db: Session = Depends(get_db)) -> list[UserOut]:
            users = db.query(User).order_by(User.id).all()  # FAP006
            return users[skip : skip + limit]

    Good::

        class User(Base):
            __tablename__ = "users"

        @app.get("/users")
        def list_users(skip: int = 0, limit: int = 20, db: Session = Depends(get_db)) -> list[UserOut]:
            return db.query(User).order_by(User.id).offset(skip).limit(limit).all()
    """
    for found in _collections(route):
        if found.is_rearranged:
            continue
        if found.is_paged or any(_is_page(each) for each in found.result.slices):
            rows = _rows(found.result.query)
            yield Finding(
                found.position(route),
                f"every {rows} is loaded and then a page is cut out of the list: "
                "let the query do it with `offset` and `limit`",
            )


@check(optional=True)
def unbounded_page_size(route: Route) -> Iterator[Finding]:
    """The client chooses the size of a page, and nothing says how large it may be.

    Bad::

        @app.get("/users")
        def list_users(
            limit: int = 20,  # FAP006
        ) -> list[str]:
            return find_users(limit)

    Good::

        @app.get("/users")
        def list_users(limit: Annotated[int, Query(ge=1, le=100)] = 20) -> list[str]:
            return find_users(limit)
    """
    if not served.is_api(route):
        return
    for parameter in route.parameters:
        if parameter.name in tables.PAGE_SIZES and parameter.kind == "query" and _is_open(route, parameter):
            yield Finding(
                route.place(parameter),
                f"`{parameter.name}` of {served.named(route)} has no upper bound: "
                "one request can ask for the whole table; give it `Query(le=…)`",
            )


def _is_open(route: Route, parameter: Parameter) -> bool:
    """Whether a number without a bound certainly stays one."""
    type_, declaration = parameter.type, parameter.declaration
    if type_ is None or declaration.annotation is None:
        return False
    if not _is_plain_number(route.ev, declaration.annotation, declaration.frame):
        return False
    marker = parameter.marker.made if parameter.marker is not None else None
    if marker is not None and (marker.call.open or any(marker.call.keyword(name) for name in ("le", "lt"))):
        return False
    if any(isinstance(value, facts.Call) and _may_bound(route.ev, value, frame) for value, frame in type_.metadata):
        return False
    return route.code is None or not _is_compared(route.code, parameter.name)


def _is_plain_number(ev: Evaluator, annotation: Value, frame: Frame) -> bool:
    """Whether an annotation is `int`, possibly optional or in `Annotated`: `conint(le=100)` is none."""
    value, where = hints.expanded(ev, annotation, frame)
    if isinstance(value, facts.Operation):
        parts = [each for each in (value.left, value.right) if not isinstance(each, facts.Constant)]
        return all(_is_plain_number(ev, each, where) for each in parts)
    if isinstance(value, facts.Item):
        items = value.key.items if isinstance(value.key, facts.Display) else (value.key,)
        holder = ev.certain(value.of, where)
        is_wrapper = isinstance(holder, Library) and holder.name in ("typing.Annotated", "typing.Optional")
        return is_wrapper and _is_plain_number(ev, items[0], where)
    return ev.certain(value, where) == Library("builtins.int")


def _may_bound(ev: Evaluator, call: facts.Call, frame: Frame) -> bool:
    """`Field(le=100)`, `Interval(ge=1, le=100)`, `Le(100)`"""
    callee = ev.certain(call.func, frame)
    is_bound = isinstance(callee, Library) and callee.last in ("Le", "Lt")
    return is_bound or call.open or any(call.keyword(each) is not None for each in ("le", "lt"))


def _is_compared(code: Code, name: str) -> bool:
    """Whether the code compares the parameter with anything, or takes the smaller of it and something."""
    for use in code.uses(name):
        around = code.parent(use)
        if isinstance(around, ast.Compare):
            return True
        if isinstance(around, ast.Call) and code.thing(around.func) == Library("builtins.min"):
            return True
    return False
