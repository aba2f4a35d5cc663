"""FAP009: exposed docs and unprotected endpoints."""

from flake8_fastapi.rules.fap009_protection import (
    binding,
    cookies,
    cors,
    decorators,
    docs,
    guards,
    injection,
    paths,
    routes,
    scoping,
    tokens,
    uploads,
)

__all__ = [
    "binding",
    "cookies",
    "cors",
    "decorators",
    "docs",
    "guards",
    "injection",
    "paths",
    "routes",
    "scoping",
    "tokens",
    "uploads",
]
