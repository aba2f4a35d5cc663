from __future__ import annotations

import more_views
from instance import app

PREFIX = "/views"


@app.get(PREFIX)
def view() -> str:
    return more_views.LABEL
