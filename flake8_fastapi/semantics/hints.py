"""What annotations and dependencies say about a value.

A parameter that a dependency provides is what the provider gives, whatever its annotation says: real projects annotate
`Session` where an `AsyncSession` arrives. The annotation counts where there is no provider, or the provider is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import arguments, calls, facts
from flake8_fastapi.semantics.facts import FunctionFacts, Value
from flake8_fastapi.semantics.things import (
    ClassThing,
    Coroutine,
    Frame,
    FunctionThing,
    Generator,
    Instance,
    Library,
    ModuleThing,
    Things,
    only,
)

if TYPE_CHECKING:
    from flake8_fastapi.semantics.values import Evaluator

_DEPTH = 12
"""How many aliases of an annotation are followed."""
_OPTIONAL = frozenset({"typing.Optional"})
_UNION = frozenset({"typing.Union"})
_ANNOTATED = frozenset({"typing.Annotated"})
_WRAPPERS = frozenset({"typing.Final", "typing.ClassVar", "typing.Required", "typing.NotRequired"})
_TYPE = frozenset({"builtins.type"})
_STREAMS = frozenset(
    f"{module}.{name}"
    for module in ("typing", "collections.abc", "contextlib")
    for name in (
        "Generator", "AsyncGenerator", "Iterator", "AsyncIterator", "Iterable", "AsyncIterable",
        "ContextManager", "AsyncContextManager", "AbstractContextManager", "AbstractAsyncContextManager",
    )
)  # fmt: skip

Part = tuple[Value, Frame]
"""A piece of an annotation and where it is written."""


def instance(ev: Evaluator, annotation: Value | None, frame: Frame) -> Things:
    """What a value with this annotation is: an instance of the class it names; empty if unknown."""
    if annotation is None:
        return ()
    found: list[Instance | ClassThing | Library] = []
    for value, where in _alternatives(ev, annotation, frame):
        thing = ev.certain(value, where)
        if isinstance(value, facts.Item):
            holder = ev.certain(value.of, where)
            if isinstance(holder, Library) and holder.name in _TYPE:
                inner = ev.certain(value.key, where)
                return (inner,) if isinstance(inner, (ClassThing, Library)) else ()
            thing = holder
        if isinstance(thing, ClassThing) or (isinstance(thing, Library) and _is_class(thing)):
            made = Instance(thing)
            if made not in found:
                found.append(made)
        else:
            return ()
    return tuple(found)


def _is_class(thing: Library) -> bool:
    if thing.name in ("typing.Any", "builtins.object", "typing.Self") or thing.name in _STREAMS:
        return False
    return calls.is_library_class(thing.name) or thing.name in (
        "builtins.dict",
        "builtins.list",
        "builtins.str",
        "builtins.set",
    )


def _alternatives(ev: Evaluator, annotation: Value, frame: Frame) -> Iterator[Part]:
    """The members of a union, None aside, with aliases followed and `Annotated`, `Optional`, `Final` unwrapped."""
    for value, where in _members(ev, annotation, frame, _DEPTH):
        if not (isinstance(value, facts.Constant) and value.value is None):
            yield value, where


def _members(ev: Evaluator, annotation: Value, frame: Frame, depth: int) -> Iterator[Part]:
    value, where = expanded(ev, annotation, frame)
    if depth == 0:
        yield facts.UNKNOWN, where
    elif isinstance(value, facts.Operation) and value.operator == "|":
        yield from _members(ev, value.left, where, depth - 1)
        yield from _members(ev, value.right, where, depth - 1)
    elif isinstance(value, facts.Item):
        name = _library_name(ev, value.of, where)
        items = value.key.items if isinstance(value.key, facts.Display) else (value.key,)
        if name in _UNION:
            for item in items:
                yield from _members(ev, item, where, depth - 1)
        elif (name in _ANNOTATED or name in _OPTIONAL or name in _WRAPPERS) and items:
            yield from _members(ev, items[0], where, depth - 1)
        else:
            yield value, where
    else:
        yield value, where


def _library_name(ev: Evaluator, value: Value, frame: Frame) -> str:
    thing = ev.certain(value, frame)
    return thing.name if isinstance(thing, Library) else ""


def expanded(ev: Evaluator, annotation: Value, frame: Frame) -> Part:
    """The annotation that an alias stands for, in whichever module it is written; itself if it is none."""
    value, where = annotation, frame
    for _ in range(_DEPTH):
        followed = definition(ev, value, where)
        if followed is None or isinstance(followed[0], (facts.Class, facts.Function, facts.Parameter)):
            break
        value, where = followed
        if isinstance(value, facts.Declared):
            if value.value is None:
                return annotation, frame
            value = value.value
        if isinstance(value, facts.Call) and len(value.args) == 2:
            maker = ev.certain(value.func, where)
            if isinstance(maker, Library) and maker.name == "typing.TypeAliasType":
                value = value.args[1]
    if isinstance(value, (facts.Item, facts.Operation)):
        return value, where
    return annotation, frame


def definition(ev: Evaluator, value: Value, frame: Frame) -> Part | None:
    """The value that a name is bound to, in the module that binds it."""
    if isinstance(value, facts.Name):
        module = ev.module(frame.path)
        bindings = module.names.get(value.name) if module is not None else None
        if bindings and len(bindings) == 1:
            return bindings[0], Frame(frame.path)
        if module is not None and not bindings:
            return _from_stars(ev, module.stars, frame.path, value.name)
        return None
    if isinstance(value, facts.Local):
        return _local_definition(ev, value, frame)
    if isinstance(value, facts.Import) and value.name is not None:
        path = ev.files.module(frame.path, value.module, value.level)
        if path is None or not path.endswith(".py") or path == frame.path:
            return None
        return definition(ev, ev.global_reference(path, value.name), Frame(path))
    if isinstance(value, facts.Attribute):
        holder = ev.certain(value.of, frame)
        if isinstance(holder, ModuleThing) and holder.path.endswith(".py"):
            return definition(ev, ev.global_reference(holder.path, value.name), Frame(holder.path))
    return None


def _local_definition(ev: Evaluator, value: facts.Local, frame: Frame) -> Part | None:
    """The same for a variable of a function around the annotation: a factory of routes or dependencies."""
    module = ev.module(frame.path)
    function = module.functions.get(value.function) if module is not None else None
    bindings = function.locals.get(value.name, ()) if function is not None else ()
    if len(bindings) != 1:
        return None
    return bindings[0], ev.home(value.function, frame)


def _from_stars(ev: Evaluator, stars: tuple[facts.Import, ...], importer: str, name: str) -> Part | None:
    for star in reversed(stars):
        path = ev.files.module(importer, star.module, star.level)
        if path is not None and path.endswith(".py") and path != importer:
            found = definition(ev, ev.global_reference(path, name), Frame(path))
            if found is not None:
                return found
    return None


# -- parameters and dependencies


def parameter(ev: Evaluator, value: facts.Parameter, frame: Frame) -> Things:
    """What a parameter is: what the call gave, else what provides it, else what its annotation says."""
    if frame.function == value.function:
        for name, thing in reversed(frame.env):
            if name == value.name:
                return (thing,)
    if value.kind in ("args", "kwargs"):
        return ()
    module = ev.module(frame.path)
    function = module.functions.get(value.function) if module is not None else None
    if function is not None and function.owner is not None and value.index == 0:
        return _receiver(ev, function, frame)
    if function is not None and value.default is None and _may_be_of_tests(ev, function, frame):
        given = ev.modules.given(value, frame)
        if given:
            return given
    where = Frame(frame.path) if frame.outer is None else frame.outer
    found = provided(ev, value.annotation, value.default, where)
    return found if found else instance(ev, value.annotation, where)


def _may_be_of_tests(ev: Evaluator, function: FunctionFacts, frame: Frame) -> bool:
    """Whether pytest may fill the parameters of a function: the cheap question, asked of every function."""
    if function.name.startswith("test") or ev.files.is_test(frame.path):
        return True
    written = [each.func if isinstance(each, facts.Call) else each for each in function.decorators]
    return any("fixture" in each.name for each in written if isinstance(each, (facts.Name, facts.Attribute)))


def _receiver(ev: Evaluator, function: FunctionFacts, frame: Frame) -> Things:
    assert function.owner is not None
    cls = ClassThing(frame.path, function.owner)
    traits = calls.traits(ev, FunctionThing(frame.path, function.qualname))
    if "builtins.staticmethod" in traits:
        return ()
    return (cls,) if "builtins.classmethod" in traits else (Instance(cls),)


def provided(ev: Evaluator, annotation: Value | None, default: Value | None, frame: Frame) -> Things:
    """What the dependency gives that fills a parameter or class variable; empty if there is none or it is unknown."""
    marker = dependency_marker(ev, annotation, default, frame)
    if marker is None:
        return ()
    callee = dependency(ev, marker, annotation, frame)
    return injected(ev, callee) if callee else ()


def dependency_marker(ev: Evaluator, annotation: Value | None, default: Value | None, frame: Frame) -> Instance | None:
    """The `Depends(…)` or `Security(…)` of a parameter: its default, or in its `Annotated` annotation."""
    if default is not None and not isinstance(default, facts.Constant):
        found = ev.certain(default, frame)
        if is_marker(found):
            assert isinstance(found, Instance)
            return found
    if annotation is None:
        return None
    value, where = expanded(ev, annotation, frame)
    if not (isinstance(value, facts.Item) and isinstance(value.key, facts.Display)):
        return None
    if _library_name(ev, value.of, where) not in _ANNOTATED or not value.key.items:
        return None
    for item in value.key.items[1:]:
        found = ev.certain(item, where)
        if is_marker(found):
            assert isinstance(found, Instance)
            return found
    return dependency_marker(ev, value.key.items[0], None, where)


def is_marker(thing: object) -> bool:
    """Whether a thing is a `Depends(…)` or `Security(…)` object."""
    return isinstance(thing, Instance) and isinstance(thing.type, Library) and thing.type.name in framework.DEPENDS


def dependency(ev: Evaluator, marker: Instance, annotation: Value | None, frame: Frame) -> Things:
    """What a `Depends` object calls; for `Depends()` the annotated class."""
    if marker.made is None:
        return ()
    call, where = marker.made
    value = call.args[0] if call.args else call.keyword("dependency")
    if value is not None:
        return ev.evaluate(value, where)
    if annotation is None:
        return ()
    parts = list(_alternatives(ev, annotation, frame))
    return ev.evaluate(parts[0][0], parts[0][1]) if len(parts) == 1 else ()


def injected(ev: Evaluator, callee: Things) -> Things:
    """What FastAPI injects for a dependency: what it returns, awaits to, or yields."""
    thing = only(callee)
    if thing is None:
        return ()
    results = calls.call_thing(ev, thing, arguments.NO_ARGUMENTS)
    result = only(results)
    if isinstance(result, Coroutine):
        return result.of
    if isinstance(result, Generator):
        return ev.generator_elements(result)
    return results


def yielded(ev: Evaluator, function: FunctionFacts, frame: Frame) -> Things:
    """What a generator function yields by its return annotation."""
    if function.returns is None:
        return ()
    value, where = expanded(ev, function.returns, frame)
    if isinstance(value, facts.Item):
        if _library_name(ev, value.of, where) in _STREAMS:
            items = value.key.items if isinstance(value.key, facts.Display) else (value.key,)
            return instance(ev, items[0], where) if items else ()
        return ()
    return instance(ev, function.returns, frame) if not _is_bare_stream(ev, value, where) else ()


def _is_bare_stream(ev: Evaluator, value: Value, frame: Frame) -> bool:
    return _library_name(ev, value, frame) in _STREAMS
