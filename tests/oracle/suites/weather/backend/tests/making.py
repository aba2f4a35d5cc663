from fastapi.testclient import TestClient
from weather.config import settings

from tests import urls


def create_station(client: TestClient, code: str, height: float = 10) -> dict:
    response = client.post(urls.STATIONS, json={"code": code, "height": height})
    assert response.status_code == 201, response.text
    return response.json()


def prefixed(path: str) -> str:
    return settings.API_PREFIX + path
