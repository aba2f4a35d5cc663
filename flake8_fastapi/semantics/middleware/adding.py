"""Where a project adds middleware to its applications, followed as it would run.

That goes through functions that are given the app, loops over what is written out, constructors of the project's own
apps, and lists for `middleware=`. What stands in tests does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import arguments, classes, facts, holders
from flake8_fastapi.semantics.facts import MODULE, ModuleFacts, Position, Site, Value
from flake8_fastapi.semantics.loops import turns
from flake8_fastapi.semantics.middleware.added import Added, Form, Place, Stack
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Instance,
    Items,
    Library,
    Made,
    Partial,
    Super,
    Thing,
    Things,
    function_of,
    only,
)

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project
    from flake8_fastapi.semantics.values import Evaluator

_ENTRY = "starlette.middleware.Middleware"
_ADD = "add_middleware"
_KEYWORD = _DECORATOR = "middleware"
_WORDS = (_ADD, _KEYWORD, "Middleware")
_APPS = ("FastAPI", "Starlette")
_MOST_FRAMES = 2_000
_SUFFIX = "Middleware"
_DEEPEST = 20
_MOST_FILES = 60
"""A name in more files than this is a common word."""
_MOST_NAMES = 200


_Key = tuple[object, ...]
_Event = tuple[_Key, Added]


class Search:
    """One search through a project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.ev = project.evaluator
        self._sites: dict[tuple[str, str], dict[Position, Value]] = {}
        """The calls that add middleware, or lead to such a call, by the function around them and by where they end:
        in the order in which they run."""
        self._called: set[tuple[str, str]] = set()
        """The functions of these that others of them call."""
        self._events: dict[Frame, tuple[_Event, ...]] = {}
        self._visited: set[tuple[str, str]] = set()

    def run(self) -> tuple[tuple[Stack, ...], bool]:
        """The stacks of all applications, and whether all of them are complete."""
        self._find()
        sequences: dict[_Key, dict[_Key, tuple[Added, ...]]] = {}
        for path, qualname in self._starts():
            if qualname == MODULE or (path, qualname) not in self._visited:
                for key, added in self._of_start(Frame(path, qualname)).items():
                    sequences.setdefault(key, {}).setdefault(_places(added), added)
        made = tuple(_stack(tuple(each.values())) for each in sequences.values())
        files = self.project.files
        is_changed = any(not files.is_test(path) for path in files.mentioning("user_middleware"))
        return made, (not is_changed and all(each.is_complete for each in made))

    def _starts(self) -> list[tuple[str, str]]:
        """Where to begin: top levels of modules, functions that nobody calls, and at last what is left."""
        return sorted(self._sites, key=lambda each: (each[1] != MODULE, each in self._called))

    def _of_start(self, frame: Frame) -> dict[_Key, tuple[Added, ...]]:
        found: dict[_Key, dict[_Key, Added]] = {}
        for key, added in self._in(frame, (), 0):
            found.setdefault(key, {}).setdefault((added.form, added.trail, added.thing, added.position), added)
        return {key: _once(tuple(each.values())) for key, each in found.items()}

    # -- where to look

    def _find(self) -> None:
        files = self.project.files
        pending: list[str] = []
        for path in dict.fromkeys(path for word in _WORDS for path in files.mentioning(word)):
            module = self.project.facts(path) if not files.is_test(path) else None
            for qualname, site in _direct(module) if module is not None else ():
                pending.extend(self._keep(path, qualname, site))
        names: set[str] = set()
        while pending and len(names) < _MOST_NAMES:
            name = pending.pop()
            if name not in names:
                names.add(name)
                pending.extend(self._callers(name))

    def _callers(self, name: str) -> Iterator[str]:
        files = self.project.files
        paths = files.mentioning(name)
        for path in paths if len(paths) <= _MOST_FILES else ():
            module = self.project.facts(path) if not files.is_test(path) else None
            for qualname, site in module.mentions.get(name, ()) if module is not None else ():
                entered = [each for each, _ in self._entered(site.value, Frame(path, qualname))]
                if entered:
                    self._called.update(entered)
                    yield from self._keep(path, qualname, site)

    def _keep(self, path: str, qualname: str, site: Site) -> Iterator[str]:
        """Keep a call; the names by which the function around it is called."""
        key = (path, qualname)
        is_new = key not in self._sites
        assert isinstance(site.value, facts.Call)
        self._sites.setdefault(key, {})[site.value.end] = site.value
        found = self.ev.function(FunctionThing(path, qualname))
        if not is_new or found is None or qualname == MODULE or found.is_async or found.is_generator:
            return
        if found.owner is not None and found.name == "__init__":
            yield found.owner.rpartition(".")[2]
        elif found.name != "lambda":
            yield found.name

    def _entered(self, call: Value, frame: Frame) -> Iterator[tuple[tuple[str, str], Frame]]:
        """The functions that add middleware, among those that a call runs, with the frame of this call."""
        if not isinstance(call, facts.Call):
            return
        for callee in self.ev.evaluate(call.func, frame):
            owner = callee.owner if isinstance(callee, Bound) else None
            function = function_of(callee)
            if isinstance(callee, ClassThing):
                function = classes.method(self.ev, callee, "__init__")
                owner = only(self.ev.evaluate(call, frame)) or Instance(callee)
            if function is not None and (function.path, function.qualname) in self._sites:
                env = arguments.bind_all(self.ev, function, Made(call, frame), owner)
                yield (function.path, function.qualname), self.ev.frame_of(function, env)

    # -- what is added

    def _in(self, frame: Frame, trail: tuple[Place, ...], depth: int) -> tuple[_Event, ...]:
        """What a function adds in one call of it, in the order in which it does so."""
        known = self._events.get(frame)
        if known is None:
            if len(self._events) >= _MOST_FRAMES or depth > _DEEPEST:
                return ()
            self._events[frame] = ()
            self._visited.add((frame.path, frame.function))
            sites = self._sites.get((frame.path, frame.function), {})
            known = self._events[frame] = tuple(
                event for end in sorted(sites) for event in self._at(sites[end], frame, depth)
            )
        return tuple((key, added._replace(trail=(*trail, *added.trail))) for key, added in known)

    def _at(self, call: Value, frame: Frame, depth: int) -> Iterator[_Event]:
        assert isinstance(call, facts.Call)
        here = (Place(frame.path, call.start),)
        for _, entered in self._entered(call, frame):
            yield from self._in(entered, here, depth + 1)
        func = call.func
        if isinstance(func, facts.Attribute) and func.name == _ADD:
            yield from self._added(func, call, frame)
        elif isinstance(func, facts.Attribute) and func.name == _DECORATOR:
            yield from self._decorated(func, call, (self._below(call, frame),), frame)
        elif isinstance(func, facts.Call) and isinstance(func.func, facts.Attribute) and call.args:
            yield from self._decorated(func.func, func, self.ev.evaluate(call.args[0], frame), frame)
        elif _may_make_app(call):
            yield from self._listed(call, frame)
        if call.argument(0, "app") is not None:
            yield from self._around(call, frame)

    def _added(self, func: facts.Attribute, call: facts.Call, frame: Frame) -> Iterator[_Event]:
        """`app.add_middleware(X, …)`"""
        callee = self.ev.certain(func, frame)
        if isinstance(callee, Bound) and isinstance(callee.function, FunctionThing):
            # A method of the project's own app, which adds what it is given: read as it stands.
            return
        is_app, app = self._app(func.of, frame)
        if is_app:
            written = call.argument(0, "middleware_class")
            for (things,) in turns(self.ev, (written,), frame):
                yield self._event("added", only(things), call, frame, app, func.of)

    def _decorated(self, func: facts.Attribute, call: facts.Call, given: Things, frame: Frame) -> Iterator[_Event]:
        """`@app.middleware("http")`, also called as a function."""
        is_app, app = self._app(func.of, frame)
        if is_app and func.name == _DECORATOR and given != (Thing(),):
            yield self._event("decorated", only(given), call, frame, app, func.of)

    def _below(self, call: facts.Call, frame: Frame) -> Thing:
        """The function that a call decorates; `Thing()` if it decorates none."""
        module = self.ev.module(frame.path)
        for function in module.functions.values() if module is not None else ():
            if (function.parent or MODULE) == frame.function and any(each is call for each in function.decorators):
                outer = frame if frame.function != MODULE else None
                return FunctionThing(frame.path, function.qualname, outer)
        return Thing()

    def _listed(self, call: facts.Call, frame: Frame) -> Iterator[_Event]:
        """`FastAPI(middleware=[Middleware(X, …)])`"""
        app = only(self.ev.evaluate(call, frame))
        if not (isinstance(app, Instance) and self._is_holder(app)):
            return
        found = holders.constructor_argument(self.ev, app, _KEYWORD)
        if found is None or arguments.is_false(found):
            return
        items = found if isinstance(found, Items) else None
        entries = [self.ev.certain(value, items.frame) for value in items.values] if items is not None else []
        for entry in entries:
            if isinstance(entry, Instance) and entry.made is not None and _is_entry(self.ev, entry):
                thing = self._first(entry.made)
                yield self._event("listed", thing, entry.made.call, entry.made.frame, app, None)
            else:
                yield self._event("listed", None, call, frame, app, None)
        if items is None or items.repeated or self._is_changed(items):
            yield self._event("listed", None, call, frame, app, None)

    def _first(self, made: Made) -> Thing | None:
        written = made.call.argument(0, "cls")
        return self.ev.certain(written, made.frame) if written is not None else None

    def _is_changed(self, items: Items) -> bool:
        """Whether something is added later to a list that a variable stands for."""
        module = self.ev.module(items.frame.path)
        function = module.functions.get(items.frame.function) if module is not None else None
        for bound in (module.names if module is not None else {}, function.locals if function is not None else {}):
            for name, values in bound.items():
                if any(id(facts.undeclared(value)) == items.key for value in values):
                    return holders.is_changed(self.ev, facts.Name(name), items.frame)
        return False

    def _around(self, call: facts.Call, frame: Frame) -> Iterator[_Event]:
        """`app = CORSMiddleware(app, …)`"""
        thing = self.ev.certain(call.func, frame)
        app = self._inside(call, frame)
        if isinstance(app, Instance) and isinstance(thing, (Library, ClassThing)) and _name(thing).endswith(_SUFFIX):
            yield self._event("around", thing, call, frame, app, None)

    def _inside(self, call: facts.Call, frame: Frame) -> Instance | None:
        """The app that a call is given, through whatever is put around it on the way."""
        for _ in range(_DEEPEST):
            written = call.argument(0, "app")
            given = self.ev.certain(written, frame) if written is not None else None
            if not isinstance(given, Instance) or self._is_holder(given):
                return given if isinstance(given, Instance) else None
            if given.made is None:
                return None
            call, frame = given.made
        return None

    def _event(
        self, form: Form, thing: Thing | None, call: facts.Call, frame: Frame, app: Instance | None, owner: Value | None
    ) -> _Event:
        if isinstance(thing, Partial):
            thing = thing.function
        if thing == Library(framework.HTTP_MIDDLEWARE_BASE) and (given := call.keyword("dispatch")) is not None:
            thing = self.ev.certain(given, frame)
        if isinstance(thing, Instance) and form == "decorated":
            # `app.middleware("http")(Tracing())`: its `__call__` is the function.
            thing = thing.type
        known = thing if isinstance(thing, (Library, ClassThing, FunctionThing)) else None
        if isinstance(thing, Bound) and isinstance(thing.function, FunctionThing):
            known = thing.function
        place = Place(frame.path, call.start)
        return _key(app, owner, frame), Added(known, form, call, frame, app, (place,))

    def _app(self, owner: Value, frame: Frame) -> tuple[bool, Instance | None]:
        """Whether something may be an app, and the app where it is known."""
        things = self.ev.evaluate(owner, frame)
        for thing in things:
            found = thing.instance if isinstance(thing, Super) else thing
            if isinstance(found, Instance) and self._is_holder(found):
                return True, found
        may_be = (isinstance(each, Instance) and self._is_open(each) for each in things)
        return not things or any(may_be), None

    def _is_holder(self, thing: Instance) -> bool:
        return classes.is_a(self.ev, thing.type, framework.FASTAPI, framework.STARLETTE)

    def _is_open(self, thing: Instance) -> bool:
        """Whether a class of the project has a base that is not known."""
        return isinstance(thing.type, ClassThing) and not classes.mro(self.ev, thing.type)[1]


def _places(added: tuple[Added, ...]) -> _Key:
    """What is added where: the same for what is reached in two ways."""
    return tuple((each.form, each.path, each.position, each.thing) for each in added)


def _once(added: tuple[Added, ...]) -> tuple[Added, ...]:
    """One turn of what is added several times over: a factory that is called twice makes two apps."""
    places, count = _places(added), len(added)
    for size in range(1, count // 2 + 1):
        if count % size == 0 and places == places[:size] * (count // size):
            return added[:size]
    return added


def _stack(sequences: tuple[tuple[Added, ...], ...]) -> Stack:
    """One app's middleware, from what each start of the project adds to it."""
    added = tuple(each for sequence in sequences for each in sequence)
    inner = [each for each in added if each.form == "listed"]
    outer = [each for each in added if each.form in ("added", "decorated")]
    outermost = [each for each in added if each.form == "around"]
    ordered = (*reversed(outermost), *reversed(outer), *inner)
    is_ordered = len(sequences) == 1 and all(each.thing is not None for each in inner)
    return Stack(ordered, is_ordered, all(each.thing is not None for each in added))


def _key(app: Instance | None, owner: Value | None, frame: Frame) -> _Key:
    """What tells an app from others: where it was made, or else what it is called here."""
    if app is not None and app.origin is not None:
        return (app.origin,)
    if app is not None and isinstance(app.type, ClassThing):
        return (app.type,)
    name = owner.name if isinstance(owner, (facts.Name, facts.Local, facts.Attribute)) else ""
    return (frame.path, frame.function, name)


def _direct(module: ModuleFacts) -> Iterator[tuple[str, Site]]:
    """The calls of a module that add middleware by themselves, as far as their names tell."""
    for name, sites in module.mentions.items():
        for qualname, site in sites:
            call = site.value
            if not isinstance(call, facts.Call):
                continue
            inner = call.func.func if isinstance(call.func, facts.Call) else None
            is_called = isinstance(inner, facts.Attribute) and inner.name == _DECORATOR
            if name in (_ADD, _DECORATOR) or is_called or _may_make_app(call) or _may_wrap(call, name):
                yield qualname, site


def _may_make_app(call: facts.Call) -> bool:
    return call.keyword(_KEYWORD) is not None or (call.open and facts.last_name(call.func) in _APPS)


def _may_wrap(call: facts.Call, name: str) -> bool:
    """`XMiddleware(app)`, by its name."""
    return name.endswith(_SUFFIX) and name != _SUFFIX and call.argument(0, "app") is not None


def _name(thing: Library | ClassThing) -> str:
    return thing.last if isinstance(thing, Library) else thing.qualname


def _is_entry(ev: Evaluator, entry: Instance) -> bool:
    return classes.is_a(ev, entry.type, _ENTRY)
