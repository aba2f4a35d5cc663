"""Sessions and connections that a module makes when it is imported: what keeps them, and who uses them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_fastapi.semantics import facts, reached
from flake8_fastapi.semantics.code import dotted
from flake8_fastapi.semantics.data import leaks
from flake8_fastapi.semantics.data.sessions import Opening
from flake8_fastapi.semantics.facts import MODULE, ModuleFacts, Value
from flake8_fastapi.semantics.things import Frame, FunctionThing, Instance


def kept(opening: Opening) -> str | None:
    """The global or class variable to which a module assigns what it opens; None if it closes it, or keeps none."""
    node = opening.node
    parent = opening.module.source.parent(node) if node is not None else None
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
        name = dotted(parent.targets[0])
    elif isinstance(parent, ast.AnnAssign):
        name = dotted(parent.target)
    else:
        return None
    if not name or "." in name or _is_closed(opening, name):
        return None
    return name


def _is_closed(opening: Opening, name: str) -> bool:
    """Whether the module closes it again while it is imported."""
    return any(_closes(node, name) and _is_at_top(opening, node) for node in ast.walk(opening.module.source.tree))


def _closes(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.withitem):
        return dotted(node.context_expr) == name
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr in leaks.CLOSING and dotted(node.func.value).rpartition(".")[2] == name


def _is_at_top(opening: Opening, node: ast.AST) -> bool:
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    return not any(isinstance(around, inner) for around in opening.module.source.ancestors(node))


def user(opening: Opening, name: str) -> str | None:
    """The name of a function that serves requests and uses it; None if there is none."""
    project = opening.project
    for path in project.files.mentioning(name):
        module = project.facts(path)
        if module is None or project.files.is_test(path):
            continue
        names = _names_for(name, module)
        for found in module.functions.values():
            if found.qualname == MODULE or not any(
                _reads(opening, site.value, names, path, found) for site in found.sites
            ):
                continue
            if reached.thing_by_request(project, FunctionThing(path, found.qualname)) is not None:
                return found.name
    return None


def _names_for(name: str, module: ModuleFacts) -> frozenset[str]:
    """The names by which a module may call it: its own, and those under which it is imported."""
    scopes = (module.names, *(found.locals for found in module.functions.values()))
    imported = {
        alias
        for scope in scopes
        for alias, bindings in scope.items()
        if any(isinstance(value, facts.Import) and value.name == name for value in bindings)
    }
    return frozenset({name, *imported})


def _reads(opening: Opening, value: Value, names: frozenset[str], path: str, found: facts.FunctionFacts) -> bool:
    """Whether a call uses the session, on which it calls a method or which it is given."""
    for each in _named(value, names):
        thing = opening.ev.certain(each, Frame(path, found.qualname))
        made = thing.made if isinstance(thing, Instance) else None
        if made is not None and made.frame.path == opening.module.path and made.call.start == opening.call.start:
            return True
    return False


def _named(value: Value, names: frozenset[str]) -> Iterator[Value]:
    """The parts of a call that go by one of these names."""
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, (facts.Name, facts.Local, facts.Attribute)) and each.name in names:
            yield each
        if isinstance(each, facts.Call):
            pending += [each.func, *each.args, *(given for _, given in each.keywords)]
        elif isinstance(each, (facts.Attribute, facts.Awaited)):
            pending.append(each.of)
