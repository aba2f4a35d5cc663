"""Where a function hands work to something that goes on by itself, and whether it waits for that before it ends."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.knowledge import tasks as tables
from flake8_fastapi.semantics import facts, nodes
from flake8_fastapi.semantics.code import Code, bound_name
from flake8_fastapi.semantics.data import resources
from flake8_fastapi.semantics.data.handover import call_of
from flake8_fastapi.semantics.facts import FunctionFacts, Site, Value
from flake8_fastapi.semantics.things import Bound, Coroutine, Frame, FunctionThing, Thing, library_name
from flake8_fastapi.semantics.values import Evaluator

Kind = Literal["background task", "task", "thread", "executor", "queue"]

_NAMES = (
    {"add_task", "BackgroundTask"}
    | {name.rpartition(".")[2] for name in (*tables.LOOP_TASKS, *tables.SUBMITTERS, *tables.THREADS)}
    | tables.QUEUEING
)


class Spawned(NamedTuple):
    """A call that hands work over."""

    site: Site
    kind: Kind
    work: tuple[facts.Call, ...]
    """What will be called: `send(1)` in `add_task(send, 1)`."""

    @property
    def call(self) -> facts.Call:
        """The call that hands it over."""
        assert isinstance(self.site.value, facts.Call)
        return self.site.value


def of(ev: Evaluator, function: FunctionFacts, frame: Frame) -> Iterator[Spawned]:
    """Where a function hands work over, in the order of the source."""
    for site in function.sites:
        if site.kind != "call" or not isinstance(site.value, facts.Call):
            continue
        if last_name(ev, site.value, frame) not in _NAMES:
            continue
        found = _spawned(ev, site, site.value, frame)
        if found is not None:
            yield found


def last_name(ev: Evaluator, call: facts.Call, frame: Frame) -> str:
    """The last name of what is called, as its module knows it: the cheap question before what it is."""
    if isinstance(call.func, facts.Name):
        module = ev.module(frame.path)
        for binding in module.names.get(call.func.name, ()) if module is not None else ():
            if isinstance(binding, facts.Import) and binding.name is not None:
                return binding.name
    return call.func.name if isinstance(call.func, (facts.Attribute, facts.Name, facts.Local)) else ""


def _spawned(ev: Evaluator, site: Site, call: facts.Call, frame: Frame) -> Spawned | None:
    """What one call hands over."""
    callee = ev.certain(call.func, frame)
    name = library_name(callee)
    if name in (f"{framework.BACKGROUND_TASKS}.add_task", framework.BACKGROUND_TASK) and call.args:
        return Spawned(site, "background task", (call_of(call.args[0], call.args[1:], call.keywords),))
    if name in tables.LOOP_TASKS and call.args:
        return Spawned(site, "task", coroutine_calls(ev, call.args[0], frame))
    if name in tables.SUBMITTERS and len(call.args) > tables.SUBMITTERS[name] and not _is_left(ev, call, frame):
        place = tables.SUBMITTERS[name]
        return Spawned(site, "executor", (call_of(call.args[place], call.args[place + 1 :], call.keywords),))
    if name in tables.THREADS:
        return _thread(site, call, 1 if name.endswith("Timer") else None)
    if isinstance(call.func, facts.Attribute) and call.func.name in tables.QUEUEING and _may_queue(callee):
        return Spawned(site, "queue", (_queued(call),))
    return None


def _is_left(ev: Evaluator, call: facts.Call, frame: Frame) -> bool:
    """Whether the function holds the executor by `with`, which waits for all that was submitted."""
    of = call.func.of if isinstance(call.func, facts.Attribute) else None
    if not isinstance(of, facts.Local):
        return False
    bindings = resources.bindings_of(ev, of, frame)
    return any(isinstance(binding, facts.Entered) for binding in bindings)


def _may_queue(callee: Thing | None) -> bool:
    """Whether a `delay(…)` may be that of a queue: it is no method of the project."""
    return callee is None or (isinstance(callee, Bound) and not isinstance(callee.function, FunctionThing))


def _queued(call: facts.Call) -> facts.Call:
    """What a worker is asked to call; nobody knows it here, as it runs elsewhere."""
    args, keywords = list(call.args), list(call.keywords)
    for name in ("args", "kwargs"):
        given = call.keyword(name) if isinstance(call.func, facts.Attribute) and call.func.name != "kiq" else None
        args += given.items if isinstance(given, facts.Display) else ()
        keywords += [(None, value) for _, value in given.items] if isinstance(given, facts.Table) else []
    return call_of(facts.UNKNOWN, tuple(args), tuple(keywords))


def _thread(site: Site, call: facts.Call, place: int | None) -> Spawned | None:
    """`Thread(target=send, args=(db,))` and `Timer(5, send, (db,))`."""
    target = call.keyword("target") or call.keyword("function")
    args, keywords = call.keyword("args"), call.keyword("kwargs")
    if place is not None and len(call.args) > place:
        target = call.args[place]
        args = args or (call.args[place + 1] if len(call.args) > place + 1 else None)
    if target is None:
        return None
    items = args.items if isinstance(args, facts.Display) else ()
    named = keywords.items if isinstance(keywords, facts.Table) else ()
    given = tuple(
        (key.value if isinstance(key, facts.Constant) and isinstance(key.value, str) else None, value)
        for key, value in named
    )
    return Spawned(site, "thread", (call_of(target, items, given),))


def coroutine_calls(ev: Evaluator, value: Value, frame: Frame) -> tuple[facts.Call, ...]:
    """The calls of coroutine functions that an expression stands for: itself, or what a variable holds."""
    if isinstance(value, facts.Local):
        bindings = resources.bindings_of(ev, value, frame)
        return coroutine_calls(ev, bindings[0], frame) if len(bindings) == 1 and bindings[0] is not value else ()
    if not isinstance(value, facts.Call):
        return ()
    thing = ev.certain(value, frame)
    return (value,) if thing is None or type(thing) is Thing or isinstance(thing, Coroutine) else ()


def node_of(code: Code | None, call: facts.Call) -> ast.Call | None:
    """The node of a call that a function makes itself."""
    return nodes.of_call(code.calls(), call) if code is not None else None


# -- waiting


def goes_on(code: Code, node: ast.Call, kind: Kind) -> bool:
    """Whether what a call started certainly goes on when the function has ended: nobody waits for it, or keeps it
    for the function to wait for."""
    if kind in ("background task", "queue"):
        return True
    if kind == "thread":
        return _thread_goes_on(code, node)
    return _result_is_dropped(code, node)


def _result_is_dropped(code: Code, node: ast.expr) -> bool:
    """Whether the task or future is dropped, or only kept alive."""
    parent = code.parent(node)
    if isinstance(parent, ast.Expr):
        return True
    if isinstance(parent, ast.Attribute) and parent.attr == "add_done_callback":
        return True
    if isinstance(parent, ast.Call) and node in parent.args:
        return _keeps(code, parent)
    name = bound_name(parent)
    if not name or len(code.assigns(name)) != 1:
        return False
    return all(_is_mere_keeping(code, use) for use in code.uses(name))


def _is_mere_keeping(code: Code, use: ast.AST) -> bool:
    """`task.add_done_callback(…)` and `kept.add(task)`."""
    parent = code.parent(use)
    if isinstance(parent, ast.Attribute):
        return parent.attr in ("add_done_callback", "set_name")
    return isinstance(parent, ast.Call) and use in parent.args and _keeps(code, parent)


def _keeps(code: Code, call: ast.Call) -> bool:
    """`kept.add(task)`, `self.tasks.append(task)`: something that is not the function's own keeps it."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in ("add", "append"):
        return False
    holder: ast.expr = call.func.value
    while isinstance(holder, (ast.Attribute, ast.Subscript)):
        holder = holder.value
    if not isinstance(holder, ast.Name) or code.assigns(holder.id):
        return False
    return not any(_is_waited_for(code, use, call) for use in code.uses(holder.id))


def _is_waited_for(code: Code, use: ast.AST, call: ast.Call) -> bool:
    """Whether the function awaits something of what keeps its tasks: `await asyncio.gather(*self.tasks)`."""
    return any(isinstance(node, (ast.Await, ast.AsyncFor)) for node in code.ancestors(use) if call is not node)


def _thread_goes_on(code: Code, node: ast.expr) -> bool:
    """Whether a thread is started and never joined."""
    parent = code.parent(node)
    if isinstance(parent, ast.Attribute):
        return parent.attr == "start"
    name = bound_name(parent)
    if not name or len(code.assigns(name)) != 1:
        return False
    methods = [code.parent(use) for use in code.uses(name)]
    called = {method.attr for method in methods if isinstance(method, ast.Attribute)}
    is_known = len(methods) == sum(isinstance(method, ast.Attribute) for method in methods)
    return is_known and "start" in called and "join" not in called
