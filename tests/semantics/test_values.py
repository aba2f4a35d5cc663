"""Evaluation and scopes: what a variable is at the end of a function, as the name of its type."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.things import ClassThing, Frame, Instance, Library, LiteralThing, Thing


def described(thing: Thing | None) -> object:
    if isinstance(thing, Instance):
        return thing.type.name if isinstance(thing.type, Library) else thing.type.qualname
    if isinstance(thing, LiteralThing):
        return thing.value
    if isinstance(thing, (Library,)):
        return f"the name {thing.name}"
    return thing.qualname if isinstance(thing, ClassThing) else None


def returned(folder: Path, source: str) -> object:
    """What `f` in this source certainly returns; None if that is unknown."""
    path = folder / "main.py"
    path.write_text(source, encoding="utf-8")
    project = Project(Files(str(folder)))
    facts = project.facts(str(path))
    assert facts is not None
    (value,) = facts.functions["f"].returned
    return described(project.evaluator.certain(value, Frame(str(path), "f")))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x = httpx.Client()\n    return x", "httpx.Client"),
        ("x = 1\n    x = httpx.Client()\n    return x", "httpx.Client"),
        ("x = httpx.Client()\n    if a:\n        x = 1\n    return x", None),
        (
            "if a:\n        x = httpx.Client()\n    else:\n        x = httpx.Client(timeout=1)\n    return x",
            "httpx.Client",
        ),
        (
            "if a:\n        x = 1\n        return_ = x\n    else:\n        x = httpx.Client()\n        return x",
            "httpx.Client",
        ),
        ("x = None\n    x = x or httpx.Client()\n    return x", "httpx.Client"),
        ("with httpx.Client() as x:\n        return x", "httpx.Client"),
        ("for x in [httpx.Client()]:\n        return x", "httpx.Client"),
        ("(x, y) = httpx.Client(), 1\n    return x", "httpx.Client"),
        ("if (x := httpx.Client()) is not None:\n        return x", "httpx.Client"),
        ("x = httpx.Client()\n    while a:\n        x = wrap(x)\n    return x", None),
        ("x = httpx.Client()\n    def g():\n        nonlocal x\n        x = 1\n    return [x][0]", "httpx.Client"),
        ("return {'a': httpx.Client()}['a']", "httpx.Client"),
        ("return [httpx.Client() for _ in a][0]", "httpx.Client"),
        ("return (lambda: httpx.Client())()", "httpx.Client"),
        ("return '/a' + f'/{1}'", "/a/1"),
        ("return '/%s' % 'a'", "/a"),
        ("return unknown()", None),
    ],
)
def test_variables(tmp_path: Path, body: str, expected: object) -> None:
    assert returned(tmp_path, f"import httpx\n\ndef f(a):\n    {body}\n") == expected


@pytest.mark.parametrize(
    ("header", "expression", "expected"),
    [
        ("from httpx import Client as C", "C()", "httpx.Client"),
        ("try:\n    import httpx as h\nexcept ImportError:\n    h = None", "h.Client()", "httpx.Client"),
        ("from requests.sessions import Session", "Session()", "requests.Session"),
        ("def g() -> 'H': ...\nclass H: ...", "g()", "H"),
        ("class H:\n    def make(self):\n        return H()", "H().make()", "H"),
        ("class H:\n    @property\n    def me(self):\n        return self", "H().me", "H"),
        ("class A:\n    def g(self):\n        return self\nclass B(A): ...", "B().g()", "B"),
        ("class A:\n    def __init__(self, x):\n        self.x = x", "A(A(1)).x", "A"),
        ("def g(n):\n    return g(n - 1) if n else g(0)", "g(3)", None),
        ("class A(A): ...", "A().x", None),
        ("class A(B): ...\nclass B(A): ...", "A().x", None),
    ],
)
def test_names_and_classes(tmp_path: Path, header: str, expression: str, expected: object) -> None:
    assert returned(tmp_path, f"{header}\n\ndef f():\n    return {expression}\n") == expected


def test_answers_do_not_depend_on_the_order_of_questions(tmp_path: Path) -> None:
    """Two functions that call each other: asked in either order, both are what the annotated one says."""
    source = "import httpx\ndef a(n):\n    return b(n) if n else httpx.Client()\ndef b(n):\n    return a(n - 1)\n"
    for first, second in (("a", "b"), ("b", "a")):
        calls = f"def f():\n    {first}(1)\n    return {second}(1)\n"
        assert returned(tmp_path, source + calls) == "httpx.Client"
