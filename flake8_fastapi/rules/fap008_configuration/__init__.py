"""FAP008: configuration and secrets in code."""

from flake8_fastapi.rules.fap008_configuration import (
    defaults,
    exposing,
    reading,
    running,
    secrets,
    urls,
)

__all__ = ["defaults", "exposing", "reading", "running", "secrets", "urls"]
