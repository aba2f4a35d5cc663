"""Look-ups whose result may be missing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_fastapi.semantics import facts, reached
from flake8_fastapi.semantics.code import start
from flake8_fastapi.semantics.data import asked, keyed, missing, truths, unchecked
from flake8_fastapi.semantics.data.asked import Source
from flake8_fastapi.semantics.data.missing import Kind, Miss
from flake8_fastapi.semantics.data.spawned import node_of
from flake8_fastapi.semantics.data.truths import Truth
from flake8_fastapi.semantics.data.unchecked import Use
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.visitor import Finding, check, fitting, short

_WHEN: dict[Kind, str] = {
    "row": "no row matches",
    "document": "no document matches",
    "key": "the key is missing",
    "match": "the text does not match",
}


@check
def unchecked_lookup(function: Function) -> Iterator[Finding]:
    """The result of a look-up by what a client sent is used without a test for None.

    A missing row, document or key then ends in AttributeError, TypeError or ResponseValidationError: the client gets a
    500 where a 404 belongs. The same for a dict of the module that is indexed by a path parameter. Reported at the
    first use on a way without a test, once for each look-up. Silent for aggregates, for keys that a client does not
    choose (of a row that is there, of the current user), and where something that is given the same key runs before.

    Bad::

        @app.get("/users/{user_id}")
        def read_name(user_id: int, db: Session = Depends(get_db)) -> str:
            user = db.query(User).filter(User.id == user_id).first()
            return user.name  # FAP005

    Good::

        @app.get("/users/{user_id}")
        def read_name(user_id: int, db: Session = Depends(get_db)) -> str:
            user = db.query(User).filter(User.id == user_id).first()
            if user is None:
                raise HTTPException(404)
            return user.name
    """
    if not function.facts.parameters:
        return
    for site, miss in missing.lookups(function.ev, function.facts.sites, function.frame):
        assert isinstance(site.value, facts.Call)
        origin = asked.source(function.project, function.thing, miss.keys, site.start)
        code = function.code if origin is not None else None
        node = node_of(code, site.value)
        if origin is None or code is None or node is None:
            continue
        found = unchecked.uses(code, node, lambda: asked.refused(function.project, function.thing) is not None)
        if found and not _is_tested_as_query(function, node):
            yield Finding(start(found[0].node), _unchecked(node, found[0], miss, origin))
    for access in keyed.accesses(function):
        yield Finding(start(access), _keyed(access))


def _is_tested_as_query(function: Function, node: ast.Call) -> bool:
    """Whether a test for the row is there, of the query that gives it: that is the fault, and reported by itself."""
    of = node.func.value if isinstance(node.func, ast.Attribute) else node
    return isinstance(of, ast.Name) and any(truth.node.id == of.id for truth in truths.of(function))


def _unchecked(node: ast.Call, use: Use, miss: Miss, origin: Source) -> str:
    when, status = _WHEN[miss.kind], _status(miss, origin)
    called = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
    value = use.node.id if isinstance(use.node, ast.Name) else f"{short(called)}()"
    none = f"`{short(value)}` is None when {when}"
    used = _used(use, value)
    then = f"{used} raises {use.error}, a 500 instead of a {status}"
    if use.kind == "returned":
        then = f"FastAPI raises {use.error}, a 500 instead of a {status}"
    return fitting(
        f"{none}: {then}; raise HTTPException({status}) first",
        f"{none}: {then}; test it first",
        f"{none}: a 500 instead of a {status}; raise HTTPException({status}) first",
        f"None when {when}: a 500 instead of a {status}; raise HTTPException({status}) first",
    )


def _used(use: Use, value: str) -> str:
    """The use as it is written, in short."""
    if isinstance(use.around, ast.Attribute):
        return f"`{short(value)}.{use.around.attr}`"
    if isinstance(use.around, ast.Call):
        name = use.around.func.attr if isinstance(use.around.func, ast.Attribute) else ast.unparse(use.around.func)
        return f"`{short(name)}({'**' if use.kind == 'keywords' else ''}{short(value)})`"
    return {"item": "an item of it", "unpacked": "unpacking it", "iterated": "iterating it"}.get(use.kind, "its use")


def _status(miss: Miss, origin: Source) -> int:
    """What the client should get: what is missing in its own request is its mistake."""
    if miss.kind == "match" or (miss.kind == "key" and origin in ("body", "request")):
        return 422 if origin in ("body", "path", "query") else 400
    return 404


def _keyed(access: ast.Subscript) -> str:
    table, key = ast.unparse(access.value), short(ast.unparse(access.slice))
    what = f"`{short(table)}[{key}]` raises KeyError for a key that is not there"
    return fitting(
        f"{what}, a 500 instead of a 404; test `{key} in {short(table)}` and raise HTTPException(404)",
        f"{what}, a 500 instead of a 404; raise HTTPException(404) first",
        "KeyError for a key that is not there, a 500 instead of a 404; raise HTTPException(404) first",
    )


@check
def query_truth_test(function: Function) -> Iterator[Finding]:
    """A condition asks whether a query found something before the query has run.

    A `Query`, a cursor and the result of `execute()` are true whatever the database holds, so the branch for "not
    found" never runs; the truth of a `select()` raises TypeError, a 500. Silent for libraries whose queries run when
    they are tested (peewee, Django, mongoengine).

    Bad::

        @app.get("/users/{user_id}")
        def read_name(user_id: int, db: Session = Depends(get_db)) -> list[str]:
            query = db.query(User).filter(User.id == user_id)
            if not query:  # FAP005
                raise HTTPException(404)
            return [user.name for user in query.limit(10)]

    Good::

        @app.get("/users/{user_id}")
        def read_name(user_id: int, db: Session = Depends(get_db)) -> str:
            user = db.query(User).filter(User.id == user_id).first()
            if not user:
                raise HTTPException(404)
            return user.name
    """
    found = [*truths.of(function)]
    if not found or reached.by_request(function) is None:
        return
    for truth in found:
        yield Finding(start(truth.node), _tested(function, truth))


def _tested(function: Function, truth: Truth) -> str:
    name = f"`{short(truth.node.id)}`"
    if truth.kind == "statement" and not truth.compared:
        return fitting(
            f"{name} is a `select()` that has not run: its truth raises TypeError, a 500; execute it and test the row"
        )
    what, so, fix = _KINDS[truth.kind]
    if truth.kind == "coroutine" and not function.facts.is_async:
        fix = f"await it in an `async def` `{short(function.name)}`"
    never = "never None" if truth.compared else "always true"
    return fitting(f"{name} is {what}, {never}: {so}; {fix}", f"{what} is {never}: {so}; {fix}")


_UNNOTICED = "a missing row goes unnoticed"
_KINDS: dict[truths.Kind, tuple[str, str, str]] = {
    "query": ("a query that has not run", _UNNOTICED, "fetch the first row and test that"),
    "statement": ("a `select()` that has not run", _UNNOTICED, "execute it and test the row"),
    "cursor": ("a cursor, not a row", _UNNOTICED, "fetch the row and test that"),
    "coroutine": ("a coroutine", "the condition decides nothing", "await it"),
}
