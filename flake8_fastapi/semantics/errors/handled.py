"""Which exceptions a project answers in one place: its exception handlers, and the middleware that catches for all.

Everything in the project counts, whatever app it is registered with: who asks wants to know that nobody answers an
exception. What is written in tests does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from flake8_fastapi.knowledge import errors as tables
from flake8_fastapi.knowledge import framework, libraries
from flake8_fastapi.semantics import arguments, classes, facts, holders
from flake8_fastapi.semantics.errors import exceptions
from flake8_fastapi.semantics.errors.exceptions import ExceptionClass
from flake8_fastapi.semantics.facts import MODULE, FunctionFacts, ModuleFacts, Position, Value
from flake8_fastapi.semantics.loops import turns
from flake8_fastapi.semantics.routes import status_of
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
    TableThing,
    Thing,
    Things,
    function_of,
    only,
)
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

Kind = Literal["handler", "middleware", "route class"]
_DECORATOR = "exception_handler"
_ADDER = "add_exception_handler"
_KEYWORD = "exception_handlers"
_LATER = re.compile(rb"\.exception_handlers\s*(?:\[|\|?=[^=]|\.(?:update|setdefault)\b)")
"""Handlers given to an app past its own methods."""
_HELPER = re.compile(rb"\b\w*(?:exception|error)s?(?:_\w+)*\(\s*(?:self\.)?_?\w*app\w*\s*[,)]")
"""`setup_exception_handlers(app)`: a call that may register handlers, by its name and what it is given."""
_MIDDLEWARE = ("call_next", "add_middleware", "BaseHTTPMiddleware", "Middleware", "middleware")
_ADDS_MIDDLEWARE = re.compile(rb"\b(?:call_next|add_middleware|BaseHTTPMiddleware)\b|\bMiddleware\(|\.middleware\(")
_BROAD = (Library("builtins.Exception"), Library("builtins.BaseException"))


class Handled(NamedTuple):
    """What is registered for a class of exceptions, or for a status."""

    kind: Kind
    cls: ExceptionClass | None
    status: int | None
    thing: Thing | None
    """What is called with the exception; None where that is unknown, and for middleware."""
    holder: Instance | None
    """The app; None where it is unknown, and for middleware."""
    path: str
    position: Position

    @property
    def function(self) -> FunctionThing | None:
        """The function of the project that answers."""
        thing = self.thing.function if isinstance(self.thing, Partial) else self.thing
        return function_of(thing)


class _Known(NamedTuple):
    handled: tuple[Handled, ...]
    is_complete: bool


def of(project: Project) -> tuple[Handled, ...]:
    """Everything that is registered in the project, in a stable order."""
    return _all(project).handled


def is_complete(project: Project) -> bool:
    """Whether nothing unknown is registered: a class that is not resolved, handlers that a library adds."""
    return _all(project).is_complete


def has_catch_all(project: Project) -> bool:
    """Whether something answers every exception."""
    return any(each.cls in _BROAD or each.status == 500 for each in of(project))


def handler_for(project: Project, cls: ExceptionClass) -> Handled | None:
    """What answers an exception of this class: the entry for the nearest class that it certainly derives from."""
    nearest: Handled | None = None
    for each in of(project):
        if each.cls is None or not exceptions.is_a(project.evaluator, cls, each.cls):
            continue
        if nearest is None or nearest.cls is None or exceptions.is_a(project.evaluator, each.cls, nearest.cls):
            nearest = each
    return nearest


def is_handled(project: Project, cls: ExceptionClass) -> bool | None:
    """Whether something answers an exception of this class; None if that is unknown."""
    if handler_for(project, cls) is not None or has_catch_all(project):
        return True
    ev = project.evaluator
    unsure = any(each.cls is not None and exceptions.is_a(ev, cls, each.cls) is None for each in of(project))
    return None if unsure or not is_complete(project) else False


def _all(project: Project) -> _Known:
    known: _Known | None = project.memo.get(__name__)
    if known is None:
        project.memo[__name__] = _Known((), False)
        known = project.memo[__name__] = _Search(project).run()
    return known


class _Search:
    """One search through a project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.ev = project.evaluator
        self.is_complete = True

    def run(self) -> _Known:
        found = (*self._decorated(), *self._added(), *self._constructed(), *self._by_libraries())
        handled = (*found, *self._route_classes(), *self._middleware())
        if self._is_extended_later():
            self.is_complete = False
        return _Known(tuple(dict.fromkeys(handled)), self.is_complete)

    def _modules(self, *words: str, text: re.Pattern[bytes] | None = None) -> Iterator[ModuleFacts]:
        """The modules, tests aside, that contain one of these words; with `text`, of those that match."""
        files = self.project.files
        for path in dict.fromkeys(path for word in words for path in files.mentioning(word)):
            if files.is_test(path) or (text is not None and not text.search(files.text(path) or b"")):
                continue
            module = self.project.facts(path)
            if module is not None:
                yield module

    # -- what apps are given

    def _decorated(self) -> Iterator[Handled]:
        """`@app.exception_handler(NotFound)`"""
        for module in self._modules(_DECORATOR):
            for function in module.functions.values():
                thing = FunctionThing(module.path, function.qualname)
                frame = Frame(module.path, function.parent or MODULE)
                for decorator in function.decorators:
                    if isinstance(decorator, facts.Call):
                        yield from self._call(decorator, _DECORATOR, frame, (thing,))
            for qualname, site in module.mentions.get("()", ()):
                # `app.exception_handler(NotFound)(answer)`
                call = site.value
                if isinstance(call, facts.Call) and isinstance(call.func, facts.Call) and len(call.args) == 1:
                    frame = Frame(module.path, qualname)
                    yield from self._call(call.func, _DECORATOR, frame, self.ev.evaluate(call.args[0], frame))

    def _added(self) -> Iterator[Handled]:
        """`app.add_exception_handler(NotFound, answer)`"""
        for module in self._modules(_ADDER):
            for qualname, site in module.mentions.get(_ADDER, ()):
                if isinstance(site.value, facts.Call):
                    yield from self._call(site.value, _ADDER, Frame(module.path, qualname), None)

    def _call(self, call: facts.Call, method: str, frame: Frame, given: Things | None) -> Iterator[Handled]:
        func = call.func
        if isinstance(func, facts.Attribute) and func.name == method:
            is_app, holder = self._app(func.of, frame)
            if not is_app:
                return
        elif self._is_foreign(func, method, frame):
            # `fastapi_problem.handler.add_exception_handler(app)`
            self.is_complete = False
            return
        else:
            return
        written = call.argument(0, "exc_class_or_status_code", "exc_class", "exception_class")
        answer = call.argument(1, "handler")
        if written is None:
            self.is_complete = False
            return
        looped = self._looped(written, frame)
        if looped is not None and not self._is_whole(self.ev.certain(looped, frame)):
            self.is_complete = False
        for keys, answers in self._turns((written, answer), frame):
            chosen = given if given is not None else answers
            yield from self._entries(keys, only(chosen), holder, frame.path, call.start)

    def _app(self, owner: Value, frame: Frame) -> tuple[bool, Instance | None]:
        """Whether something may be an app, and the app where it certainly is one."""
        things = self.ev.evaluate(owner, frame)
        for thing in things:
            if isinstance(thing, Instance) and classes.is_a(self.ev, thing.type, *framework.HOLDERS):
                return True, thing
        return not things or any(_may_be_app(self.ev, thing) for thing in things), None

    def _is_foreign(self, func: Value, method: str, frame: Frame) -> bool:
        """Whether a function of this name comes from a library."""
        thing = self.ev.certain(func, frame)
        return isinstance(thing, Library) and thing.last == method

    def _turns(self, values: Sequence[Value | None], frame: Frame) -> Iterator[tuple[Things, ...]]:
        """What these expressions are: in each turn of a loop around them, in each call of a function around them."""
        if self._is_parameter(values[0], frame):
            # `cls: type[Exception]` says less than the calls do.
            further = [turn for where in self._calls(frame) for turn in turns(self.ev, values, where)]
            yield from further or [((), ())]
        else:
            yield from turns(self.ev, values, frame)

    def _is_parameter(self, value: Value | None, frame: Frame) -> bool:
        bindings = self.ev.bindings(value, frame) if isinstance(value, facts.Local) else ()
        return any(isinstance(each, facts.Parameter) for each in bindings)

    def _looped(self, value: Value, frame: Frame) -> Value | None:
        """What the loop around goes through, where the value is its target."""
        module = self.ev.module(frame.path)
        bindings: tuple[Value, ...] = ()
        if isinstance(value, facts.Local):
            bindings = self.ev.bindings(value, frame)
        elif isinstance(value, facts.Name) and module is not None:
            bindings = module.names.get(value.name, ())
        for bound in bindings:
            bound = bound.of if isinstance(bound, facts.Unpacked) else bound
            if isinstance(bound, facts.Iterated):
                func = bound.of.func if isinstance(bound.of, facts.Call) else None
                return func.of if isinstance(func, facts.Attribute) and func.name == "items" else bound.of
        return None

    def _is_whole(self, thing: Thing | None) -> bool:
        """Whether a list or table is as it is written out: nothing is added to it later."""
        if not isinstance(thing, (TableThing, Items)):
            return False
        module = self.ev.module(thing.frame.path)
        function = module.functions.get(thing.frame.function) if module is not None else None
        names = {
            name
            for bound in (module.names if module is not None else {}, function.locals if function is not None else {})
            for name, values in bound.items()
            if any(id(value.value if isinstance(value, facts.Declared) else value) == thing.key for value in values)
        }
        return not any(holders.is_changed(self.ev, facts.Name(name), thing.frame) for name in names)

    def _calls(self, frame: Frame) -> Iterator[Frame]:
        """The frame of a function in each call of it."""
        function = FunctionThing(frame.path, frame.function)
        for caller in self.project.loop.callers.of(function):
            thing = self.ev.certain(caller.call.func, caller.frame)
            owner = thing.owner if isinstance(thing, Bound) else None
            env = arguments.bind_all(self.ev, function, Made(caller.call, caller.frame), owner)
            yield self.ev.frame_of(function, env)

    def _entries(
        self, keys: Things, answer: Thing | None, holder: Instance | None, path: str, position: Position
    ) -> Iterator[Handled]:
        if not keys:
            self.is_complete = False
        for key in keys:
            status = status_of(key)
            cls = exceptions.cls_of(key) if status is None and not isinstance(key, Instance) else None
            if status is None and cls is None:
                self.is_complete = False
                continue
            yield Handled("handler", cls, status, answer, holder, path, position)

    # -- what constructors are given

    def _constructed(self) -> Iterator[Handled]:
        """`FastAPI(exception_handlers={NotFound: answer})`, in constructors of the project's own apps too."""
        for module in self._modules(_KEYWORD):
            for function in module.functions.values():
                frame = Frame(module.path, function.qualname)
                for site in function.sites:
                    if isinstance(site.value, facts.Call):
                        yield from self._table_of(site.value, frame)

    def _table_of(self, call: facts.Call, frame: Frame) -> Iterator[Handled]:
        if call.keyword(_KEYWORD) is None and not (call.open and self._makes_app(call, frame)):
            return
        found = holders.written(self.ev, call, _KEYWORD, frame)
        if found is None:
            return
        value, where = found
        if facts.is_none(value):
            return
        tables_of = self.ev.evaluate(value, where) if value is not facts.UNKNOWN else ()
        if not tables_of:
            self.is_complete = False
        for table in tables_of:
            yield from self._table(table, call, frame)

    def _table(self, table: Thing, call: facts.Call, frame: Frame) -> Iterator[Handled]:
        if not isinstance(table, TableThing):
            self.is_complete = self.is_complete and arguments.is_false(table)
            return
        if not self._is_whole(table):
            self.is_complete = False
        for key, value in table.items:
            keys = self.ev.evaluate(key, table.frame) if key is not None else ()
            answer = self.ev.certain(value, table.frame)
            if key is None and isinstance(answer, TableThing):
                # `{**common_handlers, NotFound: answer}`
                yield from self._table(answer, call, frame)
                continue
            made = self.ev.evaluate(call, frame)
            holder = next((each for each in made if isinstance(each, Instance)), None)
            yield from self._entries(keys, answer, holder, frame.path, call.start)

    def _makes_app(self, call: facts.Call, frame: Frame) -> bool:
        thing = self.ev.certain(call.func, frame)
        if isinstance(thing, Bound):
            thing = thing.function
        if isinstance(thing, ClassThing):
            return classes.is_a(self.ev, thing, *framework.HOLDERS)
        name = thing.name.removesuffix(".__init__") if isinstance(thing, Library) else ""
        return not framework.HOLDERS.isdisjoint(libraries.ancestors(name))

    def _is_extended_later(self) -> bool:
        """`app.exception_handlers[NotFound] = answer`"""
        files = self.project.files
        return any(
            _LATER.search(files.text(path) or b"") for path in files.mentioning(_KEYWORD) if not files.is_test(path)
        )

    # -- what libraries add

    def _by_libraries(self) -> Iterator[Handled]:
        """What is registered by calls of libraries: `register_tortoise(app, add_exception_handlers=True)`."""
        for name, (keyword, added) in tables.ADDS_HANDLERS.items():
            for module in self._modules(name.rpartition(".")[2]):
                for qualname, site in module.mentions.get(name.rpartition(".")[2], ()):
                    call, frame = site.value, Frame(module.path, qualname)
                    if not isinstance(call, facts.Call) or self.ev.certain(call.func, frame) != Library(name):
                        continue
                    value = call.keyword(keyword)
                    if value is not None and self.ev.literal(value, frame) is not False:
                        for each in added:
                            yield Handled("handler", Library(each), None, None, None, module.path, call.start)
        files = self.project.files
        for path in files.mentioning("app"):
            if not files.is_test(path) and _HELPER.search(files.text(path) or b""):
                self._helper_of_library(self.project.facts(path))

    def _helper_of_library(self, module: ModuleFacts | None) -> None:
        """`install_error_handlers(app)` of a library registers what we do not see."""
        for name, sites in module.mentions.items() if module is not None else ():
            if module is None or not ("exception" in name or "error" in name) or name in (_DECORATOR, _ADDER):
                continue
            for qualname, site in sites:
                call, frame = site.value, Frame(module.path, qualname)
                if not isinstance(call, facts.Call) or isinstance(call.func, facts.Attribute):
                    continue
                is_library = isinstance(self.ev.certain(call.func, frame), Library)
                if is_library and any(self._app(each, frame)[1] is not None for each in call.args):
                    self.is_complete = False

    # -- what catches for all

    def _route_classes(self) -> Iterator[Handled]:
        """`except` clauses in the `get_route_handler` of a route class of the project."""
        for module in self._modules("get_route_handler"):
            for function in module.functions.values():
                around = module.functions.get(function.parent or "")
                if around is not None and around.name == "get_route_handler":
                    yield from self._caught("route class", function, module.path)

    def _middleware(self) -> Iterator[Handled]:
        """`except` clauses around `call_next(request)`, or the inner app, in middleware."""
        seen: set[FunctionThing] = set()
        for module in self._modules(*_MIDDLEWARE, text=_ADDS_MIDDLEWARE):
            for registration in self.project.registrations.of(module.path):
                function = registration.function
                if registration.role != "middleware" or function in seen:
                    continue
                seen.add(function)
                found = self.ev.function(function)
                if found is not None:
                    yield from self._caught("middleware", found, function.path)

    def _caught(self, kind: Kind, found: FunctionFacts, path: str) -> Iterator[Handled]:
        frame = Frame(path, found.qualname)
        for index, statement in enumerate(found.tries):
            inner = any(index in site.guards and _passes_on(site.value, found) for site in found.sites)
            for clause in statement.clauses if inner else ():
                for cls in exceptions.named(self.ev, clause, frame) or () if not clause.raises_again else ():
                    yield Handled(kind, cls, None, None, None, path, clause.start)


def _passes_on(value: Value, found: FunctionFacts) -> bool:
    """Whether a call passes the request on: `call_next(request)`, `self.app(scope, receive, send)`, `original(request)`
    with a variable of the function around."""
    func = value.func if isinstance(value, facts.Call) else None
    if isinstance(func, facts.Local):
        return func.function != found.qualname or any(func.name == each.name for each in found.parameters)
    return isinstance(func, facts.Attribute) and func.name in ("app", "_app", "__call__", "dispatch")


def _may_be_app(ev: Evaluator, thing: Thing) -> bool:
    """Whether something that is no app as far as we see may be one: a class of the project with an unknown base."""
    if isinstance(thing, Instance):
        return isinstance(thing.type, ClassThing) and not classes.mro(ev, thing.type)[1]
    return not isinstance(thing, Library) or thing.last == "app"
