"""Loops over what is written out: `for router, prefix in PAIRS:` is one turn for each pair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flake8_fastapi.semantics import classes, facts
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.things import Frame, Items, TableThing, Things
from flake8_fastapi.semantics.values import Evaluator

Element = tuple[Value, ...]
"""What one turn gives to the targets of a loop: one value, or (`for a, b in …`) several."""


def turns(ev: Evaluator, values: Sequence[Value | None], frame: Frame) -> Iterator[tuple[Things, ...]]:
    """What these expressions are, together, in each turn of the loop around them; once if there is no such loop."""
    source = next((found for value in values if (found := _loop_of(ev, value, frame)) is not None), None)
    elements = _elements(ev, source.of, frame) if source is not None else None
    if source is None or elements is None:
        yield tuple(_evaluated(ev, value, frame) for value in values)
        return
    for element, where in elements:
        yield tuple(_in_turn(ev, value, frame, source, element, where) for value in values)


def _evaluated(ev: Evaluator, value: Value | None, frame: Frame) -> Things:
    return ev.evaluate(value, frame) if value is not None else ()


def _binding(ev: Evaluator, value: Value | None, frame: Frame) -> Value | None:
    """The one value that a variable has here."""
    module = ev.module(frame.path)
    bindings: tuple[Value, ...] = ()
    which: tuple[int, ...] | None = None
    if module is not None and isinstance(value, facts.Name):
        bindings, which = module.names.get(value.name, ()), value.which
    elif module is not None and isinstance(value, facts.Local) and value.function in module.functions:
        bindings, which = module.functions[value.function].locals.get(value.name, ()), value.which
    chosen = bindings if which is None else tuple(bindings[index] for index in which if index < len(bindings))
    return chosen[0] if len(chosen) == 1 else None


def _loop_of(ev: Evaluator, value: Value | None, frame: Frame) -> facts.Iterated | None:
    """The loop whose target a variable is, also as the holder of an attribute: `module.router`."""
    while isinstance(value, facts.Attribute):
        value = value.of
    bound = _binding(ev, value, frame)
    if isinstance(bound, facts.Unpacked):
        bound = bound.of
    return bound if isinstance(bound, facts.Iterated) else None


def _elements(ev: Evaluator, of: Value, frame: Frame) -> list[tuple[Element, Frame]] | None:
    """The elements of a list, tuple or set written out, or the pairs of a dict's `items()`."""
    if isinstance(of, facts.Call) and isinstance(of.func, facts.Attribute) and of.func.name == "items":
        table = ev.certain(of.func.of, frame)
        if isinstance(table, TableThing) and all(key is not None for key, _ in table.items):
            return [((key, value), table.frame) for key, value in table.items if key is not None]
        return None
    items = ev.certain(of, frame)
    if not isinstance(items, Items):
        return None
    found: list[tuple[Element, Frame]] = []
    for value in items.values:
        element = ev.certain(value, items.frame)
        parts = element.values if isinstance(element, Items) else (value,)
        found.append((parts, element.frame if isinstance(element, Items) else items.frame))
    return found


def _in_turn(
    ev: Evaluator, value: Value | None, frame: Frame, source: facts.Iterated, element: Element, where: Frame
) -> Things:
    bound = _binding(ev, value, frame)
    if bound is source:
        return ev.evaluate(element[0], where) if len(element) == 1 else ()
    if isinstance(bound, facts.Unpacked) and bound.of is source:
        return ev.evaluate(element[bound.index], where) if bound.index < len(element) else ()
    if isinstance(value, facts.Attribute) and _loop_of(ev, value, frame) is source:
        holders = _in_turn(ev, value.of, frame, source, element, where)
        return tuple(member for holder in holders for member in classes.attribute(ev, holder, value.name))
    return _evaluated(ev, value, frame)
