"""The application in one module, its views in others that import it; two of them import each other."""

from __future__ import annotations

import more_views  # noqa: F401
import views  # noqa: F401
from instance import app as app
