from __future__ import annotations

USERS = "/users"
