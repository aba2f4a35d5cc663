"""FAP004: misused dependency injection."""

from flake8_fastapi.rules.fap004_dependencies import by_hand, injection, lifecycle, providers, style, tasks

__all__ = ["by_hand", "injection", "lifecycle", "providers", "style", "tasks"]
