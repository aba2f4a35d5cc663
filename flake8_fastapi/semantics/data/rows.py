"""ORM objects as values: which entity an expression holds, by itself, in a list or inside other data.

A query tells it, a constructor, an annotation, a relationship that is read. Unknown stays None.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from flake8_fastapi.semantics import arguments, facts, hints, types
from flake8_fastapi.semantics.data import entities, queries
from flake8_fastapi.semantics.data.entities import Entity
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.things import Bound, Coroutine, Frame, FunctionThing, Library, Made, Thing
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.semantics.values import Evaluator

_DEPTH = 8
"""How many names and helpers are looked through."""
_COPIES = frozenset(f"builtins.{name}" for name in ("list", "sorted", "tuple", "set", "reversed"))
_FILLERS = frozenset({"append", "extend"})
COLLECTIONS = frozenset(
    {"builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset"}
    | {f"collections.abc.{name}" for name in ("Sequence", "Iterable", "Collection")}
)
"""Types of many objects."""


@dataclass(frozen=True)
class Held:
    """The ORM objects that a value is or contains."""

    entity: Entity
    is_many: bool = False
    is_boxed: bool = False
    """They lie in a dict, or in a list or tuple beside other things."""
    result: queries.Result | None = None
    """The query that gives them, where that is known."""


def held(ev: Evaluator, value: Value, frame: Frame, depth: int = _DEPTH) -> Held | None:
    """The ORM objects that a value certainly is or contains, on one path at least; None if that is unknown."""
    if depth == 0 or isinstance(value, facts.Constant):
        return None
    if isinstance(value, (facts.Display, facts.Table)):
        return _boxed(ev, value, frame, depth)
    if isinstance(value, facts.Either):
        return _first(held(ev, each, frame, depth - 1) for each in value.values)
    if isinstance(value, facts.Local) and len(_bound(ev, value, frame)) > 1:
        return _of_variable(ev, value, frame, depth - 1)
    if isinstance(value, facts.Call) and isinstance(ev.certain(value, frame), Coroutine):
        # Nobody awaits it.
        return None
    found = queries.result(ev, value, frame)
    if found is not None:
        return _of_result(ev, found)
    return _of_thing(ev, ev.certain(value, frame)) or _by_kind(ev, value, frame, depth - 1)


def _first(found: Iterable[Held | None]) -> Held | None:
    return next((each for each in found if each is not None), None)


def _of_result(ev: Evaluator, found: queries.Result) -> Held | None:
    entity = entities.of_class(ev, found.query.entity) if found.query.entity is not None else None
    if entity is None or found.is_cursor or found.is_stream or found.shape not in ("entity", "entities"):
        return None
    return Held(entity, found.is_many, False, found)


def _of_thing(ev: Evaluator, thing: Thing | None) -> Held | None:
    entity = entities.of_thing(ev, thing)
    return Held(entity) if entity is not None else None


def _by_kind(ev: Evaluator, value: Value, frame: Frame, depth: int) -> Held | None:
    if isinstance(value, facts.Awaited):
        inner = value.of
        return _of_call(ev, inner, frame, depth, is_awaited=True) if isinstance(inner, facts.Call) else None
    if isinstance(value, facts.Declared):
        return held(ev, value.value, frame, depth) if value.value is not None else None
    if isinstance(value, facts.Local):
        return _of_variable(ev, value, frame, depth)
    if isinstance(value, facts.Parameter):
        return _of_parameter(ev, value, frame)
    if isinstance(value, (facts.Item, facts.Iterated)):
        return _element(value, held(ev, value.of, frame, depth))
    if isinstance(value, facts.Attribute):
        return _related(value.name, held(ev, value.of, frame, depth))
    return _of_call(ev, value, frame, depth, is_awaited=False) if isinstance(value, facts.Call) else None


def _boxed(ev: Evaluator, value: facts.Display | facts.Table, frame: Frame, depth: int) -> Held | None:
    if isinstance(value, facts.Display):
        found = _first(held(ev, each, frame, depth - 1) for each in value.items)
        if found is not None and value.kind == "each":
            return replace(found, is_many=True)
    else:
        # What `**` puts into a dict is not the object itself.
        found = _first(held(ev, each, frame, depth - 1) for key, each in value.items if key is not None)
    return replace(found, is_boxed=True) if found is not None else None


def _of_variable(ev: Evaluator, value: facts.Local, frame: Frame, depth: int) -> Held | None:
    home = ev.home(value.function, frame)
    bound = _bound(ev, value, frame)
    if len(bound) == 1 and isinstance(bound[0], facts.Display) and not bound[0].items:
        return _first(_filled(ev, value, home, depth))
    found = [held(ev, each, home, depth) for each in bound]
    # Of one that was bound again only what all bindings agree on is certain.
    first = found[0] if found else None
    same = first is not None and all(each is not None and each.entity == first.entity for each in found)
    return first if same else None


def _filled(ev: Evaluator, value: facts.Local, home: Frame, depth: int) -> Iterator[Held | None]:
    """What is put into a list that begins empty: `found.append(user)`, `found.extend(users)`."""
    module = ev.module(home.path)
    function = module.functions.get(value.function) if module is not None else None
    for site in function.sites if function is not None else ():
        call = site.value
        func = call.func if isinstance(call, facts.Call) else None
        if not isinstance(call, facts.Call) or not isinstance(func, facts.Attribute) or len(call.args) != 1:
            continue
        if func.name in _FILLERS and isinstance(func.of, facts.Local) and func.of.name == value.name:
            found = held(ev, call.args[0], home, depth)
            yield replace(found, is_many=True) if found is not None else None


def _bound(ev: Evaluator, value: facts.Local, frame: Frame) -> list[Value]:
    """What a variable may be bound to where it is used, `None` aside."""
    return [each for each in ev.bindings(value, frame) if not _is_nothing(each)]


def _is_nothing(value: Value) -> bool:
    value = value.value if isinstance(value, facts.Declared) and value.value is not None else value
    return isinstance(value, facts.Constant) and value.value is None


def _of_parameter(ev: Evaluator, value: facts.Parameter, frame: Frame) -> Held | None:
    """`users: list[User] = Depends(get_users)`; of a single object evaluation tells."""
    if value.annotation is None or dict(frame.env).get(value.name) is not None:
        return None
    where = Frame(frame.path) if frame.outer is None else frame.outer
    if hints.provided(ev, value.annotation, value.default, where):
        return None
    return declared(ev, types.resolve(ev, value.annotation, where))


def declared(ev: Evaluator, type_: Type) -> Held | None:
    """The ORM objects that a value of this type is: `User`, `User | None`, `list[User]`."""
    members = list(types.members(type_))
    if len(members) != 1:
        return None
    (member,) = members
    entity = entities.of_type(ev, member)
    if entity is not None:
        return Held(entity)
    inner = entities.of_type(ev, member.args[0]) if member.name in COLLECTIONS and member.args else None
    return Held(inner, is_many=True) if inner is not None else None


def _element(value: facts.Item | facts.Iterated, found: Held | None) -> Held | None:
    if found is None or found.is_boxed or not found.is_many:
        return None
    is_slice = isinstance(value, facts.Item) and isinstance(value.key, facts.Slice)
    return found if is_slice else replace(found, is_many=False)


def _related(name: str, found: Held | None) -> Held | None:
    """`user.orders`"""
    if found is None or found.is_boxed or found.is_many:
        return None
    relationship = found.entity.relationship(name)
    if relationship is None or relationship.target is None or relationship.is_collection is None:
        return None
    return Held(relationship.target, relationship.is_collection)


def _of_call(ev: Evaluator, call: facts.Call, frame: Frame, depth: int, *, is_awaited: bool) -> Held | None:
    callee = ev.certain(call.func, frame)
    if isinstance(callee, Library):
        is_copy = callee.name in _COPIES and len(call.args) == 1
        found = held(ev, call.args[0], frame, depth) if is_copy else None
        return found if found is not None and found.is_many and not found.is_boxed else None
    function = callee.function if isinstance(callee, Bound) else callee
    found_facts = ev.function(function) if isinstance(function, FunctionThing) else None
    if found_facts is None or found_facts.is_generator or found_facts.is_async is not is_awaited:
        return None
    assert isinstance(function, FunctionThing)
    if (function.path, function.qualname) == (frame.path, frame.function):
        # What a function gives that calls itself, its other `return`s say.
        return None
    owner = callee.owner if isinstance(callee, Bound) else None
    env = arguments.bind(ev, function, Made(call, frame), constants=True, owner=owner)
    inner = ev.frame_of(function, env)
    returned = [each for each in found_facts.returned if not _is_nothing(each)]
    results = [held(ev, each, inner, depth) for each in returned]
    first = results[0] if results else None
    if first is not None and all(each is not None and each.entity == first.entity for each in results):
        return first
    if found_facts.returns is None or any(_is_known(ev, each, inner, depth) for each in returned):
        return None
    where = Frame(function.path) if function.outer is None else function.outer
    return declared(ev, types.resolve(ev, found_facts.returns, where))


def _is_known(ev: Evaluator, value: Value, frame: Frame, depth: int) -> bool:
    """Whether the body says what is returned, so that the annotation, where it says something else, is wrong."""
    if isinstance(value, (facts.Display, facts.Table, facts.Text, facts.Operation)):
        return True
    return bool(ev.evaluate(value, frame)) or held(ev, value, frame, depth) is not None
