"""Decorators that never run."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.knowledge.decorators import Purpose
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.security import above
from flake8_fastapi.semantics.security.above import Dead
from flake8_fastapi.visitor import Finding, check, fitting, short

_MOVE = "put it between the route's decorator and `def`"


@check
def dead_decorator(function: Function) -> Iterator[Finding]:
    """A decorator above the route's own never runs: FastAPI has registered the function below it.

    The name of the function then means the wrapper, which nobody calls, so a check of the user, a rate limit or a cache
    does nothing (`slowapi`'s middleware does not step in either). Silent for decorators that mark or register the
    function and give the same one back, that keep their wrapper somewhere, or that are not understood.

    Bad::

        def require_admin(handler):
            @wraps(handler)
            def wrapper(request: Request, *args, **kwargs):
                if not request.session.get("is_admin"):
                    raise HTTPException(403)
                return handler(request, *args, **kwargs)

            return wrapper

        @require_admin  # FAP009
        @app.delete("/users/{user_id}")
        def delete_user(request: Request, user_id: int) -> int:
            return user_id

    Good::

        def require_admin(handler):
            @wraps(handler)
            def wrapper(request: Request, *args, **kwargs):
                if not request.session.get("is_admin"):
                    raise HTTPException(403)
                return handler(request, *args, **kwargs)

            return wrapper

        @app.delete("/users/{user_id}")
        @require_admin
        def delete_user(request: Request, user_id: int) -> int:
            return user_id
    """
    for dead in above.of(function):
        yield Finding(dead.position, _never_runs(dead, function.name))


def _never_runs(dead: Dead, handler: str) -> str:
    name, so = f"`{short(dead.name, 30)}`", _SO[dead.purpose].format(short(handler, 30))
    if dead.is_between:
        what = f"{name} does not run for the route below it"
        return fitting(f"{what}: {so}; {_MOVE}", f"{what}: {so}; move it under both")
    what = f"{name} above the route's decorator never runs"
    return fitting(f"{what}: {so}; {_MOVE}", f"{what}: {so}; put it below", f"{what}: {so}")


_SO: dict[Purpose, str] = {
    "auth": "`{}` answers without that check",
    "limit": "nothing limits calls of `{}`",
    "cache": "nothing is cached for `{}`",
    "other": "FastAPI calls `{}` itself",
}
