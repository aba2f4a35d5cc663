"""Containment: what goes wrong inside the plugin is said once and costs nobody else's findings."""

from __future__ import annotations

import logging
import sys

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
