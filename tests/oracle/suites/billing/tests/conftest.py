import pytest

from .api import Billing, Http


@pytest.fixture(scope="session")
def http() -> Http:
    return Http()


@pytest.fixture
def billing(http: Http) -> Billing:
    return Billing(http)


@pytest.fixture
def number(billing: Billing) -> int:
    return billing.create(500)["number"]
