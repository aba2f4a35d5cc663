from __future__ import annotations

from unittest.mock import patch

from fastapi.testclient import TestClient
from shop.deps import current_customer
from shop.main import app


def test_order(client: TestClient) -> None:
    app.dependency_overrides[current_customer] = lambda: "Ada"
    response = client.post("/orders/", json={"product_id": 1, "quantity": 2})
    assert response.status_code == 201


def test_points_of_a_stranger(client: TestClient) -> None:
    assert client.get("/orders/points").status_code == 401


def test_points(client: TestClient) -> None:
    with patch("shop.deps.current_customer", return_value="Ada"):
        assert client.get("/orders/points").json() == 10
