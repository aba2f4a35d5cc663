from __future__ import annotations

from fastapi.testclient import TestClient


def test_write_review(client: TestClient) -> None:
    response = client.post("/reviews/", json={"product_id": 1, "account_id": 1, "stars": 5})
    assert response.status_code == 201


def test_take_over(client: TestClient) -> None:
    client.post("/reviews/batch", json=[{"product_id": 1, "account_id": 1, "stars": 5}])
