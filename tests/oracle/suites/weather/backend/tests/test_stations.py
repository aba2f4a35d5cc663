from fastapi import status
from weather.main import app

from tests import urls
from tests.making import create_station, prefixed


def test_create(client):
    station = create_station(client, "OSL")
    read = client.get(urls.station(station["code"]))
    assert read.status_code == status.HTTP_200_OK
    assert read.json() == station


def test_list(client, bergen):
    response = client.get(prefixed("/stations"))
    assert response.status_code == status.HTTP_200_OK
    assert bergen in [each["code"] for each in response.json()]


def test_unknown(client):
    response = client.get(app.url_path_for("read-station", code="nowhere"))
    assert response.status_code == status.HTTP_404_NOT_FOUND


def test_change(client, bergen):
    url = urls.station(bergen)
    response = client.patch(url, json={"code": "BGO", "height": 50})
    assert response.status_code == status.HTTP_200_OK
    response = client.patch(url, json={"code": "B"})
    assert response.status_code in (status.HTTP_400_BAD_REQUEST, 422)
