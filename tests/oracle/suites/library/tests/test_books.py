import pytest
from fastapi.testclient import TestClient

from library import store
from library.main import app

client = TestClient(app)

BOOK = {"title": "Emma", "pages": 474}


@pytest.fixture(autouse=True)
def empty_store():
    store.clear()
    yield
    store.clear()


def test_empty():
    response = client.get("/books/")
    assert response.status_code == 200
    assert response.json() == []


def test_create_and_read():
    created = client.post("/books/", json=BOOK)
    assert created.status_code == 201
    book_id = created.json()["id"]
    response = client.get(f"/books/{book_id}")
    assert response.status_code == 200, response.text
    assert response.json()["title"] == "Emma"


def test_without_slash():
    # Redirected to the path that ends in a slash.
    assert client.get("/books").status_code == 200


def test_latest():
    client.post("/books/", json=BOOK)
    latest = client.get("/books/latest")
    assert latest.status_code == 200
    assert latest.json()["pages"] == 474


def test_limit():
    assert client.get("/books/?limit=0").status_code == 422
    assert client.get("/books/", params={"limit": 101}).status_code == 422


def test_unknown_book():
    assert client.get("/books/77").status_code == 404
    assert client.get("/books/77/covers").status_code == 404


def test_replace():
    book = client.post("/books/", json=BOOK).json()
    changed = client.put("/books/%d" % book["id"], json={**BOOK, "pages": 12})
    assert changed.status_code == 200
    wrong = client.put("/books/" + str(book["id"]), json={"title": "", "pages": 0})
    assert wrong.status_code == 422


def test_wrong_method():
    assert client.patch("/books/1", json=BOOK).status_code == 405
