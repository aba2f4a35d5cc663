"""An application factory with nested handlers, helpers and routers."""

from __future__ import annotations

from factory import create_app

app = create_app()
