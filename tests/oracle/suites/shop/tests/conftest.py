from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from shop.deps import Stock, get_stock
from shop.main import app as shop_app


@pytest.fixture
def stock() -> Stock:
    stock = Stock()
    stock.items["pen"] = 3
    return stock


@pytest.fixture
def application(stock: Stock) -> Iterator[FastAPI]:
    shop_app.dependency_overrides[get_stock] = lambda: stock
    yield shop_app
    shop_app.dependency_overrides.clear()


@pytest.fixture(name="http")
def http_fixture(application: FastAPI) -> Iterator[TestClient]:
    with TestClient(application) as connected:
        yield connected


@pytest.fixture
def as_user(http: TestClient) -> TestClient:
    http.headers["Authorization"] = "Bearer token-ann"
    return http


@pytest.fixture
def as_admin(application: FastAPI) -> TestClient:
    return TestClient(application, headers={"Authorization": "Bearer token-root"})


@pytest.fixture
def assert_refused() -> Callable[[Response, int], None]:
    def check(response: Response, status: int = 401) -> None:
        assert response.status_code == status
        assert "detail" in response.json()

    return check
