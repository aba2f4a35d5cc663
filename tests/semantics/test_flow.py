"""How blocks of statements end, and what may run before what."""

from __future__ import annotations

import ast
import sys
import textwrap
from pathlib import Path

import pytest

from flake8_fastapi.semantics import flow
from flake8_fastapi.semantics.code import Code, Source
from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.project import Project


def leaves(call: ast.Call) -> bool:
    return ast.unparse(call.func) == "fail"


def block(text: str) -> list[ast.stmt]:
    function = ast.parse(f"async def f():\n{textwrap.indent(textwrap.dedent(text), '    ')}").body[0]
    assert isinstance(function, ast.AsyncFunctionDef)
    return function.body


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("x = 1", "next"),
        ("return", "return"),
        ("raise", "raise"),
        ("fail()", "raise"),
        ("await fail()", "raise"),
        ("x = fail()", "raise"),
        ("if a:\n    raise", "next raise"),
        ("if a:\n    raise\nelse:\n    return", "raise return"),
        ("if a:\n    raise\nreturn", "raise return"),
        ("with a:\n    raise", "raise"),
        ("for a in b:\n    return", "next return"),
        ("for a in b:\n    break", "next"),
        ("while True:\n    a()", ""),
        ("while True:\n    break", "next"),
        ("while a:\n    return", "next return"),
        ("try:\n    a()\nexcept E:\n    raise", "next raise"),
        ("try:\n    return\nexcept E:\n    raise", "return"),
        ("try:\n    return a()\nexcept E:\n    raise", "return raise"),
        ("try:\n    a()\nexcept E:\n    raise\nelse:\n    return", "return raise"),
        ("try:\n    a()\nfinally:\n    raise", "raise"),
        ("try:\n    return\nfinally:\n    a()", "return"),
        ("match a:\n    case 1:\n        raise", "next raise"),
        ("match a:\n    case 1:\n        raise\n    case _:\n        return", "raise return"),
        ("match a:\n    case 1:\n        raise\n    case _ if b:\n        return", "next raise return"),
        ("def g():\n    raise", "next"),
    ],
)
def test_outcomes(text: str, ends: str) -> None:
    assert flow.outcomes(block(text), leaves) == frozenset(ends.split())


@pytest.mark.skipif(sys.version_info < (3, 11), reason="`except*` is new in Python 3.11")
def test_outcomes_of_exception_groups() -> None:
    assert flow.outcomes(block("try:\n    return a()\nexcept* E:\n    raise"), leaves) == {"return", "raise"}


def code_of(folder: Path, text: str) -> Code:
    path = folder / "main.py"
    source = f"def f(a, b):\n{textwrap.indent(textwrap.dedent(text), '    ')}\n"
    path.write_text(source, encoding="utf-8")
    found = Source(ast.parse(source), str(path), Project(Files(str(folder))).evaluator, False).code("f")
    assert found is not None
    return found


def call_of(code: Code, name: str) -> ast.Call:
    return next(call for call in code.calls() if ast.unparse(call.func) == name)


@pytest.mark.parametrize(
    ("text", "precedes"),
    [
        ("x()\ny()", True),
        ("y()\nx()", False),
        ("if a:\n    x()\ny()", True),
        ("if a:\n    x()\n    return\ny()", False),
        ("if a:\n    x()\nelse:\n    y()", False),
        ("if a:\n    if b:\n        x()\n        raise\n    return\ny()", False),
        ("if a:\n    if b:\n        x()\n    return\ny()", False),
        ("with a:\n    x()\ny()", True),
        ("try:\n    x()\nexcept E:\n    y()", True),
        ("try:\n    y()\nexcept E:\n    x()", False),
        ("try:\n    x()\nfinally:\n    y()", True),
        ("try:\n    a()\nexcept E:\n    x()\nexcept F:\n    y()", False),
        ("try:\n    a()\nexcept E:\n    x()\ny()", True),
        ("match a:\n    case 1:\n        x()\n    case 2:\n        y()", False),
        ("match a:\n    case 1:\n        x()\ny()", True),
    ],
)
def test_may_precede(tmp_path: Path, text: str, precedes: bool) -> None:
    code = code_of(tmp_path, text)
    assert flow.may_precede(code, call_of(code, "x"), call_of(code, "y"), leaves) is precedes


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("yield", True),
        ("x = yield a", True),
        ("if a:\n    yield", False),
        ("if a:\n    yield\nelse:\n    yield", True),
        ("if a:\n    yield\nelse:\n    return", True),
        ("if a:\n    yield\n    return\nelse:\n    b()", False),
        ("with a:\n    yield", True),
        ("try:\n    yield\nfinally:\n    a()", True),
        ("try:\n    yield\nexcept E:\n    raise", True),
        ("try:\n    yield\nexcept E:\n    pass", False),
        ("try:\n    a()\nfinally:\n    yield", True),
        ("for a in b:\n    yield", False),
        ("x = lambda: (yield)", False),
        ("def g():\n    yield", False),
    ],
)
def test_certainly(text: str, certain: bool) -> None:
    assert flow.certainly(block(text), lambda node: isinstance(node, ast.Yield)) is certain
