"""What is injected: dependencies that are handed over wrongly, or are none."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import arguments, calls, facts, handed, hints
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import FunctionFacts
from flake8_fastapi.semantics.markers import Marker
from flake8_fastapi.semantics.things import (
    Coroutine,
    FunctionThing,
    Generator,
    Instance,
    Partial,
    Thing,
    function_of,
)
from flake8_fastapi.semantics.values import Evaluator
from flake8_fastapi.visitor import Finding, check

_LOOKS_THROUGH_DECORATORS = (0, 123, 5)
"""Until here the context manager itself was injected, and could be entered by the handler."""


@check
def called_dependency(marker: Marker) -> Iterator[Finding]:
    """`Depends(get_db())`: the dependency is called, and FastAPI gets what it returned instead of the function.

    A generator, coroutine or other object that cannot be called ends the start of the app with a TypeError. Calls of
    factories, `Depends(require("admin"))`, and objects with `__call__` are right.

    Bad::

        def get_db() -> Iterator[Session]:
            with SessionLocal() as session:
                yield session

        @app.get("/users")
        def users(db: Session = Depends(get_db())) -> int:  # FAP004
            return db.info["count"]

    Good::

        def get_db() -> Iterator[Session]:
            with SessionLocal() as session:
                yield session

        @app.get("/users")
        def users(db: Session = Depends(get_db)) -> int:
            return db.info["count"]
    """
    ev, call = marker.project.evaluator, marker.argument
    if not isinstance(call, facts.Call):
        return
    things = handed.given_by(ev, call, marker.frame)
    kinds = [handed.uncallable(ev, thing) for thing in things]
    if not kinds or not all(kinds):
        return
    name = written(call.func)
    yield Finding(
        marker.position,
        f"`{name}()` is {kinds[0]}, which `Depends` cannot call: the app fails at import; "
        f"{_instead(ev, things[0], ev.certain(call.func, marker.frame), name)}",
    )


def _instead(ev: Evaluator, thing: Thing, callee: Thing | None, name: str) -> str:
    if hints.is_marker(thing):
        return "leave the outer `Depends` out"
    return f"pass `{name}` itself" if function_of(callee) is not None else "pass a function that gives it"


@check
def contextmanager_dependency(marker: Marker) -> Iterator[Finding]:
    """A dependency is decorated with `@contextmanager` or `@asynccontextmanager`.

    FastAPI makes a context manager of a generator itself. Of a decorated one it injected the context manager, which
    nobody enters; since 0.123.5 each request that needs it is answered with status 500.

    Bad::

        from contextlib import contextmanager

        @contextmanager
        def get_db() -> Iterator[Session]:
            with SessionLocal() as session:
                yield session

        @app.get("/users")
        def users(db: Session = Depends(get_db)) -> int:  # FAP004
            return db.info["count"]

    Good::

        def get_db() -> Iterator[Session]:
            with SessionLocal() as session:
                yield session

        @app.get("/users")
        def users(db: Session = Depends(get_db)) -> int:
            return db.info["count"]
    """
    ev = marker.project.evaluator
    thing = marker.callee
    if isinstance(thing, Generator) and thing.managed:
        function: FunctionThing | None = thing.function
    else:
        function = function_of(thing)
    found = ev.function(function) if function is not None else None
    if function is None or found is None or not found.is_generator:
        return
    decorator = next(iter(sorted(calls.traits(ev, function) & framework.CONTEXT_MANAGERS.keys())), "")
    if not decorator:
        return
    version = marker.project.fastapi_version
    is_old = version is not None and version < _LOOKS_THROUGH_DECORATORS
    if is_old and handed.is_entered(handed.place_of(marker)):
        return
    name = written(marker.argument) if marker.argument is not None else found.name
    effect = "the context manager itself is injected" if is_old else "each request fails with 500"
    yield Finding(
        marker.position,
        f"`{name.removesuffix('()')}` is decorated with `@{decorator.rpartition('.')[2]}`: {effect}; "
        "give `Depends` the plain generator",
    )


@check
def dependency_never_runs(marker: Marker) -> Iterator[Finding]:
    """What `Depends` calls returns the dependency that was meant: FastAPI injects that and never calls it.

    A lambda around a factory, or a factory that is not called: whatever was to be checked is not.

    Bad::

        def require(role: str):
            def check(request: Request) -> None:
                if request.headers.get("x-role") != role:
                    raise HTTPException(403)

            return check

        @app.get("/users", dependencies=[Depends(lambda: require("admin"))])  # FAP004
        def users() -> str:
            return "ok"

    Good::

        def require(role: str):
            def check(request: Request) -> None:
                if request.headers.get("x-role") != role:
                    raise HTTPException(403)

            return check

        @app.get("/users", dependencies=[Depends(require("admin"))])
        def users() -> str:
            return "ok"
    """
    ev = marker.project.evaluator
    function = function_of(marker.callee)
    found = ev.function(function) if function is not None else None
    if function is None or found is None or found.is_generator or _hands_on(found):
        return
    results = _results(ev, marker.callee, found)
    thing = results[0] if len(results) == 1 else None
    what = _never_run(ev, thing, found)
    if what is None or not _is_left_alone(ev, marker, thing, function):
        return
    name = written(found.returned[0]) if len(found.returned) == 1 else ""
    whose = "the lambda" if found.name == "lambda" else f"`{marker.text}`"
    yield Finding(
        marker.position,
        f"{whose} returns {what}{f' `{name}`' if name else ''}, which is injected and never runs; "
        f"{_advice(thing, found, name, marker.text)}",
    )


def _hands_on(found: FunctionFacts) -> bool:
    """Whether a function returns a parameter of its own: what is wrong with that, its dependency says."""
    names = {parameter.name for parameter in found.parameters}
    return any(isinstance(value, facts.Local) and value.name in names for value in found.returned)


def _results(ev: Evaluator, callee: Thing | None, found: FunctionFacts) -> tuple[Thing, ...]:
    results = calls.call_thing(ev, callee, arguments.NO_ARGUMENTS) if callee is not None else ()
    if found.is_async and len(results) == 1 and isinstance(results[0], Coroutine):
        return results[0].of
    return results


def _never_run(ev: Evaluator, thing: Thing | None, found: FunctionFacts) -> str | None:
    """What is returned instead of a value, in words; None for anything that may be meant as a value."""
    if hints.is_marker(thing):
        return "the `Depends` object"
    if isinstance(thing, Coroutine):
        return "the coroutine"
    if isinstance(thing, Generator):
        return None if thing.managed else "the generator"
    if isinstance(thing, (FunctionThing, Partial)) or function_of(thing) is not None:
        return "the function"
    if isinstance(thing, Instance) and found.name == "lambda" and handed.is_dependency_like(ev, thing):
        return "the object"
    return None


def _advice(thing: Thing | None, found: FunctionFacts, name: str, text: str) -> str:
    if isinstance(thing, (Coroutine, Generator)):
        return f"pass `{name.removesuffix('()')}` itself" if found.name == "lambda" else "await or yield from it"
    return "leave the lambda out" if found.name == "lambda" else f"call it: `Depends({text}(…))`"


def _is_left_alone(ev: Evaluator, marker: Marker, thing: Thing | None, function: FunctionThing) -> bool:
    """Whether nobody runs what was returned."""
    if hints.is_marker(thing):
        return True
    place = handed.place_of(marker)
    if handed.is_dependency_like(ev, thing):
        return not handed.is_called_or_kept(place)
    if place.code is None and not place.is_listed:
        return False
    return handed.attributes_only(place) and not _does_something(ev, function)


def _does_something(ev: Evaluator, function: FunctionThing) -> bool:
    """Whether a dependency has dependencies of its own or raises errors, so that it is worth calling for itself."""
    found = ev.function(function)
    if found is None or handed.is_dependency_like(ev, function):
        return True
    names = (written(site.value.func) for site in found.sites if isinstance(site.value, facts.Call))
    return any(name.endswith(("Exception", "Error")) for name in names)
