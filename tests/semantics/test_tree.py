"""Our rebuild of a tree: equal to astroid's own, and flake8's tree stays as it was."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from astroid import nodes
from astroid.builder import AstroidBuilder
from astroid.manager import AstroidManager

from flake8_fastapi.semantics import rebuild, tree
from harness import REPOSITORY

SOURCES = sorted(
    path
    for folder in ("flake8_fastapi", "tests/fixtures", "tests/oracle/apps", "examples")
    for path in (REPOSITORY / folder).rglob("*.py")
    # One of the oracle's applications is written for newer Pythons.
    if tree.read(path.read_bytes(), str(path)) is not None
)
each_source = pytest.mark.parametrize("path", SOURCES[::4], ids=lambda path: str(path.relative_to(REPOSITORY)))


@each_source
def test_equals_astroids_own_build(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    own = AstroidBuilder(AstroidManager(), apply_transforms=False).string_build(source, "module", str(path))
    own.package = path.name == "__init__.py"
    ours = rebuild.build(ast.parse(source), "module", str(path), own.package)
    assert definitions(ours) == definitions(own)
    assert ours.repr_tree() == own.repr_tree()


def definitions(module: nodes.Module) -> list[tuple[str, int, int]]:
    """Where each `def` and `class` begins. Where the words end, which only astroid looks up, is taken away."""
    found = []
    for node in module.nodes_of_class((nodes.FunctionDef, nodes.ClassDef)):
        found.append((node.name, node.position.lineno, node.position.col_offset))
        node.position = None
    return found


@each_source
def test_leaves_flake8s_tree_whole(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    given = ast.parse(source)
    rebuild.build(given, "module", str(path), False)
    assert ast.dump(given) == ast.dump(ast.parse(source))


def test_positions_are_those_of_def_and_class() -> None:
    module = rebuild.build(ast.parse("@one\n@two\nasync def f(): ...\n\n@one\nclass C: ..."), "module", "m.py", False)
    assert [(node.name, node.position.lineno, node.position.col_offset) for node in module.body] == [
        ("f", 3, 0),
        ("C", 6, 0),
    ]


@pytest.mark.parametrize("text", ["f(", "x\0", "a b", "1 +\n"])
def test_what_does_not_parse_is_none(text: str) -> None:
    assert tree.read(text, "m.py") is None
    assert tree.read_expression(text) is None
