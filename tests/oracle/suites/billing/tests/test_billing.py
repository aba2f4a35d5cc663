from .api import Billing, Http


def test_create(billing: Billing) -> None:
    number = billing.create(1200)["number"]
    assert billing.read(number)["cents"] == 1200


def test_free(billing: Billing) -> None:
    billing.create(0, expected=422)


def test_pay(billing: Billing, number: int) -> None:
    assert billing.pay(number) == {"paid": True}


def test_unknown(billing: Billing) -> None:
    billing.read(10_000, 404)
    billing.pay(10_000, expected=404)


def test_export(http: Http) -> None:
    response = http.fetch("export")
    assert response.status_code == 200
    assert response.text.startswith("customer")


def test_pdf(http: Http, number: int) -> None:
    assert http.head(f"/invoices/{number}/pdf").status_code == 200


def test_letters(http: Http) -> None:
    assert http.fetch("twelve").status_code == 404
