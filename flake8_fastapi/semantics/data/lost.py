"""Writes that nobody commits.

An absence needs completeness: whoever could commit is found, or nothing is said. Those are the function itself and all
that it calls, whoever opens the session (a factory, a `with`, a dependency that goes on after its `yield`), the other
dependencies of a route, and, for a session that is passed, every caller with the same questions.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_fastapi.semantics import facts, hints
from flake8_fastapi.semantics.callers import Caller
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.data import resources, sessions
from flake8_fastapi.semantics.data.sessions import Session, Use
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.facts import FunctionFacts, Site, Value
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Generator,
    Instance,
    Library,
)

_COMMITTING = re.compile(r"commit|begin|transact|atomic|rollback|unit_?of_?work|uow|autoflush|savepoint", re.IGNORECASE)
"""Names of calls that have to do with a transaction, whatever they belong to."""
_SETTING = re.compile(
    rb"autocommit\s*=\s*True|autocommit\(|AUTOCOMMIT|after_request|commit_on_exit|after_flush|before_flush"
)
"""Text of a project in which something may commit by itself."""
_LIBRARIES = ("sqlalchemy.", "sqlmodel.", "builtins.", "fastapi.encoders.", "asyncio.", "logging.")
"""Modules whose functions commit nothing that they are given."""
_WRITES = frozenset({"add", "add_all", "delete", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"})
CALLED = _WRITES | {"execute", "scalar", "scalars", "exec", "update"}
"""Last names of calls without which nothing is written."""
_DRIVERS = ("sqlite3.", "aiosqlite.", "psycopg2.", "pymysql.", "MySQLdb.", "mysql.connector.", "pyodbc.", "oracledb.")
_MOST = 150
"""Functions looked at for one write."""
_DEEPEST = 6


def writes(function: Function) -> Iterator[tuple[Session, Use]]:
    """The first write of each session of a function that certainly nobody commits."""
    if function.project.files.is_test(function.thing.path) or function.facts.is_generator:
        return
    held = sessions.of(function)
    kept = [session for session in held if _is_session(session)]
    for session in (*(kept if len(kept) == 1 else ()), *(each for each in held if _is_raw(each))):
        written = next((use for use in session.uses if _is_write(use) and _is_run(session, use)), None)
        if written is None or not Search(function.project).is_lost(function, session):
            continue
        code = function.code
        if code is not None and not _is_stored(code, session.text) and not _says_commit(code):
            yield session, written


def _is_stored(code: Code, name: str) -> bool:
    """Whether an attribute or an item of something is set to a variable: `request.state.db = db`."""
    statements = (node for node in code.everything if isinstance(node, (ast.Assign, ast.AnnAssign)))
    return any(isinstance(node.value, ast.Name) and node.value.id == name for node in statements)


def _says_commit(code: Code) -> bool:
    """Whether it executes `COMMIT`."""
    texts = (node.value for node in code.everything if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return any(text.lstrip().lower().startswith(("commit", "begin", "end")) for text in texts)


def _is_raw(session: Session) -> bool:
    """Whether it is a connection or cursor of a driver that begins a transaction by itself."""
    return session.resource.library.startswith(_DRIVERS) and session.resource.kind in ("connection", "cursor")


def _is_session(session: Session) -> bool:
    return session.resource.is_sqlalchemy and session.resource.kind == "session" and session.origin != "attribute"


def _is_write(use: Use) -> bool:
    return use.method in _WRITES or (use.role == "write" and not use.method.startswith(("add", "bulk", "merge")))


def _is_run(session: Session, use: Use) -> bool:
    """Whether it does something: a coroutine that is not awaited has a finding of its own."""
    return use.is_awaited or not session.is_async or use.method in ("add", "add_all")


class Search:
    """One search for whoever commits."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._ev = project.evaluator
        self._seen: set[tuple[str, str]] = set()

    def is_lost(self, function: Function, session: Session) -> bool:
        """Whether nobody commits what a function writes to this session."""
        if not isinstance(session.value, facts.Local) or _is_handed_out(function.facts, session.value.name):
            return False
        if not self._is_quiet(function.thing):
            return False
        frame = Frame(function.thing.path, function.thing.qualname)
        return self._is_left_alone(function.thing, session.value, frame, 0) and not self._commits_by_itself()

    def _commits_by_itself(self) -> bool:
        """Whether something in the project may commit without being called."""
        files = self._project.files
        return any(_SETTING.search(files.text(path) or b"") is not None for path in files.paths())

    # -- what is called

    def _is_quiet(self, thing: FunctionThing, depth: int = 0) -> bool:
        """Whether a function, and all that it calls, certainly commits nothing."""
        key = (thing.path, thing.qualname)
        if key in self._seen:
            return True
        self._seen.add(key)
        found = self._ev.function(thing)
        if found is None or depth > _DEEPEST or len(self._seen) > _MOST:
            return False
        frame = self._ev.frame_of(thing)
        if not all(self._is_quiet_site(site, frame, depth) for site in found.sites):
            return False
        module = self._ev.module(thing.path)
        inner = (each for each in module.functions.values() if each.parent == found.qualname) if module else ()
        return all(self._is_quiet(FunctionThing(thing.path, each.qualname), depth + 1) for each in inner)

    def _is_quiet_site(self, site: Site, frame: Frame, depth: int) -> bool:
        call = site.value
        if not isinstance(call, facts.Call):
            return site.kind != "enter"
        if _COMMITTING.search(facts.last_name(call.func)):
            return False
        callee = self._ev.certain(call.func, frame)
        function = callee.function if isinstance(callee, Bound) else callee
        if isinstance(function, FunctionThing):
            return self._is_quiet(function, depth + 1)
        if isinstance(function, ClassThing):
            return not self._gives_session(call, frame)
        if isinstance(function, Library):
            return function.name.startswith(_LIBRARIES) or not self._gives_session(call, frame)
        if isinstance(callee, Instance) and resources.resource(self._ev, callee) is not None:
            return True
        return self._is_harmless(call, frame)

    def _is_harmless(self, call: facts.Call, frame: Frame) -> bool:
        """Whether something unknown that is called is neither given a session nor may have one."""
        if self._gives_session(call, frame):
            return False
        root = call.func
        while isinstance(root, (facts.Attribute, facts.Call, facts.Awaited, facts.Item)):
            root = root.func if isinstance(root, facts.Call) else root.of
        if resources.resource(self._ev, self._ev.certain(root, frame)) is not None:
            return True
        if isinstance(root, facts.Local):
            bindings = resources.bindings_of(self._ev, root, frame)
            return not any(
                isinstance(each, facts.Parameter) and self._may_have_session(each, frame) for each in bindings
            )
        return isinstance(root, facts.Name)

    def _may_have_session(self, parameter: facts.Parameter, frame: Frame) -> bool:
        """Whether a parameter may be an object with a session of its own: an injected one, `self`, an unknown one."""
        marker = hints.dependency_marker(self._ev, parameter.annotation, parameter.default, Frame(frame.path))
        return marker is not None or parameter.annotation is None

    def _gives_session(self, call: facts.Call, frame: Frame) -> bool:
        values = (*call.args, *(value for _, value in call.keywords))
        return any(self._is_session(value, frame) for value in values)

    def _is_session(self, value: Value, frame: Frame) -> bool:
        if isinstance(value, facts.Starred):
            return True
        if not isinstance(value, (facts.Local, facts.Name, facts.Attribute)):
            return False
        return resources.resource(self._ev, self._ev.certain(value, frame)) is not None

    # -- who has the session

    def _is_left_alone(self, thing: FunctionThing, value: Value, frame: Frame, depth: int) -> bool:
        """Whether whoever a function has a session from does not commit it."""
        found = self._ev.function(thing)
        if found is None or not isinstance(value, facts.Local) or depth > _DEEPEST:
            return False
        if not all(self._is_plain(decorator, frame) for decorator in found.decorators):
            return False
        bindings = resources.bindings_of(self._ev, value, frame)
        if len(bindings) != 1:
            return False
        binding = bindings[0]
        if isinstance(binding, facts.Entered):
            return self._opens(binding.of, frame)
        if not isinstance(binding, facts.Parameter):
            return self._opens(binding, frame) or self._connects(binding, frame)
        where = Frame(thing.path)
        marker = hints.dependency_marker(self._ev, binding.annotation, binding.default, where)
        if marker is not None:
            return self._is_route(thing) and self._is_provided(Dependency(self._ev, marker, binding.annotation, where))
        return self._is_passed(thing, binding, depth)

    def _is_plain(self, decorator: Value, frame: Frame) -> bool:
        """Whether a decorator is the framework's."""
        thing = self._ev.certain(decorator.func if isinstance(decorator, facts.Call) else decorator, Frame(frame.path))
        function = thing.function if isinstance(thing, Bound) else thing
        return isinstance(function, Library) and function.name.startswith(("fastapi.", "starlette.", "builtins."))

    def _opens(self, value: Value, frame: Frame) -> bool:
        """Whether an expression opens a session that only commits when it is told to."""
        value = value.of if isinstance(value, facts.Awaited) else value
        if not isinstance(value, facts.Call) or _COMMITTING.search(facts.last_name(value.func)):
            return False
        if facts.last_name(value.func) == "cursor" and isinstance(value.func, facts.Attribute):
            return self._connects(value.func.of, frame)
        made = self._ev.certain(value, frame)
        if isinstance(made, Generator):
            return self._provides(made.function)
        callee = self._ev.certain(value.func, frame)
        if isinstance(callee, FunctionThing):
            return self._is_quiet(callee) and resources.acquired(self._ev, value, frame) is not None
        found = resources.made_by(self._ev, callee)
        if found is None or found.kind != "session" or isinstance(callee, ClassThing):
            return False
        bound = (*value.args, *(given for keyword, given in value.keywords if keyword in ("bind", None)))
        return all(self._is_engine(each, frame) for each in bound)

    def _is_engine(self, value: Value, frame: Frame) -> bool:
        """Whether a session is bound to an engine: the transaction of a connection is somebody else's to commit."""
        found = resources.resource(self._ev, self._ev.certain(value, frame))
        return found is not None and found.kind == "engine"

    def _connects(self, value: Value, frame: Frame) -> bool:
        """Whether a connection was opened plainly: `with` would commit it."""
        if isinstance(value, facts.Local):
            bindings = resources.bindings_of(self._ev, value, frame)
            value = bindings[0] if len(bindings) == 1 else value
        value = value.of if isinstance(value, facts.Awaited) else value
        if not isinstance(value, facts.Call) or value.open or value.keyword("isolation_level") is not None:
            return False
        found = resources.made_by(self._ev, self._ev.certain(value.func, frame))
        return found is not None and found.kind == "connection" and found.library.startswith(_DRIVERS)

    def _provides(self, thing: FunctionThing) -> bool:
        """Whether a generator yields a session and does not commit it afterwards."""
        found = self._ev.function(thing)
        if found is None or not self._is_quiet(thing) or len(found.yielded) != 1:
            return False
        frame = self._ev.frame_of(thing)
        value = found.yielded[0]
        if isinstance(value, facts.Local):
            bindings = resources.bindings_of(self._ev, value, frame)
            value = bindings[0] if len(bindings) == 1 else value
        return self._opens(value.of if isinstance(value, (facts.Entered, facts.Iterated)) else value, frame)

    def _is_provided(self, dependency: Dependency) -> bool:
        function = dependency.function
        found = dependency.facts
        if function is None or found is None or found.owner is not None:
            return False
        if found.is_generator:
            return self._provides(function)
        frame = self._ev.frame_of(function)
        return (
            self._is_quiet(function)
            and bool(found.returned)
            and all(self._opens(each, frame) for each in found.returned)
        )

    # -- routes

    def _is_route(self, thing: FunctionThing) -> bool:
        """Whether a function is the handler of routes only, all of whose dependencies leave transactions alone."""
        found = self._project.loop.roles(thing)
        if not found or any(each.role != "route" or each.holder is None for each in found):
            return False
        for each in found:
            assert each.holder is not None
            route = Route(self._ev, each, each.holder, self._project)
            operations = route.operations
            if not operations or not all(operation.is_complete for operation in operations):
                return False
            every = (one for operation in operations for top in operation.dependencies for one in top.walk())
            if not all(self._is_bystander(one) for one in every):
                return False
        return True

    def _is_bystander(self, dependency: Dependency) -> bool:
        """Whether a dependency of the route certainly commits nothing after the handler has written."""
        found = dependency.facts
        if found is None or dependency.function is None:
            return isinstance(dependency.callee, Library) or (
                isinstance(dependency.callee, Instance) and not dependency.children
            )
        return not found.is_generator or self._is_quiet(dependency.function)

    # -- callers

    def _is_passed(self, thing: FunctionThing, parameter: facts.Parameter, depth: int) -> bool:
        """Whether every caller of a function leaves the session alone that it passes."""
        if self._project.loop.roles(thing) or not self._project.loop.callers.are_complete(thing):
            return False
        callers = [each for each in self._project.loop.callers.of(thing) if not self._is_of_test(each.function.path)]
        return bool(callers) and all(self._is_passed_by(each, parameter, depth) for each in callers)

    def _is_of_test(self, path: str) -> bool:
        return self._project.files.is_test(path)

    def _is_passed_by(self, caller: Caller, parameter: facts.Parameter, depth: int) -> bool:
        call = caller.site.value
        found = self._ev.function(caller.function)
        if not isinstance(call, facts.Call) or found is None or call.open:
            return False
        bound = self._ev.certain(call.func, self._ev.frame_of(caller.function))
        value = call.given(parameter, int(isinstance(bound, Bound)))
        if not isinstance(value, facts.Local) or value.function != found.qualname:
            return False
        if _is_handed_out(found, value.name) or not self._is_quiet(caller.function):
            return False
        return self._is_left_alone(caller.function, value, self._ev.frame_of(caller.function), depth + 1)


def _is_handed_out(found: FunctionFacts, name: str) -> bool:
    """Whether a function returns a variable, yields it, or gives it another name."""
    bound = (value for other, values in found.locals.items() if other != name for value in values)
    return any(_holds(value, name) for value in (*found.returned, *found.yielded, *bound))


def _holds(value: Value, name: str) -> bool:
    if isinstance(value, facts.Local):
        return value.name == name
    if isinstance(value, facts.Display):
        return any(_holds(item, name) for item in value.items)
    if isinstance(value, facts.Either):
        return any(_holds(item, name) for item in value.values)
    return isinstance(value, (facts.Awaited, facts.Starred)) and _holds(value.of, name)
