"""Arguments: what the parameters of a function certainly are in one call of it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from flake8_fastapi.knowledge import framework, libraries
from flake8_fastapi.knowledge.blocking import blocking, table
from flake8_fastapi.semantics import classes, facts
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Env,
    Frame,
    FunctionThing,
    Generator,
    Instance,
    Items,
    Library,
    LiteralThing,
    Made,
    Partial,
    TableThing,
    Thing,
)

if TYPE_CHECKING:
    from flake8_fastapi.semantics.values import Evaluator

_MOST_GIVEN = 3
"""How deep instances remember what they were made with: a service of a repository of a session."""
_MOST_HELD = 8
"""A thing that holds others more deeply is not remembered: closures over closures must end somewhere."""


NO_ARGUMENTS = Made(
    facts.Call(facts.UNKNOWN, (), ((None, facts.UNKNOWN),), facts.Position(0, 0), facts.Position(0, 0)),
    Frame(""),
)
"""A call with arguments that we do not see: how FastAPI calls a dependency, or Python a special method."""


def bind_all(ev: Evaluator, function: FunctionThing, made: Made, owner: Thing | None = None) -> Env:
    """The same with what `**kwargs` collects."""
    env = bind(ev, function, made, constants=True, owner=owner)
    found = ev.function(function)
    for parameter in found.parameters if found is not None and not made.call.open else ():
        if parameter.kind == "kwargs":
            taken = {each.name for each in found.parameters} if found is not None else set()
            items = [(facts.Constant(key), value) for key, value in made.call.keywords if key not in taken]
            return (*env, (parameter.name, TableThing(tuple(items), made.frame, id(made.call))))
    return env


def bind(ev: Evaluator, function: FunctionThing, made: Made, *, constants: bool, owner: Thing | None = None) -> Env:
    """What the parameters of a function are in this call, where that is certain.

    `constants` keeps literal arguments too; without them, calls that differ in a string only are alike.
    """
    found = ev.function(function)
    if found is None:
        return ()
    parameters = found.parameters
    env: list[tuple[str, Thing]] = []
    shift = 0
    if owner is not None and parameters:
        env.append((parameters[0].name, owner))
        shift = 1
    positional = {parameter.index: parameter for parameter in parameters if parameter.index is not None}
    for index, argument in enumerate(made.call.args):
        if isinstance(argument, facts.Starred):
            break
        parameter = positional.get(index + shift)
        if parameter is not None and not _contradicts(ev, parameter, argument, made.frame):
            _give(ev, env, parameter, argument, made.frame, constants)
    named = {parameter.name: parameter for parameter in parameters if parameter.kind in ("positional", "keyword")}
    for keyword, argument in made.call.keywords:
        if keyword in named and keyword is not None:
            _give(ev, env, named[keyword], argument, made.frame, constants)
    if not made.call.open:
        if not _fits(parameters, made.call, shift):
            # The call raises TypeError; what the annotations say means nothing then.
            return (*env[:shift], *((parameter.name, Thing()) for parameter in parameters[shift:]))
        _give_defaults(env, parameters, made.call, shift, constants)
    return tuple(env)


def _fits(parameters: tuple[facts.Parameter, ...], call: facts.Call, shift: int) -> bool:
    """Whether a call gives what has no default, and nothing that there is no parameter for."""
    named = {keyword for keyword, _ in call.keywords}
    kinds = {parameter.kind for parameter in parameters}
    positional = sum(parameter.kind == "positional" for parameter in parameters)
    if "args" not in kinds and len(call.args) + shift > positional:
        return False
    if "kwargs" not in kinds and named - {parameter.name for parameter in parameters}:
        return False
    return all(
        parameter.default is not None
        or parameter.kind in ("args", "kwargs")
        or parameter.name in named
        or (parameter.index is not None and parameter.index < len(call.args) + shift)
        for parameter in parameters
    )


BUILTIN_TYPES = frozenset({"dict", "str", "int", "float", "bool", "list", "tuple", "set", "bytes"})


def _contradicts(ev: Evaluator, parameter: facts.Parameter, argument: Value, frame: Frame) -> bool:
    """Whether an object of a library is passed for a parameter annotated `dict`, `str` …: one of both is wrong."""
    annotation = parameter.annotation
    if not (isinstance(annotation, facts.Name) and annotation.name in BUILTIN_TYPES):
        return False
    thing = ev.certain(argument, frame)
    return (
        isinstance(thing, Instance) and isinstance(thing.type, Library) and not thing.type.name.startswith("builtins.")
    )


def _give_defaults(
    env: list[tuple[str, Thing]],
    parameters: tuple[facts.Parameter, ...],
    call: facts.Call,
    shift: int,
    constants: bool,
) -> None:
    """What a call leaves out has its default, where that is a text or false."""
    given = {keyword for keyword, _ in call.keywords}
    count = len(call.args) + shift
    given.update(parameter.name for parameter in parameters if parameter.index is not None and parameter.index < count)
    for parameter in parameters:
        default = parameter.default
        if parameter.name in given or not isinstance(default, facts.Constant):
            continue
        if not default.value or (constants and isinstance(default.value, str)):
            env.append((parameter.name, LiteralThing(default.value)))


def _give(
    ev: Evaluator,
    env: list[tuple[str, Thing]],
    parameter: facts.Parameter,
    argument: Value,
    frame: Frame,
    constants: bool,
) -> None:
    if not constants and isinstance(argument, (facts.Text, facts.Display, facts.Table)):
        return
    thing = ev.certain(argument, frame)
    if thing is None:
        return
    if not constants and not _matters(thing):
        if isinstance(thing, Instance) and parameter.annotation is not None:
            # A dict where a session is announced: the annotation does not hold in this call.
            env.append((parameter.name, Thing()))
        return
    name = parameter.name
    if not constants and isinstance(thing, Instance):
        thing = _without_texts(thing)
    if _depth(thing) <= _MOST_HELD:
        env.append((name, trimmed(thing)))


def _without_texts(thing: Instance) -> Instance:
    """Instances that differ in what does not matter do the same."""
    kept = tuple((name, item) for name, item in thing.env if _matters(item))
    return thing if len(kept) == len(thing.env) else Instance(thing.type, kept, thing.made, thing.origin)


def is_false(thing: Thing | None) -> bool:
    """Whether a thing is None, False or an empty constant: code that asks for it does not run."""
    return isinstance(thing, LiteralThing) and not thing.value


def _matters(thing: Thing) -> bool:
    """Whether what a function does can depend on being given this thing."""
    if isinstance(thing, Instance):
        return isinstance(thing.type, ClassThing) or knows_type(thing.type.name)
    if isinstance(thing, Bound):
        return isinstance(thing.function, FunctionThing) or _does_something(thing.function.name)
    if isinstance(thing, Library):
        return _does_something(thing.name)
    return type(thing) is Thing or is_false(thing) or isinstance(thing, (FunctionThing, ClassThing, Partial, Generator))


def _does_something(name: str) -> bool:
    return blocking(name) is not None or name in libraries.RETURNS or name in libraries.COROUTINES


@cache
def knows_type(name: str) -> bool:
    """Whether the tables know what the methods of a library class do."""
    return not _owners().isdisjoint(libraries.ancestors(name))


@cache
def _owners() -> frozenset[str]:
    names = [row.name for row in table().values() if row.kind == "method"]
    return (
        frozenset(
            name.rpartition(".")[0]
            for name in (
                *names,
                *libraries.RETURNS,
                *libraries.COROUTINES,
                *libraries.ATTRIBUTES,
                *libraries.ITEMS,
            )
        )
        | framework.HOLDERS
    )


def trimmed(thing: Thing, depth: int = _MOST_GIVEN) -> Thing:
    """The thing without what its arguments' arguments were beyond a depth: keeps recursive structures finite."""
    if isinstance(thing, Instance) and thing.env:
        if depth == 0:
            return Instance(thing.type, (), thing.made, thing.origin)
        env = tuple((name, trimmed(item, depth - 1)) for name, item in thing.env)
        return Instance(thing.type, env, thing.made, thing.origin)
    if isinstance(thing, Bound) and depth:
        return Bound(thing.function, trimmed(thing.owner, depth - 1))
    if isinstance(thing, Generator):
        return Generator(thing.function, (), thing.is_async, thing.managed) if depth == 0 else thing
    return thing


def constructor_env(ev: Evaluator, cls: ClassThing, made: Made) -> Env:
    init = classes.method(ev, cls, "__init__")
    if init is None:
        return _field_env(ev, cls, made)
    env = bind(ev, init, made, constants=True, owner=Instance(cls))
    return tuple(item for item in env[1:] if _depth(item[1]) < _MOST_GIVEN)


def made_instance(ev: Evaluator, cls: ClassThing, made: Made) -> Instance:
    """The instance that a call of a class makes, without what differs in texts only."""
    return _without_texts(Instance(cls, constructor_env(ev, cls, made), made))


def _depth(thing: Thing) -> int:
    """How deep a thing holds others: instances what they were made with, functions what they close over, lists and
    dicts what their function was given."""
    if isinstance(thing, Instance):
        return 1 + max((_depth(item) for _, item in thing.env), default=0) if thing.env else 0
    if isinstance(thing, Bound):
        return 1 + _depth(thing.owner)
    if isinstance(thing, Partial):
        return 1 + _depth(thing.function)
    frame = thing.outer if isinstance(thing, FunctionThing) else None
    if isinstance(thing, (Items, TableThing)):
        frame = thing.frame
    if isinstance(thing, Generator):
        frame = Frame("", "", thing.env, thing.function.outer)
    depth = 0
    while frame is not None:
        depth += 1 + max((_depth(item) for _, item in frame.env), default=0)
        frame = frame.outer
    return depth


def _field_env(ev: Evaluator, cls: ClassThing, made: Made) -> Env:
    env: list[tuple[str, Thing]] = []
    names = classes.fields(ev, cls) if made.call.args else []
    for name, argument in zip(names, made.call.args, strict=False):
        _give(ev, env, _field(name), argument, made.frame, constants=False)
    for keyword, argument in made.call.keywords:
        if keyword is not None:
            _give(ev, env, _field(keyword), argument, made.frame, constants=False)
    return tuple(env)


@cache
def _field(name: str) -> facts.Parameter:
    """The parameter of a generated constructor."""
    return facts.Parameter("", name, "keyword", None, None, None, facts.Position(0, 0))


def passed_to_super(ev: Evaluator, thing: Instance, first: tuple[ClassThing, Value], base: ClassThing) -> Env:
    """What a constructor passes on to `super().__init__(…)`, if that is the one of `base`."""
    definer, value = first
    target = classes.method(ev, base, "__init__")
    if target is None or not isinstance(value, facts.Function):
        return ()
    init = ev.raw(value, Frame(definer.path))
    found = ev.function(init)
    if found is None or not found.parameters:
        return ()
    frame = ev.frame_of(init, ((found.parameters[0].name, thing), *thing.env))
    for site in found.sites:
        call = site.value
        if not isinstance(call, facts.Call) or not isinstance(call.func, facts.Attribute):
            continue
        if call.func.name == "__init__" and isinstance(call.func.of, facts.Call):
            return bind(ev, target, Made(call, frame), constants=True, owner=thing)[1:]
    return ()
