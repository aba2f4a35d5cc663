"""FAP010: what the tests do not test, and tests that cannot fail."""

from flake8_fastapi.rules.fap010_tests import assertions, clients, overrides, routes

__all__ = ["assertions", "clients", "overrides", "routes"]
