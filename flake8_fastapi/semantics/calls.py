"""What calls give: of functions, classes, instances and libraries; entering and iterating; decorators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_fastapi.knowledge import framework, libraries, suites
from flake8_fastapi.semantics import arguments, classes, facts, hints, texts
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
        return call_function(ev, callee, arguments.bind(ev, callee, made, constants=True))
    if isinstance(callee, Bound):
        return _call_bound(ev, callee, made)
    if isinstance(callee, ClassThing):
        env = arguments.constructor_env(ev, callee, made)
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
    if result is not None and not arguments.is_false(result):
        return results
    declared = hints.instance(ev, function.returns, frame) if function.returns is not None else ()
    return declared or results


def _plain_type(annotation: Value | None) -> Thing | None:
    """What `-> None`, `-> str` and the like say; nobody gets these wrong, and the body need not be read."""
    if isinstance(annotation, facts.Constant) and annotation.value is None:
        return LiteralThing(None)
    if isinstance(annotation, facts.Name) and annotation.name in arguments.BUILTIN_TYPES:
        return Instance(Library(f"builtins.{annotation.name}"))
    return None


def _call_bound(ev: Evaluator, callee: Bound, made: Made) -> Things:
    if isinstance(callee.function, Library):
        if isinstance(callee.owner, LiteralThing):
            return _call_text(ev, callee.function.last, str(callee.owner.value), made)
        return _call_library(ev, callee.function.name, made, callee.owner)
    env = arguments.bind(ev, callee.function, made, constants=True, owner=callee.owner)
    return call_function(ev, callee.function, env)


def _call_text(ev: Evaluator, name: str, text: str, made: Made) -> Things:
    """The methods of a constant text that make paths: `"/{}".format(NAME)`, `"/x".rstrip("/")`."""
    values = [ev.literal(argument, made.frame) for argument in made.call.args]
    if made.call.keywords or not all(isinstance(value, (str, int)) for value in values):
        return ()
    if name == "format":
        filled = texts.filled(text, values, {})
        return (LiteralThing(filled),) if filled is not None else ()
    try:
        if name in ("strip", "lstrip", "rstrip", "lower", "upper", "removeprefix", "removesuffix"):
            return (LiteralThing(getattr(text, name)(*values)),)
    except (ValueError, TypeError):
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
        result: Things = (_typed(ev, Library(typed), made),) if typed is not None else ()
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


def _typed(ev: Evaluator, cls: Library, made: Made) -> Instance:
    """What a function of a library makes; in tests with its origin, where one is not as good as another."""
    return Instance(cls, (), made, _origin_in_tests(ev, made) if cls.name in suites.TOLD_APART else None)


def _origin(ev: Evaluator, cls: Library | ClassThing, made: Made) -> Origin | None:
    if classes.is_a(ev, cls, *framework.HOLDERS):
        return Origin(made.frame.path, made.call.end, made.frame.env)
    return _origin_in_tests(ev, made) if classes.is_a(ev, cls, *suites.TOLD_APART) else None


def _origin_in_tests(ev: Evaluator, made: Made) -> Origin | None:
    frame = made.frame
    if not frame.path or not ev.files.is_test(frame.path):
        return None
    # The number says which call of a function it is; the arguments themselves may be long chains of such objects.
    env: Env = (("", LiteralThing(ev.number(frame))),) if frame.env or frame.outer is not None else ()
    return Origin(frame.path, made.call.end, env)


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
        return _super(ev, made)
    if first is None:
        return None
    if name == suites.REQUESTED:
        asked = ev.literal(first, made.frame)
        return ev.modules.requested(asked, made.frame) if isinstance(asked, str) else ()
    if name == "functools.partial":
        function = ev.certain(first, made.frame)
        return (Partial(function, made),) if function is not None else ()
    if name == "typing.cast" and len(made.call.args) > 1:
        return hints.instance(ev, first, made.frame) or ev.evaluate(made.call.args[1], made.frame)
    if name in ("builtins.next", "builtins.anext"):
        iterator = ev.certain(first, made.frame)
        return element(ev, iterator) if iterator is not None else ()
    if name in ("builtins.iter", "builtins.list", "builtins.tuple", "builtins.sorted", "builtins.reversed"):
        found = ev.evaluate(first, made.frame)
        return () if any(isinstance(thing, Coroutine) for thing in found) else found
    if name in ("contextlib.closing", "contextlib.aclosing", "copy.copy", "copy.deepcopy"):
        return ev.evaluate(first, made.frame)
    if name in ("asyncio.to_thread", "starlette.concurrency.run_in_threadpool", "anyio.to_thread.run_sync"):
        callee = ev.certain(first, made.frame)
        return (Coroutine(call_thing(ev, callee, arguments.NO_ARGUMENTS) if callee is not None else ()),)
    if name in framework.OFFLOADING_DECORATORS:
        return ()
    return None


def _super(ev: Evaluator, made: Made) -> Things:
    frame = made.frame
    module = ev.module(frame.path)
    function = module.functions.get(frame.function) if module is not None else None
    if module is not None and frame.function == facts.MODULE:
        # What a method binds on `self` is evaluated outside the method.
        methods = (each for each in module.functions.values() if each.owner is not None)
        function = next((each for each in methods if any(site.value is made.call for site in each.sites)), None)
    if function is None or function.owner is None or not function.parameters:
        return ()
    instance = only(ev.evaluate(function.parameters[0], frame))
    return (Super(instance, ClassThing(frame.path, function.owner)),) if instance is not None else ()


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
    results = call_thing(ev, member, arguments.NO_ARGUMENTS)
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
