"""Tests of the shop: secrets of tests are none."""

from __future__ import annotations

import os

from fastapi.testclient import TestClient

from shop.main import app

TEST_PASSWORD = "hunter2hunter2"  # GOOD of a test
SECRET_KEY = "test-secret-key"  # GOOD of a test
DATABASE_URL = "postgresql://test:test@db.test/shop"  # GOOD of a test

client = TestClient(app)


def test_login() -> None:
    os.environ.setdefault("SHOP_SECRET_KEY", "test-secret")
    answer = client.post("/accounts/login", json={"name": "ann", "password": TEST_PASSWORD})
    assert answer.status_code == 200  # EITHER a test asserts
