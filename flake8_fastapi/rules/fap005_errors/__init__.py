"""FAP005: weak error handling."""

from flake8_fastapi.rules.fap005_errors import (
    answers,
    catching,
    generic,
    handlers,
    lookups,
    raising,
    sockets,
    swallowed,
)

__all__ = ["answers", "catching", "generic", "handlers", "lookups", "raising", "sockets", "swallowed"]
