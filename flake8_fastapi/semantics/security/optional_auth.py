"""Authentication that lets everybody through: dependencies that give None to who is not signed in, and who uses them.

Certain where a dependency returns None under a test of the credential alone, or in an `except` around what reads it.
"""

from __future__ import annotations

import ast
import builtins
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.knowledge import types as type_tables
from flake8_fastapi.semantics import tree
from flake8_fastapi.semantics.data import unchecked
from flake8_fastapi.semantics.data.unchecked import Use
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.nodes import own
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.security import checking, token_flow, unverified
from flake8_fastapi.semantics.things import FunctionThing, function_of

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_WRITING = frozenset({"PUT", "PATCH", "DELETE"})
_CHANGES = frozenset(
    {"add", "create", "update", "edit", "delete", "remove", "set", "save", "upload", "import", "publish", "assign"}
    | {"approve", "reject", "cancel", "replace", "insert", "change", "disable", "enable", "transfer", "pay", "grant"}
)
"""Words with which the names of handlers begin that change something."""
_PEOPLE = frozenset({"user", "account", "member", "customer", "viewer", "session", "me"})
_FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Untested(NamedTuple):
    """A parameter that is None for who is not signed in, and is used as if it were not."""

    parameter: Parameter
    use: Use


# -- what may be None


def gives_none(project: Project, dependency: Dependency) -> bool:
    """Whether a dependency certainly gives None to some callers who are not signed in, and refuses none of them."""
    function = function_of(dependency.callee)
    if function is None:
        scheme = unverified.scheme_of(dependency)
        return scheme is not None and not unverified.is_strict(project, scheme)
    memo = project.memo.setdefault(__name__, {})
    key = (function.path, function.qualname)
    if key not in memo:
        memo[key] = False
        memo[key] = _is_optional(project, dependency, function)
    known: bool = memo[key]
    return known


def _is_optional(project: Project, dependency: Dependency, function: FunctionThing) -> bool:
    found = dependency.facts
    if found is None or function != dependency.function or found.decorators or found.is_generator:
        return False
    credentials = frozenset(each.name for each in dependency.parameters if _is_credential(each))
    if not credentials or not (_sounds(found.name) or any(each.scheme for each in dependency.walk())):
        return False
    text = checking.text(project, function.path, found).decode("utf-8", "replace")
    required = frozenset(each.name for each in dependency.parameters if _is_required(project, each))
    return _returns_none(textwrap.dedent(text), credentials, required)


def _sounds(name: str) -> bool:
    return checking.sounds(name) or bool(_PEOPLE & set(checking.snake(name).split("_")))


def _is_credential(parameter: Parameter) -> bool:
    """Whether a parameter of a dependency brings what it reads the caller from."""
    if parameter.dependency is not None:
        return any(each.scheme for each in parameter.dependency.walk())
    if parameter.kind == "special":
        return parameter.type is not None and parameter.type.is_named(*type_tables.CONNECTIONS)
    return parameter.kind in ("header", "cookie") and unverified.is_credential(parameter.name)


def _is_required(project: Project, parameter: Parameter) -> bool:
    """Whether a scheme refuses a request without the credential: nobody finds that it is missing."""
    scheme = unverified.scheme_of(parameter.dependency) if parameter.dependency is not None else None
    return scheme is not None and unverified.is_strict(project, scheme)


def _returns_none(text: str, credentials: frozenset[str], required: frozenset[str]) -> bool:
    module = tree.read(text, "<function>")
    node = module.body[0] if module is not None and module.body else None
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    held = _held(node, credentials)
    return any(_gives_none(statement, held, required, None) for statement in node.body)


def _held(node: _FunctionNode, names: frozenset[str]) -> frozenset[str]:
    """The variables whose value is made of the credential."""
    held = set(names)
    grows = True
    while grows:
        grows = False
        for each in own(node.body):
            if isinstance(each, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and each.value is not None:
                targets = each.targets if isinstance(each, ast.Assign) else [each.target]
                new = {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)} - held
                if new and _names(each.value) & held:
                    held |= new
                    grows = True
    return frozenset(held)


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _gives_none(statement: ast.stmt, held: frozenset[str], required: frozenset[str], about: bool | None) -> bool:
    """Whether a statement returns None where the nearest condition around it is about the credential alone."""
    if isinstance(statement, ast.Return):
        value = statement.value
        if isinstance(value, ast.IfExp) and about is not False and _is_about(value.test, held, required):
            return _is_none(value.body) or _is_none(value.orelse)
        return about is True and (value is None or _is_none(value))
    if isinstance(statement, ast.If):
        inside = _is_about(statement.test, held, required) and about is not False
        return any(_gives_none(each, held, required, inside) for each in (*statement.body, *statement.orelse))
    if isinstance(statement, ast.Try):
        reads = any(_names(each) & held for each in statement.body)
        caught = [each for clause in statement.handlers for each in clause.body]
        if any(_gives_none(each, held, required, reads and about is not False) for each in caught):
            return True
        return any(_gives_none(each, held, required, about) for each in (*statement.body, *statement.orelse))
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        return any(_gives_none(each, held, required, about) for each in statement.body)
    return False


def _is_about(test: ast.expr, held: frozenset[str], required: frozenset[str]) -> bool:
    """Whether a condition is about the credential alone, and not only about one that is always there."""
    names = {name for name in _names(test) if not hasattr(builtins, name)}
    return bool(names) and names <= held and not names <= required


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


# -- what is done with it


def dereferenced(function: Function) -> Iterator[Untested]:
    """The first uses of such a parameter that raise for None."""
    code = None
    for parameter in _optional(function):
        code = code or function.code
        if code is None or token_flow.is_stub(code):
            return
        scheme = parameter.dependency is not None and unverified.scheme_of(parameter.dependency) is not None
        if scheme and token_flow.fate(function.project, code, frozenset({parameter.name})) != "checked":
            continue
        found = unchecked.of_parameter(code, parameter.name)
        # What raises for None fails for everybody who comes to a public route, too.
        if found and any(True for _ in _open_routes(function, parameter, even_if_public=True)):
            yield Untested(parameter, found[0])


def ignored(function: Function) -> Iterator[tuple[Parameter, Route]]:
    """Such parameters of handlers that change something, and never look at them."""
    for parameter in _optional(function):
        if not function.is_handler:
            return
        code = function.code
        if code is None or token_flow.is_stub(code) or _reads_all(code.own) or code.uses(parameter.name):
            continue
        if parameter.dependency is None or unverified.scheme_of(parameter.dependency) is not None:
            continue
        for route in _open_routes(function, parameter):
            if _changes_something(route):
                yield parameter, route
                break


def _reads_all(nodes: tuple[ast.AST, ...]) -> bool:
    return any(isinstance(each, ast.Name) and each.id in ("locals", "vars") for each in nodes)


def _optional(function: Function) -> Iterator[Parameter]:
    project = function.project
    if __name__ not in function.memo:
        is_none_of_these = project.files.is_test(function.thing.path) or not unverified.may_depend(function.facts)
        function.memo[__name__] = tuple(
            each
            for each in (() if is_none_of_these else unverified.parameters(function))
            if each.dependency is not None and gives_none(project, each.dependency) and function.registrations
        )
    yield from function.memo[__name__]


def _open_routes(function: Function, parameter: Parameter, *, even_if_public: bool = False) -> Iterator[Route]:
    """The routes that nothing else protects."""
    assert parameter.dependency is not None
    harmless = {each.function for each in parameter.dependency.walk() if each.function is not None}
    harmless.add(function.thing)
    for route in unverified.routes_with(function):
        if unverified.is_open_but_for(route, harmless, even_if_public=even_if_public):
            yield route


def _changes_something(route: Route) -> bool:
    words = checking.snake(route.name).split("_")
    return bool(_WRITING & route.methods) or ("POST" in route.methods and words[0] in _CHANGES)
