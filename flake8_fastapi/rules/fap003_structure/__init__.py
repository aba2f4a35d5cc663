"""FAP003: poor project structure."""

from flake8_fastapi.rules.fap003_structure import (
    layers,
    matching,
    persistence,
    registering,
    repetition,
    sizes,
    startup,
    state,
)

__all__ = ["layers", "matching", "persistence", "registering", "repetition", "sizes", "startup", "state"]
