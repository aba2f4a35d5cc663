"""FAP001: no explicit request and response models."""

from flake8_fastapi.rules.fap001_models import (
    annotations,
    bypasses,
    paths,
    payloads,
    requests,
    responses,
    secrets,
    selections,
    updates,
)

__all__ = ["annotations", "bypasses", "paths", "payloads", "requests", "responses", "secrets", "selections", "updates"]
