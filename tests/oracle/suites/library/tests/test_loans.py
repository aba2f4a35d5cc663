from fastapi.testclient import TestClient

from library import store
from library.main import app
from library.schemas import BookIn

PREFIX = "/loans"


def test_lend_and_list():
    store.add(BookIn(title="Persuasion", pages=249))
    with TestClient(app) as client:
        lent = client.post(PREFIX, json={"book_id": max(store.books), "reader": "anne"})
        assert lent.status_code == 201
        loans = client.get(PREFIX).json()
    assert [loan["reader"] for loan in loans] == ["anne"]


def test_unknown_book():
    store.clear()
    response = TestClient(app).post(PREFIX, json={"book_id": 5, "reader": "anne"})
    assert response.status_code == 409


def test_health():
    assert TestClient(app).get("/health").is_success
