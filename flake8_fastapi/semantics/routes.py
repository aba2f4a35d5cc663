"""Routes: one registration of a handler, with its parameters, dependencies and response as FastAPI derives them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal, NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.knowledge import types as tables
from flake8_fastapi.semantics import classes, dependencies, facts, holders, signatures, types
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.facts import FunctionFacts, Position, Value
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.registrations import Registration
from flake8_fastapi.semantics.signatures import Signature
from flake8_fastapi.semantics.things import (
    ClassThing,
    Frame,
    FunctionThing,
    Instance,
    Items,
    Library,
    LiteralThing,
    Made,
    Partial,
    Thing,
)
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.code import Code, Source
    from flake8_fastapi.semantics.operations import Operation
    from flake8_fastapi.semantics.project import Project

_PARAMETER = re.compile(r"{([a-zA-Z_][a-zA-Z0-9_]*)(?::[a-zA-Z_][a-zA-Z0-9_]*)?}")
"""As in starlette/routing.py."""
_STATUS = re.compile(r"fastapi\.status\.(?:HTTP|WS)_(\d{3,4})_")
_HTTP_STATUS = "http.HTTPStatus."


def names_in(path: str) -> frozenset[str]:
    """The names of the parameters in a path: `/items/{item_id:int}` has `item_id`."""
    return frozenset(_PARAMETER.findall(path))


class Response(NamedTuple):
    """What a route declares that it answers."""

    source: Literal["response_model", "annotation", "nothing", "unknown"]
    """Where it is declared."""
    type: Type | None
    """What FastAPI validates and documents; None where it does neither (no model, or a Response class)."""
    written: Value | None = None
    """The declaration as it stands in the source."""
    frame: Frame | None = None


class Route:
    """One registration of a handler: `@router.get("/items")`, `router.add_api_route(…)`, a websocket …"""

    def __init__(
        self,
        ev: Evaluator,
        registration: Registration,
        holder: Instance,
        project: Project | None = None,
        source: Source | None = None,
    ) -> None:
        self.ev = ev
        self.registration = registration
        self.holder = holder
        self._project = project
        self._source = source

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Route) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[object, ...]:
        return self.registration.function, self.holder, id(self.registration.call), self.registration.frame

    # -- what is written

    @property
    def call(self) -> facts.Call:
        """The decorator, or the call that adds the route."""
        assert self.registration.call is not None
        return self.registration.call

    @property
    def frame(self) -> Frame:
        """Where that call is evaluated."""
        assert self.registration.frame is not None
        return self.registration.frame

    @property
    def position(self) -> Position:
        """Where that call begins."""
        return self.call.start

    @property
    def written_at(self) -> tuple[str, Position]:
        """The file and position of that call: the same for all applications that serve the route."""
        return self.frame.path, self.position

    @property
    def is_operation(self) -> bool:
        """Whether FastAPI reads parameters and response from the handler; a plain route of Starlette gets a request."""
        return self.registration.method not in framework.PLAIN_ROUTES

    @property
    def is_websocket(self) -> bool:
        """Whether it is a websocket."""
        return self.registration.role == "websocket"

    @cached_property
    def function(self) -> FunctionFacts | None:
        """The facts of the handler as written, under its decorators; None if it is no function of the project."""
        return self.ev.function(self.registration.function)

    @property
    def name(self) -> str:
        """The handler's name; empty if it has none."""
        found = self.function
        return found.name if found is not None and found.name != "lambda" else ""

    @property
    def handler_path(self) -> str:
        """The file in which the handler is defined."""
        return self.registration.function.path

    @cached_property
    def methods(self) -> frozenset[str]:
        """Upper case; `WEBSOCKET` for a websocket; empty if they are unknown."""
        name = self.registration.method
        fixed = framework.ROUTE_DECORATORS.get(name) or framework.ROUTE_ADDERS.get(name)
        if fixed is not None:
            return fixed
        thing = self.option("methods")
        if thing is None:
            return frozenset({"GET"})
        texts = [self.ev.literal(item, thing.frame) for item in thing.values] if isinstance(thing, Items) else []
        return frozenset(text.upper() for text in texts if isinstance(text, str))

    @cached_property
    def path(self) -> str | None:
        """The path as written, with the prefix of its own router, without those of inclusions; None if unknown.

        Starlette's plain routes do not get that prefix.
        """
        own = holders.prefix(self.ev, self.holder) if self.is_operation else ""
        paths = holders.paths(self.ev, self.registration)
        return own + paths[0] if own is not None and len(paths) == 1 and paths[0] is not None else None

    @cached_property
    def written_path(self) -> str | None:
        """The path exactly as written in the call; None if it is not certain."""
        paths = holders.paths(self.ev, self.registration)
        return paths[0] if len(paths) == 1 else None

    def keyword(self, name: str) -> Value | None:
        """What is written under this keyword, as it stands in the source."""
        found = self.written(name)
        return found[0] if found is not None else None

    def written(self, name: str) -> tuple[Value, Frame] | None:
        """The same, with where it is evaluated: in the call, in the decorator that wraps the router's, in a partial.

        The bare unknown value stands for what `**` hides.
        """
        inner = self.registration.inner
        if inner is not None:
            found = holders.written(self.ev, inner.call, name, inner.frame)
            if found is not None and (found[0] is not facts.UNKNOWN or not inner.call.open):
                return found
            if not inner.call.open:
                return None
        found = holders.written(self.ev, self.call, name, self.frame)
        if found is None and (made := self._partial) is not None:
            found = holders.written(self.ev, made.call, name, made.frame)
        return found

    @cached_property
    def _partial(self) -> Made | None:
        """`hidden_get = partial(router.get, include_in_schema=False)`: the call of `partial`."""
        thing = self.ev.certain(self.call.func, self.frame)
        return thing.made if isinstance(thing, Partial) else None

    def option(self, name: str) -> Thing | None:
        """What is given under this keyword; None if nothing is, `Thing()` if it is unknown."""
        found = self.written(name)
        if found is None:
            return None
        return Thing() if found[0] is facts.UNKNOWN else holders.exactly(self.ev, *found)

    @cached_property
    def decorators(self) -> tuple[tuple[Value, Thing | None], ...]:
        """The decorators between the route's own and the `def`, outermost first: as written, and what they are."""
        found = self.function
        if found is None:
            return ()
        written = found.decorators
        below = next((place + 1 for place, each in enumerate(written) if each is self.registration.call), 0)
        frame = signatures.around(self.registration.function, found)
        kept = [each for each in written[below:] if not self._registers(each)]
        return tuple(
            (each, self.ev.certain(each.func if isinstance(each, facts.Call) else each, frame)) for each in kept
        )

    def _registers(self, decorator: Value) -> bool:
        func = decorator.func if isinstance(decorator, facts.Call) else decorator
        return isinstance(func, facts.Attribute) and func.name in framework.ROUTE_DECORATORS

    @cached_property
    def is_plain(self) -> bool:
        """Whether no decorator but those of libraries known to hand everything through stands on the handler."""
        return all(
            isinstance(thing, Library) and thing.name.startswith(framework.TRANSPARENT_DECORATORS)
            for _, thing in self.decorators
        )

    # -- where it stands

    @property
    def project(self) -> Project:
        """The project; only for a route of the file at hand."""
        assert self._project is not None
        return self._project

    @property
    def source(self) -> Source:
        """The file at hand, which registers the route."""
        assert self._source is not None
        return self._source

    @property
    def is_handler_at_hand(self) -> bool:
        """Whether the handler is defined in the same file as the route."""
        return self.handler_path == self.source.path

    @cached_property
    def code(self) -> Code | None:
        """The code of the handler; None if it is defined in another file."""
        return self.source.code(self.registration.function.qualname) if self.is_handler_at_hand else None

    def place(self, parameter: Parameter) -> Position:
        """Where to speak of a parameter: at it, or, where it stands in another file, at the route."""
        here = parameter.declaration.frame.path == self.source.path
        return parameter.start if here and parameter.start is not None else self.position

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """Every way in which an application serves the route; empty if none was found."""
        return self.project.graph.operations(self)

    # -- what it takes

    @property
    def shows_handler(self) -> bool:
        """Whether FastAPI sees the signature of the handler itself, not that of a wrapper around it."""
        return self.signature is not None and self.signature.function == self.registration.function

    @cached_property
    def signature(self) -> Signature | None:
        """What FastAPI finds when it inspects the handler; None if unknown."""
        return signatures.of(self.ev, self.registration.endpoint or self.registration.function)

    @property
    def has_signature(self) -> bool:
        """Whether the parameters are known."""
        return self.signature is not None

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The handler's parameters by the route's own path; a prefix elsewhere can turn a query into a path one."""
        return self.parameters_under(names_in(self.path) if self.path is not None else None)

    def parameters_under(self, path_names: frozenset[str] | None) -> tuple[Parameter, ...]:
        """The handler's parameters if the path has these names; None for an unknown path."""
        if self.signature is None:
            return ()
        found = dependencies.analyzed(self.ev, self.signature, path_names)
        if self._is_class_based and found:
            return (self._of_instance(found[0], path_names), *found[1:])
        return found

    @cached_property
    def _is_class_based(self) -> bool:
        """Whether the handler is a method of a class that something (a decorator, a base) turns into a view."""
        found = self.function
        if found is None or found.owner is None or self.registration.role not in ("route", "websocket"):
            return False
        if isinstance(self.registration.endpoint, FunctionThing) is False:
            return False
        cls = classes.facts_of(self.ev, ClassThing(self.registration.function.path, found.owner))
        return cls is not None and bool(cls.decorators or cls.bases) and self.registration.call in found.decorators

    def _of_instance(self, first: Parameter, path_names: frozenset[str] | None) -> Parameter:
        """`self` of a class-based view: an instance whose class variables may be dependencies."""
        assert self.function is not None
        assert self.function.owner is not None
        cls = ClassThing(self.registration.function.path, self.function.owner)
        view = dependencies.ViewInstance(self.ev, cls, path_names)
        return Parameter(first.name, "self", None, False, first.declaration, None, view)

    @cached_property
    def listed(self) -> tuple[Dependency, ...]:
        """The dependencies of the decorator: `dependencies=[…]`."""
        return self.listed_under(names_in(self.path) if self.path is not None else None)[0]

    def listed_under(self, path_names: frozenset[str] | None) -> tuple[tuple[Dependency, ...], bool]:
        """The same if the path has these names, and whether all of them were understood."""
        found, complete = dependencies.listed(self.ev, self.option("dependencies"), path_names)
        return tuple(found), complete

    @cached_property
    def dependencies(self) -> tuple[Dependency, ...]:
        """The dependencies that stand at the route: of its decorator, then of its parameters."""
        own = (parameter.dependency for parameter in self.parameters)
        return (*self.listed, *(dependency for dependency in own if dependency is not None))

    def every_dependency(self) -> Iterator[Dependency]:
        """The same with everything that those need in turn."""
        for dependency in self.dependencies:
            yield from dependency.walk()

    # -- what it answers

    @cached_property
    def response(self) -> Response:
        """The response model as FastAPI derives it."""
        found = self.written("response_model")
        if found is None:
            return self._annotated()
        value, frame = found
        if value is facts.UNKNOWN:
            return Response("unknown", None)
        thing = self.ev.certain(value, frame)
        if isinstance(thing, LiteralThing) and thing.value is None:
            return Response("response_model", None, value, frame)
        return Response("response_model", types.resolve(self.ev, value, frame), value, frame)

    def _annotated(self) -> Response:
        function = self.signature.function if self.signature is not None else None
        found = self.ev.function(function) if function is not None else None
        if function is None or found is None:
            return Response("unknown", None)
        if found.returns is None:
            return Response("nothing", None)
        frame = signatures.around(function, found)
        type_ = types.resolve(self.ev, found.returns, frame)
        streams = found.is_generator and type_.name in tables.STREAM_TYPES
        if type_.kind == "none" or streams or types.is_a(self.ev, type_, framework.RESPONSE):
            return Response("annotation", None, found.returns, frame)
        return Response("annotation", type_, found.returns, frame)

    @cached_property
    def returns(self) -> Type | None:
        """The handler's return annotation, whatever `response_model` says; None if there is none."""
        found = self.function
        if found is None or found.returns is None:
            return None
        return types.resolve(self.ev, found.returns, signatures.around(self.registration.function, found))

    @cached_property
    def status_code(self) -> int | None:
        """The status of a success: 200 where none is given; None if it is unknown."""
        thing = self.option("status_code")
        if thing is None or (isinstance(thing, LiteralThing) and thing.value is None):
            return 200
        return status_of(thing)

    @property
    def response_class(self) -> Thing | None:
        """What `response_class=` of the route itself names; None if nothing does, `Thing()` if it is unknown."""
        return self.option("response_class")


def status_of(thing: Thing | None) -> int | None:
    """The status code that a thing is: a number, `status.HTTP_404_NOT_FOUND`, `HTTPStatus.NOT_FOUND`."""
    if isinstance(thing, LiteralThing):
        return thing.value if isinstance(thing.value, int) else None
    if not isinstance(thing, Library):
        return None
    match = _STATUS.match(thing.name)
    if match is not None:
        return int(match[1])
    name = thing.name.removeprefix(_HTTP_STATUS).removesuffix(".value")
    if thing.name.startswith(_HTTP_STATUS) and name in HTTPStatus.__members__:
        return int(HTTPStatus[name])
    return None
