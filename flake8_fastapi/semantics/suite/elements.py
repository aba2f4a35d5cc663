"""What a variable gets in the turns of a loop, and what stands under a key, as the expressions that are written."""

from __future__ import annotations

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.things import Frame, Items, TableThing, library_name
from flake8_fastapi.semantics.values import Evaluator

Written = list[tuple[Value, Frame]]
"""Expressions, and where each is evaluated."""
_DEEPEST = 5
"""How deep targets of loops are unpacked: `for i, (a, (b, c)) in …`."""
_GROWING = ("append", "extend", "insert", "add", "update")
_KEEPING = frozenset({"builtins.list", "builtins.tuple", "builtins.set", "builtins.sorted", "builtins.reversed"})


def expressions(ev: Evaluator, value: Value, frame: Frame, depth: int = 0) -> Written | None:
    """The expressions that an element of a loop, or a part of one, is; None if they are not known."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, facts.Iterated):
        return _elements(ev, value.of, frame)
    if not isinstance(value, facts.Unpacked):
        return [(value, frame)]
    found: Written = []
    for each, where in expressions(ev, value.of, frame, depth + 1) or [(facts.UNKNOWN, frame)]:
        parts, inner = _parts(ev, each, where)
        if value.index >= len(parts) or any(isinstance(part, facts.Starred) for part in parts[: value.index + 1]):
            return None
        found.append((parts[value.index], inner))
    return found


def loop_of(value: Value) -> Value:
    """The loop whose target a value is, or is a part of."""
    while isinstance(value, facts.Unpacked):
        value = value.of
    return value


def mapped(ev: Evaluator, each: facts.Display, frame: Frame) -> Value | None:
    """What a comprehension goes through that keeps all of it, at most as texts: `[str(part) for part in parts]`."""
    element = each.items[0]
    if isinstance(element, facts.Call) and len(element.args) == 1:
        element = element.args[0] if library_name(ev.certain(element.func, frame)) == "builtins.str" else element
    bindings = ev.bindings(element, frame) if isinstance(element, facts.Local) and not each.is_filtered else ()
    loop = bindings[0] if len(bindings) == 1 else None
    return loop.of if isinstance(loop, facts.Iterated) else None


def counts(ev: Evaluator, value: facts.Iterated | facts.Unpacked, frame: Frame) -> bool:
    """Whether it is the number of a turn: of `range(…)`, or what `enumerate(…)` counts."""
    loop = value.of if isinstance(value, facts.Unpacked) else value
    call = loop.of if isinstance(loop, facts.Iterated) else None
    name = library_name(ev.certain(call.func, frame)) if isinstance(call, facts.Call) else ""
    if isinstance(value, facts.Unpacked):
        return name == "builtins.enumerate" and value.index == 0
    return name == "builtins.range"


def looked_up(ev: Evaluator, value: facts.Item, frame: Frame) -> Written | None:
    """What stands under the key of a dict, or in a place of a list; all of it where the key is not known."""
    held = ev.certain(value.of, frame)
    key = ev.literal(value.key, frame)
    if isinstance(held, Items) and not held.repeated:
        if isinstance(key, int) and -len(held.values) <= key < len(held.values):
            return [(held.values[key], held.frame)]
        return [(each, held.frame) for each in held.values] if key is NotImplemented and held.values else None
    if not isinstance(held, TableThing) or not held.items:
        return None
    if key is NotImplemented:
        return [(each, held.frame) for _, each in held.items]
    found = [
        (each, held.frame) for name, each in held.items if name is not None and ev.literal(name, held.frame) == key
    ]
    return found[-1:] or None


def _parts(ev: Evaluator, value: Value, frame: Frame) -> tuple[tuple[Value, ...], Frame]:
    """What a tuple consists of."""
    if isinstance(value, facts.Display) and value.kind != "each":
        return value.items, frame
    thing = ev.certain(value, frame)
    return (thing.values, thing.frame) if isinstance(thing, Items) and not thing.repeated else ((), frame)


def _elements(ev: Evaluator, of: Value, frame: Frame, depth: int = 0) -> Written | None:
    """What a loop goes through."""
    if depth > _DEEPEST or (isinstance(of, (facts.Name, facts.Local)) and _grows(ev, of, frame)):
        return None
    if isinstance(of, facts.Call):
        called = _called(ev, of, frame, depth + 1)
        if called is not None:
            return called
    thing = ev.certain(of, frame)
    if isinstance(thing, TableThing):
        keys = [key for key, _ in thing.items if key is not None]
        return [(key, thing.frame) for key in keys] if len(keys) == len(thing.items) else None
    if not isinstance(thing, Items):
        return None
    found: Written = []
    for each in thing.values:
        if not isinstance(each, facts.Starred):
            found.append((each, thing.frame))
            continue
        inner = _elements(ev, each.of, thing.frame, depth + 1)
        if inner is None:
            return None
        found.extend(inner)
    return found


def _grows(ev: Evaluator, named: facts.Name | facts.Local, frame: Frame) -> bool:
    """Whether methods put something into the list that a variable holds, in the module that makes it."""
    module = ev.module(frame.path)
    bindings = module.names.get(named.name, ()) if module is not None and isinstance(named, facts.Name) else ()
    imported = bindings[0] if len(bindings) == 1 else None
    if isinstance(imported, facts.Import) and imported.name is not None:
        path = ev.files.module(frame.path, imported.module, imported.level)
        module = ev.module(path) if path is not None and path.endswith(".py") else None
        named = facts.Name(imported.name)
    sites = (site for name in _GROWING for _, site in (module.mentions.get(name, ()) if module is not None else ()))
    return any(_is_method_of(site.value, named) for site in sites)


def _is_method_of(value: Value, named: facts.Name | facts.Local) -> bool:
    func = value.func if isinstance(value, facts.Call) else None
    of = func.of if isinstance(func, facts.Attribute) else None
    if isinstance(named, facts.Local):
        return isinstance(of, facts.Local) and (of.name, of.function) == (named.name, named.function)
    return isinstance(of, facts.Name) and of.name == named.name


def _called(ev: Evaluator, call: facts.Call, frame: Frame, depth: int) -> Written | None:
    """What `enumerate`, `zip`, `items` and `values` go through."""
    if isinstance(call.func, facts.Attribute) and call.func.name in ("items", "values", "keys"):
        return _of_table(ev, call.func, frame)
    name = library_name(ev.certain(call.func, frame))
    if name == "builtins.enumerate" and call.args:
        inner = _elements(ev, call.args[0], frame, depth)
        return [(facts.Display("tuple", (facts.UNKNOWN, each)), where) for each, where in inner or ()] or None
    if name == "builtins.zip":
        return _zipped([_elements(ev, each, frame, depth) for each in call.args])
    return _elements(ev, call.args[0], frame, depth) if name in _KEEPING and call.args else None


def _of_table(ev: Evaluator, method: facts.Attribute, frame: Frame) -> Written | None:
    table = ev.certain(method.of, frame)
    if not isinstance(table, TableThing):
        return None
    found: Written = []
    for key, value in table.items:
        if key is None:
            return None
        pair = {"items": facts.Display("tuple", (key, value)), "values": value, "keys": key}
        found.append((pair[method.name], table.frame))
    return found


def _zipped(columns: list[Written | None]) -> Written | None:
    """The tuples of `zip`; None where what is zipped is evaluated in several places."""
    known = [column for column in columns if column is not None]
    frames = {frame for column in known for _, frame in column}
    if len(known) < len(columns) or len(frames) != 1:
        return None
    where = frames.pop()
    return [(facts.Display("tuple", tuple(value for value, _ in row)), where) for row in zip(*known, strict=False)]
