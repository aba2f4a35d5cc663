"""Apps and routers: what their constructors, and the calls that include them, are given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import arguments, classes, facts
from flake8_fastapi.semantics.facts import Position, Value
from flake8_fastapi.semantics.loops import turns
from flake8_fastapi.semantics.registrations import Registration
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Instance,
    Library,
    LiteralThing,
    Made,
    TableThing,
    Thing,
    only,
    only_text,
)
from flake8_fastapi.semantics.values import Evaluator

_CHANGING = ("append", "extend", "insert", "remove", "pop", "clear", "update", "setdefault")
"""Methods that change a list or dict."""
_MOST_CONSTRUCTORS = 5
"""How many constructors of the project may stand between a call and FastAPI's own."""


class Level(NamedTuple):
    """What holds for everything below: an app or router, or (with a call) its inclusion in another."""

    holder: Instance
    call: facts.Call | None = None
    frame: Frame | None = None

    def option(self, ev: Evaluator, keyword: str) -> Thing | None:
        """What is given under this keyword; None if nothing is, `Thing()` if it is unknown."""
        if self.call is None or self.frame is None:
            return constructor_argument(ev, self.holder, keyword)
        return given(ev, self.call, keyword, self.frame)


def is_application(ev: Evaluator, holder: Instance) -> bool:
    """Whether this is an app, not a router."""
    return classes.is_a(ev, holder.type, framework.FASTAPI, framework.STARLETTE)


def prefix(ev: Evaluator, holder: Instance) -> str | None:
    """The prefix of all its paths; None if it is unknown."""
    if is_application(ev, holder):
        return ""
    found = constructor_argument(ev, holder, "prefix")
    if found is None:
        return ""
    return found.value if isinstance(found, LiteralThing) and isinstance(found.value, str) else None


def constructor_argument(ev: Evaluator, holder: Instance, keyword: str) -> Thing | None:
    """What an app or router was given under this keyword, through constructors of subclasses; None if nothing.

    The answer `Thing()` stands for something unknown.
    """
    made = holder.made
    if made is None:
        return Thing()
    if _is_set_later(ev, made, keyword):
        return Thing()
    if isinstance(holder.type, ClassThing) and _grows(ev, holder.type, keyword):
        return Thing()
    init = None if isinstance(holder.type, Library) else classes.method(ev, holder.type, "__init__")
    if init is None:
        return given(ev, made.call, keyword, made.frame)
    return _passed_up(ev, holder, init, made, keyword, 0)


def given(ev: Evaluator, call: facts.Call, keyword: str, frame: Frame) -> Thing | None:
    """What a call is given under this keyword; None if nothing, `Thing()` if that is unknown."""
    found = written(ev, call, keyword, frame)
    if found is None:
        return None
    value, where = found
    if value is facts.UNKNOWN:
        return Thing()
    return exactly(ev, value, where)


def exactly(ev: Evaluator, value: Value, frame: Frame) -> Thing:
    """What a value is; `Thing()` where it may be one of several, None among them, or is changed later."""
    things = ev.evaluate(value, frame)
    return things[0] if len(things) == 1 and not is_changed(ev, value, frame) else Thing()


def _is_set_later(ev: Evaluator, made: Made, attribute: str) -> bool:
    """`router.prefix = "/x"` after `router = APIRouter(…)`."""
    module = ev.module(made.frame.path)
    if module is None:
        return True
    key = (made.frame.path, attribute)
    if key not in ev.set_later_memo:
        ev.set_later_memo[key] = frozenset(_set_later(module, attribute))
    return made.call.end in ev.set_later_memo[key]


def _set_later(module: facts.ModuleFacts, attribute: str) -> Iterator[Position]:
    """Where the calls end whose result is given this attribute afterwards."""
    name = f".{attribute}"
    for function in module.functions.values():
        for variable, changed in function.changed:
            if changed == name:
                for value in (*module.names.get(variable, ()), *function.locals.get(variable, ())):
                    if isinstance(value, facts.Call):
                        yield value.end


def written(ev: Evaluator, call: facts.Call, keyword: str, frame: Frame) -> tuple[Value, Frame] | None:
    """What is written for a keyword, also in the table that `**table` unpacks; None if nothing is.

    The bare unknown value stands for what unpacking hides.
    """
    value = call.keyword(keyword)
    if value is not None:
        return value, frame
    for key, unpacked in call.keywords:
        if key is None:
            found = _unpacked(ev, unpacked, keyword, frame)
            if found is not None:
                return found
    return None


def _unpacked(ev: Evaluator, table: Value, keyword: str, frame: Frame) -> tuple[Value, Frame] | None:
    thing = ev.certain(table, frame)
    if not isinstance(thing, TableThing) or is_changed(ev, table, frame):
        return facts.UNKNOWN, frame
    # A table that a function returns may have got more entries on the way.
    is_whole = isinstance(table, (facts.Name, facts.Local)) or not _is_bound(ev, thing)
    for key, value in thing.items:
        name = ev.literal(key, thing.frame) if key is not None else NotImplemented
        if name is NotImplemented:
            return facts.UNKNOWN, frame
        if name == keyword:
            return value, thing.frame
    return None if is_whole else (facts.UNKNOWN, frame)


def _is_bound(ev: Evaluator, table: TableThing) -> bool:
    """Whether the table is given to a variable of the function that writes it out."""
    module = ev.module(table.frame.path)
    function = module.functions.get(table.frame.function) if module is not None else None
    if module is None or function is None:
        return True
    tables = (module.names, function.locals)
    return any(
        id(value.value if isinstance(value, facts.Declared) else value) == table.key
        for bound in tables
        for values in bound.values()
        for value in values
    )


def is_changed(ev: Evaluator, value: Value, frame: Frame) -> bool:
    """Whether a list or dict that a name stands for is changed somewhere in its module."""
    if not isinstance(value, (facts.Name, facts.Local)):
        return False
    module = ev.module(frame.path)
    if module is None:
        return True
    if any(_sets_item(function, value.name, "*") for function in module.functions.values()):
        return True
    return any(
        isinstance(site.value, facts.Call)
        and isinstance(site.value.func, facts.Attribute)
        and _same_name(site.value.func.of, value)
        for name in _CHANGING
        for _, site in module.mentions.get(name, ())
    )


def _sets_item(function: facts.FunctionFacts, name: str, key: str) -> bool:
    """Whether a function sets an item of a variable: the one with this key, or (`*`) any."""
    return any(
        variable == name and not changed.startswith(".") and (key == "*" or changed in (key, "*"))
        for variable, changed in function.changed
    )


def _same_name(of: Value, value: facts.Name | facts.Local) -> bool:
    return isinstance(of, (facts.Name, facts.Local)) and of.name == value.name


def _grows(ev: Evaluator, cls: ClassThing, attribute: str) -> bool:
    """Whether a method of the class changes this attribute: `self.dependencies.append(…)`."""
    return any(
        _changes_attribute(site.value, attribute)
        for base in classes.mro(ev, cls)[0]
        if isinstance(base, ClassThing) and (module := ev.module(base.path)) is not None
        for name in _CHANGING
        for qualname, site in module.mentions.get(name, ())
        if qualname.startswith(f"{base.qualname}.")
    )


def _changes_attribute(call: Value, attribute: str) -> bool:
    func = call.func if isinstance(call, facts.Call) else None
    return isinstance(func, facts.Attribute) and isinstance(func.of, facts.Attribute) and func.of.name == attribute


def _passed_up(
    ev: Evaluator, holder: Instance, init: FunctionThing, made: Made, keyword: str, depth: int
) -> Thing | None:
    """The same where a constructor of the project stands between: what it passes to `super().__init__`."""
    found = ev.function(init)
    env = arguments.bind(ev, init, made, constants=True, owner=holder)
    frame = ev.frame_of(init, env)
    for site in found.sites if found is not None else ():
        call = site.value
        if not (isinstance(call, facts.Call) and isinstance(call.func, facts.Attribute)):
            continue
        if call.func.name != "__init__" or not isinstance(call.func.of, facts.Call):
            continue
        if call.keyword(keyword) is None and call.open:
            # `**kwargs` hands on what the caller gave, unless it was changed on the way.
            handed = [value for key, value in call.keywords if key is None]
            if any(_is_changed_here(ev, value, found, keyword) for value in handed):
                return Thing()
        target = only(ev.evaluate(call.func, frame))
        hands_on = call.open and call.keyword(keyword) is None
        if isinstance(target, Bound) and isinstance(target.function, FunctionThing) and depth < _MOST_CONSTRUCTORS:
            whole = hands_on and all(key is None for key, _ in call.keywords)
            given_up = made if whole else Made(call, frame)
            return _passed_up(ev, holder, target.function, given_up, keyword, depth + 1)
        return given(ev, made.call, keyword, made.frame) if hands_on else given(ev, call, keyword, frame)
    return None


def _is_changed_here(ev: Evaluator, value: Value, function: facts.FunctionFacts | None, keyword: str) -> bool:
    """Whether a constructor may have set or removed this keyword among those it hands on."""
    if function is None or not isinstance(value, facts.Local):
        return True
    if _sets_item(function, value.name, keyword):
        return True
    return any(
        isinstance(site.value, facts.Call)
        and isinstance(site.value.func, facts.Attribute)
        and site.value.func.name in _CHANGING
        and _same_name(site.value.func.of, value)
        and not (site.value.args and ev.literal(site.value.args[0], Frame("")) not in (keyword, NotImplemented))
        for site in function.sites
    )


def paths(ev: Evaluator, registration: Registration) -> list[str | None]:
    """The path of a route; several where it is registered in a loop over paths; None for one that is unknown."""
    call, frame = registration.inner or (registration.call, registration.frame)
    if call is None or frame is None:
        return [None]
    return [only_text(things) for (things,) in turns(ev, (path_argument(ev, call, frame),), frame)]


def path_argument(ev: Evaluator, call: facts.Call, frame: Frame) -> Value | None:
    """The path as it is written."""
    value = call.keyword("path")
    if value is not None:
        return value
    # A wrapper decorator takes the router's method first: `@protected(router.get, "/x")`.
    index = next((place + 1 for place, arg in enumerate(call.args) if _is_method(ev, arg, frame)), 0)
    return call.args[index] if index < len(call.args) else None


def _is_method(ev: Evaluator, value: Value, frame: Frame) -> bool:
    thing = only(ev.evaluate(value, frame))
    return isinstance(thing, Bound) and isinstance(thing.function, Library)
