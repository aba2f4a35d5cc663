"""Whether FastAPI's test client can run here."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient


def _starts() -> bool:
    try:
        TestClient(FastAPI())
    except TypeError:
        return False
    return True


needs_client = pytest.mark.skipif(not _starts(), reason="the test client needs an older httpx")
