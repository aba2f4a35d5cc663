"""Middleware of libraries: what cross-origin requests and answers have to do with it. Tables only."""

from __future__ import annotations

from collections.abc import Mapping

CORS = "starlette.middleware.cors.CORSMiddleware"
CORS_METHODS = (
    "__init__",
    "__call__",
    "is_allowed_origin",
    "preflight_response",
    "simple_response",
    "send",
    "allow_explicit_origin",
)
"""A subclass with one of these may let in others than its options say."""

ANSWERS: Mapping[str, int] = {
    "slowapi.middleware.SlowAPIMiddleware": 429,
    "slowapi.middleware.SlowAPIASGIMiddleware": 429,
    "starlette_csrf.CSRFMiddleware": 403,
    "starlette_csrf.middleware.CSRFMiddleware": 403,
    "starlette.middleware.body_limit.RequestBodyLimitMiddleware": 413,
}
"""Middleware that refuses requests by itself -> with which status.

Not here: trusted hosts and redirects to https, which no page of an allowed origin meets; compression, sessions and
tracing, which pass everything on.
"""

NEEDED: Mapping[str, tuple[str, ...]] = {
    "slowapi.middleware.SlowAPIMiddleware": ("default_limits", "application_limits"),
    "slowapi.middleware.SlowAPIASGIMiddleware": ("default_limits", "application_limits"),
}
"""Words of which the project must contain one; else the decorators of routes refuse, not the middleware."""
