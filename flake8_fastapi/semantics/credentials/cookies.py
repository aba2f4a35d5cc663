"""Cookies with which clients are signed in, and which of their flags are certainly off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.knowledge import credentials as tables
from flake8_fastapi.knowledge import framework
from flake8_fastapi.knowledge.sensitive import words
from flake8_fastapi.semantics import classes, facts, holders
from flake8_fastapi.semantics.config import constants, names, staging
from flake8_fastapi.semantics.data.spawned import node_of
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import Position, Value, last_name
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.things import Bound, ClassThing, Frame, Instance, Library, Thing
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project


class Cookie(NamedTuple):
    """A cookie that a function sets, and that lacks something."""

    position: Position
    name: str
    """As the browser gets it, or what it is called in the code."""
    missing: tuple[str, ...]


def of(function: Function) -> Iterator[Cookie]:
    """The cookies of a function that hold a session or token, and the flags that they certainly lack."""
    for site in function.facts.sites:
        call = site.value
        if site.kind != "call" or not isinstance(call, facts.Call) or last_name(call.func) != tables.SET_COOKIE:
            continue
        name = _Call(function.ev, call, function.frame).name()
        if name is None or function.project.files.is_test(function.thing.path):
            continue
        missing = _Call(function.ev, call, function.frame).missing()
        if "secure" in missing and _is_plain(function.project):
            missing = tuple(flag for flag in missing if flag != "secure")
        if missing and not _is_for_development(function, call):
            yield Cookie(call.start, name, missing)


def _is_for_development(function: Function, call: facts.Call) -> bool:
    """Whether a condition around the call asks where the service runs, or whether the request came by HTTPS."""
    code = function.code
    node = node_of(code, call)
    return code is not None and node is not None and staging.asks(code.ancestors(node))


def _is_plain(project: Project) -> bool:
    """Whether the project says that clients may sign in without HTTPS."""
    return any(not project.files.is_test(path) for word in tables.PLAIN_HTTP for path in project.files.mentioning(word))


class _Call:
    """A call of `set_cookie`."""

    def __init__(self, ev: Evaluator, call: facts.Call, frame: Frame) -> None:
        self.ev = ev
        self.call = call
        self.frame = frame

    def name(self) -> str | None:
        """What the cookie is called, if it signs a client in; None for every other."""
        given, value = self._given("key"), self._given("value")
        if given is None or value is None or self._is_fixed(*value) or self._is_deletion():
            return None
        if not _is_response(self.ev, self.ev.certain(self.call.func, self.frame)):
            return None
        found = constants.of(self.ev, *given)
        text = found.value if found is not None and isinstance(found.value, str) else ""
        shown = text or written(given[0])
        named = text or last_name(given[0])
        return shown if _signs_in(named, _source(value[0])) else None

    def _is_fixed(self, value: Value, frame: Frame) -> bool:
        """The same for everybody, or nothing: no secret."""
        return value is facts.UNKNOWN or constants.of(self.ev, value, frame) is not None

    def _is_deletion(self) -> bool:
        for keyword in ("max_age", "expires"):
            given = self._given(keyword)
            found = constants.of(self.ev, *given) if given is not None else None
            if found is not None and isinstance(found.value, int) and found.value <= 0:
                return True
        return False

    def missing(self) -> tuple[str, ...]:
        """The flags that are certainly off."""
        found = [flag for flag in ("httponly", "secure") if self._is(flag, False, absent=True)]
        if self._is("samesite", None, absent=False):
            found.append("samesite")
        return tuple(found)

    def _is(self, flag: str, wanted: object, *, absent: bool) -> bool:
        given = self._given(flag)
        if given is None:
            return absent
        if given[0] is facts.UNKNOWN:
            return False
        found = constants.of(self.ev, *given)
        return found is not None and not found.is_default and found.value is wanted

    def _given(self, parameter: str) -> tuple[Value, Frame] | None:
        """What is given for a parameter; the bare unknown value where unpacking may give it."""
        place = tables.COOKIE_PARAMETERS.index(parameter)
        if any(isinstance(arg, facts.Starred) for arg in self.call.args[: place + 1]):
            return facts.UNKNOWN, self.frame
        if place < len(self.call.args):
            return self.call.args[place], self.frame
        return holders.written(self.ev, self.call, parameter, self.frame)


def _is_response(ev: Evaluator, thing: Thing | None) -> bool:
    """Whether a thing is the method of a response of Starlette, or of a class derived from one."""
    owner = thing.owner if isinstance(thing, Bound) and isinstance(thing.function, Library) else None
    cls = owner.type if isinstance(owner, Instance) else None
    return isinstance(cls, (Library, ClassThing)) and classes.is_a(ev, cls, framework.RESPONSE)


def _signs_in(name: str, source: str) -> bool:
    """Whether a cookie signs a client in, by its name, or by the name of what makes its value."""
    parts = [part for part in words(name) if part not in ("http", "only")]
    if not tables.COOKIE_HARMLESS.isdisjoint(parts):
        return False
    while parts and parts[-1] in tables.COOKIE_TAILS:
        parts.pop()
    if parts and parts[-1] in tables.COOKIE_ENDINGS:
        return True
    made = words(source)
    return names.kind(source) == "token" and tables.COOKIE_HARMLESS.isdisjoint(made)


def _source(value: Value) -> str:
    """The name of the variable, attribute or function that a value is."""
    if isinstance(value, facts.Awaited):
        value = value.of
    if isinstance(value, facts.Call):
        return last_name(value.func)
    if isinstance(value, facts.Text):
        return next((name for part in value.parts if (name := _source(part))), "")
    return last_name(value)
