import unittest

from fastapi.testclient import TestClient

from fleet import app as module


class ApiCase(unittest.TestCase):
    prefix = "/ships"

    def setUp(self) -> None:
        self.client = TestClient(module.app)
        module._ships.clear()

    def url(self, *parts: str) -> str:
        return "/".join([self.prefix, *parts])

    def add(self, name: str, tons: int = 100, expected: int = 201):
        response = self.client.post(self.url(), json={"name": name, "tons": tons})
        self.assertEqual(response.status_code, expected)
        return response.json()

    def assert_missing(self, response) -> None:
        self.assertEqual(404, response.status_code)


class PortCases:
    """Inherited by each case that is about a place."""

    known = 1

    def test_port(self) -> None:
        response = self.client.get(f"/ports/{self.known}")
        self.assertEqual(response.json(), {"port": self.known})
