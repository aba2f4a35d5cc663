"""What applications set up when they start, without which requests fail. Tables only.

Sources: fastapi-cache2 0.2, fastapi-limiter 0.1, Beanie 1 and 2, Tortoise ORM 0.25.
"""

from __future__ import annotations

from collections.abc import Mapping

SETUPS: Mapping[str, tuple[str, ...]] = {
    "fastapi_cache.FastAPICache.init": ("FastAPICache", "fastapi_cache"),
    "fastapi_limiter.FastAPILimiter.init": ("FastAPILimiter", "fastapi_limiter", "RateLimiter"),
    "beanie.init_beanie": ("init_beanie", "beanie", "mongomock", "mongomock_motor"),
    "tortoise.Tortoise.init": ("Tortoise", "tortoise", "initializer", "tortoise_test_context"),
}
"""Functions that an application calls once -> what tests say that call them, or do without."""
