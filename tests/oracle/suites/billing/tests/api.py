from typing import Any

from fastapi.testclient import TestClient
from httpx import Response

from billing.app import app


class Http(TestClient):
    """A client that knows where the API is."""

    def __init__(self) -> None:
        super().__init__(app)

    def fetch(self, path: str, **options: Any) -> Response:
        return self.get(f"/invoices/{path}", **options)


class Billing:
    """What a customer does."""

    def __init__(self, http: TestClient) -> None:
        self.http = http

    def _send(self, method: str, path: str, expected: int, **options: Any) -> Any:
        response = self.http.request(method, f"/invoices{path}", **options)
        assert response.status_code == expected, response.text
        return response.json()

    def create(self, cents: int, expected: int = 201) -> Any:
        return self._send("POST", "", expected, json={"customer": "ann", "cents": cents})

    def read(self, number: int, expected: int = 200) -> Any:
        return self._send("GET", f"/{number}", expected)

    def pay(self, number: int, expected: int = 201) -> Any:
        return self._send("POST", f"/{number}/payments", expected)
