"""What tests assert: tautological-status, unasserted-response, success-only-tests."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.suite import asserting, untried
from flake8_fastapi.visitor import Finding, check, fitting, short

_FEWEST_TESTS = 3
"""In a file with fewer tests, one that expects a failure is not missed."""


@check
def tautological_status(file: File) -> Iterator[Finding]:
    """An assertion about the status that holds whatever the route does: always, or with success and with 500 alike.

    Bad::

        # main.py
        @app.get("/orders")
        def list_orders() -> list[int]:
            return []

        # tests/test_orders.py
        from fastapi.testclient import TestClient

        from main import app

        client = TestClient(app)


        def test_orders() -> None:
            response = client.get("/orders")
            assert response.status_code in [200, 401, 404, 500]  # FAP010

    Good::

        # main.py
        @app.get("/orders")
        def list_orders() -> list[int]:
            return []

        # tests/test_orders.py
        from fastapi.testclient import TestClient

        from main import app

        client = TestClient(app)


        def test_orders() -> None:
            response = client.get("/orders")
            assert response.status_code == 200
    """
    for found in asserting.tautologies(file):
        yield Finding(found.position, _tautological(found))


def _tautological(found: asserting.Tautology) -> str:
    if found.how == "message":
        return "the second argument is only a message: this passes with every status; use `assertEqual`"
    if found.how == "branch":
        return "one branch of this is a bare number, which is always true; put `(… if … else …)` into parentheses"
    if found.how == "always":
        return "this holds with every status, so no answer fails the test here; compare with the one expected"
    listed = ", ".join(str(status) for status in sorted(found.accepted))
    return fitting(
        f"this accepts {listed}: the test passes when the route works and when it crashes; assert the status expected",
        "this accepts success and 500: the test passes when the route works and when it crashes; assert one of them",
    )


@check
def unasserted_response(file: File) -> Iterator[Finding]:
    """A test that sends a request and looks at nothing, or whose last answer is kept in a variable and forgotten.

    Requests that prepare a test, or clean up after it, are not meant.

    Bad::

        # main.py
        @app.delete("/orders/{order_id}", status_code=204)
        def delete_order(order_id: int) -> None:
            pass

        # tests/test_orders.py
        from fastapi.testclient import TestClient

        from main import app

        client = TestClient(app)


        def test_delete() -> None:
            client.delete("/orders/1")  # FAP010

    Good::

        # main.py
        @app.delete("/orders/{order_id}", status_code=204)
        def delete_order(order_id: int) -> None:
            pass

        # tests/test_orders.py
        from fastapi.testclient import TestClient

        from main import app

        client = TestClient(app)


        def test_delete() -> None:
            response = client.delete("/orders/1")
            assert response.status_code == 204
    """
    for found in asserting.unasserted(file):
        yield Finding(found.request.position, _unasserted(found))


def _unasserted(found: asserting.Unasserted) -> str:
    call, test = short(written(found.request.call.func), 30), short(found.test.name, 40)
    if found.name:
        name = short(found.name, 25)
        return fitting(
            f"nothing looks at `{name}`: `{test}` passes whatever `{call}()` is answered; assert its status",
            f"nothing looks at `{name}`: the test passes whatever it is; assert its status",
        )
    return fitting(
        f"`{test}` asserts nothing: it passes when `{call}()` is answered with 404 or 422; assert the status",
        f"this test asserts nothing: it passes when `{call}()` is answered with 404 or 422; assert the status",
    )


@check(optional=True)
def success_only_tests(file: File) -> Iterator[Finding]:
    """A file of tests that expects nothing but success: wrong input and missing rights are never tried.

    Silent where other files try them with the same routes.

    Bad::

        # main.py
        orders: dict[int, str] = {}


        @app.get("/orders/{order_id}")
        def read_order(order_id: int) -> str:
            return orders.get(order_id, "")

        # tests/test_orders.py
        from fastapi.testclient import TestClient

        from main import app

        client = TestClient(app)


        def test_first() -> None:  # FAP010
            assert client.get("/orders/1").status_code == 200


        def test_second() -> None:
            assert client.get("/orders/2").status_code == 200


        def test_third() -> None:
            assert client.get("/orders/3").status_code == 200

    Good::

        # main.py
        orders: dict[int, str] = {}


        @app.get("/orders/{order_id}")
        def read_order(order_id: int) -> str:
            return orders.get(order_id, "")

        # tests/test_orders.py
        from fastapi.testclient import TestClient

        from main import app

        client = TestClient(app)


        def test_first() -> None:
            assert client.get("/orders/1").status_code == 200


        def test_second() -> None:
            assert client.get("/orders/2").status_code == 200


        def test_word() -> None:
            assert client.get("/orders/first").status_code == 422
    """
    found = asserting.only_successful(file)
    if found is not None and found.tests >= _FEWEST_TESTS and untried.has_any(file):
        message = (
            "the {} tests here that look at a status all expect success; add wrong input, missing rights, missing rows"
        )
        yield Finding(found.position, message.format(found.tests))
