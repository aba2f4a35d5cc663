"""What an application sets up when it starts, and which functions fail while they serve a request without it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import startup as tables
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.facts import MODULE, FunctionFacts, ModuleFacts
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.reached import thing_by_request
from flake8_fastapi.semantics.structure import hooks, layout
from flake8_fastapi.semantics.suite import configuration
from flake8_fastapi.semantics.things import Frame, FunctionThing, Instance, function_of, library_name

_MOST_FUNCTIONS = 40
"""So many functions that run at the start are looked at."""
_HOOKS = ("on_event", "add_event_handler", "on_startup")
_EMPTY = frozenset({"builtins.dict", "builtins.list", "builtins.set"})


class Need(NamedTuple):
    """Something that only the start of an application sets up."""

    what: str
    """As it is written: `app.state.pool`, `FastAPICache.init()`."""
    starter: str
    """The function that sets it up."""
    user: str
    """A function that fails without it while it serves a request; empty where any may."""


def needs(project: Project, app: Instance) -> tuple[Need, ...]:
    """What requests to an application need of its start; empty where tests may set it up by themselves."""
    known: dict[object, tuple[Need, ...]] = project.memo.setdefault("suite.startup", {})
    if app.origin is None:
        return ()
    if app.origin not in known:
        ran = started(project, app)
        found = (*_states(project, ran), *_globals(project, ran), *_setups(project, ran))
        known[app.origin] = tuple(found)
    return known[app.origin]


# -- what runs at the start


def started(project: Project, app: Instance) -> dict[FunctionThing, FunctionFacts]:
    """The functions that run when an application starts."""
    lifespan = hooks.lifespan(project, app)
    pending = [lifespan] if lifespan is not None else list(_startup_hooks(project, app))
    found: dict[FunctionThing, FunctionFacts] = {}
    while pending and len(found) < _MOST_FUNCTIONS:
        function = _plain(pending.pop())
        known = project.evaluator.function(function)
        if known is not None and function not in found:
            found[function] = known
            pending.extend(_called(project, function, known))
    return found


def _startup_hooks(project: Project, app: Instance) -> Iterator[FunctionThing]:
    for path in dict.fromkeys(path for word in _HOOKS for path in project.files.mentioning(word)):
        for hook in hooks.of(project, path) if not project.files.is_test(path) else ():
            is_own = hook.holder.origin is not None and hook.holder.origin == app.origin
            if is_own and hook.event == "startup" and hook.function is not None:
                yield hook.function


def _called(project: Project, function: FunctionThing, known: FunctionFacts) -> Iterator[FunctionThing]:
    for site in known.sites:
        if isinstance(site.value, facts.Call) and site.kind in ("call", "enter"):
            callee = function_of(project.evaluator.certain(site.value.func, Frame(function.path, function.qualname)))
            if callee is not None:
                yield callee


def _plain(function: FunctionThing) -> FunctionThing:
    return FunctionThing(function.path, function.qualname)


# -- `app.state.pool = …`


def _states(project: Project, started: dict[FunctionThing, FunctionFacts]) -> Iterator[Need]:
    """What is put on `app.state`, and what the lifespan yields for `request.state`."""
    for function in started:
        module = project.facts(function.path)
        for name, given in module.states.items() if module is not None else ():
            if any(qualname == function.qualname for qualname, _ in given) and _is_set_only_by(project, name, started):
                yield from _used_state(project, name, function, started)
        for name in _yielded(started[function]):
            if _is_set_only_by(project, name, started):
                yield from _used_state(project, name, function, started)


def _yielded(function: FunctionFacts) -> Iterator[str]:
    """The keys of `yield {"pool": pool}`."""
    for value in function.yielded:
        for key, _ in value.items if isinstance(value, facts.Table) else ():
            if isinstance(key, facts.Constant) and isinstance(key.value, str) and key.value.isidentifier():
                yield key.value


def _is_set_only_by(project: Project, name: str, started: dict[FunctionThing, FunctionFacts]) -> bool:
    for path in project.files.mentioning(name):
        module = project.facts(path)
        for qualname, _ in module.states.get(name, ()) if module is not None else ():
            if FunctionThing(path, qualname) not in started:
                return False
    return True


def _used_state(
    project: Project, name: str, starter: FunctionThing, started: dict[FunctionThing, FunctionFacts]
) -> Iterator[Need]:
    read = re.compile(rf"\.state\.{name}\b(?!\s*=[^=])".encode())
    quoted = re.compile(rf"[\"']{name}[\"']".encode())
    if _is_known_to_tests(project, name, starter):
        return
    user = _user(project, name, read, quoted, started)
    if user is not None:
        is_own = name in _yielded(started[starter])
        yield Need(f"request.state.{name}" if is_own else f"app.state.{name}", started[starter].name, user)


def _user(
    project: Project,
    name: str,
    read: re.Pattern[bytes],
    careful: re.Pattern[bytes],
    started: dict[FunctionThing, FunctionFacts],
) -> str | None:
    """The first function that certainly reads a name while it serves a request, and no test replaces."""
    for path in project.files.mentioning(name):
        text = project.files.text(path) or b""
        if _is_of_tests(project, path) and not any(function.path == path for function in started):
            continue
        if read.search(text) is None:
            continue
        for line, content in enumerate(project.files.lines(path), 1):
            function = _function_at(project.facts(path), line) if read.search(content) is not None else None
            if function is None or FunctionThing(path, function.qualname) in started:
                continue
            if careful.search(_text_of(project, path, function)) is None and _serves(project, path, function):
                return function.name
    return None


def _function_at(module: ModuleFacts | None, line: int) -> FunctionFacts | None:
    """The innermost function around a line."""
    around = [
        function
        for function in (module.functions.values() if module is not None else ())
        if function.qualname != MODULE and function.position.line <= line < function.position.line + function.lines
    ]
    return max(around, key=lambda function: function.position, default=None)


def _text_of(project: Project, path: str, function: FunctionFacts) -> bytes:
    first = function.position.line - 1
    return b"\n".join(project.files.lines(path)[first : first + function.lines])


def _serves(project: Project, path: str, function: FunctionFacts) -> bool:
    """Whether a function runs for requests, and no test replaces it."""
    thing = FunctionThing(path, function.qualname)
    return thing_by_request(project, thing) is not None and not _is_known_to_tests(project, function.name, thing)


# -- `global pool`, `models["answer"] = …`


def _globals(project: Project, started: dict[FunctionThing, FunctionFacts]) -> Iterator[Need]:
    """Globals that hold nothing before the start."""
    for function, known in started.items():
        module = project.facts(function.path)
        for name, is_rebound in _filled(project, function, known).items() if module is not None else ():
            is_set_up = module is not None and _is_empty_before(project, module, name, is_rebound)
            if is_set_up and not _is_known_to_tests(project, name, function):
                yield from _used_global(project, name, function, started)


def _filled(project: Project, function: FunctionThing, known: FunctionFacts) -> dict[str, bool]:
    """The globals that a function fills, and whether it binds them."""
    text = _text_of(project, function.path, known)
    found = {name: False for name, key in known.changed if not key.startswith(".") and name not in known.locals}
    for names in re.findall(rb"^\s*global\s+([\w, \t]+)", text, re.MULTILINE):
        found.update((name.strip().decode(), True) for name in names.split(b","))
    return found


def _is_empty_before(project: Project, module: ModuleFacts, name: str, is_rebound: bool) -> bool:
    """Whether a module gives nothing to a global at first."""
    bindings = module.names.get(name, ())
    first = facts.undeclared(bindings[0]) if bindings else None
    if first is None or isinstance(first, facts.Declared):
        return is_rebound
    if is_rebound:
        return facts.is_none(first)
    if isinstance(first, facts.Table):
        return not first.items and len(bindings) == 1
    made = project.evaluator.certain(first.func, Frame(module.path)) if isinstance(first, facts.Call) else None
    return isinstance(first, facts.Call) and not first.args and library_name(made) in _EMPTY and len(bindings) == 1


def _used_global(
    project: Project, name: str, starter: FunctionThing, started: dict[FunctionThing, FunctionFacts]
) -> Iterator[Need]:
    """What reads an attribute or item of the global in its module, without asking first whether there is one."""
    read = re.compile(rf"(?<![\w.]){name}(?:\.\w|\[)(?![^\n]*\]\s*=[^=])".encode())
    careful = re.compile(
        rf"\b{name} (?:is|in)\b|\b(?:if|not|and|or|in) {name}\b|\b{name}\.get\(|\bglobal [^\n]*\b{name}\b".encode()
    )
    path = starter.path
    for line, content in enumerate(project.files.lines(path), 1):
        function = _function_at(project.facts(path), line) if read.search(content) is not None else None
        if function is None or FunctionThing(path, function.qualname) in started or name in function.locals:
            continue
        if careful.search(_text_of(project, path, function)) is None and _serves(project, path, function):
            yield Need(name, started[starter].name, function.name)
            return


# -- libraries


def _setups(project: Project, started: dict[FunctionThing, FunctionFacts]) -> Iterator[Need]:
    """Libraries that are made ready once, and refuse to work before."""
    for function, known in started.items():
        for site in known.sites:
            if not isinstance(site.value, facts.Call) or site.kind != "call":
                continue
            name = library_name(project.evaluator.certain(site.value.func, Frame(function.path, function.qualname)))
            words = tables.SETUPS.get(name, ())
            if name in tables.SETUPS and not any(_is_known_to_tests(project, word, function) for word in words):
                yield Need(f"{name.partition('.')[2]}()", known.name, "")


# -- tests


def _is_of_tests(project: Project, path: str) -> bool:
    return layout.is_aside(project.files, path) or configuration.of(project).collects(path)


def _is_known_to_tests(project: Project, name: str, home: FunctionThing) -> bool:
    """Whether a file of tests, other than that of a function, says the name: in code, not as a part of a path."""
    said = re.compile(rb"^[^#\n]*(?<![\w/])" + name.encode() + rb"(?![\w/])", re.MULTILINE)
    return any(
        _is_of_tests(project, path) and path != home.path and said.search(project.files.text(path) or b"")
        for path in project.files.mentioning(name)
    )
