"""What other web sites may do with an application, and whether they hear why they may not."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.knowledge.middleware import CORS
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.middleware import answering, cors, middleware
from flake8_fastapi.semantics.middleware.cors import Policy
from flake8_fastapi.semantics.middleware.middleware import Added, Stack
from flake8_fastapi.visitor import Finding, check, fitting, short

_ANY = "*"
_NAMES = ("CORSMiddleware", "Middleware", "add_middleware")
"""What a module calls that adds it."""
_ROOM = 118
"""The name of the check is long."""


@check
def cors_any_origin_with_credentials(file: File) -> Iterator[Finding]:
    """`allow_origins=["*"]` with `allow_credentials=True`: Starlette then sends back whatever origin asks, so every web
    site may act with the cookies of whoever visits it, and read the answers.

    Bad::

        app = FastAPI()
        app.add_middleware(  # FAP009
            CORSMiddleware,
            allow_origins=["*"],
            allow_credentials=True,
        )

    Good::

        app = FastAPI()
        app.add_middleware(
            CORSMiddleware,
            allow_origins=["https://shop.example.com"],
            allow_credentials=True,
        )
    """
    for policy in _policies(file):
        if policy.credentials and policy.open_to is not None:
            yield Finding(policy.added.position, _with_credentials(policy))


def _with_credentials(policy: Policy) -> str:
    harm = "can act with a user's cookies and read the answers"
    default = "by default " if policy.is_default else ""
    if policy.open_to == _ANY:
        return fitting(
            f"`*` with `allow_credentials`: {default}any web site {harm}; list the origins",
            f"`*` with `allow_credentials`: {default}any web site {harm}; list them",
            room=_ROOM,
        )
    site = short(f"{policy.open_to}", 32)
    return fitting(
        f"`allow_origin_regex` lets in `{site}`: {default}it {harm}; anchor the host",
        f"`allow_origin_regex` lets in `{site}`: it {harm}; anchor it",
        f"the origin regex lets in `{site}`: it {harm}",
        room=_ROOM,
    )


@check(optional=True)
def cors_any_origin(file: File) -> Iterator[Finding]:
    """`allow_origins=["*"]`: any web site may call this application from the browser of whoever visits it.

    Without credentials that is right for a public API, and wrong for one that trusts the network it is reached from.

    Bad::

        app = FastAPI()
        app.add_middleware(CORSMiddleware, allow_origins=["*"])  # FAP009

    Good::

        app = FastAPI()
        app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example.com"])
    """
    for policy in _policies(file):
        if policy.open_to is not None and not policy.credentials:
            site = "any web site" if policy.open_to == _ANY else f"`{short(policy.open_to, 38)}`"
            unless = "by default " if policy.is_default else ""
            harm = "can call this API from a visitor's browser and read the answers"
            yield Finding(policy.added.position, f"CORS: {unless}{site} {harm}; list the origins")


def _policies(file: File) -> tuple[Policy, ...]:
    if file.facts.mentions.keys().isdisjoint(_NAMES) or file.project.files.is_test(file.path):
        return ()
    return cors.of(file.project, file.path)


@check
def cors_order(file: File) -> Iterator[Finding]:
    """`CORSMiddleware` inside of a middleware that refuses requests: what that one answers has no CORS headers, and
    browsers show the page a network error in place of the 401 or 429. Preflight requests are refused as well.

    What `add_middleware` adds last is the outermost; in `FastAPI(middleware=[...])` it is the first.

    Bad::

        class RateLimit(BaseHTTPMiddleware):
            async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
                if is_limited(request):
                    return JSONResponse({"detail": "Slow down"}, status_code=429)
                return await call_next(request)


        app = FastAPI()
        app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example.com"])  # FAP009
        app.add_middleware(RateLimit)

    Good::

        class RateLimit(BaseHTTPMiddleware):
            async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
                if is_limited(request):
                    return JSONResponse({"detail": "Slow down"}, status_code=429)
                return await call_next(request)


        app = FastAPI()
        app.add_middleware(RateLimit)
        app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example.com"])
    """
    if file.facts.mentions.keys().isdisjoint(_NAMES) or file.project.files.is_test(file.path):
        return
    for stack in middleware.stacks(file.project):
        if any(each.path == file.path for each in stack.added):
            yield from _inside(file, stack)


def _inside(file: File, stack: Stack) -> Iterator[Finding]:
    """The outermost CORS middleware, where it stands in this file and something outside of it refuses requests."""
    project = file.project
    place = next((index for index, each in enumerate(stack.added) if answering.may_set_cors(project, each)), None)
    if place is None or not stack.is_ordered:
        return
    added = stack.added[place]
    if added.path != file.path or not added.is_a(file.ev, CORS):
        return
    for outer in stack.added[:place]:
        status = answering.status(project, outer)
        if status is None or middleware.is_beyond(added, outer):
            continue
        if middleware.run_together(project, added, outer):
            yield Finding(added.position, _misses(added, outer, status))
            return


def _misses(added: Added, outer: Added, status: int) -> str:
    first = "list it first" if added.form == "listed" and outer.form == "listed" else "add it last"
    name = short(outer.name, 30)
    return fitting(
        f"CORS inside of `{name}`, whose own {status} then lacks the CORS headers: pages see a network error; {first}",
        f"CORS inside of `{name}`, whose {status} lacks the CORS headers: pages see a network error; {first}",
    )
