"""FAP006: uncontrolled response size and serialization."""

from flake8_fastapi.rules.fap006_responses import contents, depth, queries, relations, rows

__all__ = ["contents", "depth", "queries", "relations", "rows"]
