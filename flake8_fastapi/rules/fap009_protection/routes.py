"""Routes that nobody needs to sign in for."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.security import authentication, siblings
from flake8_fastapi.semantics.served import is_api
from flake8_fastapi.visitor import Finding, check, fitting, short


@check
def unprotected_route(file: File) -> Iterator[Finding]:
    """A route that writes, or is for administrators, needs no authentication, while its siblings on the router do.

    One route without the dependency that all others have is hardly ever meant: anybody who finds it in the schema may
    use it.

    Authentication counts wherever it may come from: a parameter (also through aliases and further dependencies), the
    decorator, the router, `include_router`, the app, a class-based view, a decorator, middleware, a call in the body.
    Not reported: routes for which any of these is not understood, routers with fewer than `--fastapi-sibling-routes`
    routes or with less than `--fastapi-protected-share` % of them protected, login, sign-up, health checks, webhooks,
    callbacks, and `--fastapi-public-paths`. `--fastapi-auth-dependencies` names further guards.

    Bad::

        router = APIRouter(prefix="/orders")

        @router.get("/")
        def list_orders(user: User = Depends(get_current_user)) -> list[str]:
            return []

        @router.get("/{order_id}")
        def read_order(order_id: int, user: User = Depends(get_current_user)) -> str:
            return ""

        @router.post("/")
        def create_order(name: str, user: User = Depends(get_current_user)) -> str:
            return name

        @router.put("/{order_id}")
        def update_order(order_id: int, user: User = Depends(get_current_user)) -> str:
            return ""

        @router.delete("/{order_id}")  # FAP009
        def delete_order(order_id: int, db: Session = Depends(get_db)) -> None:
            db.delete(db.get_one(Order, order_id))
            db.commit()

        app = FastAPI()
        app.include_router(router)

    Good::

        router = APIRouter(prefix="/orders", dependencies=[Depends(get_current_user)])

        @router.get("/")
        def list_orders() -> list[str]:
            return []

        @router.delete("/{order_id}")
        def delete_order(order_id: int, db: Session = Depends(get_db)) -> None:
            db.delete(db.get_one(Order, order_id))
            db.commit()
    """
    for found in siblings.odd_ones_out(file):
        route = found.route
        name = f"`{short(route.name)}`" if route.name else "this route"
        kind = "writing routes" if found.is_of_writes else "routes"
        unlike = f"{name} is unprotected, unlike {found.protected} of the {found.all} {kind} here"
        guard = f"`{short(found.by, 30)}`"
        yield Finding(
            route.position,
            fitting(
                f"{unlike} ({guard}): anyone may {_request(route)}; add the dependency",
                f"{unlike} ({guard}): anyone may {_request(route)}; add it",
                f"{unlike}: anyone may {_request(route)}; add {guard}",
                f"{unlike} ({guard}): anyone may call it; add the dependency",
                f"{unlike}: anyone may call it; add the dependency",
            ),
        )


@check(optional=True)
def require_auth(file: File) -> Iterator[Finding]:
    """A route needs no authentication and is not on the list of public paths.

    For projects in which every route is closed unless it is said to be open: `--fastapi-public-paths`. Login, sign-up,
    health checks, webhooks and callbacks are open anyway. A route for which it is not certain is not reported.

    Bad::

        app = FastAPI()

        @app.get("/report")  # FAP009
        def report() -> dict[str, int]:
            return {"sales": 1}

    Good::

        app = FastAPI(dependencies=[Depends(get_current_user)])

        @app.get("/report")
        def report() -> dict[str, int]:
            return {"sales": 1}
    """
    if file.project.files.is_test(file.path):
        return
    for route in file.routes:
        if not is_api(route) or authentication.is_public(route, file.project):
            continue
        if authentication.of_route(route).is_protected is False:
            name = f"`{short(route.name)}`" if route.name else "this route"
            yield Finding(
                route.position,
                fitting(
                    f"{name} is unprotected: anyone may {_request(route)}; add a dependency, or its path to "
                    "--fastapi-public-paths",
                    f"{name} is unprotected: anyone may call it; add a dependency, or a public path",
                ),
            )


def _request(route: Route) -> str:
    """`DELETE /orders/{order_id}`"""
    paths = {each.path for each in route.operations}
    path = paths.pop() if len(paths) == 1 else route.path
    method = next((each for each in ("DELETE", "PUT", "PATCH", "POST") if each in route.methods), "call")
    method = "GET" if method == "call" and "GET" in route.methods else method
    return f"{method} `{path}`" if path and method != "call" else "call it"
