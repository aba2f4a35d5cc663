import pytest


@pytest.fixture
def browser(as_user):
    return as_user


@pytest.fixture
def added(browser):
    response = browser.post("/api/v1/items", json={"sku": "ink", "count": 2})
    assert response.status_code == 201
    return response.json()
