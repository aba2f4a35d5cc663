"""What a client presents to say who it is: whether a value certainly is text that came with the request."""

from __future__ import annotations

from flake8_fastapi.semantics import dependencies, facts, readings, signatures
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.registrations import ROUTE_ROLES
from flake8_fastapi.semantics.things import Frame, FunctionThing, Instance, Library
from flake8_fastapi.semantics.values import Evaluator

_DEPTH = 12
_MOST = 100
"""Expressions that one question goes through."""
_CALLERS = 3
"""How many functions a token is handed through."""
_SENT = frozenset({"header", "cookie", "query", "form", "body"})
_PARTS = frozenset({"headers", "cookies", "query_params"})
"""Attributes of a request whose items are text of the client."""
_KEPT = frozenset(
    {
        "split", "rsplit", "partition", "strip", "lstrip", "rstrip", "replace", "removeprefix", "removesuffix", "lower",
        "upper", "encode", "decode", "get_secret_value",
    }
)  # fmt: skip
"""Methods of a text that leave it the client's."""
_CONVERTERS = ("builtins.str", "builtins.bytes", "typing.cast", "fastapi.security.utils.get_authorization_scheme_param")
_CREDENTIALS = frozenset({"credentials", "password", "username", "token", "access_token", "refresh_token", "api_key"})
"""Attributes of what a scheme gives, and of models of a body."""


def by_client(project: Project, value: Value, frame: Frame) -> bool:
    """Whether a value certainly is what the client sent: a header, a cookie, a field of the body, what a scheme read.

    Through variables, methods of texts, dependencies that hand it on, and parameters of helpers of which one caller
    certainly passes it.
    """
    return _Chase(project).is_sent(value, frame, _DEPTH)


def handed_by(project: Project, value: Value, frame: Frame) -> Dependency | None:
    """The dependency that fills a parameter which a value is; None for anything else."""
    return _Chase(project).handed_by(value, frame)


class _Chase:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.ev: Evaluator = project.evaluator
        self._seen: set[tuple[int, str, str]] = set()

    def is_sent(self, value: Value, frame: Frame, depth: int) -> bool:
        key = id(value), frame.path, frame.function
        if depth == 0 or key in self._seen or len(self._seen) >= _MOST:
            return False
        self._seen.add(key)
        if isinstance(value, facts.Local):
            bindings = self.ev.bindings(value, frame)
            home = self.ev.home(value.function, frame)
            return bool(bindings) and all(
                self._is_empty(each) or self.is_sent(each, home, depth - 1) for each in bindings
            )
        if isinstance(value, facts.Parameter):
            return self._is_parameter_sent(value, frame)
        if isinstance(value, facts.Either):
            rest = [each for each in value.values if not self._is_empty(each)]
            return bool(rest) and all(self.is_sent(each, frame, depth - 1) for each in rest)
        if isinstance(value, (facts.Item, facts.Attribute)):
            return self._is_part_sent(value, frame, depth)
        if isinstance(value, (facts.Unpacked, facts.Awaited, facts.Declared)):
            of = value.value if isinstance(value, facts.Declared) else value.of
            return of is not None and self.is_sent(of, frame, depth - 1)
        return isinstance(value, facts.Call) and self._is_result_sent(value, frame, depth)

    def _is_empty(self, value: Value) -> bool:
        return isinstance(value, facts.Constant) and not value.value

    def _is_part_sent(self, value: facts.Item | facts.Attribute, frame: Frame, depth: int) -> bool:
        if isinstance(value, facts.Item) and self._is_mapping(value.of, frame):
            return True
        if isinstance(value, facts.Attribute) and value.name not in _CREDENTIALS:
            return False
        return self.is_sent(value.of, frame, depth - 1)

    def _is_mapping(self, value: Value, frame: Frame) -> bool:
        """`request.headers`"""
        if isinstance(value, facts.Local):
            bindings = self.ev.bindings(value, frame)
            return (
                len(bindings) == 1 and not isinstance(bindings[0], facts.Local) and self._is_mapping(bindings[0], frame)
            )
        if not isinstance(value, facts.Attribute) or value.name not in _PARTS:
            return False
        return readings.is_request(self.ev, self.ev.certain(value.of, frame))

    def _is_result_sent(self, call: facts.Call, frame: Frame, depth: int) -> bool:
        func = call.func
        if isinstance(func, facts.Attribute):
            if func.name == "get" and self._is_mapping(func.of, frame):
                return True
            if func.name in _KEPT and self.is_sent(func.of, frame, depth - 1):
                return True
        callee = self.ev.certain(func, frame)
        if isinstance(callee, Library) and callee.name in _CONVERTERS and call.args:
            return self.is_sent(call.args[-1], frame, depth - 1)
        return False

    # -- parameters

    def handed_by(self, value: Value, frame: Frame) -> Dependency | None:
        """The dependency that fills a parameter which a value is."""
        bindings = self.ev.bindings(value, frame) if isinstance(value, facts.Local) else ()
        if len(bindings) != 1 or not isinstance(bindings[0], facts.Parameter):
            return None
        found = self._declared(bindings[0], FunctionThing(frame.path, bindings[0].function))
        return found.dependency if found is not None else None

    def _declared(self, value: facts.Parameter, function: FunctionThing) -> Parameter | None:
        """A parameter as FastAPI sees it."""
        signature = signatures.of(self.ev, function)
        found = dependencies.analyzed(self.ev, signature, None) if signature is not None else ()
        return next((each for each in found if each.name == value.name), None)

    def _is_parameter_sent(self, value: facts.Parameter, frame: Frame) -> bool:
        function = FunctionThing(frame.path, value.function)
        roles = self.project.loop.roles(function)
        if any(each.role == "dependency" or each.role in ROUTE_ROLES for each in roles):
            found = self._declared(value, function)
            return found is not None and self._is_filled_by_client(found)
        return self._is_passed(value, function)

    def _is_filled_by_client(self, parameter: Parameter) -> bool:
        if parameter.kind == "dependency":
            return parameter.dependency is not None and self._gives_sent(parameter.dependency)
        return parameter.kind in _SENT

    def _gives_sent(self, dependency: Dependency) -> bool:
        """Whether a dependency is a security scheme, or hands on what the client sent."""
        if dependency.scheme or (isinstance(dependency.callee, Instance) and _is_scheme(dependency.callee)):
            return True
        function, found = dependency.function, dependency.facts
        if function is None or found is None or found.is_generator:
            return False
        returned = [value for value in found.returned if not self._is_empty(value)]
        frame = self.ev.frame_of(function)
        return bool(returned) and all(self.is_sent(value, frame, _DEPTH) for value in returned)

    def _is_passed(self, parameter: facts.Parameter, function: FunctionThing) -> bool:
        """Whether some caller certainly passes what the client sent."""
        found = self.ev.function(function)
        for caller in self.project.loop.callers.of(function):
            given = _given(caller.call, parameter, 1 if found is not None and found.owner is not None else 0)
            if given is not None and self.is_sent(given, caller.frame, _DEPTH - _CALLERS):
                return not self.project.files.is_test(caller.function.path)
        return False


def _is_scheme(thing: Instance) -> bool:
    return isinstance(thing.type, Library) and thing.type.name.startswith("fastapi.security.")


def _given(call: facts.Call, parameter: facts.Parameter, shift: int) -> Value | None:
    keyword = call.keyword(parameter.name)
    if keyword is not None or parameter.index is None:
        return keyword
    place = parameter.index - shift
    if 0 <= place < len(call.args) and not any(isinstance(arg, facts.Starred) for arg in call.args[: place + 1]):
        return call.args[place]
    return None
