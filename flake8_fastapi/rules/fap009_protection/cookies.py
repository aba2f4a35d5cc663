"""Cookies and credentials in the wrong place."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics.credentials import cookies, urls
from flake8_fastapi.semantics.credentials.cookies import Cookie
from flake8_fastapi.semantics.credentials.urls import InUrl
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.visitor import Finding, check, fitting, short

_THIEVES = {
    ("httponly", "secure"): "injected scripts and anyone on the network can steal the session",
    ("httponly",): "an injected script can read it and act as the user",
    ("secure",): "it goes over plain HTTP too, where anyone on the network can take over the session",
    ("samesite",): "requests that other sites make for the user carry it",
}


@check
def insecure_cookie(function: Function) -> Iterator[Finding]:
    """A cookie that signs a client in is set without `httponly`, without `secure`, or with `samesite=None`.

    Without the first, any script that gets into a page reads it; without the second, it is sent over plain HTTP;
    without the third, it goes along with requests of other sites. Starlette's default is `samesite="lax"`, and off for
    the other two.

    Not reported: flags from settings or `**options` that are not known, cookies that scripts must read (CSRF tokens),
    constant values, deletions.

    Bad::

        @app.post("/login")
        def login(response: Response, session_token: Annotated[str, Depends(sign_in)]) -> None:
            response.set_cookie("session", session_token)  # FAP009

    Good::

        @app.post("/login")
        def login(response: Response, session_token: Annotated[str, Depends(sign_in)]) -> None:
            response.set_cookie("session", session_token, httponly=True, secure=True, samesite="lax")
    """
    for found in cookies.of(function):
        yield Finding(found.position, _lacking(found))


def _lacking(found: Cookie) -> str:
    flags = " and ".join(f"`{flag}`" for flag in found.missing[:2])
    harm = _THIEVES.get(found.missing[:2]) or _THIEVES[found.missing[:1]]
    set_it = "set both" if found.missing[1:] else "set it"
    if found.missing[0] == "samesite":
        set_it = 'give it "lax"'
    return fitting(
        f"cookie `{short(found.name, 40)}` is set without {flags}: {harm}; {set_it}",
        f"cookie `{short(found.name, 20)}` lacks {flags}: {harm}; {set_it}",
    )


@check
def credential_in_query(route: Route) -> Iterator[Finding]:
    """A password, key or token of the caller is a query parameter: it becomes a part of the URL.

    Access logs, proxies, browser histories and `Referer` headers keep URLs. Send it in the body or in a header.

    Not reported: websockets, tokens of links (verification, reset, invitation, download) and of OAuth redirects, tokens
    that are places in a list (`page_token`), security schemes.

    Bad::

        @app.post("/login")
        def login(username: str, password: str) -> None:  # FAP009
            print(username, password)

    Good::

        from fastapi import Body

        @app.post("/login")
        def login(username: Annotated[str, Body()], password: Annotated[str, Body()]) -> None:
            print(username, password)
    """
    for found in urls.of(route):
        yield Finding(route.place(found.parameter), _in_url(route, found))


def _place(route: Route, found: InUrl) -> str:
    """Where the credential belongs: a token may be for another service, which no header tells."""
    if found.kind not in ("token", "key"):
        return "the body"
    has_body = any(parameter.kind in ("body", "form", "file") for parameter in route.parameters)
    return "body or header" if has_body else "a header"


def _in_url(route: Route, found: InUrl) -> str:
    named, where = short(found.parameter.name, 30), short(route.name, 24)
    cure = f"take it from {_place(route, found)}"
    return fitting(
        f"`{named}` of route `{where}` is in the URL: whoever reads logs or browser histories can use it; {cure}",
        f"`{named}` of `{where}` is in the URL: who reads logs or browser histories can use it; {cure}",
        f"`{named}` is in the URL: whoever reads logs or browser histories can use it; {cure}",
        room=130,
    )
