"""One module per mistake."""

from __future__ import annotations

from flake8_fastapi.rules import (
    fap001_models,
    fap002_blocking,
    fap003_structure,
    fap004_dependencies,
    fap005_errors,
    fap006_responses,
    fap007_sessions,
    fap008_configuration,
    fap009_protection,
    fap010_tests,
)
from flake8_fastapi.visitor import Check, registered

MISTAKES = (
    fap001_models,
    fap002_blocking,
    fap003_structure,
    fap004_dependencies,
    fap005_errors,
    fap006_responses,
    fap007_sessions,
    fap008_configuration,
    fap009_protection,
    fap010_tests,
)
"""The modules and packages with checks; importing one registers them."""


def registry() -> dict[str, Check]:
    """All checks by name."""
    return registered()
