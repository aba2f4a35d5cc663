"""Where a project registers routes, found by names alone: the graph then follows only calls that can matter.

Following every call of a large project takes ten seconds and more (measured); those that lead to a registration, a
tenth of one.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import classes, facts
from flake8_fastapi.semantics.facts import MODULE, FunctionFacts, ModuleFacts, Site, Value
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Instance,
    Library,
    LiteralThing,
    Made,
    Partial,
    Super,
    Thing,
    function_of,
)
from flake8_fastapi.semantics.values import Evaluator

_CALLS = frozenset(
    {"add_api_route", "add_route", "add_api_websocket_route", "add_websocket_route", "include_router", "mount"}
)
_VERBS = "get|post|put|patch|delete|head|options|trace|api_route|route|websocket|websocket_route"
_TEXT = re.compile(
    rb"\b(?:add_api_route|add_route|add_api_websocket_route|add_websocket_route|include_router|mount|api_route"
    rb"|websocket_route)\b"
    rb"|@[\w.\[\]()]+\.(?:" + _VERBS.encode() + rb")\b"
    rb"|\.(?:" + _VERBS.encode() + rb")\s*[,)]"
    rb"|\)\("
)
_MOST_FILES = 60
"""A name in more files than this is a common word; functions of that name are read as they stand."""
_MOST_NAMES = 400


class Registering:
    """The functions that register something, or call one that does, and the places where they do so."""

    def __init__(self, ev: Evaluator) -> None:
        self.ev = ev
        self.functions: dict[tuple[str, str], None] = {}
        """(path, qualified name), in a stable order; the top level of a module under `MODULE`."""
        self._names: set[str] = set(_CALLS)
        self._sites: dict[tuple[str, str], list[Site]] = {}
        self._find()

    @property
    def modules(self) -> list[str]:
        """The modules whose top level registers."""
        return [path for path, qualname in self.functions if qualname == MODULE]

    def lifespans(self) -> Iterator[tuple[FunctionThing, Made]]:
        """The functions that register something while an application starts, each with the call that makes one."""
        for path, qualname in [*self.functions]:
            module = self.ev.module(path)
            function = module.functions.get(qualname) if module is not None else None
            if function is None or not (function.is_async and function.is_generator and function.parameters):
                continue
            lifespan = FunctionThing(path, qualname)
            for where, call in self._given_as_lifespan(function.name):
                made = call.keyword("lifespan")
                if made is not None and function_of(self.ev.certain(made, where)) == lifespan:
                    yield lifespan, Made(call, where)

    def _given_as_lifespan(self, name: str) -> Iterator[tuple[Frame, facts.Call]]:
        for path in self.ev.files.mentioning(name):
            module = self.ev.module(path)
            for each in ("FastAPI", "Starlette"):
                for qualname, site in module.mentions.get(each, ()) if module is not None else ():
                    if isinstance(site.value, facts.Call):
                        yield Frame(path, qualname), site.value

    def sites(self, path: str, qualname: str) -> list[Site]:
        """The calls in a function that register, or call what registers."""
        found = self._sites.get((path, qualname))
        if found is None:
            module = self.ev.module(path)
            function = module.functions.get(qualname) if module is not None else None
            found = self._sites[path, qualname] = (
                [site for site in function.sites if self._matters(site, function, module)]
                if function is not None and module is not None
                else []
            )
        return found

    def _matters(self, site: Site, function: FunctionFacts, module: ModuleFacts) -> bool:
        if site.kind != "call" or not isinstance(site.value, facts.Call):
            return False
        return any(name == "()" or name in self._names for name in _called(site.value.func, function, module))

    def _find(self) -> None:
        files = self.ev.files
        pending: deque[str] = deque()
        for path in files.paths():
            text = files.text(path)
            module = self.ev.module(path) if text is not None and _TEXT.search(text) else None
            for qualname in _direct(self.ev, module) if module is not None else ():
                pending.extend(self._add(path, qualname))
        while pending and len(self._names) < _MOST_NAMES:
            name = pending.popleft()
            if name in self._names:
                continue
            self._names.add(name)
            mentioning = files.mentioning(name)
            for path in mentioning if len(mentioning) <= _MOST_FILES else ():
                module = self.ev.module(path)
                for qualname, site in module.mentions.get(name, ()) if module is not None else ():
                    if self._may_call(site, Frame(path, qualname)):
                        pending.extend(self._add(path, qualname))

    def _class_names(self, name: str) -> Iterator[str]:
        """The names by which a class is constructed: its own, and those of what derives from it."""
        names = [name]
        for current in names:
            yield current
            mentioning = self.ev.files.mentioning(current)
            for path in mentioning if len(mentioning) <= _MOST_FILES else ():
                module = self.ev.module(path)
                for cls in module.classes.values() if module is not None else ():
                    if cls.name not in names and any(_last(base) == current for base in cls.bases):
                        names.append(cls.name)

    def _may_call(self, site: Site, frame: Frame) -> bool:
        """Whether a call by a name may be one of a function that registers."""
        assert isinstance(site.value, facts.Call)
        things = self.ev.evaluate(site.value.func, frame)
        return not things or any(self._registers(thing) for thing in things)

    def _registers(self, thing: Thing) -> bool:
        if isinstance(thing, Bound):
            thing = thing.function
        if isinstance(thing, FunctionThing):
            return (thing.path, thing.qualname) in self.functions
        return isinstance(thing, (ClassThing, Partial))

    def _add(self, path: str, qualname: str) -> Iterator[str]:
        """Add a function; the names by which it is called."""
        if (path, qualname) in self.functions:
            return
        self.functions[path, qualname] = None
        module = self.ev.module(path)
        found = module.functions.get(qualname) if module is not None else None
        if found is None or qualname == MODULE or found.is_generator:
            # Generators are not entered where they are called; what they register is read as it stands.
            return
        if found.owner is not None and found.name in ("__init__", "__post_init__"):
            yield from self._class_names(found.owner.rpartition(".")[2])
        elif found.name != "lambda":
            yield found.name


def _direct(ev: Evaluator, module: ModuleFacts) -> Iterator[str]:
    """The functions of a module that register something themselves."""
    for function in module.functions.values():
        frame = Frame(module.path, function.parent or MODULE)
        if any(_may_register(ev, decorator, frame) for decorator in function.decorators):
            yield function.parent or MODULE
    for name in (*sorted(_CALLS), "()"):
        for qualname, site in module.mentions.get(name, ()):
            if not isinstance(site.value, facts.Call):
                continue
            frame = Frame(module.path, qualname)
            func = site.value.func
            if _may_register(ev, func, frame) if name == "()" else _may_hold(ev, func, frame):
                yield qualname


def _may_register(ev: Evaluator, decorator: Value, frame: Frame) -> bool:
    """`@router.get("/x")`, `@protected(router.get, "/x")`, or a name that is bound to one."""
    if isinstance(decorator, (facts.Name, facts.Local)):
        thing = ev.certain(decorator, frame)
        return isinstance(thing, Instance) and thing.type == Library(framework.DECORATOR)
    if not isinstance(decorator, facts.Call):
        return False
    called = (decorator.func, *decorator.args)
    return any(
        isinstance(value, facts.Attribute) and value.name in framework.ROUTE_DECORATORS and _may_hold(ev, value, frame)
        for value in called
    )


def _may_hold(ev: Evaluator, method: Value, frame: Frame) -> bool:
    """Whether what the method is called on may be an app or router: it is one, or it is not known what it is."""
    if not isinstance(method, facts.Attribute):
        return True
    things = ev.evaluate(method.of, frame)
    return not things or any(
        (isinstance(thing, Instance) and classes.is_a(ev, thing.type, *framework.HOLDERS))
        or isinstance(thing, (Super, FunctionThing))
        or (isinstance(thing, Bound) and not isinstance(thing.owner, LiteralThing))
        or (
            isinstance(thing, Instance)
            and isinstance(thing.type, ClassThing)
            and _may_define(ev, thing.type, method.name)
        )
        for thing in things
    )


def _may_define(ev: Evaluator, cls: ClassThing, name: str) -> bool:
    """Whether a class has a method of this name, or a base that is not known."""
    return classes.lookup(ev, cls, name) is not None or not classes.mro(ev, cls)[1]


def _last(base: Value) -> str:
    base = base.of if isinstance(base, facts.Item) else base
    return base.name if isinstance(base, (facts.Name, facts.Attribute)) else ""


def _called(func: Value, function: FunctionFacts, module: ModuleFacts) -> Iterator[str]:
    """The names by which something is called; see `mentions`."""
    if isinstance(func, facts.Attribute):
        yield func.name
    elif isinstance(func, facts.Call):
        yield "()"
    elif isinstance(func, (facts.Name, facts.Local)):
        yield func.name
        holder = module.names if isinstance(func, facts.Name) else function.locals
        for binding in holder.get(func.name, ()):
            if isinstance(binding, facts.Import) and binding.name:
                yield binding.name
