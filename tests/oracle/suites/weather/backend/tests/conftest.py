import pytest
from fastapi.testclient import TestClient
from weather.main import app

from tests.making import create_station


@pytest.fixture(scope="module")
def client():
    with TestClient(app) as test_client:
        yield test_client


@pytest.fixture
def bergen(client):
    return create_station(client, "BGO")["code"]
