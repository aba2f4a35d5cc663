import pytest


def test_list(http):
    response = http.get("/api/v1/items")
    assert response.status_code == 200
    assert response.json() == [{"sku": "pen", "count": 3}]


def test_added(browser, added):
    assert browser.get(f"/api/v1/items/{added['sku']}").json() == added


@pytest.mark.parametrize(
    ("sku", "expected"),
    [("pen", 200), pytest.param("rubber", 404, id="unknown")],
)
def test_read(http, sku, expected):
    assert http.get(f"/api/v1/items/{sku}").status_code == expected


@pytest.mark.parametrize("body", [{"sku": "PEN", "count": 1}, {"sku": "pen", "count": -1}, {}])
def test_invalid(browser, body):
    assert browser.post("/api/v1/items", json=body).status_code == 422


def test_remove(browser, stock):
    response = browser.delete("/api/v1/items/pen")
    assert response.status_code == 204
    assert "pen" not in stock.items


@pytest.mark.parametrize(
    "method, path",
    [("post", "/api/v1/items"), ("delete", "/api/v1/items/pen")],
)
def test_needs_login(http, assert_refused, method, path):
    assert_refused(http.request(method.upper(), path, json=None), 401)
