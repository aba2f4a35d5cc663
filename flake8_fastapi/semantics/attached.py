"""Which background tasks reach a response: those that FastAPI injects, and those made by hand."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import classes, flow
from flake8_fastapi.semantics.code import Code, bound_name
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.things import ClassThing, Instance, Library, LiteralThing, Thing

_TASKS = Library(framework.BACKGROUND_TASKS)
_TASK = Library(framework.BACKGROUND_TASK)
_POSITIONS = {"starlette.responses.RedirectResponse": 3}
"""Where `background` stands among the arguments of a response class; elsewhere at 4."""


class Made(NamedTuple):
    """Background tasks made by hand."""

    call: ast.Call
    name: str
    """The variable that holds them; empty if none does."""


def made_by_hand(code: Code) -> Iterator[Made]:
    """Where a function makes background tasks, and keeps them in a variable of its own or nowhere."""
    for call in code.calls():
        cls = code.thing(call.func)
        if cls not in (_TASKS, _TASK):
            continue
        parent = code.parent(call)
        name = _variable(code, parent)
        if name or _is_dropped(code, call, parent):
            yield Made(call, name)


def made_for_all(function: Function, code: Code) -> Iterator[Made]:
    """The tasks made at the top of the module, that the function adds to and nothing in the project runs."""
    for call in code.calls():
        holder = call.func.value if isinstance(call.func, ast.Attribute) and call.func.attr == "add_task" else None
        if not isinstance(holder, ast.Name) or not _is_global(code, holder.id):
            continue
        statement = _bound_at_top(code, holder.id)
        made = statement.value if statement is not None else None
        if not isinstance(made, ast.Call) or code.thing(made.func) != _TASKS:
            continue
        others = [path for path in function.project.files.mentioning(holder.id) if path != code.source.path]
        if not others and all(_adds(code, use) for use in _uses_in_file(code, holder.id)):
            yield Made(made, holder.id)


def _is_global(code: Code, name: str) -> bool:
    return name not in _parameters(code) and not code.assigns(name)


def _bound_at_top(code: Code, name: str) -> ast.Assign | ast.AnnAssign | None:
    """The one statement of the file that binds a name, at the top level."""
    bound = [node for node in ast.walk(code.source.tree) if isinstance(node, ast.Name) and node.id == name]
    bound = [node for node in bound if not isinstance(node.ctx, ast.Load)]
    statement = code.parent(bound[0]) if len(bound) == 1 else None
    if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement in code.source.tree.body:
        return statement
    return None


def _uses_in_file(code: Code, name: str) -> Iterator[ast.Name]:
    for node in ast.walk(code.source.tree):
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            yield node


def _variable(code: Code, parent: ast.AST | None) -> str:
    """The variable that an assignment binds, where nothing else binds it."""
    name = bound_name(parent)
    if not name or len(code.assigns(name)) != 1:
        return ""
    is_outer = any(isinstance(node, (ast.Global, ast.Nonlocal)) and name in node.names for node in code.everything)
    return "" if is_outer or name in _parameters(code) else name


def _parameters(code: Code) -> set[str]:
    given = code.node.args
    return {argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)}


def _is_dropped(code: Code, call: ast.Call, parent: ast.AST | None) -> bool:
    """`BackgroundTask(send)` or `BackgroundTasks().add_task(send)` as a statement."""
    if isinstance(parent, ast.Expr):
        return True
    outer = code.parent(parent) if isinstance(parent, ast.Attribute) and parent.attr == "add_task" else None
    return isinstance(outer, ast.Call) and outer.func is parent and isinstance(code.parent(outer), ast.Expr)


def is_lost(function: Function, code: Code, made: Made) -> bool:
    """Whether nothing can run the tasks: their variable is only filled, or set on the injected response."""
    if not made.name:
        return True
    uses = code.uses(made.name)
    adding = [use for use in uses if _adds(code, use)]
    others = [use for use in uses if use not in adding and not _is_in_own_task(code, use, made.name)]
    if not all(_is_set_on_injected_response(function, code, use) for use in others):
        return False
    return bool(adding) or bool(made.call.args or made.call.keywords)


def _adds(code: Code, use: ast.AST) -> bool:
    """`tasks.add_task(…)` as a statement."""
    method = code.parent(use)
    if not isinstance(method, ast.Attribute) or method.attr != "add_task":
        return False
    call = code.parent(method)
    statement = code.parent(call) if isinstance(call, ast.Call) and call.func is method else None
    return isinstance(statement, (ast.Expr, ast.Await))


def _is_in_own_task(code: Code, use: ast.AST, name: str) -> bool:
    """`tasks.add_task(send, tasks)`: only what never runs gets them."""
    call = code.parent(use)
    if not isinstance(call, ast.Call) or use not in call.args or not isinstance(call.func, ast.Attribute):
        return False
    holder = call.func.value
    return call.func.attr == "add_task" and isinstance(holder, ast.Name) and holder.id == name


def _is_set_on_injected_response(function: Function, code: Code, use: ast.AST) -> bool:
    """`response.background = tasks` where FastAPI injects the response, and the function does not return it."""
    statement = code.parent(use)
    if not isinstance(statement, ast.Assign) or not function.is_handler:
        return False
    for target in statement.targets:
        if not isinstance(target, ast.Attribute) or target.attr != "background":
            return False
        holder = target.value
        if not isinstance(holder, ast.Name) or holder.id not in _parameters(code) or code.assigns(holder.id):
            return False
        if not _is_response(code, code.thing(holder)) or any(_names(node, holder.id) for node in code.returns()):
            return False
    return True


def _names(statement: ast.Return, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(statement))


def _is_response(code: Code, thing: Thing | None) -> bool:
    return isinstance(thing, Instance) and classes.is_a(code.source.ev, thing.type, framework.RESPONSE)


# -- beside a response with tasks of its own


def overruled(function: Function, code: Code) -> Iterator[tuple[ast.Return, str]]:
    """The returns whose response has tasks of its own, after tasks were added to the injected ones."""
    for name in sorted(_parameters(code)):
        uses = code.uses(name)
        adding = [use for use in uses if _adds(code, use)]
        thing = code.thing(adding[0]) if adding else None
        if not isinstance(thing, Instance) or thing.type != _TASKS:
            continue
        if any(use not in adding and not _is_harmless(code, use) for use in uses) or code.assigns(name):
            continue
        for node in code.returns():
            added = any(flow.may_precede(code, use, node, lambda call: False) for use in adding)
            if added and _brings_tasks(code, node.value):
                yield node, name


def _is_harmless(code: Code, use: ast.AST) -> bool:
    """`if tasks:`, `if tasks is not None:`, and `background=tasks` of another response."""
    parent = code.parent(use)
    if isinstance(parent, ast.keyword):
        return parent.arg == "background"
    return isinstance(parent, ast.Compare) or (isinstance(parent, ast.If) and parent.test is use)


def _brings_tasks(code: Code, returned: ast.expr | None) -> bool:
    """Whether a returned response certainly has background tasks made by hand."""
    if isinstance(returned, ast.Name):
        return _is_given_tasks(code, returned.id)
    if not isinstance(returned, ast.Call) or not _is_response(code, code.thing(returned)):
        return False
    given = _background(code, returned)
    return given is not None and _is_made(code, given)


def _is_given_tasks(code: Code, name: str) -> bool:
    """Whether the response in a variable is made with tasks, or gets them as its `background`."""
    bound = code.assigns(name)
    statement = code.parent(bound[0]) if len(bound) == 1 else None
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or not isinstance(statement.value, ast.Call):
        return False
    if not _is_response(code, code.thing(statement.value)):
        return False
    later = list(_backgrounds_set(code, name))
    if later:
        return len(later) == 1 and _is_made(code, later[0])
    return _brings_tasks(code, statement.value)


def _backgrounds_set(code: Code, name: str) -> Iterator[ast.expr]:
    """What is assigned to the `background` of a variable."""
    for use in code.uses(name):
        attribute = code.parent(use)
        statement = code.parent(attribute) if attribute is not None else None
        if (
            isinstance(attribute, ast.Attribute)
            and attribute.attr == "background"
            and isinstance(statement, ast.Assign)
        ):
            yield statement.value


def _background(code: Code, call: ast.Call) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == "background":
            return keyword.value
    cls = code.thing(call.func)
    if not isinstance(cls, Library) or not cls.name.startswith(("starlette.responses.", "fastapi.")):
        return None
    place = _POSITIONS.get(cls.name, 4)
    return call.args[place] if place < len(call.args) else None


def _is_made(code: Code, node: ast.expr) -> bool:
    """Whether an expression is tasks that were made by a call, and not those that FastAPI injects."""
    thing = code.thing(node)
    if isinstance(thing, LiteralThing) or not isinstance(thing, Instance) or thing.made is None:
        return False
    return thing.type in (_TASKS, _TASK) and not isinstance(thing.type, ClassThing)
