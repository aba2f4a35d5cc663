"""Authentication that does not hold."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_fastapi.semantics.code import start
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.security import optional_auth, unverified
from flake8_fastapi.semantics.security.optional_auth import Untested
from flake8_fastapi.semantics.security.unverified import Unverified
from flake8_fastapi.visitor import Finding, check, fitting, short

_ROOM = 126
"""Of a message with the long name of `optional-auth-unchecked` behind it."""


@check
def unverified_token(subject: Function | Route | File) -> Iterator[Finding]:
    """A security scheme is the only authentication of a route, and nobody checks what it reads.

    `OAuth2PasswordBearer`, `HTTPBearer`, `HTTPBasic` and the API key schemes read a credential from the request and
    refuse at most a request that has none: any text passes. Silent where the value is compared, decoded, looked up or
    given to anything that is not understood, and where anything else may authenticate: another dependency, a decorator,
    middleware, the request itself.

    Bad::

        bearer = OAuth2PasswordBearer(tokenUrl="login")

        @app.delete("/orders/{order_id}")
        def delete_order(order_id: int, token: str = Depends(bearer)) -> int:  # FAP009
            return order_id

    Good::

        bearer = OAuth2PasswordBearer(tokenUrl="login")

        def current_user(token: str = Depends(bearer)) -> str:
            try:
                return str(jwt.decode(token, settings.key, algorithms=["HS256"])["sub"])
            except jwt.PyJWTError as error:
                raise HTTPException(401) from error

        @app.delete("/orders/{order_id}")
        def delete_order(order_id: int, user: str = Depends(current_user)) -> int:
            return order_id
    """
    if isinstance(subject, Function):
        found = unverified.of(subject)
    elif isinstance(subject, Route):
        found = unverified.listed(subject)
    else:
        found = unverified.around_routes(subject.project, subject.path)
    for each in found:
        yield Finding(each.position, _unverified(each))


def _unverified(each: Unverified) -> str:
    user, name = f"`{short(each.user, 30)}`", f"`{short(each.parameter, 30)}`"
    given = f"with {_WHAT.get(each.scheme, 'any token')}{'' if each.is_strict else ' or none'}"
    if not each.parameter:
        what = f"only asks for {_THING.get(each.scheme, 'a token')}" if each.is_strict else "refuses nobody"
        return fitting(
            f"`{each.scheme}` {what}: anyone can call {user} {given}; depend on a function that verifies it",
            f"`{each.scheme}` {what}: anyone can call {user}; depend on a function that verifies it",
        )
    if each.is_handler:
        return fitting(
            f"nothing checks {name}: anyone can call {user} {given}; verify it in a dependency that answers 401",
            f"nothing checks {name}: anyone can call {user}; verify it, and answer 401",
        )
    return fitting(
        f"{user} never checks {name}: anyone {given} passes as signed in; verify it, else answer 401",
        f"{user} never checks {name}: anyone passes as signed in; verify it, else answer 401",
    )


_WHAT = {
    "HTTPBasic": "any name and password",
    "HTTPDigest": "any digest",
    "APIKeyHeader": "any key",
    "APIKeyQuery": "any key",
    "APIKeyCookie": "any cookie",
}
_THING = {
    "HTTPBasic": "a name and password",
    "HTTPDigest": "a digest",
    "APIKeyHeader": "a key",
    "APIKeyQuery": "a key",
    "APIKeyCookie": "a cookie",
}


@check
def optional_auth_unchecked(function: Function) -> Iterator[Finding]:
    """A dependency gives None to callers who are not signed in, and nobody tests that.

    Such a dependency (a scheme with `auto_error=False`, a function that returns None without a valid credential)
    refuses nobody. A handler that reads an attribute of None answers 500 instead of 401; one that changes something
    and never looks at the value lets anyone do so. Silent where something else on the route may authenticate, and for
    handlers that only hand the value on.

    Bad::

        bearer = HTTPBearer(auto_error=False)

        def user_or_none(token: HTTPAuthorizationCredentials | None = Depends(bearer)) -> str | None:
            if token is None:
                return None
            return read_user(token.credentials)

        @app.delete("/orders/{order_id}")
        def delete_order(order_id: int, user: str | None = Depends(user_or_none)) -> int:  # FAP009
            return order_id

    Good::

        bearer = HTTPBearer(auto_error=False)

        def user_or_none(token: HTTPAuthorizationCredentials | None = Depends(bearer)) -> str | None:
            if token is None:
                return None
            return read_user(token.credentials)

        @app.delete("/orders/{order_id}")
        def delete_order(order_id: int, user: str | None = Depends(user_or_none)) -> int:
            if user is None:
                raise HTTPException(401)
            return order_id
    """
    for untested in optional_auth.dereferenced(function):
        yield Finding(start(untested.use.node), _untested(untested))
    for parameter, route in optional_auth.ignored(function):
        name, user = f"`{short(parameter.name, 30)}`", f"`{short(route.name, 30)}`"
        what = f"{name} is None for callers who are not signed in, and {user} never looks at it: anyone can call it"
        yield Finding(
            parameter.start or function.position,
            fitting(
                f"{what}; answer 401 then",
                f"{user} never looks at {name}: anyone can call it; answer 401 for None",
                room=_ROOM,
            ),
        )


def _untested(untested: Untested) -> str:
    name = f"`{short(untested.parameter.name, 30)}`"
    around = untested.use.around
    used = f"`{short(ast.unparse(around))}`" if isinstance(around, ast.Attribute) else "its use"
    none = f"{name} is None for callers who are not signed in"
    return fitting(
        f"{none}: {used} raises {untested.use.error}, a 500 instead of a 401; test it, or depend on what raises 401",
        f"{none}: {used} raises {untested.use.error}, a 500 instead of a 401; test it first",
        f"{none}: a 500 instead of a 401; test it first",
        room=_ROOM,
    )
