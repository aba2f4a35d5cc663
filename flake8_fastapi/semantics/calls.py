"""What calls give: of functions, classes, instances and libraries; entering and iterating; decorators."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from flake8_fastapi.knowledge import framework, libraries
from flake8_fastapi.knowledge.blocking import blocking, table
from flake8_fastapi.semantics import classes, facts, hints
from flake8_fastapi.semantics.facts import FunctionFacts, Value
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Coroutine,
    Env,
    Frame,
    FunctionThing,
    Generator,
    Instance,
    Items,
    Library,
    LiteralThing,
    Made,
    Origin,
    Partial,
    Super,
    Thing,
    Things,
    only,
)

if TYPE_CHECKING:
    from flake8_fastapi.semantics.values import Evaluator

_MOST_GIVEN = 3
"""How deep instances remember what they were made with: a service of a repository of a session."""
_MOST_HELD = 8
"""A thing that holds others more deeply is not remembered: closures over closures must end somewhere."""


# -- calls


def result_of(ev: Evaluator, call: facts.Call, frame: Frame) -> Things:
    """What a call expression gives."""
    found: list[Thing] = []
    callees = ev.evaluate(call.func, frame)
    for callee in callees:
        if isinstance(callee, LiteralThing) and callee.value is None and len(callees) > 1:
            continue
        results = call_thing(ev, callee, Made(call, frame))
        if not results:
            return ()
        found.extend(result for result in results if result not in found)
    return tuple(found)


def call_thing(ev: Evaluator, callee: Thing, made: Made) -> Things:
    """What calling a thing with these arguments gives."""
    if isinstance(callee, Library):
        return _call_library(ev, callee.name, made)
    if isinstance(callee, FunctionThing):
        return call_function(ev, callee, bind(ev, callee, made, constants=True))
    if isinstance(callee, Bound):
        return _call_bound(ev, callee, made)
    if isinstance(callee, ClassThing):
        env = _constructor_env(ev, callee, made)
        return (Instance(callee, env, made, _origin(ev, callee, made)),)
    if isinstance(callee, Instance):
        return _call_instance(ev, callee, made)
    if isinstance(callee, Partial):
        return call_thing(ev, callee.function, callee.made)
    return ()


def call_function(ev: Evaluator, function: FunctionThing, env: Env) -> Things:
    """What calling a function of the project gives, its parameters being `env` as far as known."""
    found = ev.function(function)
    if found is None:
        return ()
    if found.is_generator:
        managed = bool(traits(ev, function) & framework.CONTEXT_MANAGERS.keys())
        return (Generator(function, env, found.is_async, managed),)
    results = _returned(ev, found, ev.frame_of(function, env))
    return (Coroutine(results),) if found.is_async else results


def _returned(ev: Evaluator, function: FunctionFacts, frame: Frame) -> Things:
    """What a function returns: by its body, and where that says nothing by its annotation."""
    plain = _plain_type(function.returns)
    if plain is not None:
        return (plain,)
    results = ev.recursive(function.returned, frame)
    result = only(results)
    if result is not None and not is_false(result):
        return results
    declared = hints.instance(ev, function.returns, frame) if function.returns is not None else ()
    return declared or results


def _plain_type(annotation: Value | None) -> Thing | None:
    """What `-> None`, `-> str` and the like say; nobody gets these wrong, and the body need not be read."""
    if isinstance(annotation, facts.Constant) and annotation.value is None:
        return LiteralThing(None)
    if isinstance(annotation, facts.Name) and annotation.name in _BUILTIN_TYPES:
        return Instance(Library(f"builtins.{annotation.name}"))
    return None


def _call_bound(ev: Evaluator, callee: Bound, made: Made) -> Things:
    if isinstance(callee.function, Library):
        if isinstance(callee.owner, LiteralThing):
            return _call_text(ev, callee.function.last, str(callee.owner.value), made)
        return _call_library(ev, callee.function.name, made, callee.owner)
    env = bind(ev, callee.function, made, constants=True, owner=callee.owner)
    return call_function(ev, callee.function, env)


def _call_text(ev: Evaluator, name: str, text: str, made: Made) -> Things:
    """The methods of a constant text that make paths: `"/{}".format(NAME)`, `"/x".rstrip("/")`."""
    values = [ev.literal(argument, made.frame) for argument in made.call.args]
    if made.call.keywords or not all(isinstance(value, (str, int)) for value in values):
        return ()
    try:
        if name == "format":
            return (LiteralThing(text.format(*values)),)
        if name in ("strip", "lstrip", "rstrip", "lower", "upper", "removeprefix", "removesuffix"):
            return (LiteralThing(getattr(text, name)(*values)),)
    except (IndexError, KeyError, ValueError, TypeError):
        pass
    return ()


def _call_instance(ev: Evaluator, callee: Instance, made: Made) -> Things:
    if isinstance(callee.type, ClassThing):
        for member in classes.attribute(ev, callee, "__call__"):
            return call_thing(ev, member, made)
        return ()
    name = callee.type.name
    chosen = callee.made.call.keyword("class_") if callee.made is not None else None
    if callee.made is not None and chosen is not None:
        session = ev.certain(chosen, callee.made.frame)
        return (Instance(session, (), made),) if isinstance(session, (Library, ClassThing)) else ()
    for ancestor in libraries.ancestors(name):
        typed = libraries.RETURNS.get(f"{ancestor}.__call__")
        if typed is not None:
            return (Instance(Library(typed), (), made),)
    return ()


def _call_library(ev: Evaluator, name: str, made: Made, owner: Thing | None = None) -> Things:
    special = _special_call(ev, name, made)
    if special is not None:
        return special
    parent, _, last = name.rpartition(".")
    for ancestor in libraries.ancestors(parent) if owner is not None else (parent,):
        dotted = f"{ancestor}.{last}"
        typed = libraries.RETURNS.get(dotted)
        result: Things = (Instance(Library(typed), (), made),) if typed is not None else ()
        if dotted in libraries.COROUTINES:
            return (Coroutine(result),)
        if result:
            return result
        if ancestor in framework.HOLDERS and last in framework.ROUTE_DECORATORS:
            return (Instance(Library(framework.DECORATOR), (), made),)
    if owner is not None:
        return ()
    if is_library_class(name):
        thing = Library(name)
        return (Instance(thing, (), made, _origin(ev, thing, made)),)
    if last.startswith("from_") and parent.rpartition(".")[2][:1].isupper():
        return (Instance(Library(parent), (), made),)
    return ()


def _origin(ev: Evaluator, cls: Library | ClassThing, made: Made) -> Origin | None:
    if not classes.is_a(ev, cls, *framework.HOLDERS):
        return None
    return Origin(made.frame.path, made.call.end, made.frame.env)


def is_library_class(name: str) -> bool:
    """Whether a library name is a class: by its capital letter, or because our tables treat it as one."""
    last = name.rpartition(".")[2]
    return last[:1].isupper() or f"{name}.__call__" in libraries.RETURNS or name in libraries.BASES


def _special_call(ev: Evaluator, name: str, made: Made) -> Things | None:
    """Library functions whose result depends on their arguments; None for all others."""
    first = made.call.args[0] if made.call.args else None
    if name in ("dataclasses.field", "pydantic.Field"):
        factory = made.call.keyword("default_factory")
        callee = ev.certain(factory, made.frame) if factory is not None else None
        return call_thing(ev, callee, made) if isinstance(callee, (Library, ClassThing)) else None
    if name == "builtins.super":
        return _super(ev, made.frame)
    if first is None:
        return None
    if name == "functools.partial":
        function = ev.certain(first, made.frame)
        return (Partial(function, made),) if function is not None else ()
    if name == "typing.cast" and len(made.call.args) > 1:
        return hints.instance(ev, first, made.frame)
    if name in ("builtins.next", "builtins.anext"):
        iterator = ev.certain(first, made.frame)
        return element(ev, iterator) if iterator is not None else ()
    if name in ("builtins.iter", "builtins.list", "builtins.tuple", "builtins.sorted", "builtins.reversed"):
        return ev.evaluate(first, made.frame)
    if name in ("contextlib.closing", "contextlib.aclosing", "copy.copy", "copy.deepcopy"):
        return ev.evaluate(first, made.frame)
    if name in ("asyncio.to_thread", "starlette.concurrency.run_in_threadpool", "anyio.to_thread.run_sync"):
        callee = ev.certain(first, made.frame)
        return (Coroutine(call_thing(ev, callee, NO_ARGUMENTS) if callee is not None else ()),)
    if name in framework.OFFLOADING_DECORATORS:
        return ()
    return None


def _super(ev: Evaluator, frame: Frame) -> Things:
    module = ev.module(frame.path)
    function = module.functions.get(frame.function) if module is not None else None
    if function is None or function.owner is None or not function.parameters:
        return ()
    instance = only(ev.evaluate(function.parameters[0], frame))
    return (Super(instance, ClassThing(frame.path, function.owner)),) if instance is not None else ()


# -- arguments


NO_ARGUMENTS = Made(
    facts.Call(facts.UNKNOWN, (), ((None, facts.UNKNOWN),), facts.Position(0, 0), facts.Position(0, 0)), Frame("")
)
"""A call with arguments that we do not see: how FastAPI calls a dependency, or Python a special method."""


def bind(
    ev: Evaluator, function: FunctionThing, made: Made, *, constants: bool, owner: Thing | None = None
) -> Env:
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


_BUILTIN_TYPES = frozenset({"dict", "str", "int", "float", "bool", "list", "tuple", "set", "bytes"})


def _contradicts(ev: Evaluator, parameter: facts.Parameter, argument: Value, frame: Frame) -> bool:
    """Whether an object of a library is passed for a parameter that is annotated `dict`, `str` …: one of both is wrong."""
    annotation = parameter.annotation
    if not (isinstance(annotation, facts.Name) and annotation.name in _BUILTIN_TYPES):
        return False
    thing = ev.certain(argument, frame)
    return isinstance(thing, Instance) and isinstance(thing.type, Library) and not thing.type.name.startswith("builtins.")


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
        if parameter.name not in given and isinstance(default, facts.Constant):
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
    return is_false(thing) or isinstance(thing, (FunctionThing, ClassThing, Partial, Generator))


def _does_something(name: str) -> bool:
    return blocking(name) is not None or name in libraries.RETURNS or name in libraries.COROUTINES


@cache
def knows_type(name: str) -> bool:
    """Whether the tables know what the methods of a library class do."""
    return not _owners().isdisjoint(libraries.ancestors(name))


@cache
def _owners() -> frozenset[str]:
    names = [row.name for row in table().values() if row.kind == "method"]
    return frozenset(
        name.rpartition(".")[0]
        for name in (*names, *libraries.RETURNS, *libraries.COROUTINES, *libraries.ATTRIBUTES, *libraries.ITEMS)
    ) | framework.HOLDERS


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


def _constructor_env(ev: Evaluator, cls: ClassThing, made: Made) -> Env:
    init = classes.method(ev, cls, "__init__")
    if init is None:
        return _field_env(ev, cls, made)
    env = bind(ev, init, made, constants=True, owner=Instance(cls))
    return tuple(item for item in env[1:] if _depth(item[1]) < _MOST_GIVEN)


def made_instance(ev: Evaluator, cls: ClassThing, made: Made) -> Instance:
    """The instance that a call of a class makes, without what differs in texts only."""
    return _without_texts(Instance(cls, _constructor_env(ev, cls, made), made))


def _depth(thing: Thing) -> int:
    """How deep a thing holds others: instances what they were made with, functions what they close over."""
    if isinstance(thing, Instance):
        return 1 + max((_depth(item) for _, item in thing.env), default=0) if thing.env else 0
    if isinstance(thing, Bound):
        return 1 + _depth(thing.owner)
    if isinstance(thing, Partial):
        return 1 + _depth(thing.function)
    frame = thing.outer if isinstance(thing, FunctionThing) else None
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
    return facts.Parameter("", name, "keyword", None, None, None)


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
        if isinstance(call, facts.Call) and isinstance(call.func, facts.Attribute) and call.func.name == "__init__":
            if isinstance(call.func.of, facts.Call):
                return bind(ev, target, Made(call, frame), constants=True, owner=thing)[1:]
    return ()


# -- entering and iterating


def entered(ev: Evaluator, thing: Thing, is_async: bool) -> Things:
    """What `with thing as …` binds."""
    if isinstance(thing, Generator):
        return ev.generator_elements(thing) if thing.managed else ()
    if isinstance(thing, Coroutine):
        return ()
    if not isinstance(thing, Instance):
        return ()
    if isinstance(thing.type, ClassThing):
        name = "__aenter__" if is_async else "__enter__"
        for member in classes.attribute(ev, thing, name):
            if isinstance(member, Bound) and isinstance(member.function, FunctionThing):
                return _entered_by(ev, member, thing)
        return (thing,)
    return _entered_library(thing.type.name) or (thing,)


def entered_call(callee: Thing) -> Things:
    """What entering the result of a library call binds, where a table says so; empty if none does."""
    function = callee.function if isinstance(callee, Bound) else callee
    if not isinstance(function, Library):
        return ()
    parent, _, last = function.name.rpartition(".")
    for ancestor in libraries.ancestors(parent):
        found = _entered_library(f"{ancestor}.{last}")
        if found:
            return found
    return ()


def _entered_library(name: str) -> Things:
    for ancestor in libraries.ancestors(name):
        typed = libraries.ENTERS.get(ancestor)
        if typed is not None:
            return (Instance(Library(typed)),)
    return ()


def _entered_by(ev: Evaluator, member: Bound, thing: Instance) -> Things:
    results = call_thing(ev, member, NO_ARGUMENTS)
    result = only(results)
    return result.of if isinstance(result, Coroutine) else results


def element(ev: Evaluator, thing: Thing) -> Things:
    """What iterating a thing gives."""
    if isinstance(thing, Items):
        return ev.union(thing.values, thing.frame)
    if isinstance(thing, Generator) and not thing.managed:
        return ev.generator_elements(thing)
    return ()


# -- decorators


def traits(ev: Evaluator, function: FunctionThing) -> frozenset[str]:
    """The library decorators of a function, by name: `contextlib.contextmanager`, `builtins.property` …"""
    key = (function.path, function.qualname)
    known = ev.traits_memo.get(key)
    if known is None:
        ev.traits_memo[key] = frozenset()
        found = ev.function(function)
        names = set()
        for decorator in found.decorators if found is not None else ():
            value = decorator.func if isinstance(decorator, facts.Call) else decorator
            thing = ev.certain(value, _defining_frame(function))
            if isinstance(thing, Library):
                names.add(thing.name)
        known = ev.traits_memo[key] = frozenset(names)
    return known


def _defining_frame(function: FunctionThing) -> Frame:
    return function.outer if function.outer is not None else Frame(function.path)


def decorated(ev: Evaluator, function: FunctionThing, frame: Frame) -> Things:
    """What the name of a function means once its decorators have run; empty if one of them is not understood."""
    found = ev.function(function)
    if found is None:
        return ()
    things: Things = (function,)
    for decorator in reversed(found.decorators):
        thing = only(things)
        if thing is None:
            return ()
        things = apply(ev, decorator, thing, frame)
    return things


def apply(ev: Evaluator, decorator: Value, thing: Thing, frame: Frame) -> Things:
    """What a decorator makes of a function or class; empty if that is unknown."""
    inner = decorator.func if isinstance(decorator, facts.Call) else decorator
    applied = ev.certain(inner, frame)
    if isinstance(applied, Library) or (isinstance(applied, Bound) and isinstance(applied.function, Library)):
        function = applied.function if isinstance(applied, Bound) else applied
        return (thing,) if isinstance(function, Library) and _is_transparent(function.name) else ()
    if isinstance(decorator, facts.Call):
        applied = ev.certain(decorator, frame)
    if isinstance(applied, Instance) and isinstance(applied.type, Library):
        return (thing,) if _is_transparent(applied.type.name) else ()
    if isinstance(applied, (FunctionThing, Bound)):
        return _decorate_by(ev, applied, thing)
    if isinstance(applied, ClassThing):
        init = classes.method(ev, applied, "__init__")
        found = ev.function(init) if init is not None else None
        if found is not None and len(found.parameters) > 1:
            return (Instance(applied, ((found.parameters[1].name, thing),)),)
    return (thing,) if _looks_like_property(decorator) else ()


def _is_transparent(name: str) -> bool:
    return name.startswith(framework.TRANSPARENT_DECORATORS)


def _decorate_by(ev: Evaluator, decorator: FunctionThing | Bound, thing: Thing) -> Things:
    function = decorator.function if isinstance(decorator, Bound) else decorator
    if not isinstance(function, FunctionThing):
        return (thing,)
    found = ev.function(function)
    if found is None or not found.parameters or found.is_async or found.is_generator:
        return ()
    env: Env = ((found.parameters[0].name, thing),)
    if isinstance(decorator, Bound):
        if len(found.parameters) < 2:
            return ()
        env = ((found.parameters[0].name, decorator.owner), (found.parameters[1].name, thing))
    return ev.union(found.returned, ev.frame_of(function, env))


def _looks_like_property(decorator: Value) -> bool:
    """`@name.setter` and the like."""
    return isinstance(decorator, facts.Attribute) and decorator.name in ("setter", "getter", "deleter")
