import pytest


class Base:
    path = "/tickets"

    def url(self, *parts):
        return "/".join((self.path, *(str(part) for part in parts)))


class TestTickets(Base):
    @pytest.fixture(autouse=True)
    def use_client(self, client, token):
        self.client = client
        self.token = token

    def open(self, title, status=201):
        response = self.client.post(self.url(), json={"title": title}, headers=self.token)
        assert response.status_code == status
        return response

    def test_open(self):
        self.open("printer")
        found = self.client.get(self.url(1))
        assert found.status_code == 200
        assert found.json() == {"title": "printer", "is_open": True}

    def test_long_title(self):
        self.open("x" * 31, status=422)

    def test_list(self):
        self.open("screen")
        assert len(self.client.get(self.url(), params={"only_open": True}).json()) == 1

    def test_none(self):
        assert self.client.get(self.url(9)).status_code == 404

    class TestForbidden:
        def test_token(self, client):
            response = client.post("/tickets", json={"title": "desk"}, headers={"X-Token": "wrong"})
            assert response.status_code == 403

        def test_no_token(self, client):
            response = client.post("/tickets", json={"title": "desk"})
            assert 400 <= response.status_code < 500
