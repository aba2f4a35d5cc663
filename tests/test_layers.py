"""The layers of the package: imports point downwards, trees are built in one place, nothing is executed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from harness import REPOSITORY

PACKAGE = REPOSITORY / "flake8_fastapi"
LAYERS = ("knowledge", "semantics", "visitor", "rules", "checker")
LEAVES = ("settings", "containment")
"""Modules that every layer may use, and that use nothing but tables."""
LONGEST = 600

MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)
each_module = pytest.mark.parametrize("module", MODULES, ids=str)


@cache
def tree_of(module: Path) -> ast.Module:
    return ast.parse((PACKAGE / module).read_text(encoding="utf-8"))


def dotted(module: Path) -> tuple[str, ...]:
    parts = module.with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def internal_imports(module: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line and target of each import of our own package, relative to it."""
    package = dotted(module) if module.name == "__init__.py" else dotted(module)[:-1]
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                parts = tuple(alias.name.split("."))
                if parts[0] == PACKAGE.name:
                    yield node.lineno, parts[1:]
        elif isinstance(node, ast.ImportFrom):
            origin = tuple(node.module.split(".")) if node.module else ()
            if node.level:
                origin = (*package[: len(package) - node.level + 1], *origin)
            elif origin[:1] == (PACKAGE.name,):
                origin = origin[1:]
            else:
                continue
            for alias in node.names:
                yield node.lineno, _known((*origin, alias.name))


def _known(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The module that an imported name is, or that it comes from."""
    return parts if Path(*parts).with_suffix(".py") in MODULES or (PACKAGE / Path(*parts)).is_dir() else parts[:-1]


def layer(parts: tuple[str, ...]) -> str:
    return parts[0] if parts else "__init__"


def calls(module: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


@each_module
def test_imports_point_downwards(module: Path) -> None:
    own = layer(dotted(module))
    for line, target in internal_imports(module):
        other = layer(target)
        where = f"{module}:{line}: {own} imports {'.'.join(target)}"
        if other == "__init__" or (other in LEAVES and own in LAYERS):
            continue
        if own == "visitor" and target == ("rules",):
            continue  # `registry()` loads the package, so that the checks register themselves.
        assert own != "__init__", where
        assert other in LAYERS, where
        assert own in LEAVES or LAYERS.index(other) <= LAYERS.index(own), where
        assert own not in LEAVES or other == "knowledge", where


@each_module
def test_every_module_has_a_layer(module: Path) -> None:
    assert layer(dotted(module)) in {*LAYERS, *LEAVES, "__init__"}


@each_module
def test_rules_do_not_import_each_other(module: Path) -> None:
    parts = dotted(module)
    if parts[:1] != ("rules",) or len(parts) < 2:
        return
    for line, target in internal_imports(module):
        if target[:1] == ("rules",):
            assert target[:2] == parts[:2], f"{module}:{line}: imports {'.'.join(target)}"


@each_module
def test_trees_are_built_in_one_place(module: Path) -> None:
    for line, name in calls(module):
        if dotted(module) != ("semantics", "rebuild"):
            assert name.rpartition(".")[2] != "TreeRebuilder", f"{module}:{line}: builds an astroid tree"
        if dotted(module) != ("semantics", "tree"):
            assert name not in {"ast.parse", "compile"}, f"{module}:{line}: parses"


@each_module
def test_nothing_is_inferred_imported_or_executed(module: Path) -> None:
    forbidden = {
        *("infer", "inferred", "safe_infer", "infer_call_result", "extract_node"),
        *("ast_from_module_name", "ast_from_file", "ast_from_module", "ast_from_class", "string_build"),
        *("file_build", "module_build", "do_import_module", "import_module_from", "run_module", "run_path"),
        *("exec", "eval", "__import__", "exec_module", "find_spec"),
    }
    for line, name in calls(module):
        last = name.rpartition(".")[2]
        assert last not in forbidden, f"{module}:{line}: calls {name}"
        assert name != "astroid.parse", f"{module}:{line}: calls {name}"
        if last == "import_module":
            assert layer(dotted(module)) == "visitor", f"{module}:{line}: only the visitor loads rules"


@each_module
def test_no_builder_of_astroid_is_imported(module: Path) -> None:
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "astroid":
            names = {alias.name for alias in node.names}
            assert not names & {"parse", "extract_node", "builder", "AstroidBuilder"}, f"{module}:{node.lineno}"


@each_module
def test_only_the_checker_knows_flake8(module: Path) -> None:
    if dotted(module) == ("checker",):
        return
    for node in ast.walk(tree_of(module)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        assert not any(name.partition(".")[0] == "flake8" for name in names), f"{module}: imports flake8"


@each_module
def test_modules_stay_small(module: Path) -> None:
    if layer(dotted(module)) == "knowledge":
        return
    lines = len((PACKAGE / module).read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST, f"{module} has {lines} lines; make it a package"


def test_package_has_only_its_version() -> None:
    body = [node for node in tree_of(Path("__init__.py")).body if not isinstance(node, (ast.Expr, ast.ImportFrom))]
    names = [ast.unparse(node).partition(" ")[0].rstrip(":") for node in body]
    assert names == ["__version__"]


def test_names_of_the_older_plugin_are_free() -> None:
    for name in ("plugin.py", "errors.py", "visitors", "py.typed"):
        assert not (PACKAGE / name).exists()
