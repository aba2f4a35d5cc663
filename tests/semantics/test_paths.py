"""Paths of functions: small functions with known answers, and generated ones compared with what running them does."""

from __future__ import annotations

import ast
import asyncio
import random
import sys
import textwrap
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from typing import Any

import pytest

from flake8_fastapi.semantics.paths import EVERY, NORMAL, Paths
from flake8_fastapi.semantics.steps import Step
from flake8_fastapi.semantics.thrown import Names


def paths_of(text: str) -> Paths:
    function = ast.parse(f"async def f():\n{textwrap.indent(textwrap.dedent(text), '    ')}").body[0]
    assert isinstance(function, ast.AsyncFunctionDef)
    return Paths(function, function.body, Names())


def calls(name: str) -> Callable[[Step], bool]:
    def test(step: Step) -> bool:
        return step.kind == "run" and isinstance(step.node, ast.Call) and ast.unparse(step.node.func) == name

    return test


def call_of(paths: Paths, name: str) -> ast.AST:
    assert paths.graph is not None
    return next(step.node for step in paths.graph.steps if calls(name)(step))


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("x = 1", "end"),
        ("return", "return"),
        ("raise", "raise"),
        ("sys.exit()", "raise"),
        ("x = sys.exit()", "raise"),
        ("logger.exit()", "end"),
        ("if a:\n    raise", "end raise"),
        ("if a:\n    raise\nelse:\n    return", "raise return"),
        ("if True:\n    return", "return"),
        ("assert a", "end raise"),
        ("assert False", "raise"),
        ("with a:\n    raise", "raise"),
        ("with suppress(ValueError):\n    raise ValueError", "end"),
        ("with suppress(E):\n    return a()", "end return"),
        ("with suppress(KeyError):\n    raise ValueError", "raise"),
        ("with suppress(KeyError):\n    raise Unknown", "end raise"),
        ("for a in b:\n    return", "end return"),
        ("for a in b:\n    break\nelse:\n    return", "end return"),
        ("while True:\n    a()", ""),
        ("while True:\n    break", "end"),
        ("while True:\n    if a:\n        continue\n    return", "return"),
        ("try:\n    a()\nexcept E:\n    raise", "end raise"),
        ("try:\n    a()\nexcept E:\n    return", "end return"),
        ("try:\n    x = 1\nexcept E:\n    return", "end"),
        ("try:\n    a()\nfinally:\n    b()", "end"),
        ("try:\n    a()\nexcept E:\n    raise\nelse:\n    return", "return raise"),
        ("try:\n    raise E\nexcept E:\n    pass", "end"),
        ("try:\n    raise E\nexcept:\n    pass", "end"),
        ("try:\n    raise E\nexcept Exception:\n    pass", "end"),
        ("try:\n    raise E\nexcept (ValueError, E):\n    pass", "end"),
        ("try:\n    raise E\nexcept ValueError:\n    pass", "raise end"),
        ("try:\n    raise KeyError\nexcept ValueError:\n    return\nexcept LookupError:\n    pass", "end"),
        ("try:\n    raise SystemExit\nexcept Exception:\n    pass", "raise"),
        ("try:\n    raise asyncio.CancelledError\nexcept Exception:\n    pass", "raise"),
        ("try:\n    raise E\nexcept E as e:\n    raise e", "raise"),
        ("try:\n    try:\n        raise E\n    except E:\n        raise\nexcept E:\n    return", "return"),
        (
            "try:\n    try:\n        raise E\n    except E as e:\n        raise F from e\nexcept F:\n    return",
            "return",
        ),
        ("try:\n    raise\nfinally:\n    return", "return"),
        ("try:\n    return\nfinally:\n    raise E", "raise"),
        ("try:\n    return\nfinally:\n    a()", "return"),
        ("for a in b:\n    try:\n        return\n    finally:\n        continue", "end"),
        ("match a:\n    case 1:\n        raise", "end raise"),
        ("match a:\n    case 1:\n        raise\n    case _:\n        return", "raise return"),
        ("match a:\n    case 1:\n        raise\n    case _ if b:\n        return", "end raise return"),
        ("match a:\n    case 1 | _:\n        raise", "raise"),
        ("def g():\n    raise", "end"),
        ("return (yield)", "return"),
    ],
)
def test_exits(text: str, ends: str) -> None:
    assert paths_of(text).exits() == frozenset(ends.split())


@pytest.mark.skipif(sys.version_info < (3, 11), reason="`except*` is new in Python 3.11")
@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("try:\n    raise E\nexcept* E:\n    raise F", "raise"),
        ("try:\n    raise E\nexcept* Exception:\n    pass", "end"),
        ("try:\n    raise E\nexcept* ValueError:\n    pass\nexcept* KeyError:\n    return", "end return raise"),
    ],
)
def test_exits_of_exception_groups(text: str, ends: str) -> None:
    found = paths_of(text).exits()
    assert found is not None
    assert found <= frozenset(ends.split())


@pytest.mark.parametrize(
    ("text", "normally", "in_any_case"),
    [
        ("x()\ndone()", True, True),
        ("x()\na()\ndone()", True, False),
        ("if a:\n    x()\n    done()", True, True),
        ("x()\nif a:\n    done()", False, False),
        ("x()\nif a:\n    return\ndone()", False, False),
        ("x()\nif a:\n    raise E\ndone()", True, False),
        ("x()\ntry:\n    a()\nfinally:\n    done()", True, True),
        ("x()\na()\ntry:\n    a()\nfinally:\n    done()", True, False),
        ("x()\ntry:\n    yield\nfinally:\n    done()", True, True),
        ("x()\ntry:\n    yield\nexcept Exception:\n    done()\n    raise\ndone()", True, False),
        ("x()\ntry:\n    yield\nexcept BaseException:\n    done()\n    raise\ndone()", True, True),
        ("x()\ntry:\n    await a()\nexcept Exception:\n    done()\n    raise\ndone()", True, False),
        ("x()\ntry:\n    yield\nexcept E:\n    done()\n    raise\nelse:\n    done()", True, False),
        ("x()\nfor a in b:\n    done()", False, False),
        ("x()\nwhile True:\n    if a():\n        done()\n        break", True, False),
        ("for a in b:\n    x()\n    done()", True, True),
        ("x() and done()", False, False),
        ("x() or done()", False, False),
        ("done() if x() else 1", False, False),
        ("done() if x() else done()", True, True),
        ("x() == 1 and a\ndone()", True, True),
        ("x() < y < done()", False, False),
        ("x()\n[done() for a in b]", False, False),
        ("x()\nmatch a:\n    case 1:\n        done()\n    case _:\n        done()", True, True),
        ("x()\nmatch a:\n    case 1:\n        done()", False, False),
        ("x()\nasync with a:\n    pass\ndone()", True, False),
        ("x()\ntry:\n    pass\nfinally:\n    try:\n        a()\n    finally:\n        done()", True, True),
        ("x()\ntry:\n    pass\nfinally:\n    a()\n    done()", True, False),
        ("x()\ntry:\n    a()\nexcept:\n    pass\ndone()", True, True),
        ("x()\nlambda: done()", False, False),
        ("x()\ndef g():\n    done()", False, False),
    ],
)
def test_always(text: str, normally: bool, in_any_case: bool) -> None:
    paths = paths_of(text)
    assert paths.always(calls("done"), after=call_of(paths, "x"), at=NORMAL) is normally
    assert paths.always(calls("done"), after=call_of(paths, "x"), at=EVERY) is in_any_case


def test_always_from_the_start() -> None:
    assert paths_of("a()\ndone()").always(calls("done")) is False
    assert paths_of("try:\n    yield\nfinally:\n    done()").always(calls("done")) is True


def test_only_errors() -> None:
    text = "async def f():\n try:\n  yield await a\n except Exception:\n  done()\n  raise\n done()"
    function = ast.parse(text).body[0]
    assert isinstance(function, ast.AsyncFunctionDef)
    assert Paths(function, function.body, Names()).always(calls("done")) is False
    assert Paths(function, function.body, Names(), only_errors=True).always(calls("done")) is True


@pytest.mark.parametrize(
    ("text", "normally", "failed"),
    [
        ("x()\ny()", True, False),
        ("y()\nx()", False, False),
        ("x()\nz()\ny()", False, False),
        ("x()\nif a:\n    z()\ny()", True, False),
        ("for a in b:\n    y()\n    x()", True, False),
        ("for a in b:\n    y()\n    x()\n    z()", False, False),
        ("if a:\n    x()\nelse:\n    y()", False, False),
        ("if a:\n    x()\n    return\ny()", False, False),
        ("try:\n    x()\nexcept E:\n    y()", False, True),
        ("try:\n    x()\nexcept E:\n    z()\n    y()", False, False),
        ("try:\n    x()\nexcept E:\n    raise\ny()", True, False),
        ("try:\n    x()\nexcept E:\n    log()\ny()", True, True),
        ("for a in b:\n    try:\n        y()\n        x()\n    except E:\n        log()", True, True),
        ("for a in b:\n    try:\n        y()\n        x()\n    except E:\n        break", True, False),
        ("try:\n    x()\nfinally:\n    y()", True, True),
        ("with suppress(E):\n    x()\ny()", True, True),
    ],
)
def test_followed(text: str, normally: bool, failed: bool) -> None:
    paths = paths_of(text)
    assert bool(paths.followed(calls("x"), calls("y"), calls("z"))) is normally
    assert bool(paths.followed(calls("x"), calls("y"), calls("z"), failed=True)) is failed


def test_giant_functions_are_unknown() -> None:
    paths = paths_of("a()\n" * 9_000)
    assert paths.exits() is None
    assert paths.always(calls("a")) is None
    assert paths.followed(calls("a"), calls("a"), calls("b")) is None


def test_many_states_are_unknown() -> None:
    paths = paths_of("a()\n" * 20)
    assert paths.flow((0,), lambda state, step: (2 * state, 2 * state + 1)) is None


@pytest.mark.parametrize("text", ["x = " + "a + " * 2_000 + "a", "a" + ".b()" * 1_000], ids=["operators", "chain"])
def test_deep_expressions(text: str) -> None:
    assert paths_of(text).exits() == frozenset({"end"})


def test_nested_finally_stays_small() -> None:
    text = "a()"
    for _ in range(8):
        text = f"try:\n{textwrap.indent(text, ' ')}\nfinally:\n a()\n"
    paths = paths_of(text)
    assert paths.graph is not None
    assert len(paths.graph.steps) < 400


# -- generated functions, and what they really do

ERRORS: tuple[type[Exception], ...] = (ValueError, KeyError, IndexError, RuntimeError)
Trace = tuple[str, ...]
Run = tuple[str, Trace]


class Writer:
    """Writes a random function. Each event has a name of its own."""

    def __init__(self, seed: int, *, loops: bool, yields: bool, awaits: bool) -> None:
        self.random = random.Random(seed)
        self.loops = loops
        self.yields = yields
        self.awaits = awaits
        self.count = 0

    def function(self) -> str:
        body = self.block(3, False)
        if self.yields:
            body += "\nyield"
        return f"{'async ' if self.awaits else ''}def f():\n{textwrap.indent(body, '    ')}\n"

    def name(self) -> str:
        self.count += 1
        return f"e{self.count}"

    def block(self, depth: int, in_loop: bool) -> str:
        size = self.random.choice((1, 1, 2, 2, 3))
        return "\n".join(self.statement(depth, in_loop) for _ in range(size))

    def inner(self, depth: int, in_loop: bool) -> str:
        return textwrap.indent(self.block(depth - 1, in_loop), "    ")

    def statement(self, depth: int, in_loop: bool) -> str:
        simple = [self.mark, self.mark, self.risk, self.jump, self.expression]
        if in_loop:
            simple.append(self.loop_jump)
        if self.yields:
            simple.append(lambda: "yield")
        if depth == 0 or self.count > 9:
            return self.random.choice(simple)()
        nested: list[Callable[[int, bool], str]] = [self.branch, self.tried, self.tried, self.with_, self.match]
        if self.loops:
            nested += [self.loop, self.loop]
        pick = self.random.randrange(len(simple) + len(nested))
        if pick < len(simple):
            return simple[pick]()
        return nested[pick - len(simple)](depth, in_loop)

    def mark(self) -> str:
        return f'mark("{self.name()}")'

    def risk(self) -> str:
        return f'await arisk("{self.name()}")' if self.awaits else f'risk("{self.name()}")'

    def jump(self) -> str:
        return self.random.choice(("raise ValueError", "raise KeyError()", "return 1", "assert flag()", self.mark()))

    def loop_jump(self) -> str:
        return self.random.choice(("break", "continue"))

    def expression(self) -> str:
        one, two = self.name(), self.name()
        return self.random.choice(
            (
                f'flag() and mark("{one}")',
                f'flag() or mark("{one}")',
                f'mark("{one}") if flag() and not flag() else mark("{two}")',
                f'x = (flag() or flag()) and mark("{one}")',
                f'mark("{one}") if not (flag() or flag()) else 1',
            )
        )

    def condition(self) -> str:
        return self.random.choice(("flag()", "flag()", "not flag()", "flag() and flag()", "flag() or not flag()"))

    def branch(self, depth: int, in_loop: bool) -> str:
        text = f"if {self.condition()}:\n{self.inner(depth, in_loop)}"
        return text + (f"\nelse:\n{self.inner(depth, in_loop)}" if self.random.random() < 0.5 else "")

    def tried(self, depth: int, in_loop: bool) -> str:
        text = f"try:\n{self.inner(depth, in_loop)}"
        caught = ["ValueError", "LookupError", "KeyError", "Exception", "BaseException", "", "RuntimeError"]
        handlers = sorted(self.random.sample(range(7), self.random.choice((0, 1, 1, 2))))
        for handler in sorted(handlers, key=lambda place: place == 5):
            head = f"except {caught[handler]}:" if caught[handler] else "except:"
            body = self.inner(depth, in_loop)
            text += f"\n{head}\n{body}" + ("\n    raise" if self.random.random() < 0.4 else "")
        if handlers and self.random.random() < 0.3:
            text += f"\nelse:\n{self.inner(depth, in_loop)}"
        if not handlers or self.random.random() < 0.4:
            text += f"\nfinally:\n{self.inner(depth, in_loop and self.loops)}"
        return text

    def with_(self, depth: int, in_loop: bool) -> str:
        manager = self.random.choice((f'cm("{self.name()}")', "suppress(KeyError)", "suppress(Exception)"))
        return f"with {manager}:\n{self.inner(depth, in_loop)}"

    def match(self, depth: int, in_loop: bool) -> str:
        text = f"match flag():\n    case True:\n{textwrap.indent(self.inner(depth, in_loop), '    ')}"
        guard = " if flag()" if self.random.random() < 0.3 else ""
        return text + f"\n    case _{guard}:\n{textwrap.indent(self.inner(depth, in_loop), '    ')}"

    def loop(self, depth: int, in_loop: bool) -> str:
        head = self.random.choice(("for x in items():", "while flag():", "for x in [y for y in items() if flag()]:"))
        text = f"{head}\n{self.inner(depth, True)}"
        return text + (f"\nelse:\n{self.inner(depth, in_loop)}" if self.random.random() < 0.3 else "")


class Enough(BaseException):
    """A run has made too many choices."""


class Oracle:
    """Makes the choices of one run: those it is given first, then the first one each time."""

    def __init__(self, given: list[int]) -> None:
        self.given = given
        self.made: list[tuple[int, int]] = []
        self.trace: list[str] = []
        self.is_over = False

    def choose(self, many: int) -> int:
        if len(self.made) > 24:
            self.is_over = True
            raise Enough
        place = len(self.made)
        chosen = self.given[place] if place < len(self.given) else 0
        self.made.append((chosen, many))
        return chosen

    def mark(self, name: str) -> bool:
        self.trace.append(name)
        return True

    def risk(self, name: str) -> None:
        self.trace.append(name)
        chosen = self.choose(len(ERRORS) + 1)
        if chosen:
            raise ERRORS[chosen - 1]

    async def arisk(self, name: str) -> None:
        self.trace.append(name)
        chosen = self.choose(len(ERRORS) + 2)
        if chosen:
            raise (*ERRORS, asyncio.CancelledError)[chosen - 1]

    def flag(self) -> bool:
        return bool(self.choose(2))

    def items(self) -> Iterator[int]:
        while self.choose(2):
            yield 1

    def cm(self, name: str) -> Manager:
        return Manager(self, name)

    def run(self, function: Any) -> str:
        """How the function ends; in what way, the caller of a generator chooses as well."""
        try:
            result = function()
            if hasattr(result, "send"):
                result = self.drive(result)
        except GeneratorExit:
            return "closed"
        except asyncio.CancelledError:
            return "cancelled"
        except Exception:
            return "raise"
        return "return" if result == 1 else "end"

    def drive(self, running: Generator[None, None, Any]) -> Any:
        try:
            running.send(None)
            while True:
                chosen = self.choose(len(ERRORS) + 2)
                if chosen == 0:
                    running.send(None)
                else:
                    running.throw((*ERRORS, GeneratorExit)[chosen - 1])
        except StopIteration as stop:
            return stop.value


class Manager:
    """A context manager that marks when it is entered and left."""

    def __init__(self, oracle: Oracle, name: str) -> None:
        self.oracle = oracle
        self.name = name

    def __enter__(self) -> None:
        self.oracle.mark(f"{self.name}+")

    def __exit__(self, *args: object) -> None:
        self.oracle.mark(f"{self.name}-")


def observed(text: str, most: int) -> tuple[set[Run], bool]:
    """What the function does under every combination of choices, and whether those were all."""
    code = compile(text, "<generated>", "exec")
    found: set[Run] = set()
    given: list[int] = []
    is_complete = True
    for _ in range(most):
        oracle = Oracle(given)
        names = {name: getattr(oracle, name) for name in ("mark", "risk", "arisk", "flag", "items", "cm")}
        space: dict[str, Any] = {**names, "suppress": suppress}
        exec(code, space)
        with suppress(Enough):
            run = (oracle.run(space["f"]), tuple(oracle.trace))
            found |= {run} if not oracle.is_over else set()
        is_complete = is_complete and not oracle.is_over
        made = oracle.made
        while made and made[-1][0] + 1 == made[-1][1]:
            made.pop()
        if not made:
            return found, is_complete
        given = [*(chosen for chosen, _ in made[:-1]), made[-1][0] + 1]
    return found, False


def event(step: Step) -> str:
    node = step.node
    if step.kind in ("enter", "leave") and isinstance(node, ast.withitem):
        call = node.context_expr
        assert isinstance(call, ast.Call)
        return f"{arg(call)}{'+' if step.kind == 'enter' else '-'}" if ast.unparse(call.func) == "cm" else ""
    if step.kind == "run" and isinstance(node, ast.Call) and ast.unparse(node.func) in ("mark", "risk", "arisk"):
        return arg(node)
    return ""


def arg(call: ast.Call) -> str:
    return str(ast.literal_eval(call.args[0]))


def may_fail(step: Step) -> bool:
    node = step.node
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) in ("risk", "arisk")
    return step.kind == "run" and isinstance(node, (ast.Raise, ast.Assert, ast.Yield))


def predicted(text: str, shown: Callable[[Trace], Trace]) -> set[Run] | None:
    """What the analysis says that the function does; `shown` keeps what is of interest in a trace."""
    function = ast.parse(text).body[0]
    assert isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))

    def move(state: Trace, step: Step) -> tuple[Trace]:
        return (shown((*state, event(step))),) if event(step) else (state,)

    def fail(state: Trace, step: Step) -> tuple[Trace, ...]:
        return move(state, step) if may_fail(step) else ()

    start: Trace = ()
    flow = Paths(function, function.body, Names()).flow((start,), move, fail)
    return {(name, state) for name in EVERY for state in flow.at(name)} if flow is not None else None


SHAPES = [(False, False), (True, False), (False, True)]
# A generator that is not driven to its end is closed when it is collected.
unfinished = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@unfinished
@pytest.mark.parametrize(("yields", "awaits"), SHAPES, ids=["function", "generator", "coroutine"])
def test_functions_without_loops_do_what_is_predicted(yields: bool, awaits: bool) -> None:
    compared = 0
    for seed in range(200):
        text = Writer(seed, loops=False, yields=yields, awaits=awaits).function()
        found, is_complete = observed(text, 3_000)
        expected = predicted(text, lambda trace: trace)
        assert expected is not None, text
        assert found <= expected, f"{text}\nonly observed: {found - expected}"
        if is_complete:
            compared += 1
            assert expected <= found, f"{text}\nonly predicted: {expected - found}"
    assert compared > 120


@unfinished
@pytest.mark.parametrize(("yields", "awaits"), SHAPES, ids=["function", "generator", "coroutine"])
def test_functions_with_loops_do_nothing_else(yields: bool, awaits: bool) -> None:
    for seed in range(150):
        text = Writer(seed, loops=True, yields=yields, awaits=awaits).function()
        found, _ = observed(text, 400)
        for shown in (lambda trace: trace[-2:], lambda trace: tuple(sorted(set(trace)))):
            expected = predicted(text, shown)
            if expected is not None:
                seen = {(name, shown(trace)) for name, trace in found}
                assert seen <= expected, f"{text}\nonly observed: {seen - expected}"
