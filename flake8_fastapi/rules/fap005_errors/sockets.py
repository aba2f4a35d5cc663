"""Loops over the messages of a websocket."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import takewhile

from flake8_fastapi.semantics import classes, flow
from flake8_fastapi.semantics.code import Code, dotted, start
from flake8_fastapi.semantics.errors import exceptions
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.things import Frame, Instance, Library
from flake8_fastapi.visitor import Finding, check, short

_WEBSOCKET = "fastapi.WebSocket"
_DISCONNECT = Library("fastapi.WebSocketDisconnect")
_AGAIN = Library("builtins.RuntimeError")
"""What each further call raises, or a class below it in the newest versions."""
_RECEIVERS = frozenset({"receive", "receive_text", "receive_json", "receive_bytes"})


@check
def websocket_receive_loop(function: Function) -> Iterator[Finding]:
    """A loop that receives messages survives the disconnect: it never ends, and keeps the event loop from everything.

    Once the client is gone, each call of `receive_text()` and the like fails at once, without waiting for anything. An
    `except Exception` in the loop catches that, too, and starts the next turn. Silent where a disconnect is caught
    before it and ends the loop, where the state of the websocket is looked at, and where the `except` sends something,
    which may fail in turn.

    Bad::

        @app.websocket("/ws")
        async def echo(websocket: WebSocket) -> None:
            await websocket.accept()
            while True:
                try:
                    await websocket.send_text(await websocket.receive_text())
                except Exception:  # FAP005
                    logger.exception("message failed")

    Good::

        @app.websocket("/ws")
        async def echo(websocket: WebSocket) -> None:
            await websocket.accept()
            while True:
                try:
                    await websocket.send_text(await websocket.receive_text())
                except WebSocketDisconnect:
                    break
                except Exception:
                    logger.exception("message failed")
    """
    tries = {function.facts.tries[index].start: index for index in _surviving(function)}
    code = function.code if tries else None
    for loop in code.own if code is not None else ():
        if code is None or not isinstance(loop, ast.While) or not _is_endless(loop):
            continue
        for place, statement in enumerate(loop.body):
            index = tries.get(start(statement))
            if index is None or not isinstance(statement, ast.Try):
                continue
            receiver = _received(code, loop, statement)
            clause = statement.handlers[_clause(function, index, _DISCONNECT) or 0]
            later = statement.handlers[_clause(function, index, _AGAIN) or 0]
            rest = [*statement.finalbody, *loop.body[place + 1 :]]
            if receiver and _goes_on(code, clause.body, rest) and _goes_on(code, later.body, rest):
                yield Finding(
                    start(clause),
                    f"after a disconnect `{short(receiver, 30)}()` fails at once, each time: this `except` makes the "
                    "loop endless; end it on `WebSocketDisconnect`",
                )


def _surviving(function: Function) -> Iterator[int]:
    """The `try` statements with clauses that catch a disconnect, and what each further call raises."""
    if not function.facts.is_async or function.project.files.is_test(function.thing.path):
        return
    for index in range(len(function.facts.tries)):
        if _clause(function, index, _DISCONNECT) is not None and _clause(function, index, _AGAIN) is not None:
            yield index


def _clause(function: Function, index: int, cls: Library) -> int | None:
    """The clause that catches an exception of this class, by index; None if none does for certain."""
    frame = Frame(function.thing.path, function.thing.qualname)
    for number, clause in enumerate(function.facts.tries[index].clauses):
        caught = exceptions.named(function.ev, clause, frame)
        if exceptions.is_broad(function.ev, clause, frame) or (caught is not None and cls in caught):
            return number
        if caught is None:
            return None
    return None


def _is_endless(loop: ast.While) -> bool:
    return isinstance(loop.test, ast.Constant) and bool(loop.test.value)


def _received(code: Code, loop: ast.While, statement: ast.Try) -> str:
    """The call that receives, where each turn of the loop comes to it; empty if there is none."""
    for node in (each for part in statement.body for each in ast.walk(part)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _RECEIVERS):
            continue
        thing = code.thing(node.func.value)
        if not isinstance(thing, Instance) or not classes.is_a(code.source.ev, thing.type, _WEBSOCKET):
            continue
        around = takewhile(lambda each: each is not statement, code.ancestors(node))
        if not any(isinstance(each, _CONDITIONAL) for each in around) and not _may_end_before(loop, node):
            return dotted(node.func)
    return ""


_CONDITIONAL = (ast.If, ast.IfExp, ast.BoolOp, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.Match)
_ENDS = (ast.Break, ast.Return, ast.Raise)


def _may_end_before(loop: ast.While, node: ast.Call) -> bool:
    """Whether something before a call may end the loop: a test of the websocket's state."""
    return any(isinstance(each, _ENDS) and start(each) < start(node) for each in ast.walk(loop))


def _goes_on(code: Code, clause: list[ast.stmt], rest: list[ast.stmt]) -> bool:
    """Whether the loop certainly starts its next turn after this clause."""
    found = flow.outcomes(clause, lambda call: False) if not _may_fail(code, clause) else frozenset()
    if not found or not found <= {"next", "continue"}:
        return False
    # What follows may end the loop, or fail for want of a message.
    return "next" not in found or not any(isinstance(each, _LEAVING) for part in rest for each in ast.walk(part))


_LEAVING = (*_ENDS, ast.Call, ast.Await, ast.Subscript)


def _may_fail(code: Code, block: list[ast.stmt]) -> bool:
    """Whether a block awaits something other than time: sending to a client that is gone fails, too."""
    return any(
        isinstance(each, ast.Await)
        and not (isinstance(each.value, ast.Call) and code.thing(each.value.func) in _WAITING)
        for part in block
        for each in ast.walk(part)
    )


_WAITING = (Library("asyncio.sleep"), Library("anyio.sleep"))
