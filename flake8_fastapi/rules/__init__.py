"""One module per mistake."""

from __future__ import annotations

from flake8_fastapi.rules import fap002_blocking
from flake8_fastapi.visitor import Check, registered

MISTAKES = (fap002_blocking,)
"""The modules with checks; importing one registers them."""


def registry() -> dict[str, Check]:
    """All checks by name."""
    return registered()
