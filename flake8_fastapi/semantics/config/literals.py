"""Where the file at hand writes texts, and beside which names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple
from weakref import WeakKeyDictionary

from flake8_fastapi.knowledge import secrets
from flake8_fastapi.semantics import classes
from flake8_fastapi.semantics.config import constants, names, settings
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.nodes import last_name
from flake8_fastapi.semantics.structure import layout
from flake8_fastapi.semantics.things import ClassThing

Place = Literal["assigned", "field", "keyword", "item", "parameter"]

_BUILDERS = (ast.JoinedStr, ast.BinOp, ast.Call)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Written(NamedTuple):
    """An expression beside a name."""

    name: str
    node: ast.expr
    place: Place
    """`field`: assigned in the body of a class."""


class Literals(NamedTuple):
    """What one walk over the tree of a file finds for all checks of secrets, in the order of the source."""

    written: list[Written]
    compared: list[ast.Compare]
    calls: list[ast.Call]
    choices: list[ast.BoolOp]
    texts: list[ast.Constant]
    """Every text, those that are statements by themselves aside."""


_known: WeakKeyDictionary[File, Literals] = WeakKeyDictionary()


def of(file: File) -> Literals:
    """The literals of a file."""
    found = _known.get(file)
    if found is None:
        found = _known[file] = _read(file.source.tree)
    return found


def _read(tree: ast.Module) -> Literals:
    found = Literals([], [], [], [], [])
    pending: list[tuple[ast.AST, bool]] = [(tree, False)]
    while pending:
        node, is_in_class = pending.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                found.texts.append(node)
            continue
        if isinstance(node, ast.Call):
            found.calls.append(node)
        elif isinstance(node, ast.Compare):
            found.compared.append(node)
        elif isinstance(node, ast.BoolOp):
            found.choices.append(node)
        found.written.extend(_written(node, is_in_class))
        is_class = isinstance(node, ast.ClassDef)
        pending.extend((child, is_class) for child in reversed(list(ast.iter_child_nodes(node))))
    return found


def _written(node: ast.AST, is_in_class: bool) -> Iterator[Written]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _bound(target, node.value, is_in_class)
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
        if node.value is not None:
            yield from _bound(node.target, node.value, is_in_class)
    elif isinstance(node, ast.Call):
        yield from (Written(each.arg, each.value, "keyword") for each in node.keywords if each.arg)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield Written(key.value, value, "item")
    elif isinstance(node, _FUNCTIONS):
        yield from _defaults(node.args)


def _bound(target: ast.expr, value: ast.expr, is_in_class: bool) -> Iterator[Written]:
    if isinstance(target, (ast.Tuple, ast.List)):
        if isinstance(value, (ast.Tuple, ast.List)) and len(target.elts) == len(value.elts):
            for each, part in zip(target.elts, value.elts, strict=True):
                yield from _bound(each, part, is_in_class)
        return
    name = last_name(target)
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        name = target.slice.value if isinstance(target.slice.value, str) else ""
    if name:
        yield Written(name, value, "field" if is_in_class else "assigned")


def _defaults(arguments: ast.arguments) -> Iterator[Written]:
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return (Written(argument.arg, value, "parameter") for argument, value in pairs if value is not None)


# -- where to look

Extent = Literal["all", "certain", "nothing"]


def extent(file: File) -> Extent:
    """What to say of the secrets of a file: of code that is run by hand or for development, only what is certain."""
    files = file.project.files
    folders, name = files.parts(file.path)
    if files.is_test(file.path) or not secrets.TO_READ.isdisjoint(folders) or not layout.is_by_hand(files, file.path):
        return "nothing"
    is_aside = not secrets.OFFLINE.isdisjoint(folders) or names.is_for_development(name.removesuffix(".py"))
    return "certain" if is_aside else "all"


def may_have_secrets(file: File) -> bool:
    """Whether the text of a file has a word or the format of a secret."""
    return _may_have_secrets(file.project.files.text(file.path) or b"")


@lru_cache(maxsize=2)
def _may_have_secrets(text: bytes) -> bool:
    return names.may_stand_in(text.decode("utf-8", "replace"))


# -- what a text is, and what it is there for


def text(file: File, node: ast.expr) -> str | None:
    """The text that an expression writes out: a literal, or what literals are put together to.

    One that is made of a variable with the name of a secret is that variable's affair.
    """
    if isinstance(node, ast.Constant):
        return decoded(node.value)
    if not isinstance(node, _BUILDERS) or not _is_of_texts(node):
        return None
    return known_text(file, node)


def known_text(file: File, node: ast.expr) -> str | None:
    """The text that an expression is whatever the environment says, wherever it is written."""
    found = constants.of(file.ev, file.source.value(node), file.source.frame(node))
    return decoded(found.value) if found is not None and not found.is_default else None


def decoded(value: object) -> str | None:
    """A text, or bytes as one."""
    if isinstance(value, bytes):
        return value.decode("ascii", "replace")
    return value if isinstance(value, str) else None


def _is_of_texts(node: ast.expr) -> bool:
    parts = list(ast.walk(node))
    has_text = any(isinstance(part, ast.Constant) and decoded(part.value) for part in parts)
    variables = (part for part in parts if isinstance(part, (ast.Name, ast.Attribute)))
    return has_text and not any(names.is_secret(last_name(part)) for part in variables)


def class_around(file: File, node: ast.AST) -> ClassThing | None:
    """The class in whose body a node stands, functions in it aside."""
    for around in file.source.ancestors(node):
        if isinstance(around, _FUNCTIONS):
            return None
        if isinstance(around, ast.ClassDef):
            return _classes_of(file).get(around)
    return None


_classes: WeakKeyDictionary[File, dict[ast.ClassDef, ClassThing]] = WeakKeyDictionary()


def _classes_of(file: File) -> dict[ast.ClassDef, ClassThing]:
    known = _classes.get(file)
    if known is None:
        nodes = ((name, file.source.cls(name)) for name in file.facts.classes)
        known = _classes[file] = {node: ClassThing(file.path, name) for name, node in nodes if node is not None}
    return known


def is_setting(file: File, node: ast.AST) -> bool:
    """Whether a node stands in the body of a settings class."""
    found = class_around(file, node)
    return found is not None and settings.is_settings(file.ev, found)


def is_member(file: File, node: ast.AST) -> bool:
    """Whether a node stands in the body of an enumeration."""
    found = class_around(file, node)
    return found is not None and classes.is_a(file.ev, found, "enum.Enum", "enum.StrEnum")


def is_shown(file: File, node: ast.AST) -> bool:
    """Whether a text is an example for readers of the documentation."""
    return any(_shows(around, inner) for around, inner in _around(file, node))


def is_for_development(file: File, node: ast.AST) -> bool:
    """Whether a text belongs to tests, development or a demo: by the class, function or condition around it."""
    return any(_is_for_development(around, inner) for around, inner in _around(file, node))


def _around(file: File, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """The nodes around a node, each with the one in it that holds the node."""
    inner = node
    for around in file.source.ancestors(node):
        yield around, inner
        inner = around


def _shows(around: ast.AST, inner: ast.AST) -> bool:
    if isinstance(around, ast.keyword):
        return around.arg in secrets.EXAMPLES
    if isinstance(around, ast.Dict):
        pairs = zip(around.keys, around.values, strict=True)
        keys = (key for key, value in pairs if value is inner and isinstance(key, ast.Constant))
        return any(key.value in secrets.EXAMPLES for key in keys)
    return any(name in secrets.EXAMPLES for name in _targets(around))


def _targets(node: ast.AST) -> Iterator[str]:
    """The variables that an assignment binds."""
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (last_name(target) for target in targets)


def _is_for_development(around: ast.AST, inner: ast.AST) -> bool:
    if isinstance(around, (ast.If, ast.IfExp)):
        is_chosen = inner is around.body if isinstance(around, ast.IfExp) else inner in around.body
        return is_chosen and _is_of_development(around.test)
    if isinstance(around, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return names.is_for_development(around.name)
    return any(names.is_for_development(name) for name in _targets(around))


def _is_of_development(test: ast.expr) -> bool:
    """`if settings.DEBUG`, `if env == "local"`, `if __name__ == "__main__"`."""
    if isinstance(test, ast.UnaryOp):
        return False
    for node in ast.walk(test):
        said = node.value if isinstance(node, ast.Constant) else last_name(node) if isinstance(node, ast.expr) else ""
        if isinstance(said, str) and (said == "__main__" or names.is_for_development(said)):
            return True
    return False
