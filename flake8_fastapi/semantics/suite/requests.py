"""The requests that tests send: by themselves, through fixtures, and through the helpers that they call.

A run of a test is walked as it would go: its fixtures, then the calls of its body in their order, and into each
function of the tests that is called, with its arguments. What is found of a fixture or helper is kept, as many tests
share it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.semantics import arguments, classes, facts
from flake8_fastapi.semantics.suite import configuration, fixtures, reading, senders, sending, targets
from flake8_fastapi.semantics.suite.expected import Answers
from flake8_fastapi.semantics.suite.kinds import Expected, Judge, Request, Test, Written
from flake8_fastapi.semantics.suite.sending import Sent
from flake8_fastapi.semantics.suite.targets import Pairs
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Env,
    Frame,
    FunctionThing,
    Instance,
    Made,
    Partial,
    Thing,
)

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_DEEPEST = 10
"""How deep helpers are followed into each other; real ones call at most four others."""
_MOST_FRAMES = 200
"""How many calls of helpers one run of a test may need."""
_SET_UP = (
    "setUpClass", "setUp", "asyncSetUp", "setup_class", "setup_method", "setup",
    "tearDown", "asyncTearDown", "tearDownClass", "teardown_method", "teardown_class",
)  # fmt: skip
_SET_UP_MODULE = ("setUpModule", "setup_module", "setup_function", "tearDownModule", "teardown_module")


class _Unseen:
    """What is made of the answers to requests that nobody was seen to ask for."""

    def of(self, call: facts.Call, frame: Frame) -> Expected:
        """Nothing is known."""
        return Expected(None, True)


UNSEEN = _Unseen()


class _Call(NamedTuple):
    """A call that sends a request."""

    call: facts.Call
    frame: Frame
    position: facts.Position
    sent: Sent


class _Walked(NamedTuple):
    """What one frame does, with all that it calls."""

    calls: tuple[_Call, ...]
    frames: tuple[Frame, ...]


def of(project: Project, test: Test) -> tuple[Request, ...]:
    """The requests that a test sends, those of its fixtures too."""
    return _walker(project).requests(test)


def sends(project: Project, path: str, qualname: str) -> bool:
    """Whether a function of the tests sends a request, by itself or through what it calls."""
    return bool(_walker(project).walked(Frame(path, qualname)).calls)


def frames(project: Project, test: Test) -> tuple[Frame, ...]:
    """The calls of all functions of the tests that run for a test: around it, itself, and helpers, each once."""
    return _walker(project).frames(test)


def elsewhere(project: Project, path: str, qualname: str) -> tuple[Request, ...]:
    """The requests that a function of the tests sends when something runs it that is not followed: a decorator, a
    thread, a framework. What it is given is not known."""
    return _walker(project).elsewhere(path, qualname)


def follows(project: Project, call: facts.Call, frame: Frame) -> bool:
    """Whether the function that a call runs is one of the tests, into which the walk goes."""
    return any(True for _ in _walker(project).entered(call, frame))


def visited(project: Project) -> frozenset[tuple[str, str]]:
    """The functions that the tests walked so far run: file and qualified name."""
    return frozenset(_walker(project).visited)


def _walker(project: Project) -> _Walker:
    found = project.memo.get("suite.requests")
    if found is None:
        found = project.memo["suite.requests"] = _Walker(project)
    assert isinstance(found, _Walker)
    return found


class _Walker:
    """Walks the tests of one project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.ev = project.evaluator
        self._helpers = frozenset(configuration.files(project))
        self._walked: dict[Frame, _Walked] = {}
        self.visited: set[tuple[str, str]] = set()
        self._active: set[tuple[str, str]] = set()
        self._numbers: dict[Frame, int] = {}
        self._known_answers: dict[tuple[Frame, ...], Answers] = {}
        self._frames: dict[tuple[str, str, ClassThing | None], tuple[Frame, ...]] = {}
        self._pairs: dict[int, Pairs] = {}
        """The methods and targets of calls, which `_walked` keeps: those of a fixture are asked for in every test."""
        self._known_helpers: dict[str, bool] = {}

    def requests(self, test: Test) -> tuple[Request, ...]:
        """The requests of all runs of a test."""
        found: list[Request] = []
        around = list(self._around(test))
        shared = [walked for walked in around if self._passes_on(walked)]
        for env in test.runs:
            own = self._run(test, env)
            whole = self._answers((own, *shared)) if shared else None
            seen: set[_Call] = set()
            for walked in (*around, own):
                answers = whole if whole is not None and walked in shared else self._answers((walked,))
                for each in walked.calls:
                    if each not in seen:
                        seen.add(each)
                        found.extend(self._request(test, each, answers))
        return tuple(found)

    def _answers(self, walked: tuple[_Walked, ...]) -> Answers:
        """What is made of the answers in some frames; those of a fixture are the same for all tests that use it."""
        key = tuple(each.frames[0] for each in walked if each.frames)
        if key not in self._known_answers:
            frames = dict.fromkeys(frame for each in walked for frame in each.frames)
            self._known_answers[key] = Answers(self.ev, tuple(frames))
        return self._known_answers[key]

    def _passes_on(self, walked: _Walked) -> bool:
        """Whether a fixture hands an answer to the tests, which may look at it; a method may do so through `self`."""
        if not walked.calls or not walked.frames:
            return False
        frame = walked.frames[0]
        function = self.ev.function(FunctionThing(frame.path, frame.function))
        if function is None or function.owner is not None:
            return True
        traces = self._answers((walked,)).traces
        given = (*function.returned, *function.yielded)
        return any(source.kind == "answer" for value in given for source in traces.of(value, 0))

    def elsewhere(self, path: str, qualname: str) -> tuple[Request, ...]:
        """The requests of a function that no test was seen to run."""
        module = self.project.facts(path)
        function = module.functions.get(qualname) if module is not None else None
        if function is None:
            return ()
        test = Test(path, qualname, function.position, ((),), False)
        walked = self.walked(Frame(path, qualname))
        return tuple(request for each in walked.calls for request in self._request(test, each, UNSEEN))

    def frames(self, test: Test) -> tuple[Frame, ...]:
        """What runs around a test, and in each run of it."""
        key = (test.path, test.qualname, test.owner)
        if key not in self._frames:
            walks = (*self._around(test), *(self._run(test, env) for env in test.runs))
            self._frames[key] = tuple(dict.fromkeys(frame for walked in walks for frame in walked.frames))
        return self._frames[key]

    def _run(self, test: Test, env: Env) -> _Walked:
        return self.walked(self.ev.frame_of(test.function, (*self._receiver(test, test.function), *env)))

    def _receiver(self, test: Test, method: FunctionThing) -> Env:
        """`self`: an object of the class that pytest collected, of which the method may be inherited."""
        function = self.ev.function(method)
        if test.owner is None or function is None or not function.parameters:
            return ()
        return ((function.parameters[0].name, Instance(test.owner)),)

    def _request(self, test: Test, found: _Call, answers: Judge) -> Iterator[Request]:
        sent = found.sent
        if id(found) not in self._pairs:
            base = sent.client.base_url
            self._pairs[id(found)] = targets.pairs(self.ev, found.call, sent.methods, sent.url, found.frame, base)
        for methods, target in self._pairs[id(found)]:
            yield Request(
                test,
                found.frame.path,
                found.position,
                found.call,
                found.frame,
                methods,
                target,
                sent.client.app,
                answers,
            )

    # -- what runs around a test

    def _around(self, test: Test) -> Iterator[_Walked]:
        for frame in fixtures.frames(self.project, test.path, test.qualname, test.owner):
            yield self.walked(frame)
        for name in _SET_UP if test.owner is not None else ():
            method = classes.method(self.ev, test.owner, name) if test.owner is not None else None
            if method is not None:
                yield self.walked(self.ev.frame_of(method, self._receiver(test, method)))
        module = self.project.facts(test.path)
        for name in _SET_UP_MODULE:
            if module is not None and name in module.functions:
                yield self.walked(Frame(test.path, name))

    # -- walking

    def walked(self, frame: Frame) -> _Walked:
        """What a function does when it is called in this way."""
        known = self._walked.get(frame)
        if known is None:
            calls: list[_Call] = []
            frames: list[Frame] = []
            self._walk(frame, calls, frames, 0)
            known = self._walked[frame] = _Walked(tuple(calls), tuple(frames))
        return known

    def _walk(self, frame: Frame, calls: list[_Call], frames: list[Frame], depth: int) -> None:
        module = self.project.facts(frame.path)
        function = module.functions.get(frame.function) if module is not None else None
        name = (frame.path, frame.function)
        if function is None or name in self._active or depth > _DEEPEST or len(frames) >= _MOST_FRAMES:
            return
        frames.append(frame)
        self.visited.add(name)
        self._active.add(name)
        try:
            for site in function.sites:
                if site.kind == "call" and isinstance(site.value, facts.Call):
                    sent = sending.request_of(self.ev, site.value, frame)
                    if sent is not None:
                        calls.append(_Call(site.value, frame, site.start, sent))
                        continue
                    for inner in self.entered(site.value, frame):
                        self._walk(inner, calls, frames, depth + 1)
        finally:
            self._active.discard(name)

    def entered(self, call: facts.Call, frame: Frame) -> Iterable[Frame]:
        """The functions of the tests that a call runs, with what they are given."""
        for callee in self.ev.evaluate(call.func, frame):
            yield from self._called(callee, Made(call, frame))

    def _called(self, callee: Thing, made: Made) -> Iterator[Frame]:
        owner: Thing | None = None
        if isinstance(callee, Partial):
            yield from self._called(callee.function, callee.made)
            return
        if isinstance(callee, Bound):
            owner, callee = callee.owner, callee.function
        elif isinstance(callee, Instance) and isinstance(callee.type, ClassThing):
            owner, callee = callee, classes.method(self.ev, callee.type, "__call__") or callee
        elif isinstance(callee, ClassThing):
            owner, callee = Instance(callee), classes.method(self.ev, callee, "__init__") or callee
        if isinstance(callee, FunctionThing) and self._is_helper(callee):
            yield self.ev.frame_of(callee, self._given(callee, made, owner))

    def _is_helper(self, function: FunctionThing) -> bool:
        path = function.path
        if path not in self._known_helpers:
            is_of_tests = path in self._helpers or configuration.of(self.project).holds(path)
            self._known_helpers[path] = is_of_tests or senders.is_of_client(self.project, path)
        return self._known_helpers[path]

    def _given(self, function: FunctionThing, made: Made, owner: Thing | None) -> Env:
        """What a helper is given; what evaluation does not know as it is written."""
        env = arguments.bind(self.ev, function, made, constants=True, owner=owner)
        found = self.ev.function(function)
        known = {name for name, _ in env}
        number = self._numbers.setdefault(made.frame, len(self._numbers))
        written: list[tuple[str, Thing]] = []
        for parameter in found.parameters if found is not None else ():
            value = made.call.given(parameter, int(owner is not None)) if parameter.name not in known else None
            if value is not None and parameter.kind in ("positional", "keyword"):
                written.append((parameter.name, Written(value, made.frame, number)))
            elif parameter.kind == "args" and found is not None:
                written.append((parameter.name, reading.rest(self.ev, found, made, int(owner is not None))))
        return (*env, *written)
