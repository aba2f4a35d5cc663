"""Decorators of libraries that return a new function and do nothing else: what that function does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Purpose = Literal["auth", "limit", "cache", "other"]

WRAPPING: Mapping[str, Purpose] = {
    "starlette.authentication.requires": "auth",
    "slowapi.Limiter.limit": "limit",
    "slowapi.Limiter.shared_limit": "limit",
    "slowapi.extension.Limiter.limit": "limit",
    "slowapi.extension.Limiter.shared_limit": "limit",
    "ratelimit.limits": "limit",
    "ratelimit.sleep_and_retry": "limit",
    "circuitbreaker.circuit": "other",
    "aiocache.cached": "cache",
    "aiocache.decorators.cached": "cache",
    "async_lru.alru_cache": "cache",
    "cachetools.cached": "cache",
    "cachetools.func.ttl_cache": "cache",
    "cachetools.func.lru_cache": "cache",
    "fastapi_cache.decorator.cache": "cache",
    "fastapi_redis_cache.cache": "cache",
    "functools.cache": "cache",
    "functools.lru_cache": "cache",
    "backoff.on_exception": "other",
    "backoff.on_predicate": "other",
    "retry.retry": "other",
    "retrying.retry": "other",
    "stamina.retry": "other",
    "tenacity.retry": "other",
}
"""By canonical name. Left out: what registers the function by its name or marks it, which works above a route too
(`Limiter.exempt`)."""

LOOKING = frozenset(
    {
        *(
            "functools.wraps",
            "functools.update_wrapper",
            "functools.partial",
            "inspect.signature",
            "inspect.iscoroutine",
        ),
        *("inspect.iscoroutinefunction", "inspect.isasyncgenfunction", "inspect.isgeneratorfunction"),
        *("inspect.isfunction", "inspect.getmodule", "inspect.getfile", "inspect.getdoc", "inspect.unwrap"),
        *("asyncio.iscoroutinefunction", "starlette._utils.is_async_callable", "typing.cast", "typing.get_type_hints"),
        *("builtins.callable", "builtins.getattr", "builtins.hasattr", "builtins.isinstance", "builtins.id"),
        *("builtins.repr", "builtins.str", "builtins.print"),
    }
)
"""What a decorator may hand a function to, and nobody keeps it."""
