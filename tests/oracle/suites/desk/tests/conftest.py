import pytest
from fastapi.testclient import TestClient

from desk.factory import create_app
from desk.settings import Settings


@pytest.fixture(scope="session")
def settings():
    return Settings(token="secret", greeting="good morning")


@pytest.fixture
def app(settings):
    return create_app(settings)


@pytest.fixture
def client(app):
    return TestClient(app, base_url="http://testserver/desk")


@pytest.fixture
def plain_client(app):
    return TestClient(app)


@pytest.fixture
def token(settings):
    return {"X-Token": settings.token}
