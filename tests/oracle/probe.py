"""Records which thread runs the blocking calls of a case.

Worker processes load this module: it imports nothing heavy at the top.
"""

from __future__ import annotations

import concurrent.futures
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, SupportsIndex

CASE = "oracle_case"
SECONDS = 0.25
"""How long the cases sleep; no other code sleeps exactly that long."""

_real_sleep = time.sleep
_seen: list[tuple[str, int]] | None = None
_SCHEDULERS = {"anyio", "asyncio", "importlib", "multiprocessing"}
_EVENTS = {"open", "os.scandir", "shutil.copyfile", "socket.getaddrinfo", "subprocess.Popen"}
_WAITS: list[tuple[Any, str]] = [
    (concurrent.futures.Future, "result"),
    (queue.Queue, "get"),
    (threading.Thread, "join"),
]


def sleep(seconds: float | SupportsIndex) -> None:
    """Stands in for `time.sleep`: remembers the thread, and does not wait that long."""
    if seconds == SECONDS:
        _record("time.sleep")
        seconds = 0.001
    _real_sleep(seconds)


def _record(call: str) -> None:
    if _seen is not None:
        _seen.append((call, threading.get_ident()))


def _called_by_case() -> bool:
    """Whether the case makes the call, itself or through a library that is no scheduler."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        name = str(frame.f_globals.get("__name__"))
        if name == CASE:
            return True
        if name.partition(".")[0] in _SCHEDULERS:
            return False
        frame = frame.f_back
    return False


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _seen is None:
        return
    # A socket of the event loop never waits.
    waits = event in _EVENTS or (event == "socket.connect" and arguments[0].gettimeout() != 0.0)
    if waits and _called_by_case():
        _record(event)


def _watched(name: str, wait: Callable[..., Any]) -> Callable[..., Any]:
    def watched(*args: Any, **kwargs: Any) -> Any:
        blocks = kwargs.get("block", True) and args[1:2] != (False,)
        if blocks and _called_by_case():
            _record(name)
        return wait(*args, **kwargs)

    return watched


def _statement(connection: Any, *_: Any) -> None:
    # An async driver runs the statement in a thread of its own.
    if not connection.dialect.is_async:
        _record("statement")


_installed = False


def _install() -> None:
    """Interpreters keep an audit hook for ever: install it once, it is idle while nothing is recorded."""
    global _installed
    if not _installed:
        sys.addaudithook(_audit)
        _installed = True


@contextmanager
def recording() -> Iterator[list[tuple[str, int]]]:
    """The blocking calls made meanwhile, each with the thread that made it."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    global _seen
    _install()
    originals = [(owner, name, getattr(owner, name)) for owner, name in _WAITS]
    for owner, name, wait in originals:
        setattr(owner, name, _watched(name, wait))
    time.sleep = sleep
    event.listen(Engine, "before_cursor_execute", _statement)
    seen: list[tuple[str, int]] = []
    _seen = seen
    try:
        yield seen
    finally:
        _seen = None
        event.remove(Engine, "before_cursor_execute", _statement)
        time.sleep = _real_sleep
        for owner, name, wait in originals:
            setattr(owner, name, wait)
