"""Where settings objects are built, and what becomes of them."""

from __future__ import annotations

import ast
import re

from flake8_fastapi.semantics import classes, facts, handed, nodes
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.config import settings
from flake8_fastapi.semantics.facts import Site
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.markers import Marker
from flake8_fastapi.semantics.nodes import last_name
from flake8_fastapi.semantics.things import ClassThing
from flake8_fastapi.semantics.values import Evaluator

_OWN = ("_env", "_secrets", "_case", "_cli")
"""Beginnings of the keywords that say where the values come from."""
_SOURCES = ("settings_customise_sources", "__new__")
"""Methods with which a class decides by itself what an object is made of."""
_CHANGING = ("update", "set", "write", "save", "load", "merge", "reload", "apply", "add")
"""Beginnings of the names of methods that change an object, or store it."""

_ANEW = re.compile(r"default|fresh|reload|refresh|reset|_new\b|\bnew_")
"""Names of functions and variables that say that a further object is meant."""


def injected(marker: Marker) -> ClassThing | None:
    """The settings class that FastAPI calls by itself: `Depends(Settings)`, `Annotated[Settings, Depends()]`."""
    ev = marker.project.evaluator
    cls = marker.dependency.callee
    if cls is None and not marker.call.args and not marker.call.keywords:
        annotation = _annotation(marker)
        cls = marker.source.thing(annotation) if annotation is not None else None
    return cls if isinstance(cls, ClassThing) and settings.is_settings(ev, cls) else None


def _annotation(marker: Marker) -> ast.expr | None:
    """The type beside a `Depends()`: in its `Annotated`, or of the parameter whose default it is."""
    place = handed.place_of(marker)
    found: ast.expr | None = None
    if place.code is not None:
        arguments = place.code.node.args
        every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        found = next((each.annotation for each in every if each.arg == place.parameter), None)
    if isinstance(found, ast.Subscript) and isinstance(found.slice, ast.Tuple):
        return found.slice.elts[0]
    return found


def is_plain(ev: Evaluator, cls: ClassThing, call: facts.Call) -> bool:
    """Whether nothing is given to it but where to read, and the class reads what all read: each object is the same."""
    if any(classes.lookup(ev, cls, name) is not None for name in _SOURCES):
        return False
    return not call.args and all(
        key is not None and key.startswith(_OWN) and isinstance(value, facts.Constant) for key, value in call.keywords
    )


def is_kept(file: File, qualname: str, site: Site) -> bool:
    """Whether the object may outlive the call: it goes to an attribute, an item or a global, or its function says
    that values are loaded anew."""
    code = file.source.code(qualname)
    call = site.value
    node = nodes.of_call(code.calls(), call) if code is not None and isinstance(call, facts.Call) else None
    if code is None or node is None:
        return True
    if _ANEW.search(code.qualname):
        return True
    names = {name for each in code.own if isinstance(each, (ast.Global, ast.Nonlocal)) for name in each.names}
    for statement in code.ancestors(node):
        if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if any(not isinstance(each, ast.Name) or each.id in names for each in targets):
                return True
            if any(
                _ANEW.search(each.id) or _is_stored(code, each.id) for each in targets if isinstance(each, ast.Name)
            ):
                return True
        if isinstance(statement, ast.stmt):
            break
    return any(last_name(call.func) == "cache_clear" for call in code.calls())


def _is_stored(code: Code, name: str) -> bool:
    """Whether a variable is put into an attribute or item, is changed, or may hold something else."""
    if len(code.assigns(name)) > 1:
        return True
    for use in code.uses(name):
        parent = code.parent(use)
        if isinstance(parent, ast.Assign) and parent.value is use:
            return any(isinstance(target, (ast.Attribute, ast.Subscript)) for target in parent.targets)
        if isinstance(parent, ast.Attribute) and (
            isinstance(parent.ctx, ast.Store) or (_is_called(code, parent) and parent.attr.startswith(_CHANGING))
        ):
            return True
    return False


def _is_called(code: Code, node: ast.AST) -> bool:
    parent = code.parent(node)
    return isinstance(parent, ast.Call) and parent.func is node


def only_gives(file: File, qualname: str, site: Site) -> bool:
    """Whether the function does nothing but return the object: it can be cached as it is."""
    code = file.source.code(qualname)
    found = file.facts.functions[qualname]
    if code is None or found.is_async or found.parameters:
        return False
    returned = [node for node in code.returns() if node.value is not None]
    return len(returned) == 1 and len(code.statements) <= 3 and _is_object(returned[0].value, site)


def _is_object(value: ast.expr | None, site: Site) -> bool:
    """Whether what is returned is the call itself, or a variable."""
    if isinstance(value, ast.Call):
        return (value.lineno, value.col_offset) == site.start
    return isinstance(value, ast.Name)
