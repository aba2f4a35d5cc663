from __future__ import annotations

API_PREFIX = "/api"
