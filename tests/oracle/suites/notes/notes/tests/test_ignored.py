"""No file of tests: the configuration names them otherwise."""

from notes.service import app


def test_authors(client) -> None:
    assert client.get("/authors").status_code == 200
    assert app.title
