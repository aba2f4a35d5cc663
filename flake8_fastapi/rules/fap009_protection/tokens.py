"""Tokens and the comparison of secrets."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics.credentials import comparing, jwts
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.visitor import Finding, check, fitting, short


@check
def jwt_unverified(function: Function) -> Iterator[Finding]:
    """What a client's token says is trusted, and nobody looks at its signature: anyone can be any user.

    `verify_signature: False`, `get_unverified_claims()`, `jws.verify(…, verify=False)`, and the algorithm "none" where
    the library takes it (Authlib, joserfc). Options in variables and constants of other modules are followed.

    Not reported: where the same token is given to anything that may verify it, where the route has authentication
    besides, claims that choose the key or say how old the token is, tokens that no client sent, logging.

    Bad::

        import jwt

        def current_user(request: Request) -> str:
            token = request.headers["authorization"].removeprefix("Bearer ")
            return jwt.decode(token, options={"verify_signature": False})["sub"]  # FAP009

        @app.get("/me")
        def me(user: Annotated[str, Depends(current_user)]) -> str:
            return user

    Good::

        import jwt

        KEY = os.environ["JWT_KEY"]

        def current_user(request: Request) -> str:
            token = request.headers["authorization"].removeprefix("Bearer ")
            return jwt.decode(token, KEY, algorithms=["HS256"])["sub"]

        @app.get("/me")
        def me(user: Annotated[str, Depends(current_user)]) -> str:
            return user
    """
    for found in jwts.of(function):
        where = f"`{short(function.name, 24)}`"
        through = where if found.is_direct else f"{where} (for `{short(found.name, 24)}`)"
        yield Finding(
            found.position,
            fitting(
                f"`{found.how}` in {through}: anyone can forge a token for any user; verify the signature",
                f"`{found.how}` in {where}: anyone can forge a token for any user; verify the signature",
            ),
        )


@check
def timing_unsafe_compare(function: Function) -> Iterator[Finding]:
    """A secret, or a signature that the service computes, is compared with `==` to what a client sent.

    `==` stops at the first character that differs; how long it takes tells how many were right. `compare_digest` always
    takes as long. It wants bytes, or text in ASCII.

    Not reported: comparisons with constants, of two values of the client (`password == confirm_password`), with what
    no client sent.

    Bad::

        from fastapi import Header

        API_KEY = os.environ["API_KEY"]

        def verify(x_api_key: Annotated[str, Header()]) -> None:
            if x_api_key != API_KEY:  # FAP009
                raise HTTPException(status_code=401)

        @app.get("/jobs", dependencies=[Depends(verify)])
        def jobs() -> int:
            return 0

    Good::

        import hmac

        from fastapi import Header

        API_KEY = os.environ["API_KEY"]

        def verify(x_api_key: Annotated[str, Header()]) -> None:
            if not hmac.compare_digest(x_api_key.encode(), API_KEY.encode()):
                raise HTTPException(status_code=401)

        @app.get("/jobs", dependencies=[Depends(verify)])
        def jobs() -> int:
            return 0
    """
    for found in comparing.of(function):
        named = short(found.name, 36)
        what = "the signature" if found.kind == "signature" else "the secret"
        yield Finding(
            found.position,
            fitting(
                f"`{named}` is compared with `==`: response times let an attacker guess {what} piece by piece; "
                "use `hmac.compare_digest`",
                f"`{short(named, 24)}` is compared with `==`: response times give {what} away; use `compare_digest`",
                room=128,
            ),
        )
