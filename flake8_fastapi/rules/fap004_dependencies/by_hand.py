"""Dependencies that are called by hand, where FastAPI should call them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_fastapi.semantics import facts, unfilled
from flake8_fastapi.semantics.code import Code, start
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import Site
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.things import FunctionThing, Generator, Library
from flake8_fastapi.semantics.unfilled import CallByHand
from flake8_fastapi.visitor import Finding, check

_NEXT = frozenset({"builtins.next", "builtins.anext"})
_STEPS = frozenset({"__next__", "__anext__"})
_STEP_NAMES = frozenset({"next", "anext", *_STEPS})
_ASIDE = frozenset({"test", "tests", "testing", "script", "scripts", "alembic", "migrations", "examples", "tools"})
"""Folders of code that is no part of the application."""
_KEPT = frozenset({"bind", "engine", "get_bind"})
"""What of a session outlives it."""
_COMMAND_DECORATORS = frozenset({"command", "group", "callback"})


def _is_test(function: Function) -> bool:
    return function.project.files.is_test(function.source.path)


def is_script(function: Function) -> bool:
    """Whether a function belongs to a script or command: its process ends with it, and closes everything."""
    folders, _ = function.project.files.parts(function.source.path)
    if not _ASIDE.isdisjoint(folders):
        return True
    return any(_is_command(node) for node in function.source.tree.body)


def _is_command(node: ast.stmt) -> bool:
    if isinstance(node, ast.If):
        return any(isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test))
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    calls = (each.func if isinstance(each, ast.Call) else each for each in node.decorator_list)
    return any(isinstance(each, ast.Attribute) and each.attr in _COMMAND_DECORATORS for each in calls)


@check
def manual_dependency(function: Function) -> Iterator[Finding]:
    """A dependency that is a generator is run by hand: `next(get_db())`.

    Nobody finishes the generator. Python collects it at once, so that its clean-up runs before the value is used, and
    nothing closes what is opened afterwards. Silent in tests and scripts, where the value is closed in a `finally` or
    `with`, and where the generator is kept and finished.

    Bad::

        def get_db() -> Iterator[Session]:
            with SessionLocal() as session:
                yield session

        @app.get("/users")
        def users(db: Session = Depends(get_db)) -> int:
            return count_all() + db.info["count"]

        def count_all() -> int:
            return next(get_db()).info["count"]  # FAP004

    Good::

        def get_db() -> Iterator[Session]:
            with SessionLocal() as session:
                yield session

        @app.get("/users")
        def users(db: Session = Depends(get_db)) -> int:
            return count_all() + db.info["count"]

        def count_all() -> int:
            with SessionLocal() as session:
                return session.info["count"]
    """
    if not any(map(_may_step, function.facts.sites)) or function.code is None:
        return
    found = [(call, taken) for call in function.code.calls() if (taken := _taken(function.code, call)) is not None]
    if not found or _is_test(function) or is_script(function):
        return
    for call, made in found:
        thing = function.code.thing(made)
        if not isinstance(thing, Generator) or thing.managed or _is_closed(function.code, call):
            continue
        name = written(function.source.value(made))
        if _is_injected(function.project, thing.function, name):
            method = call.func.attr if isinstance(call.func, ast.Attribute) else "__next__"
            step = f"{ast.unparse(call.func)}({name})" if made in call.args else f"{name}.{method}()"
            yield Finding(
                start(call),
                f"nobody finishes the generator of `{step}`: it cleans up before the value is used; use a `with` block",
            )


def _may_step(site: Site) -> bool:
    """The cheap question first: whether a call is one of `next` by its name."""
    func = site.value.func if isinstance(site.value, facts.Call) else None
    return isinstance(func, (facts.Name, facts.Attribute)) and func.name in _STEP_NAMES


def _is_injected(project: Project, function: FunctionThing, name: str) -> bool:
    """Whether a generator function is a dependency: by its name, or by the one under which decorators hide it."""
    if any(each.role == "dependency" for each in project.loop.roles(function)):
        return True
    last = name.removesuffix("()").rpartition(".")[2]
    return any(
        each.role == "dependency"
        for path in project.files.mentioning(last)
        for each in project.registrations.roles(path, function)
    )


def _taken(code: Code, call: ast.Call) -> ast.Call | None:
    """The call whose first value is taken: `get_db()` of `next(get_db())`; None for any other call."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in _STEPS:
        return call.func.value if isinstance(call.func.value, ast.Call) else None
    if not call.args or not isinstance(call.args[0], ast.Call):
        return None
    callee = code.thing(call.func)
    return call.args[0] if isinstance(callee, Library) and callee.name in _NEXT else None


def _is_closed(code: Code, call: ast.Call) -> bool:
    """Whether the value is entered, or bound to a name that a `finally` or `with` closes."""
    taken: ast.AST | None = code.parent(call)
    if isinstance(taken, ast.Await):
        taken = code.parent(taken)
    if isinstance(taken, ast.withitem) or (isinstance(taken, ast.Attribute) and taken.attr in _KEPT):
        return True
    if not isinstance(taken, ast.Assign) or len(taken.targets) != 1 or not isinstance(taken.targets[0], ast.Name):
        return False
    name = taken.targets[0].id
    return any(_closes(node, name) for node in code.own)


def _closes(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Try):
        return any(
            isinstance(each, ast.Attribute)
            and each.attr in ("close", "aclose", "remove")
            and _is_name(each.value, name)
            for statement in node.finalbody
            for each in ast.walk(statement)
        )
    return isinstance(node, ast.withitem) and _is_name(node.context_expr, name)


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


@check
def depends_outside_injection(function: Function) -> Iterator[Finding]:
    """A function with `Depends` or `Query` in its parameters is called by hand, and these are left out.

    Outside FastAPI nobody fills them in: as defaults they stay the marker object, in `Annotated` they are missing.
    Silent where the marker does no harm (never read, overwritten, asked for its type), where a decorator may supply
    the value, and in tests. Of a route handler that is called by hand `handler-called` speaks.

    Bad::

        def get_user(name: str, db: Session = Depends(get_db)) -> str | None:
            return db.scalar(select(User.id).where(User.name == name))

        @app.get("/login")
        def login(name: str) -> str | None:
            return get_user(name)  # FAP004

    Good::

        def get_user(name: str, db: Session = Depends(get_db)) -> str | None:
            return db.scalar(select(User.id).where(User.name == name))

        @app.get("/login")
        def login(name: str, db: Session = Depends(get_db)) -> str | None:
            return get_user(name, db)
    """
    for found in unfilled.calls_by_hand(function):
        if not found.is_of_handler:
            yield Finding(found.call.start, _message(found))


def _message(found: CallByHand) -> str:
    called = f"`{written(found.call.func)}()` is called by hand"
    missing = [each.name for each in found.unfilled if each.is_missing]
    if missing:
        return f"{called}, and `{missing[0]}` is missing: only FastAPI fills it in; pass a value"
    first, *others = found.unfilled
    if not others:
        stay = f"`{first.name}` stays a `{first.marker}` object"
    else:
        more = f"{len(others)} more" if len(others) > 1 else f"`{others[0].name}`"
        stay = f"`{first.name}` and {more} stay marker objects"
    return f"{called}: {stay}; pass a value, or let FastAPI call it"
