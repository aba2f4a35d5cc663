"""Changes of the code that must not change the findings, or must end them all."""

from __future__ import annotations

import ast
import re
import sys
import tokenize
from collections.abc import Callable, Iterable
from functools import cache
from io import StringIO
from pathlib import Path, PurePosixPath

import pytest

from harness import (
    Fixture,
    Found,
    comments,
    explain,
    fixtures,
    flake8_findings,
    lint_fixture,
    places,
)

Edit = tuple[int, int, int, str]
"""Line, first and last column (in bytes of the line), new text."""


def edited(text: str, edits: Iterable[Edit]) -> str:
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    for line, first, last, new in sorted(edits, reverse=True):
        lines[line - 1] = lines[line - 1][:first] + new.encode() + lines[line - 1][last:]
    return b"".join(lines).decode()


def transformed(fixture: Fixture, change: Callable[[str], str]) -> Fixture:
    return fixture.changed({path: change(text) for path, text in fixture.modules.items()})


# (a) Code of another framework


def other_framework(text: str) -> str:
    return text.replace("fastapi", "otherapi").replace("starlette", "otherlette")


def test_other_framework_is_silent(fixture: Fixture, tmp_path: Path) -> None:
    changed = transformed(fixture, other_framework)
    folders = {path: other_framework(path) for path in changed.files}
    moved = Fixture(fixture.name, {folders[path]: text for path, text in changed.files.items()}, fixture.options)
    assert places(lint_fixture(moved, tmp_path)) == {}


# (b) Synchronous code


def synchronous(text: str) -> str:
    """Without the words `async` and `await`; lines stay where they are."""
    edits: list[Edit] = []
    lines = text.splitlines()
    for token in tokenize.generate_tokens(StringIO(text).readline):
        if token.type in {tokenize.NAME, tokenize.OP} and token.string in {"async", "await"}:
            line, first = token.start
            last = token.end[1]
            while lines[line - 1][last : last + 1] == " ":
                last += 1
            before, after = lines[line - 1][:first].encode(), lines[line - 1][:last].encode()
            edits.append((line, len(before), len(after), ""))
    return edited(text, edits)


def test_synchronous_code_is_silent(fixture: Fixture, tmp_path: Path) -> None:
    changed = transformed(fixture, synchronous)
    try:
        for text in changed.modules.values():
            compile(text, "fixture", "exec", dont_inherit=True, flags=ast.PyCF_ONLY_AST)
    except SyntaxError:
        pytest.skip("does not parse without async")
    allowed = places(mark for mark in fixture.marks if mark.also_sync)
    # What a library gives without `await` is still a coroutine that nobody awaits.
    found = places(
        each for each in lint_fixture(changed, tmp_path) if each.code == "FAP002" and each.name != "unawaited-coroutine"
    )
    assert not found - allowed, "\n".join(explain(changed, allowed, found))


# (c) Renamed imports


def renamed_imports(fixture: Fixture) -> Fixture:
    """Every imported name gets an alias, where no other file and no other binding depends on it."""
    return fixture.changed(
        {path: _aliased(text, _names_others_need(fixture, path)) for path, text in fixture.modules.items()}
    )


def _names_others_need(fixture: Fixture, path: str) -> set[str]:
    """Names that other files import from this one, or read as its attributes; `*` for all."""
    needed = set()
    pure = PurePosixPath(path)
    own = pure.parent.name if pure.name == "__init__.py" else pure.stem
    for other, text in fixture.modules.items():
        if other == path:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom):
                origin = (node.module or "").rpartition(".")[2]
                if origin == own or (node.level and not node.module):
                    needed |= {alias.name for alias in node.names}
            elif isinstance(node, ast.Attribute):
                needed.add(node.attr)
    return needed


def _aliased(text: str, needed: set[str]) -> str:
    if "*" in needed:
        return text
    tree = ast.parse(text)
    bindings = _bindings(tree)
    strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    words = {word for value in strings for word in re.findall(r"\w+", value)}
    aliases: dict[str, str] = {}
    edits: list[Edit] = []
    for node in ast.walk(tree):
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            continue
        for alias in node.names:
            old = alias.asname or alias.name
            if "." in old or old == "*" or old in needed | words or bindings.count(old) != 1:
                continue
            aliases[old] = f"{old}_alias"
            last = alias.end_col_offset
            assert last is not None
            edits.append((alias.lineno, alias.col_offset, last, f"{alias.name} as {old}_alias"))
    edits += [
        (node.lineno, node.col_offset, node.end_col_offset or 0, aliases[node.id])
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id in aliases
    ]
    return edited(text, edits)


def _bindings(tree: ast.Module) -> list[str]:
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names += [alias.asname or alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.append(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.append(node.name)
        elif isinstance(node, ast.arg):
            names.append(node.arg)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            names += [name for name in node.names for _ in range(2)]
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.append(node.name)
    return names


def test_renamed_imports_change_nothing(fixture: Fixture, tmp_path: Path) -> None:
    changed = renamed_imports(fixture)
    wanted = places(lint_fixture(fixture, tmp_path / "before"))
    found = places(lint_fixture(changed, tmp_path / "after"))
    assert found == wanted, "\n".join(explain(changed, wanted, found))


# (d) Routers and apps that live in another module


def moved_router(fixture: Fixture) -> Fixture | None:
    """`router = APIRouter(...)` becomes `from moved_router import router`; None where there is none."""
    if len(fixture.modules) != 1:
        return None
    [(path, text)] = fixture.modules.items()
    tree = ast.parse(text)
    moved: list[str] = []
    edits: list[Edit] = []
    for node in tree.body:
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Name(id="APIRouter" | "FastAPI"), args=[], keywords=keywords) as call,
            ) if all(isinstance(keyword.value, ast.Constant) for keyword in keywords):
                if node.end_lineno == node.lineno:
                    moved.append(f"{name} = {ast.unparse(call)}")
                    edits.append((node.lineno, 0, node.end_col_offset or 0, f"from moved_router import {name}"))
    if not moved:
        return None
    source = "\n".join(["from fastapi import APIRouter, FastAPI", "", *moved, ""])
    return fixture.changed({path: edited(text, edits), "moved_router.py": source})


def test_moved_router_changes_nothing(fixture: Fixture, tmp_path: Path) -> None:
    changed = moved_router(fixture)
    if changed is None:
        pytest.skip("no router of its own to move")
    wanted = places(lint_fixture(fixture, tmp_path / "before"))
    found = places(lint_fixture(changed, tmp_path / "after"))
    assert found == wanted, "\n".join(explain(changed, wanted, found))


# (e) Order, processes, standard input


def test_order_changes_nothing(fixture: Fixture, tmp_path: Path) -> None:
    if len(fixture.modules) == 1:
        pytest.skip("one file")
    forwards = lint_fixture(fixture, tmp_path)
    assert lint_fixture(fixture, tmp_path, reversed(list(fixture.modules))) == forwards


def test_a_file_alone_gives_the_same(fixture: Fixture, tmp_path: Path) -> None:
    """Findings of a file do not depend on the other files that were linted before it."""
    together = lint_fixture(fixture, tmp_path)
    alone = [each for path in fixture.modules for each in lint_fixture(fixture, tmp_path, [path])]
    assert sorted(alone) == together


_GROUP = 60
"""How many fixtures one run of the command lints: few enough for the runs to share the processors."""


@cache
def groups() -> dict[str, list[Fixture]]:
    """The fixtures that have the same options, in groups with a name."""
    alike: dict[tuple[str, ...], list[Fixture]] = {}
    for fixture in fixtures():
        alike.setdefault(fixture.options, []).append(fixture)
    return {
        f"{' '.join(options) or 'plain'} {first // _GROUP + 1}": found[first : first + _GROUP]
        for options, found in sorted(alike.items())
        for first in range(0, len(found), _GROUP)
    }


each_group = pytest.mark.parametrize("group", groups())


def in_process(group: str, folder: Path) -> list[Found]:
    return sorted(
        Found(f"{fixture.name}/{each.file}", each.line, each.column, each.code, each.name, each.text)
        for fixture in groups()[group]
        for each in lint_fixture(fixture, folder / fixture.name)
    )


@each_group
def test_command_gives_the_same(group: str, tmp_path: Path) -> None:
    for fixture in groups()[group]:
        fixture.write(tmp_path / fixture.name)
    options = groups()[group][0].options
    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.py"))
    wanted = in_process(group, tmp_path)
    is_large = len(groups()[group]) > _GROUP // 3
    if is_large or sys.platform == "win32":
        # In-process the files come in order: this is about the order, too. Most options have one fixture, and are
        # about whether the command hands them on.
        assert flake8_findings([*options, "-j1", *reversed(files)], tmp_path) == wanted
    if sys.platform != "win32":
        assert flake8_findings([*options, "-j4", "."], tmp_path) == wanted


PROJECTS = [fixture for fixture in fixtures() if len(fixture.modules) > 1][:4]


@pytest.mark.parametrize("case", PROJECTS, ids=lambda case: str(case.name))
def test_stdin_gives_the_same(case: Fixture, tmp_path: Path) -> None:
    case.write(tmp_path)
    found = lint_fixture(case, tmp_path)
    for path in list(dict.fromkeys(each.file for each in found))[:3]:
        wanted = [each for each in found if each.file == path]
        options = [*case.options, "--stdin-display-name", path, "-"]
        assert flake8_findings(options, tmp_path, case.files[path]) == wanted
        absolute = [*case.options, "--stdin-display-name", str(tmp_path / path), "-"]
        assert flake8_findings(absolute, tmp_path, case.files[path]) == wanted


# (f) noqa


def silenced(text: str) -> str:
    """Each comment that marks a finding becomes `# noqa`."""
    edits: list[Edit] = []
    lines = text.splitlines()
    for line, comment in comments(text):
        codes = sorted(set(re.findall(r"\b(FAP\d{3}) [a-z]", comment)))
        if codes:
            first = lines[line - 1].rindex(comment)
            before = lines[line - 1][:first].encode()
            edits.append((line, len(before), len(lines[line - 1].encode()), f"# noqa: {','.join(codes)}"))
    return edited(text, edits)


@each_group
def test_noqa_silences(group: str, tmp_path: Path) -> None:
    for fixture in groups()[group]:
        transformed(fixture, silenced).write(tmp_path / fixture.name)
    assert flake8_findings([*groups()[group][0].options, "."], tmp_path) == []
