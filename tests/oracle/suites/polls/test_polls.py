from http import HTTPStatus

import httpx
import pytest
from fastapi.testclient import TestClient

from polls import app

VOTES = "/polls/1/votes"
PROTECTED = [("GET", VOTES), ("POST", VOTES), ("DELETE", VOTES), ("PUT", "/polls/1")]
YEARS = range(2020, 2023)


@pytest.fixture(params=["ann", "bob"])
def name(request):
    return request.param


@pytest.fixture
def client(name):
    return TestClient(app, headers={"X-Voter": name})


@pytest.fixture(scope="module")
def nobody():
    return TestClient(app)


def test_protected(nobody):
    for method, path in PROTECTED:
        response = nobody.request(method, path, json={"choice": 1})
        assert response.status_code == HTTPStatus.UNAUTHORIZED, path


@pytest.mark.parametrize(
    ("choice", "status"),
    [
        (1, HTTPStatus.CREATED),
        (3, HTTPStatus.CREATED),
        pytest.param(4, HTTPStatus.UNPROCESSABLE_ENTITY, id="too high"),
        pytest.param(0, HTTPStatus.UNPROCESSABLE_ENTITY, id="too low"),
    ],
)
def test_vote(client, choice, status):
    assert client.post(VOTES, json={"choice": choice}).status_code == status


@pytest.mark.parametrize("year", YEARS)
def test_winner(nobody, year):
    response = nobody.get(f"/winners/{year}")
    response.raise_for_status()
    assert response.json() == {"year": year}


@pytest.mark.parametrize("path", ["/polls", "/polls?page=2", "/polls/7"])
def test_found(nobody, path):
    assert nobody.get(path).is_success


@pytest.mark.parametrize(
    "call",
    [
        {"method": "get", "url": "/polls/10"},
        {"method": "get", "url": "/polls/11"},
    ],
    ids=["ten", "eleven"],
)
def test_missing(nobody, call):
    response = getattr(nobody, call["method"])(call["url"])
    assert response.status_code == 404


def test_missing_raises(nobody):
    with pytest.raises(httpx.HTTPStatusError):
        nobody.get("/polls/12").raise_for_status()


@pytest.mark.parametrize("number", [1, 2])
class TestVotes:
    def test_list(self, client, number, name):
        response = client.get(f"/polls/{number}/votes")
        assert (response.status_code, response.json()) == (200, [name])

    @pytest.mark.parametrize("action", ["votes"])
    def test_withdraw(self, client, number, action, name):
        response = client.delete(f"/polls/{number}/{action}")
        if response.status_code != 200:
            pytest.fail("could not withdraw")
        assert response.json() == {"withdrawn": name}
