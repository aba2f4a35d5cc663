"""The sessions and connections that a function holds, what it does with them, and where code opens new ones."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from flake8_fastapi.knowledge import sessions as tables
from flake8_fastapi.knowledge.sessions import Role
from flake8_fastapi.semantics import facts, hints
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.data import resources
from flake8_fastapi.semantics.data.resources import Acquired, Resource
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import MODULE, ModuleFacts, Position, Site, Value
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.things import Frame, Instance, Library
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.module import Module

Origin = Literal["injected", "passed", "opened", "managed", "closure", "global", "attribute", "other"]
"""Where a function has a session from: a dependency's parameter, another parameter, a call that acquires it, `with`,
the function around it, a global, an attribute (`self.db`, `request.state.db`), or something else."""

_HELD = frozenset({"session", "registry", "connection", "cursor"})
_METHODS = frozenset(name for roles in tables.ROLES.values() for name in roles) | tables.QUERY_WRITES
_TELLING = frozenset({"commit", "rollback", "flush", "refresh", "add", "execute", "scalars", "scalar", "query"})
"""Methods that are worth asking callers what they pass for a parameter without annotation."""
_QUERY = "sqlalchemy.orm.Query"


class Use(NamedTuple):
    """A method that is called on a session."""

    site: Site
    method: str
    role: Role
    """What it does; `execute` of a statement that certainly changes rows is `write`, of one that does not `read`."""

    @property
    def call(self) -> facts.Call:
        """The call."""
        assert isinstance(self.site.value, facts.Call)
        return self.site.value

    @property
    def position(self) -> Position:
        """Where the call begins."""
        return self.site.start

    @property
    def is_awaited(self) -> bool:
        """Whether the call is awaited where it stands."""
        return self.site.awaited


@dataclass(frozen=True)
class Session:
    """A session, connection or cursor that a function uses."""

    function: Function
    text: str
    """How the function calls it: `db`, `self.session`."""
    value: Value
    """What it calls it by: a variable, or an attribute of one."""
    resource: Resource
    origin: Origin
    acquired: Acquired | None
    """How it was opened, for one that the function opened itself."""
    uses: tuple[Use, ...]
    """The methods called on it, in the order of the source."""

    @property
    def is_async(self) -> bool:
        """Whether its methods are coroutine functions; decided by what provides it."""
        return self.resource.is_async

    def used(self, *roles: Role) -> list[Use]:
        """The calls with one of these roles."""
        return [use for use in self.uses if use.role in roles]


def of(function: Function) -> tuple[Session, ...]:
    """The sessions, connections and cursors on which a function calls methods; nothing where it is not certain."""
    known: tuple[Session, ...] | None = function.memo.get("sessions")
    if known is None:
        known = function.memo["sessions"] = _held(function)
    return known


def _held(function: Function) -> tuple[Session, ...]:
    if not any(_may_use(site) for site in function.facts.sites):
        return ()
    frame = frame_of(function)
    found: dict[str, tuple[Value, Resource, list[Use]]] = {}
    for site in function.facts.sites:
        held = _used(function.ev, site, frame)
        if held is not None:
            value, resource, use = held
            found.setdefault(written(value), (value, resource, []))[2].append(use)
    return tuple(
        Session(function, text, value, resource, *_origin(function, value, frame), tuple(uses))
        for text, (value, resource, uses) in found.items()
        if text
    )


def frame_of(function: Function) -> Frame:
    """Where the body of a function is evaluated, with what its callers pass for parameters without annotation."""
    frame = function.frame
    if frame.env or function.facts.is_async:
        return frame
    asked = tuple(
        parameter.name
        for parameter in function.facts.parameters
        if parameter.annotation is None and parameter.default is None and parameter.kind in ("positional", "keyword")
        if not (function.facts.owner is not None and parameter.index == 0)
        if any(_calls_on(site, parameter.name) for site in function.facts.sites)
    )
    if not asked or function.registrations:
        return frame
    return frame._replace(env=function.project.loop.env(function.thing, asked))


def _calls_on(site: Site, name: str) -> bool:
    func = site.value.func if isinstance(site.value, facts.Call) else None
    if not isinstance(func, facts.Attribute) or func.name not in _TELLING:
        return False
    return isinstance(func.of, facts.Local) and func.of.name == name


def _used(ev: Evaluator, site: Site, frame: Frame) -> tuple[Value, Resource, Use] | None:
    """The session on which a site calls a method, as it is written, and what the call does."""
    call = site.value
    if not isinstance(call, facts.Call) or not isinstance(call.func, facts.Attribute) or not _may_use(site):
        return None
    thing = ev.certain(call.func.of, frame)
    resource = resources.resource(ev, thing)
    if resource is not None and resource.kind in _HELD:
        role = tables.ROLES[resource.kind].get(call.func.name, "other")
        return call.func.of, resource, Use(site, call.func.name, _role(ev, role, call, frame))
    if call.func.name in tables.QUERY_WRITES and thing is not None and _is_query(thing):
        return _through_query(ev, site, call.func, frame)
    return None


def _may_use(site: Site) -> bool:
    func = site.value.func if isinstance(site.value, facts.Call) else None
    return isinstance(func, facts.Attribute) and func.name in _METHODS


def _role(ev: Evaluator, role: Role, call: facts.Call, frame: Frame) -> Role:
    if role != "execute" or not call.args:
        return role
    writes = resources.writes(ev, call.args[0], frame)
    return role if writes is None else "write" if writes else "read"


def _is_query(thing: object) -> bool:
    return isinstance(thing, Instance) and thing.type == Library(_QUERY)


def _through_query(
    ev: Evaluator, site: Site, func: facts.Attribute, frame: Frame
) -> tuple[Value, Resource, Use] | None:
    """`session.query(User).filter(…).delete()`, also where the query stands in a variable."""
    value: Value = func.of
    for _ in range(60):
        if isinstance(value, facts.Call):
            value = value.func
        elif isinstance(value, facts.Attribute):
            resource = resources.resource(ev, ev.certain(value.of, frame)) if value.name == "query" else None
            if resource is not None:
                return value.of, resource, Use(site, func.name, "write")
            value = value.of
        elif isinstance(value, facts.Local):
            bindings = resources.bindings_of(ev, value, frame)
            if len(bindings) != 1:
                return None
            value = bindings[0]
        else:
            return None
    return None


def _origin(function: Function, value: Value, frame: Frame) -> tuple[Origin, Acquired | None]:
    if isinstance(value, facts.Attribute):
        return "attribute", None
    if isinstance(value, facts.Name):
        return "global", None
    if not isinstance(value, facts.Local):
        made = resources.acquired(function.ev, value, frame)
        return ("opened", made) if made is not None else ("other", None)
    if value.function != function.facts.qualname:
        return "closure", None
    every = resources.bindings_of(function.ev, facts.Local(value.function, value.name), frame)
    for binding in every:
        if isinstance(binding, facts.Parameter):
            return ("injected" if is_injected(function, binding) else "passed"), None
    if any(isinstance(binding, facts.Entered) for binding in every):
        return "managed", None
    if any(isinstance(binding, facts.Attribute) for binding in every):
        return "attribute", None
    for binding in every:
        made = resources.acquired(function.ev, binding, frame)
        if made is not None:
            return "opened", made
    return "other", None


def is_injected(function: Function, parameter: facts.Parameter) -> bool:
    """Whether FastAPI fills a parameter from a dependency."""
    where = Frame(function.thing.path)
    return hints.dependency_marker(function.ev, parameter.annotation, parameter.default, where) is not None


# -- openings


class Opening:
    """A call that acquires a session, connection, engine, session factory, pool or client, anywhere in the file."""

    def __init__(self, module: Module, site: Site, qualname: str, found: Acquired) -> None:
        self.module = module
        self.project = module.project
        self.ev = module.project.evaluator
        self.site = site
        self.qualname = qualname
        self.resource = found.resource
        self.how = found.how

    @property
    def position(self) -> Position:
        """Where the call begins."""
        return self.site.start

    @property
    def call(self) -> facts.Call:
        """The call."""
        assert isinstance(self.site.value, facts.Call)
        return self.site.value

    @property
    def text(self) -> str:
        """The call as it is written, without arguments: `SessionLocal()`."""
        return written(self.call)

    @property
    def frame(self) -> Frame:
        """Where the call is evaluated."""
        return Frame(self.module.path, self.qualname)

    @property
    def is_at_import(self) -> bool:
        """Whether it runs when the module is imported."""
        return self.qualname == MODULE

    @cached_property
    def function(self) -> Function | None:
        """The function around it; None at the top level of the module."""
        if self.is_at_import:
            return None
        return Function(self.project, self.module.path, self.qualname, self.module)

    @property
    def code(self) -> Code | None:
        """The statements of that function."""
        return self.function.code if self.function is not None else None

    @cached_property
    def node(self) -> ast.Call | None:
        """The call as a node."""
        tree = self.code.everything if self.code is not None else ast.walk(self.module.source.tree)
        line, column = self.call.end
        for node in tree:
            if not isinstance(node, ast.Call) or (node.lineno, node.col_offset) != tuple(self.call.start):
                continue
            if (node.end_lineno, node.end_col_offset) == (line, column):
                return node
        return None


_OPENS = re.compile(
    r"(?i:session|maker|factory|conn|engine|pool|client|db|database|acquire|^next$|^anext$|next__$|^begin$)|^[A-Z]"
)
"""Names that may make a resource. Deliberate miss: a factory in lower case with a name that says nothing."""


def openings(module: Module) -> Iterator[Opening]:
    """The calls of a file that acquire a resource, in the order of its functions."""
    found = module.facts
    ev = module.project.evaluator
    for function in found.functions.values() if found is not None else ():
        for site in function.sites:
            if site.kind == "call" and _may_open(site):
                frame = Frame(module.path, function.qualname)
                made = resources.acquired(ev, site.value, frame)
                if made is not None:
                    yield Opening(module, site, function.qualname, made)


def _may_open(site: Site) -> bool:
    func = site.value.func if isinstance(site.value, facts.Call) else None
    name = func.name if isinstance(func, (facts.Attribute, facts.Name, facts.Local)) else ""
    return _OPENS.search(name) is not None


def may_open(module: ModuleFacts) -> bool:
    """Whether a module has a call that may acquire a resource: the cheap first question."""
    return any(_OPENS.search(name) for name in module.mentions)
