from __future__ import annotations

import instance
import views

LABEL = "more"


@instance.app.get("/more")
def more() -> str:
    return views.PREFIX
