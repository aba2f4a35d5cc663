"""What is to run when an application starts: lifespans and hooks, and the mounts that keep them from running."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import classes, facts, holders
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import ModuleFacts, Position, Value
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.things import (
    Bound,
    Frame,
    FunctionThing,
    Generator,
    Instance,
    Library,
    Partial,
    Thing,
    function_of,
)

_HOOKING = ("on_event", "add_event_handler")
_REGISTERING = (*_HOOKING, "on_startup", "on_shutdown")
_EVENTS = ("startup", "shutdown")
_CONSTRUCTORS = ("FastAPI", "APIRouter", "Starlette")
_RUNNING = frozenset({"startup", "shutdown", "_startup", "_shutdown"})
"""Methods of a router that run its hooks."""
_STARTING = {
    "lifespan_context": b"lifespan_context",
    "LifespanManager": b"LifespanManager",
    "on_startup": b".on_startup",
}
"""Names with which a project may start a mounted application by itself, and how they stand in its text."""
_MOUNT = "starlette.routing.Mount"


class Hook(NamedTuple):
    """A function that is to run when an app or router starts or stops."""

    holder: Instance
    owner: str
    """The app or router as it is written; empty for one that is made there."""
    event: str
    start: Position
    name: str
    """The function's name, if it has one."""
    function: FunctionThing | None


class Mounting(NamedTuple):
    """An application mounted on another."""

    child: Instance
    name: str
    """The mounted application as it is written."""
    call: facts.Call
    parent: Instance | None


# -- hooks and lifespans


def of(project: Project, path: str) -> Iterator[Hook]:
    """The hooks that a module registers, in the order of its names for doing so."""
    module = project.facts(path)
    for word in _HOOKING:
        for qualname, site in module.mentions.get(word, ()) if module is not None else ():
            frame = Frame(path, qualname)
            if isinstance(site.value, facts.Call) and isinstance(site.value.func, facts.Attribute):
                yield from _registered(project, module, site.value, site.value.func, frame)
    for word in _CONSTRUCTORS:
        for qualname, site in module.mentions.get(word, ()) if module is not None else ():
            if isinstance(site.value, facts.Call):
                yield from _listed(project, site.value, Frame(path, qualname))


def _registered(
    project: Project, module: ModuleFacts | None, call: facts.Call, func: facts.Attribute, frame: Frame
) -> Iterator[Hook]:
    ev = project.evaluator
    method = ev.certain(func, frame)
    if not isinstance(method, Bound) or not isinstance(method.function, Library):
        return
    holder = method.owner
    event = ev.literal(call.args[0], frame) if call.args else NotImplemented
    if not isinstance(holder, Instance) or event not in _EVENTS or not _is_holder(project, holder):
        return
    function: Thing | None = None
    if len(call.args) > 1:
        function = ev.certain(call.args[1], frame)
    elif module is not None:
        name = next((each.qualname for each in module.functions.values() if call in each.decorators), None)
        function = FunctionThing(frame.path, name) if name is not None else None
    found = function_of(function)
    yield Hook(holder, written(func.of), str(event), call.start, _name(project, found), found)


def _listed(project: Project, call: facts.Call, frame: Frame) -> Iterator[Hook]:
    """`FastAPI(on_startup=[connect])`"""
    given = {name: value for name, value in call.keywords if name in ("on_startup", "on_shutdown")}
    holder = project.evaluator.certain(call, frame) if given else None
    if not isinstance(holder, Instance) or not _is_holder(project, holder):
        return
    for keyword, value in given.items():
        for item in value.items if isinstance(value, facts.Display) else ():
            function = function_of(project.evaluator.certain(item, frame))
            event = str(keyword).removeprefix("on_")
            yield Hook(holder, "", event, call.start, _name(project, function), function)


def _is_holder(project: Project, thing: Instance) -> bool:
    return classes.is_a(project.evaluator, thing.type, *framework.HOLDERS)


def _name(project: Project, function: FunctionThing | None) -> str:
    found = project.evaluator.function(function) if function is not None else None
    return found.name if found is not None and found.name != "lambda" else ""


def lifespan(project: Project, holder: Instance) -> FunctionThing | None:
    """The function that is the lifespan of an app or router, unless it runs the hooks itself."""
    function = _lifespan_function(holders.constructor_argument(project.evaluator, holder, "lifespan"))
    found = project.evaluator.function(function) if function is not None else None
    if found is None or any(_last(site.value) in _RUNNING for site in found.sites):
        return None
    return function


def _lifespan_function(thing: Thing | None) -> FunctionThing | None:
    if isinstance(thing, Partial):
        thing = thing.function
    if isinstance(thing, Generator):
        return thing.function
    return function_of(thing)


def _last(value: Value) -> str:
    func = value.func if isinstance(value, facts.Call) else None
    return func.name if isinstance(func, facts.Attribute) else ""


# -- mounts


def mounts(project: Project, module: ModuleFacts) -> Iterator[Mounting]:
    """The applications that a module mounts on others."""
    ev = project.evaluator
    for qualname, site in (*module.mentions.get("mount", ()), *module.mentions.get("Mount", ())):
        call, frame = site.value, Frame(module.path, qualname)
        if not isinstance(call, facts.Call):
            continue
        method = ev.certain(call.func, frame)
        parent = method.owner if isinstance(method, Bound) and isinstance(method.owner, Instance) else None
        if method != Library(_MOUNT) and (parent is None or not _is_holder(project, parent)):
            continue
        given = call.keyword("app") or (call.args[1] if len(call.args) > 1 else None)
        child = ev.certain(given, frame) if given is not None else None
        if isinstance(child, Instance) and holders.is_application(ev, child) and given is not None:
            if parent is not None and parent.origin is None:
                parent = _outer(project, child, call)
                if parent is None:
                    continue
            yield Mounting(child, written(given), call, parent)


def _outer(project: Project, child: Instance, call: facts.Call) -> Instance | None:
    """The application that a function is given to mount on; None if nobody in the project calls it.

    Who calls it from outside may run what is mounted there.
    """
    return next((each.holder for each in project.graph.parents(child) if each.call is call), None)


def never_started(project: Project, mount: Mounting) -> str | None:
    """What of a mounted application never runs, in words; None if nothing, or something else may run it."""
    if _starts_by_itself(project):
        return None
    own = _lifespan_function(holders.constructor_argument(project.evaluator, mount.child, "lifespan"))
    if own is not None:
        return "`lifespan`" if _is_left_alone(project, mount, own) else None
    for path in dict.fromkeys(each for word in _REGISTERING for each in project.files.mentioning(word)):
        for hook in of(project, path) if not project.files.is_test(path) else ():
            is_own = hook.holder.origin is not None and hook.holder.origin == mount.child.origin
            if is_own and hook.function is not None and _is_left_alone(project, mount, hook.function):
                return f"{hook.event} hook `{hook.name}`" if hook.name else f"{hook.event} hook"
    return None


def _starts_by_itself(project: Project) -> bool:
    files = project.files
    return any(
        text in (files.text(path) or b"") and not files.is_test(path)
        for word, text in _STARTING.items()
        for path in files.mentioning(word)
    )


def _is_left_alone(project: Project, mount: Mounting, function: FunctionThing) -> bool:
    """Whether nothing else runs a function: no code calls it, and the outer application does not have it too."""
    if project.loop.callers.of(function):
        return False
    outer = mount.parent
    seen = 0
    while outer is not None and seen < 9:
        theirs = _lifespan_function(holders.constructor_argument(project.evaluator, outer, "lifespan"))
        if theirs is not None and (theirs.path, theirs.qualname) == (function.path, function.qualname):
            return False
        parents = project.graph.parents(outer)
        outer, seen = parents[0].holder if parents else None, seen + 1
    return True
