"""What `Depends` is handed, what comes of calling it, and what is done with the value that is injected."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.semantics import arguments, classes, facts, hints, nodes, parameters, signatures
from flake8_fastapi.semantics.code import Code, Source
from flake8_fastapi.semantics.config import settings
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.markers import Marker
from flake8_fastapi.semantics.things import (
    Bound,
    Coroutine,
    Frame,
    Generator,
    Instance,
    Items,
    Library,
    LiteralThing,
    Made,
    TableThing,
    Thing,
    Things,
    function_of,
)
from flake8_fastapi.semantics.values import Evaluator

_PLAIN_BASES = frozenset(
    {
        "builtins.object",
        "abc.ABC",
        "pydantic.BaseModel",
        settings.BASE,
        "typing.Generic",
        "typing.Protocol",
    }
)
_PLAIN_TYPES = (
    "builtins.", "datetime.", "decimal.", "pathlib.", "sqlalchemy.orm.Session", "sqlmodel.Session",
    "sqlalchemy.ext.asyncio.AsyncSession", "uuid.",
)  # fmt: skip
"""Library classes, or beginnings of their names, whose instances cannot be called."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_DEEPEST = 6
"""How many functions that return the result of another are looked through."""


# -- where a marker stands


class Place(NamedTuple):
    """Where a `Depends(…)` stands: at a parameter, in a list `dependencies=[…]`, or neither, as in an alias."""

    code: Code | None = None
    """The function whose parameter it is."""
    parameter: str = ""
    is_listed: bool = False


def place_of(marker: Marker) -> Place:
    """Where a marker of the file at hand stands."""
    inner: ast.AST | None = nodes.of_call(ast.walk(marker.source.tree), marker.call)
    for outer in marker.source.ancestors(inner) if inner is not None else ():
        if isinstance(outer, ast.keyword):
            return Place(is_listed=outer.arg == "dependencies")
        if isinstance(outer, ast.arg):
            around = marker.source.parent(outer)
            return _at_parameter(marker.source, around, outer.arg)
        if isinstance(outer, ast.arguments):
            name = next((arg.arg for arg, default in _defaults(outer) if default is inner), "")
            return _at_parameter(marker.source, outer, name)
        if isinstance(outer, (ast.stmt, ast.Lambda)):
            break
        inner = outer
    return Place()


def _at_parameter(source: Source, around: ast.AST | None, name: str) -> Place:
    function = source.parent(around) if around is not None else None
    if not isinstance(function, _FUNCTIONS) or not name:
        return Place()
    return Place(Code(source, "", function), name)


def _defaults(node: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    positional = [*node.posonlyargs, *node.args]
    missing: list[ast.expr | None] = [None] * (len(positional) - len(node.defaults))
    yield from zip(positional, [*missing, *node.defaults], strict=True)
    yield from zip(node.kwonlyargs, node.kw_defaults, strict=True)


# -- what is done with a value


def uses(place: Place) -> list[tuple[ast.Name, ast.AST | None]]:
    """Where the value of a marker's parameter is read, each with the node around it."""
    if place.code is None:
        return []
    return [(node, place.code.parent(node)) for node in place.code.uses(place.parameter)]


def attributes_only(place: Place) -> bool:
    """Whether nothing but attributes of the value are read, if that."""
    return all(isinstance(parent, ast.Attribute) for _, parent in uses(place))


def is_called_or_kept(place: Place) -> bool:
    """Whether the value is called, handed on or kept: what a callable is injected for."""
    return any(not isinstance(parent, (ast.Attribute, ast.Return, ast.FormattedValue)) for _, parent in uses(place))


def is_entered(place: Place) -> bool:
    """Whether the value is entered with `with`, and used in no other way."""
    found = uses(place)
    return bool(found) and all(isinstance(parent, ast.withitem) for _, parent in found)


# -- what calling gives


def given_by(ev: Evaluator, call: facts.Call, frame: Frame, depth: int = _DEEPEST) -> Things:
    """What a call gives, by the bodies of what is called; empty if that is unknown.

    The annotation of a factory does not count: to please type checkers it often names what its result returns.
    """
    callee = ev.certain(call.func, frame)
    function = function_of(callee)
    found = ev.function(function) if function is not None else None
    if function is None or found is None or found.is_generator or found.is_async:
        return ev.evaluate(call, frame)
    if not found.returned:
        return (LiteralThing(None),) if _says_none(found.returns) else ()
    owner = callee.owner if isinstance(callee, Bound) else None
    env = arguments.bind(ev, function, Made(call, frame), constants=True, owner=owner)
    inner = ev.frame_of(function, env)
    results: dict[Thing, None] = {}
    for value in found.returned:
        if depth == 0:
            return ()
        is_call = isinstance(value, facts.Call)
        more = given_by(ev, value, inner, depth - 1) if is_call else ev.evaluate(value, inner)  # type: ignore[arg-type]
        if not more:
            return ()
        results.update(dict.fromkeys(more))
    return tuple(results)


def _says_none(annotation: Value | None) -> bool:
    return isinstance(annotation, facts.Constant) and annotation.value is None


# -- what can be called


def uncallable(ev: Evaluator, thing: Thing) -> str:
    """What a thing is that certainly cannot be called, in words; empty for all others."""
    if isinstance(thing, Generator):
        return "" if thing.managed else "a generator"
    if isinstance(thing, Coroutine):
        return "a coroutine"
    if isinstance(thing, LiteralThing):
        return "None" if thing.value is None else f"a `{type(thing.value).__name__}`"
    if isinstance(thing, (Items, TableThing)):
        return "a container"
    if hints.is_marker(thing):
        return "a `Depends` object"
    if isinstance(thing, Instance) and _is_plain(ev, thing):
        return f"a `{_name(thing)}` object"
    return ""


def _is_plain(ev: Evaluator, thing: Instance) -> bool:
    if isinstance(thing.type, Library):
        return thing.type.name.startswith(_PLAIN_TYPES)
    order, complete = classes.mro(ev, thing.type)
    if not complete:
        return False
    for base in order:
        if isinstance(base, Library):
            if base.name not in _PLAIN_BASES:
                return False
            continue
        found = classes.facts_of(ev, base)
        if found is None or any(name == "metaclass" for name, _ in found.keywords):
            return False
        if "__call__" in found.attributes or "__new__" in found.attributes or found.decorators:
            return False
    return True


def _name(thing: Instance) -> str:
    return thing.type.last if isinstance(thing.type, Library) else thing.type.qualname.rpartition(".")[2]


def text_of(value: Value) -> str:
    """An expression in short: `get_db`, `next(get_db())`."""
    if isinstance(value, facts.Call) and value.args and written(value.func) in ("next", "anext"):
        return f"{written(value.func)}({written(value.args[0])})"
    return written(value)


def is_dependency_like(ev: Evaluator, thing: Thing | None) -> bool:
    """Whether a callable has parameters that only FastAPI fills."""
    signature = signatures.of(ev, thing)
    declared = signature.declarations if signature is not None else ()
    return any(parameters.analyze(ev, each, frozenset()).kind in ("dependency", "special") for each in declared)
