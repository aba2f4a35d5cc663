"""Containment: what happens inside the plugin costs nobody else time or findings."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_LOG = logging.getLogger("flake8.flake8_fastapi")
STRICT = "FLAKE8_FASTAPI_STRICT"
"""Set in the environment, this lets the exception of a crashing check through; our own tests set it."""

_said: set[str] = set()


def complain(text: str) -> None:
    """Say, once, on stderr and in flake8's log, that something of ours went wrong."""
    first_line = (text.splitlines() or [""])[0][:300]
    if first_line in _said:
        return
    _said.add(first_line)
    _LOG.error("%s", first_line)
    print(f"flake8_fastapi: {first_line}", file=sys.stderr)


@contextmanager
def collector_paused() -> Iterator[None]:
    """No garbage collection inside: while many small objects are built it runs often and finds nothing.

    Measured: building the trees of a large package takes half the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
