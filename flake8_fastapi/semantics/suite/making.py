"""Where clients of an application are made, and whether anything starts the application for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from flake8_fastapi.knowledge import suites
from flake8_fastapi.semantics import classes, facts
from flake8_fastapi.semantics.facts import Call, FunctionFacts, ModuleFacts, Position, Value, undeclared
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.suite import clients, configuration
from flake8_fastapi.semantics.things import ClassThing, Frame, Instance, Library, Thing

_STARTING = re.compile(rb"^[^#\n]*(?:lifespan|startup)", re.IGNORECASE | re.MULTILINE)
"""What a module of tests says that starts an application by itself, or explains in its docs that it does not."""
_ENTERING = frozenset(
    {"enter_context", "enter_async_context", "push", "enterContext", "enterClassContext", "__enter__"}
)
_TRANSPORTS = frozenset(name.rpartition(".")[2] for name in suites.TRANSPORTS)


class Making(NamedTuple):
    """A call that makes a client, or a transport for one, for an application."""

    call: Call
    frame: Frame
    made: str
    """The name of the class."""
    is_transport: bool
    app: Instance

    @property
    def position(self) -> Position:
        """Where the call stands."""
        return self.call.start


def of(file: File) -> Iterator[Making]:
    """The clients and transports that a file makes for an application that is known."""
    for word in sorted(_names(file)):
        for qualname, site in file.facts.mentions.get(word, ()):
            call, frame = site.value, Frame(file.path, qualname)
            if site.kind == "call" and isinstance(call, Call):
                found = _making(file, call, frame)
                if found is not None:
                    yield found


def _names(file: File) -> set[str]:
    """The last names of what the file calls that may be a class of clients or transports."""
    own = {found.name for found in file.facts.classes.values() if found.bases}
    return {name for name in file.facts.mentions if "Client" in name or name in _TRANSPORTS or name in own}


def _making(file: File, call: Call, frame: Frame) -> Making | None:
    made = file.ev.certain(call.func, frame)
    is_transport = isinstance(made, Library) and made.name in suites.TRANSPORTS
    if not is_transport and not is_test_client(file, made):
        return None
    app = clients.application(file.ev, call, frame)
    if app is None:
        return None
    name = made.last if isinstance(made, Library) else made.qualname if isinstance(made, ClassThing) else ""
    return Making(call, frame, name, is_transport, app)


def is_test_client(file: File, thing: Thing | None) -> bool:
    """Whether a class is Starlette's `TestClient`, or one of the project that neither enters itself nor changes how."""
    if isinstance(thing, Library):
        return thing.name == suites.TEST_CLIENT
    return (
        isinstance(thing, ClassThing)
        and classes.is_a(file.ev, thing, suites.TEST_CLIENT)
        and classes.method(file.ev, thing, "__init__") is None
    )


def may_be_started(file: File, making: Making) -> bool:
    """Whether something may start the application for a client, other than the requests that it sends."""
    project = file.project
    served = (file.path, *configuration.conftests(project, file.path))
    if any(_STARTING.search(_tests_of(project, path)) for path in served):
        return True
    if making.is_transport:
        return _starts_any(project)
    if _is_handed_on(file, making.call):
        return True
    kept = _kept_as(file.facts, making)
    inside = making.frame.function
    if any(_enters(each, kept.local) for each in file.facts.functions.values() if each.qualname.startswith(inside)):
        return True
    around = (path for name in sorted(kept.shared) for path in project.files.mentioning(name))
    modules = (project.facts(path) for path in dict.fromkeys((file.path, *around)))
    return any(_enters(each, kept.shared) for module in modules if module for each in module.functions.values())


def _tests_of(project: Project, path: str) -> bytes:
    """The text of a module of tests; of one that has the application too, nothing."""
    text = project.files.text(path) or b""
    return text if project.files.is_test(path) or configuration.of(project).collects(path) else b""


def _starts_any(project: Project) -> bool:
    """Whether any module of tests starts applications: by name, or with `with TestClient(app)`."""
    known = project.memo.get(__name__)
    if known is None:
        texts = (_tests_of(project, path) for path in project.files.paths())
        known = project.memo[__name__] = any(_STARTING.search(text) or b"with TestClient(" in text for text in texts)
    return known is True


def _is_handed_on(file: File, call: Call) -> bool:
    """Whether the client is entered where it is made, or handed to something else."""
    for _, site in file.facts.mentions.get(_last(call.func), ()):
        if site.value is call and site.within is not None:
            return True
    return any(
        site.kind == "enter" and site.value is call
        for function in file.facts.functions.values()
        for site in function.sites
    )


class _Kept(NamedTuple):
    """The names under which a client is known."""

    local: frozenset[str]
    """Variables of the function that makes it."""
    shared: frozenset[str]
    """Globals, attributes, and functions that give it."""


def _kept_as(module: ModuleFacts, making: Making) -> _Kept:
    function = module.functions[making.frame.function]
    local = _given(function.locals, making.call)
    tables = [module.names, *(each for cls in module.classes.values() for each in (cls.instance, cls.attributes))]
    shared = {name for table in tables for name in _given(table, making.call)}
    if any(value is making.call or _last(value) in local for value in (*function.returned, *function.yielded)):
        shared |= {function.name, *_fixture_names(function.decorators)}
    return _Kept(local, frozenset(shared))


def _given(table: Mapping[str, tuple[Value, ...]], call: Call) -> frozenset[str]:
    """The names of a scope that are given what a call makes."""
    return frozenset(name for name, values in table.items() if any(undeclared(each) is call for each in values))


def _fixture_names(decorators: Iterable[Value]) -> Iterator[str]:
    """`@pytest.fixture(name="client")`"""
    for decorator in decorators:
        given = decorator.keyword("name") if isinstance(decorator, Call) else None
        if isinstance(given, facts.Constant) and isinstance(given.value, str):
            yield given.value


def _enters(function: FunctionFacts, names: frozenset[str]) -> bool:
    """Whether a function enters something that has one of these names."""
    for site in function.sites:
        value = site.value
        if site.kind == "enter" and _last(value) in names:
            return True
        if isinstance(value, Call) and _last(value.func) in _ENTERING:
            inner = [*value.args, value.func.of] if isinstance(value.func, facts.Attribute) else value.args
            if any(_last(each) in names for each in inner):
                return True
    return False


def _last(value: Value) -> str:
    """The last name of a variable, attribute or parameter, or of what is called."""
    if isinstance(value, Call):
        value = value.func
    return value.name if isinstance(value, (facts.Name, facts.Local, facts.Attribute, facts.Parameter)) else ""
