from http import HTTPStatus

import pytest

from .urls import Routes, readings


def test_add(client, bergen):
    added = client.post(readings(bergen), json={"celsius": 7.5})
    assert added.status_code == HTTPStatus.ACCEPTED
    listed = client.get(Routes.reading(bergen))
    assert listed.status_code == HTTPStatus.OK.value
    assert {"celsius": 7.5} in listed.json()


@pytest.mark.parametrize("celsius", [-91, 60.5])
@pytest.mark.parametrize("code", ["BGO", "OSL"])
def test_impossible(client, celsius, code):
    response = client.post(readings(code), json={"celsius": celsius})
    assert response.status_code == HTTPStatus(422)


def test_unknown_station(client):
    response = client.post(readings("nowhere"), json={"celsius": 1})
    assert response.status_code == HTTPStatus.NOT_FOUND
