"""Dependencies: what `Depends` and `Security` call, with everything that those need in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import classes, facts, hints, parameters, signatures, types
from flake8_fastapi.semantics.facts import FunctionFacts, Value
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.signatures import Declaration, Signature
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Instance,
    Items,
    Library,
    LiteralThing,
    Partial,
    Thing,
    Things,
    only,
)
from flake8_fastapi.semantics.values import Evaluator

_DEEPEST = 30
"""A tree of dependencies that is deeper goes in circles, which FastAPI cannot load."""


class Dependency:
    """One `Depends(…)` or `Security(…)` where it is used: as a parameter, or in a list `dependencies=[…]`."""

    def __init__(
        self,
        ev: Evaluator,
        marker: Instance,
        annotation: Value | None = None,
        frame: Frame | None = None,
        path_names: frozenset[str] | None = frozenset(),
        depth: int = 0,
    ) -> None:
        self.ev = ev
        self.marker = marker
        self._annotation = annotation
        self._frame = frame if frame is not None else Frame("")
        self._path_names = path_names
        self._depth = depth

    @cached_property
    def callees(self) -> Things:
        """What may be called; empty if unknown."""
        call = self.call
        if call is not None and not call.open and not call.args and call.keyword("dependency") is None:
            return self._annotated()
        return hints.dependency(self.ev, self.marker, self._annotation, self._frame)

    def _annotated(self) -> Things:
        """What `Depends()` calls: the class that the parameter is declared to be."""
        if self._annotation is None:
            return ()
        members = list(types.members(types.resolve(self.ev, self._annotation, self._frame)))
        return (members[0].thing,) if len(members) == 1 and members[0].thing is not None else ()

    @cached_property
    def callee(self) -> Thing | None:
        """What is certainly called: a function, bound method, class, instance, partial or library callable."""
        return only(self.callees) or self._wrapped_alike()

    def _wrapped_alike(self) -> Thing | None:
        """One of several wrappers of the same function: a decorator may have one for `def` and one for `async def`."""
        wrapped = {
            signatures.unwrapped(self.ev, thing) if isinstance(thing, FunctionThing) else None for thing in self.callees
        }
        return self.callees[0] if len(wrapped) == 1 and None not in wrapped else None

    @property
    def call(self) -> facts.Call | None:
        """The `Depends(…)` as written."""
        return self.marker.made.call if self.marker.made is not None else None

    @property
    def where(self) -> Frame | None:
        """Where the `Depends(…)` is written."""
        return self.marker.made.frame if self.marker.made is not None else None

    @cached_property
    def name(self) -> str:
        """The name of what is called, as the person who wrote it knows it; empty if unknown."""
        return name_of(self.ev, self.callee)

    @cached_property
    def signature(self) -> Signature | None:
        """What FastAPI finds when it inspects the callee; None if unknown."""
        return signatures.of(self.ev, self.callee)

    @property
    def function(self) -> FunctionThing | None:
        """The function, method or constructor of the project that runs; None if there is none or it is unknown."""
        return self.signature.function if self.signature is not None else None

    @property
    def facts(self) -> FunctionFacts | None:
        """The facts of that function."""
        return self.ev.function(self.function) if self.function is not None else None

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Its own parameters; empty too if they are unknown, see `is_complete`."""
        if self.signature is None:
            return ()
        found = analyzed(self.ev, self.signature, self._path_names, self._depth + 1)
        if isinstance(self.callee, Library):
            return tuple(replace(parameter, kind="form") for parameter in found)
        return found

    @cached_property
    def children(self) -> tuple[Dependency, ...]:
        """What it depends on itself."""
        return tuple(parameter.dependency for parameter in self.parameters if parameter.dependency is not None)

    def walk(self) -> Iterator[Dependency]:
        """Itself, and everything it needs."""
        yield self
        for child in self.children:
            yield from child.walk()

    @cached_property
    def is_complete(self) -> bool:
        """Whether everything below was resolved."""
        if self.signature is None or self._depth > _DEEPEST:
            return False
        known = all(parameter.kind != "unknown" for parameter in self.parameters)
        return known and all(child.is_complete for child in self.children)

    @cached_property
    def scopes(self) -> tuple[str, ...] | None:
        """The scopes that `Security(…, scopes=[…])` asks for; None if they are unknown."""
        made = self.marker.made
        if made is None or self.marker.type != Library(framework.SECURITY):
            return ()
        written = made.call.keyword("scopes") or (made.call.args[1] if len(made.call.args) > 1 else None)
        if written is None:
            return None if made.call.open else ()
        return texts(self.ev, self.ev.certain(written, made.frame))

    @cached_property
    def scheme(self) -> str:
        """The security scheme that it is, by canonical name of the class; empty if it is none."""
        if isinstance(self.callee, Instance) and classes.is_a(self.ev, self.callee.type, framework.SECURITY_SCHEME):
            names = classes.library_types(self.ev, self.callee.type)
            return next((name for name in names if name.startswith("fastapi.security.")), "")
        return ""

    @cached_property
    def uses_cache(self) -> bool:
        """Whether one request calls it once only."""
        written = self.call.keyword("use_cache") if self.call is not None else None
        where = self.where
        return written is None or where is None or self.ev.literal(written, where) is not False


class ViewInstance(Dependency):
    """The instance of a class-based view, with what its constructor and its class variables depend on."""

    def __init__(self, ev: Evaluator, cls: ClassThing, path_names: frozenset[str] | None) -> None:
        super().__init__(ev, Instance(Library(framework.DEPENDS_NAME)), None, None, path_names)
        self._cls = cls

    @cached_property
    def callees(self) -> Things:
        """The class."""
        return (self._cls,)

    @cached_property
    def signature(self) -> Signature | None:
        """The constructor's parameters, and the class variables, which the view's decorator makes parameters."""
        own = signatures.of(self.ev, self._cls)
        variables = tuple(self._variables())
        taken = {declaration.name for declaration in variables}
        constructor = own.declarations if own is not None else ()
        kept = tuple(declaration for declaration in constructor if declaration.name not in taken)
        _, complete = classes.mro(self.ev, self._cls)
        return Signature((*kept, *variables), own.function if own is not None else None) if complete else None

    def _variables(self) -> Iterator[Declaration]:
        for name in classes.fields(self.ev, self._cls):
            found = classes.lookup(self.ev, self._cls, name)
            if found is None or not isinstance(found[1], facts.Declared) or name.startswith("_"):
                # What is private the decorators of views leave alone.
                continue
            frame = Frame(found[0].path)
            declaration = Declaration(name, found[1].annotation, found[1].value, frame, "keyword")
            if parameters.analyze(self.ev, declaration, self._path_names).kind not in ("unknown",):
                yield declaration


def analyzed(
    ev: Evaluator, signature: Signature, path_names: frozenset[str] | None, depth: int = 0
) -> tuple[Parameter, ...]:
    """The parameters of a signature, with their dependencies."""
    return tuple(_with_dependency(ev, declaration, path_names, depth) for declaration in signature.declarations)


def _with_dependency(
    ev: Evaluator, declaration: Declaration, path_names: frozenset[str] | None, depth: int
) -> Parameter:
    parameter = parameters.analyze(ev, declaration, path_names)
    if parameter.kind != "dependency" or parameter.marker is None or depth > _DEEPEST:
        return parameter
    dependency = Dependency(ev, parameter.marker, declaration.annotation, declaration.frame, path_names, depth)
    return replace(parameter, dependency=dependency)


def listed(
    ev: Evaluator, holder: Thing | None, path_names: frozenset[str] | None = frozenset()
) -> tuple[list[Dependency], bool]:
    """The dependencies of what `dependencies=` is given, and whether all of them were understood."""
    found: list[Dependency] = []
    if holder is None or (isinstance(holder, LiteralThing) and holder.value is None):
        return found, True
    if not isinstance(holder, Items) or holder.repeated:
        return found, False
    complete = True
    for item in holder.values:
        if isinstance(item, facts.Starred):
            more, known = listed(ev, ev.certain(item.of, holder.frame) or Thing(), path_names)
            found.extend(more)
            complete = complete and known
            continue
        marker = ev.certain(item, holder.frame)
        if isinstance(marker, Instance) and hints.is_marker(marker):
            found.append(Dependency(ev, marker, None, holder.frame, path_names))
        else:
            complete = False
    return found, complete


def texts(ev: Evaluator, holder: Thing | None) -> tuple[str, ...] | None:
    """The constant texts of a list written out; None if it is none, or one of them is unknown."""
    if not isinstance(holder, Items) or holder.repeated:
        return None
    found = tuple(ev.literal(item, holder.frame) for item in holder.values)
    return tuple(str(text) for text in found) if all(isinstance(text, str) for text in found) else None


def name_of(ev: Evaluator, thing: Thing | None) -> str:
    """The name of something callable: of its function or class; empty if it has none."""
    if isinstance(thing, FunctionThing):
        found = ev.function(signatures.unwrapped(ev, thing) or thing)
        return found.name if found is not None else ""
    if isinstance(thing, Bound):
        return thing.function.last if isinstance(thing.function, Library) else name_of(ev, thing.function)
    if isinstance(thing, ClassThing):
        return thing.qualname.rpartition(".")[2]
    if isinstance(thing, Library):
        return thing.last
    if isinstance(thing, Instance):
        return name_of(ev, thing.type)
    if isinstance(thing, Partial):
        return name_of(ev, thing.function)
    return ""
