"""What an application lets other sites and strangers read (FAP009), each with the right way beside it."""

from __future__ import annotations

import textwrap

from security_pairs import EVIL, Pair, asks, body, evil_site_reads, hidden_from_the_site, pair

_PROFILE = """

@app.get("/")
def show_profile() -> dict[str, str]:
    return {"name": "ann", "email": "ann@site.test"}
"""
_LISTED = """
app = FastAPI(openapi_url=None)
app.add_middleware(CORSMiddleware, allow_origins=["https://site.test"], allow_credentials=True)
"""


def cors(name: str, bad: str, good: str) -> Pair:
    wrong, right = (textwrap.dedent(text) + _PROFILE for text in (bad, good))
    return pair(name, wrong, right, evil_site_reads, asks(headers={"Origin": EVIL, "Cookie": "session=ann"}), start="")


CORS = [
    cors(
        "any origin, a list",
        """
        app = FastAPI(openapi_url=None)
        app.add_middleware(  # FAP009 cors-any-origin-with-credentials
            CORSMiddleware, allow_origins=["*"], allow_credentials=True, allow_methods=["*"], allow_headers=["*"]
        )
        """,
        _LISTED,
    ),
    cors(
        "any origin, a constant",
        """
        ORIGINS = ["*"]
        app = FastAPI(openapi_url=None)
        app.add_middleware(  # FAP009 cors-any-origin-with-credentials
            CORSMiddleware, allow_origins=ORIGINS, allow_credentials=True
        )
        """,
        """
        ORIGINS = ["*"]
        app = FastAPI(openapi_url=None)
        app.add_middleware(CORSMiddleware, allow_origins=ORIGINS, allow_credentials=False)
        """,
    ),
    cors(
        "any origin, among others",
        """
        app = FastAPI(openapi_url=None)
        app.add_middleware(  # FAP009 cors-any-origin-with-credentials
            CORSMiddleware, allow_origins=["https://site.test", "http://localhost:3000", "*"], allow_credentials=True
        )
        """,
        _LISTED,
    ),
    cors(
        "any origin, a list that is extended",
        """
        origins = ["https://site.test"]
        origins.append("*")
        app = FastAPI(openapi_url=None)
        app.add_middleware(  # FAP009 cors-any-origin-with-credentials
            CORSMiddleware, allow_origins=origins, allow_credentials=True
        )
        """,
        """
        origins = ["https://site.test"]
        origins.append("http://localhost:3000")
        app = FastAPI(openapi_url=None)
        app.add_middleware(CORSMiddleware, allow_origins=origins, allow_credentials=True)
        """,
    ),
    cors(
        "any origin, the middleware of the application",
        """
        app = FastAPI(
            openapi_url=None,
            middleware=[
                Middleware(  # FAP009 cors-any-origin-with-credentials
                    CORSMiddleware, allow_origins=["*"], allow_credentials=True
                )
            ],
        )
        """,
        """
        app = FastAPI(
            openapi_url=None,
            middleware=[Middleware(CORSMiddleware, allow_origins=["https://site.test"], allow_credentials=True)],
        )
        """,
    ),
    cors(
        "any origin, a pattern",
        """
        app = FastAPI(openapi_url=None)
        app.add_middleware(  # FAP009 cors-any-origin-with-credentials
            CORSMiddleware, allow_origin_regex=".*", allow_credentials=True
        )
        """,
        r"""
        app = FastAPI(openapi_url=None)
        app.add_middleware(
            CORSMiddleware, allow_origin_regex=r"https://[a-z]+\.site\.test", allow_credentials=True
        )
        """,
    ),
    cors(
        "any origin, a pattern for each scheme",
        """
        app = FastAPI(openapi_url=None)
        app.add_middleware(  # FAP009 cors-any-origin-with-credentials
            CORSMiddleware, allow_origin_regex=r"https?://.*", allow_credentials=True
        )
        """,
        r"""
        app = FastAPI(openapi_url=None)
        app.add_middleware(
            CORSMiddleware, allow_origin_regex=r"https?://localhost(:\d+)?", allow_credentials=True
        )
        """,
    ),
]

ANY = [
    pair(
        "any origin, without credentials",
        f"""app = FastAPI(openapi_url=None)
app.add_middleware(CORSMiddleware, allow_origins=["*"])  # FAP009 cors-any-origin
{_PROFILE}""",
        _LISTED + _PROFILE,
        lambda outcome: outcome.last.headers.get("access-control-allow-origin") == "*",
        asks(headers={"Origin": EVIL}),
        start="",
        enable="cors-any-origin",
    )
]

_KEY_REQUIRED = """
@app.middleware("http")
async def require_key(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    if request.headers.get("X-Key") != KEY:
        return JSONResponse({"detail": "no key"}, status_code=401)
    return await call_next(request)
"""
_KEY = 'KEY = os.environ["KEY"]\n'
_CORS_ADDED = 'app.add_middleware(CORSMiddleware, allow_origins=["https://site.test"])'
_KEY_CLASS = """
class KeyRequired(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        if request.headers.get("X-Key") != KEY:
            return JSONResponse({"detail": "no key"}, status_code=401)
        return await call_next(request)


app = FastAPI(
    openapi_url=None,
    middleware=[
"""
_KEY_ITEM = "        Middleware(KeyRequired),\n"
_CORS_ITEM = '        Middleware(CORSMiddleware, allow_origins=["https://site.test"]),'


def ordered(name: str, bad: str, good: str) -> Pair:
    """The answer of the other middleware is a 401 in both; one that the page of the site may see in the good."""
    step = asks(headers={"Origin": "https://site.test"})
    return pair(name, bad + _PROFILE, good + _PROFILE, hidden_from_the_site, step, answers=(401,), start=_KEY)


ORDER = [
    ordered(
        "cors inside of what answers by itself",
        f"app = FastAPI(openapi_url=None)\n{_CORS_ADDED}  # FAP009 cors-order\n\n{_KEY_REQUIRED}",
        f"app = FastAPI(openapi_url=None)\n\n{_KEY_REQUIRED}\n\n{_CORS_ADDED}\n",
    ),
    ordered(
        "cors last in the list",
        f"{_KEY_CLASS}{_KEY_ITEM}{_CORS_ITEM}  # FAP009 cors-order\n    ],\n)\n",
        f"{_KEY_CLASS}{_CORS_ITEM}\n{_KEY_ITEM}    ],\n)\n",
    ),
]

_ADMIN_ROUTE = '''

def require_admin(credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> None:
    if not hmac.compare_digest(credentials.credentials, KEY):
        raise HTTPException(status_code=401)


@app.delete("/users/{user_id}", dependencies=[Depends(require_admin)])
def delete_user(user_id: int) -> None:
    """Delete a user."""
'''

_ENVIRONMENT = 'ENVIRONMENT = os.environ.get("ENVIRONMENT", "production")\n'

DOCS = [
    pair(
        "schema open to everybody",
        f"{_ENVIRONMENT}app = FastAPI()  # FAP009 docs-exposed\n{_ADMIN_ROUTE}",
        f'{_ENVIRONMENT}app = FastAPI(openapi_url=None if ENVIRONMENT == "production" else "/schema")\n{_ADMIN_ROUTE}',
        body("/users/{user_id}"),
        asks("/openapi.json"),
        answers=(404,),
        start=_KEY,
    ),
    pair(
        "pages off, schema on",
        f"app = FastAPI(docs_url=None, redoc_url=None)  # FAP009 docs-half-disabled\n{_ADMIN_ROUTE}",
        f"app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)\n{_ADMIN_ROUTE}",
        lambda outcome: outcome.answers[0].status_code == 404 and "/users/{user_id}" in outcome.last.text,
        asks("/docs"),
        asks("/openapi.json"),
        answers=(404,),
        start=_KEY,
    ),
]

PAIRS = [*CORS, *ANY, *ORDER, *DOCS]
