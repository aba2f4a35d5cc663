"""What no test asks of a route: untested-app, untested-route, untested-validation, untested-auth."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics import applications
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.served import named
from flake8_fastapi.semantics.suite import refused, tested, validated
from flake8_fastapi.visitor import Finding, check, fitting, short

_ORDER = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE")


@check
def untested_app(file: File) -> Iterator[Finding]:
    """The project has an application, and no test that sends it a request.

    Tests are found as pytest finds them: by its configuration, else by their names, and where `--fastapi-tests` says.
    Not reported: applications that only answer probes or show pages, that another one mounts, or that are examples;
    projects whose tests call the handlers themselves, or use a client that is not known.

    Bad::

        app = FastAPI()  # FAP010


        @app.get("/orders")
        def list_orders() -> list[int]:
            return []

    Good::

        app = FastAPI()


        @app.get("/orders")
        def list_orders() -> list[int]:
            return []


        # tests/test_orders.py
        from fastapi.testclient import TestClient
        from main import app


        def test_orders() -> None:
            assert TestClient(app).get("/orders").status_code == 200
    """
    for app in applications.made_in(file):
        found = tested.wanting(file.project, app)
        if found and app.made is not None:
            name = applications.name_of(file, app)
            count = len({each.route.written_at for each in found})
            breaks = f"its {count} routes break" if count > 1 else "its route breaks"
            text = f"`{short(name, 25)}`" if name else "this application"
            is_global = name and not app.made.frame.function
            client = f"`TestClient({short(name, 25)})`" if is_global else "`TestClient`"
            yield Finding(
                app.made.call.start,
                f"no test sends {text} a request: nothing notices when {breaks}; begin with {client}",
            )


@check
def untested_route(route: Route) -> Iterator[Finding]:
    """The tests of a project request its API, and none requests this route.

    Requests are found wherever tests send them: in helpers, fixtures and classes, with whatever client, and with paths
    from constants, functions, parameters and loops. A route that is requested with one of its methods is tested.
    Not reported: probes, the page at `/`, pages, files and routes that are hidden, deprecated or registered under a
    condition, handlers that tests call themselves, and routes that a request may mean whose path is not known. Where
    less than `--fastapi-understood-share` % of the requests are understood, or tests request less than
    `--fastapi-tested-share` % of the routes, of the application and of the file, nothing is said.

    Bad::

        @app.get("/orders")
        def list_orders() -> list[int]:
            return []


        @app.delete("/orders/{number}")  # FAP010
        def delete_order(number: int) -> int:
            return number


        # tests/test_orders.py
        from fastapi.testclient import TestClient
        from main import app


        def test_orders() -> None:
            assert TestClient(app).get("/orders").status_code == 200

    Good::

        @app.get("/orders")
        def list_orders() -> list[int]:
            return []


        @app.delete("/orders/{number}")
        def delete_order(number: int) -> int:
            return number


        # tests/test_orders.py
        from fastapi.testclient import TestClient
        from main import app

        client = TestClient(app)


        def test_orders() -> None:
            assert client.get("/orders").status_code == 200


        def test_delete() -> None:
            assert client.delete("/orders/1").status_code == 200
    """
    if tested.is_forgotten(route):
        text = _request(route)
        beside = tested.file_beside(route)
        place = f"add one to {short(_shown(route, beside), 50)}" if beside is not None else "add one"
        fault = f"no test requests {text}"
        yield Finding(
            route.position,
            fitting(
                f"{fault}: nothing notices when it breaks; {place}",
                f"{fault}: nothing notices when it breaks; add one",
                f"no test requests {named(route)}: nothing notices when it breaks; add one",
            ),
        )


@check
def untested_validation(route: Route) -> Iterator[Finding]:
    """A route that takes a validated body, or a parameter with a pattern, is tested, and never with a value that it
    refuses.

    Bodies are meant whose models have validators, bounds, patterns, choices, addresses or URLs, and those of POST with
    at least four values that must be there. A test counts that may accept 400, 409, 413, 415, 422 or another status
    that says so, or one of the model that expects an exception; one of another route with the same model counts, too,
    and without any, the first such route is reported. Not reported: parameters of dependencies, types without limits,
    greatest lengths, bounds of pages.

    Bad::

        class Order(BaseModel):
            title: str
            pieces: int = Field(gt=0)


        @app.post("/orders")  # FAP010
        def create_order(order: Order) -> str:
            return order.title


        # tests/test_orders.py
        from fastapi.testclient import TestClient
        from main import app


        def test_create() -> None:
            response = TestClient(app).post("/orders", json={"title": "Lamp", "pieces": 1})
            assert response.status_code == 200

    Good::

        class Order(BaseModel):
            title: str
            pieces: int = Field(gt=0)


        @app.post("/orders")
        def create_order(order: Order) -> str:
            return order.title


        # tests/test_orders.py
        from fastapi.testclient import TestClient
        from main import app

        client = TestClient(app)


        def test_create() -> None:
            response = client.post("/orders", json={"title": "Lamp", "pieces": 1})
            assert response.status_code == 200


        def test_create_nothing() -> None:
            assert client.post("/orders", json={"title": "Lamp", "pieces": 0}).status_code == 422
    """
    if not _is_of_interest(route) or not tested.is_tested(route):
        return
    found = refused.never_with_bad_data(route.project, route)
    if found is not None:
        what = "an invalid body" if validated.is_body(found) else f"an invalid `{short(found.name, 25)}`"
        tails = ("what it refuses may change unnoticed; expect a 422 too", "its checks may break unnoticed; test a 422")
        yield Finding(route.position, _tested(route, f"never with {what}", *tails))


@check
def untested_auth(route: Route) -> Iterator[Finding]:
    """A route that needs authentication is tested, and no test expects that it turns anybody away.

    A test counts that may accept 401 or 403. Where a router, an inclusion, a class, the application or middleware asks
    who is there, a test of one route counts for all that it protects; elsewhere it counts for the routes of the file.
    Without any, the first tested one is reported, unless tests show of the same guard, but not of most of what it
    protects, that it refuses.

    Bad::

        def current_user(authorization: Annotated[str | None, Header()] = None) -> str:
            if authorization is None:
                raise HTTPException(status_code=401)
            return authorization


        @app.get("/me")  # FAP010
        def read_me(user: Annotated[str, Depends(current_user)]) -> str:
            return user


        # tests/test_users.py
        from fastapi.testclient import TestClient
        from main import app


        def test_me() -> None:
            response = TestClient(app).get("/me", headers={"Authorization": "ann"})
            assert response.status_code == 200

    Good::

        def current_user(authorization: Annotated[str | None, Header()] = None) -> str:
            if authorization is None:
                raise HTTPException(status_code=401)
            return authorization


        @app.get("/me")
        def read_me(user: Annotated[str, Depends(current_user)]) -> str:
            return user


        # tests/test_users.py
        from fastapi.testclient import TestClient
        from main import app

        client = TestClient(app)


        def test_me() -> None:
            assert client.get("/me", headers={"Authorization": "ann"}).status_code == 200


        def test_nobody() -> None:
            assert client.get("/me").status_code == 401
    """
    if not _is_of_interest(route) or not tested.is_tested(route):
        return
    alike = refused.never_refused(route.project, route)
    if alike:
        name = refused.guard_of(route)
        guard = f"`{short(name, 25)}`" if name else "its protection"
        on = f" on its {len(alike)} tested routes" if len(alike) > 1 else ""
        without = f"without {guard}{on} all tests would pass"
        tails = (f"{without}; expect a 401 or 403 too", f"{without}; test a 401", without)
        yield Finding(route.position, _tested(route, "never refused", *tails))


def _is_of_interest(route: Route) -> bool:
    return route.is_operation and tested.is_of_application(route)


def _request(route: Route) -> str:
    """`DELETE /orders/{number}`"""
    paths = {each.path for each in route.operations}
    path = short((paths.pop() if len(paths) == 1 else route.path) or "", 60)
    if route.is_websocket:
        return f"websocket `{path}`"
    methods = "/".join(sorted(route.methods, key=_ORDER.index)) if route.methods <= {*_ORDER} else ""
    return f"`{methods} {path}`" if path and methods else named(route)


def _tested(route: Route, never: str, *tails: str) -> str:
    """`read_me` is tested in tests/test_users.py, never …"""
    whole = _shown(route, tested.files_of(route)[0])
    wheres = (short(whole, 50), short(whole.rpartition("/")[2]))
    return fitting(
        *(f"{named(route)} is tested in {where}, {never}: {tail}" for where in wheres for tail in tails[:2]),
        f"{named(route)} is tested in {wheres[1]}, {never}: {tails[-1]}",
    )


def _shown(route: Route, path: str) -> str:
    folders, name = route.project.files.parts(path)
    return "/".join((*folders, name))
