"""On what it depends whether a step of a query is taken: arguments that a caller gives or leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.things import FunctionThing, Instance
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.data.queries.reader import Reader, Spot

_DEPTH = 8


def is_dead(reader: Reader, value: Value, spot: Spot) -> bool:
    """Whether a value is given only if an argument is, and the call at hand leaves that out."""
    return any(_is_left_out(reader, need, spot, _DEPTH) for need in _needs(reader.ev, value, spot))


def is_optional(reader: Reader, value: Value, spot: Spot) -> bool:
    """Whether a value is given only if an argument is that the request, or the call, may leave out."""
    return any(_may_be_left_out(reader, need, spot, _DEPTH) for need in _needs(reader.ev, value, spot))


def _needs(ev: Evaluator, value: Value, spot: Spot) -> tuple[Value, ...]:
    """What must be true, or not None, for a call to run."""
    while isinstance(value, facts.Awaited) or (isinstance(value, facts.Declared) and value.value is not None):
        value = value.of if isinstance(value, facts.Awaited) else value.value or value
    function = ev.function(FunctionThing(spot.frame.path, spot.frame.function))
    if function is None or not isinstance(value, facts.Call):
        return ()
    return next((site.needs for site in function.sites if site.value is value), ())


def _is_left_out(reader: Reader, need: Value, spot: Spot, depth: int) -> bool:
    """Whether a variable certainly is None or false in the call at hand."""
    given = _given(reader, need, spot)
    if given is None or depth == 0:
        return False
    value, where = given
    if isinstance(value, facts.Constant):
        return not value.value
    return _is_left_out(reader, value, where, depth - 1)


def _may_be_left_out(reader: Reader, need: Value, spot: Spot, depth: int) -> bool:
    """Whether a variable is None or false unless the request says otherwise."""
    parameter = _parameter(reader, need, spot)
    if parameter is None or depth == 0:
        return False
    if spot.call is None:
        return parameter.default is not None and _is_nothing(reader.ev, parameter.default, spot)
    given = reader.argument(parameter, spot)
    if given is None:
        return False
    value, where = given
    if isinstance(value, facts.Constant):
        return not value.value
    return _may_be_left_out(reader, value, where, depth - 1)


def _given(reader: Reader, need: Value, spot: Spot) -> tuple[Value, Spot] | None:
    parameter = _parameter(reader, need, spot)
    return reader.argument(parameter, spot) if parameter is not None else None


def _parameter(reader: Reader, need: Value, spot: Spot) -> facts.Parameter | None:
    if isinstance(need, facts.Parameter):
        return need
    bindings = reader.bindings(need, spot) if isinstance(need, facts.Local) else []
    found = bindings[0][0] if len(bindings) == 1 else None
    return found if isinstance(found, facts.Parameter) and found.function == spot.frame.function else None


def _is_nothing(ev: Evaluator, default: Value, spot: Spot) -> bool:
    """Whether a default is None, false or empty: `None`, `Query(None)`, `Query(default="")`."""
    if isinstance(default, facts.Constant):
        return not default.value
    marker = ev.certain(default, spot.frame)
    if not isinstance(marker, Instance) or marker.made is None:
        return False
    call = marker.made.call
    inner = call.args[0] if call.args else call.keyword("default")
    return isinstance(inner, facts.Constant) and not inner.value and inner.value is not ...
