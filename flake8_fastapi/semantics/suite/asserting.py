"""What the tests of a file fail to look at: assertions that no answer can fail, and answers that nothing looks at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from flake8_fastapi.knowledge import assertions as tables
from flake8_fastapi.knowledge import suites
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.code import Code, bound_name, start
from flake8_fastapi.semantics.facts import Assertion, Call, FunctionFacts, Position, Value, last_name
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.suite import configuration, kept, requests, sending, statuses, tests
from flake8_fastapi.semantics.suite.conditions import Verdict
from flake8_fastapi.semantics.suite.expected import Answers
from flake8_fastapi.semantics.suite.kinds import STATUSES, Request, Test
from flake8_fastapi.semantics.suite.sources import Source

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_FINAL = frozenset(range(200, 600))
"""The statuses with which an answer may end; those below are on the way to one."""
_SUCCESS = frozenset(range(200, 300))
_BROKEN = 500
_MOST_LISTED = 60
"""Who accepts more statuses than this does not list them: `!= 404` lets through what the test is not about."""
_LOOKING = re.compile(
    r"assert|raises|fail|warns|expect|verif|check|valid|should|ensure|must|snapshot|match|approv|compar|requir"
    r"|benchmark|given|schema",
    re.IGNORECASE,
)
"""Names of functions that may look at something for a test."""

_SCRIPT = re.compile(
    rb"^if __name__ == [\"']__main__[\"'](?!.*\b(?:pytest|unittest)\.main\b)", re.MULTILINE | re.DOTALL
)
"""A person runs the file, and reads what it prints."""
_DELETE = frozenset({"DELETE"})
_REMOVING = re.compile(r"delet|remov|destroy|clear|drop|purg", re.IGNORECASE)


class Tautology(NamedTuple):
    """An assertion that does not tell a working route from a broken one."""

    position: Position
    how: Literal["always", "either", "message", "branch"]
    """It is always true; it is true for success and for status 500; it takes the status for a message; it is true
    without a look at the answer in one branch of `… if … else 201`."""
    accepted: frozenset[int]


class Unasserted(NamedTuple):
    """A request whose answer nothing looks at."""

    request: Request
    test: FunctionFacts
    name: str
    """The variable that holds the answer; empty where nothing in the whole test is looked at."""


def tests_of(file: File) -> Iterator[tuple[Test, FunctionFacts]]:
    """The tests that a file defines."""
    if not configuration.of(file.project).collects(file.path):
        return
    for test in tests.of_module(file.project, file.path):
        function = file.facts.functions.get(test.qualname) if test.path == file.path else None
        if function is not None:
            yield test, function


# -- assertions that no answer can fail


def tautologies(file: File) -> Iterator[Tautology]:
    """The assertions in the tests of a file that no answer fails, or not the one of a broken route."""
    found: dict[Position, list[Tautology | None]] = {}
    for test, _ in tests_of(file):
        answers = Answers(file.ev, requests.frames(file.project, test))
        for place in range(answers.frames.count):
            if answers.frames.frame(place).path == file.path:
                for position, judged in _judged(answers, place):
                    found.setdefault(position, []).append(judged)
    for judgements in found.values():
        first = judgements[0]
        if first is not None and all(each is not None and each.how == first.how for each in judgements):
            yield first


def _judged(answers: Answers, place: int) -> Iterator[tuple[Position, Tautology | None]]:
    """What each assertion of a function says, once for each answer that it is about."""
    function = answers.frames.function(place)
    if function is None:
        return
    for assertion in function.assertions:
        condition = assertion.condition
        verdicts = [
            answers.conditions.of(condition, place, source.key) for source in answers.traces.of(condition, place)
        ]
        if verdicts and _has_bare_branch(answers, condition, place):
            yield assertion.start, Tautology(assertion.start, "branch", STATUSES)
        elif verdicts:
            found = _weak(assertion.start, verdicts)
            if found is None or not _is_decided(answers, function, assertion, place):
                yield assertion.start, found
    for call in answers.frames.calls(place):
        yield from _called(answers, call, place)


def _called(answers: Answers, call: Call, place: int) -> Iterator[tuple[Position, Tautology | None]]:
    """`self.assertIn(response.status_code, [200, 500])`"""
    name = last_name(call.func)
    if name in tables.COMPARING and len(call.args) >= 2:
        compared = (tables.COMPARING[name], call.args[0], call.args[1], place)
        sources = answers.traces.of(call.args[0], place)
        yield (
            call.start,
            _weak(call.start, [answers.conditions.compared(*compared, each.key) for each in sources]),
        )
    elif name in tables.TRUE and call.args:
        sources = answers.traces.of(call.args[0], place)
        is_status = any(source.kind == "status" for source in sources)
        if is_status and len(call.args) == 2 and statuses.of(answers.frames, call.args[1], place):
            yield call.start, Tautology(call.start, "message", STATUSES)
        else:
            verdicts = [answers.conditions.of(call.args[0], place, each.key) for each in sources]
            yield call.start, _weak(call.start, verdicts)


def _has_bare_branch(answers: Answers, condition: Value, place: int) -> bool:
    """`response.status_code == code if code != 200 else 201`: the last branch is a number, and nothing compared."""
    if not isinstance(condition, facts.Either) or condition.operator != "if":
        return False
    is_bare = [statuses.of(answers.frames, each, place) is not None for each in condition.values]
    return any(is_bare) and not all(is_bare)


def _is_decided(answers: Answers, function: FunctionFacts, assertion: Assertion, place: int) -> bool:
    """Whether another assertion, which always runs, looks at the body of the same answer."""
    keys = {source.key for source in _asked(answers, assertion.condition, place)}
    around = _branches(function, assertion.start)
    return any(
        source.key in keys and source.kind == "part"
        for other in function.assertions
        if other is not assertion and _branches(function, other.start) <= around
        for source in set(answers.traces.of(other.condition, place)).difference(_asked(answers, other.condition, place))
    )


def _branches(function: FunctionFacts, at: Position) -> frozenset[Position]:
    """The blocks around a place that need not run."""
    return frozenset(block.start for block in function.blocks if block.kind != "with" and block.start <= at < block.end)


def _asked(answers: Answers, condition: Value, place: int) -> list[Source]:
    """The answers whose status a condition asks for."""
    sources = answers.traces.of(condition, place)
    return [each for each in sources if answers.conditions.of(condition, place, each.key).asks]


def _weak(position: Position, verdicts: list[Verdict]) -> Tautology | None:
    """What an assertion is, from what it says of each answer that it has to do with."""
    asking = [each for each in verdicts if each.asks]
    if len(asking) != 1 or not asking[0].is_whole:
        return None
    accepted = asking[0].true
    if accepted >= _FINAL:
        return Tautology(position, "always", accepted)
    if _BROKEN in accepted and accepted & _SUCCESS and len(accepted) <= _MOST_LISTED:
        return Tautology(position, "either", accepted)
    return None


# -- answers that nothing looks at


def unasserted(file: File) -> Iterator[Unasserted]:
    """The requests in the tests of a file whose answers nothing looks at, where that is no preparation."""
    if _SCRIPT.search(file.project.files.text(file.path) or b"") is not None:
        return
    seen: set[Position] = set()
    for test, function in tests_of(file):
        own = [each for each in requests.of(file.project, test) if _is_own(file, each, test)]
        if not own or own[-1].position in seen:
            continue
        seen.add(own[-1].position)
        last = own[-1]
        if any(each.expected.is_asserted for each in own if each.position == last.position):
            continue
        code = file.source.code(function.qualname)
        if code is None or kept.is_opened_or_kept(code, last.position):
            continue
        if not _looks_at_something(file.project, test):
            yield Unasserted(last, function, "")
        elif (name := _forgotten(code, function, last)) is not None:
            yield Unasserted(last, function, name)


def _is_own(file: File, request: Request, test: Test) -> bool:
    """Whether a test itself sends a request, certainly, that is answered by HTTP."""
    if request.frame.path != test.path or request.frame.function != test.qualname:
        return False
    if request.methods is None or suites.WEBSOCKET in request.methods:
        return False
    sent = sending.request_of(file.ev, request.call, request.frame)
    return sent is not None and sent.client.kind != "unknown"


def _looks_at_something(project: Project, test: Test) -> bool:
    """Whether anything in a test, its fixtures and helpers may fail because of what it sees."""
    for frame in requests.frames(project, test):
        module = project.facts(frame.path)
        function = module.functions.get(frame.function) if module is not None else None
        if function is None or function.assertions or function.raises:
            return True
        names = [last_name(site.value.func) for site in function.sites if isinstance(site.value, Call)]
        decorators = [each.func if isinstance(each, Call) else each for each in function.decorators]
        if any(_LOOKING.search(name) for name in (*names, *map(last_name, decorators))):
            return True
    return False


def _forgotten(code: Code, function: FunctionFacts, request: Request) -> str | None:
    """The variable that is given an answer, is never read, and after which nothing more is asserted."""
    if request.methods == _DELETE and _REMOVING.search(function.name) is None:
        return None  # It cleans up.
    name = _variable(code, request)
    later = [each for each in function.assertions if each.start > request.position]
    calls = [site for site in function.sites if isinstance(site.value, Call) and site.start > request.position]
    if later or any(_LOOKING.search(last_name(site.value.func)) for site in calls if isinstance(site.value, Call)):
        return None
    is_read = any(start(use) > request.position for use in code.uses(name))
    return name if name and not name.startswith("_") and not is_read else None


def _variable(code: Code, request: Request) -> str:
    for node in code.own:
        value = getattr(node, "value", None)
        name = bound_name(node)
        if (
            name
            and value is not None
            and start(value) <= request.position < facts.Position(value.end_lineno, value.end_col_offset)
        ):
            return name
    return ""


# -- modules of tests that expect nothing but success


class Successful(NamedTuple):
    """A file of tests in which each answer is expected to be a success."""

    position: Position
    """Of its first test that sends a request."""
    tests: int
    """How many of its tests look at a status."""


def only_successful(file: File) -> Successful | None:
    """Whether every status that the tests of a file expect is one of success; None too where one is not known."""
    first: Position | None = None
    count = 0
    for test, function in tests_of(file):
        found = [each.expected for each in requests.of(file.project, test)]
        looking = [each for each in found if each.is_asserted]
        if any(each.accepted is None or not each.accepted <= _SUCCESS for each in looking):
            return None
        if looking:
            first = first or function.position
            count += 1
    return Successful(first, count) if first is not None else None
