"""Secrets and settings in code (FAP008), each with the right way beside it."""

from __future__ import annotations

from security_pairs import Outcome, Pair, Shows, asks, body, pair, signed, status

_KEYED = """

app = FastAPI(openapi_url=None)


def get_name(credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> str:
    name, _, signature = credentials.credentials.partition(".")
    if not hmac.compare_digest(signature, hmac.new(SECRET_KEY.encode(), name.encode(), "sha256").hexdigest()):
        raise HTTPException(status_code=401)
    return name


@app.get("/")
def show_profile(name: Annotated[str, Depends(get_name)]) -> str:
    return f"profile of {name}"
"""
_FROM_ENVIRONMENT = 'SECRET_KEY = os.environ["KEY"]\n'


def known_key(name: str, bad: str, good: str, key: str, needs: tuple[str, ...] = ()) -> Pair:
    """Whoever has read the source signs a token with the key that stands there."""
    step = asks(headers=signed("admin", key))
    shows = body("profile of admin")
    return pair(name, bad + _KEYED, good + _KEYED, shows, step, answers=(401,), code="FAP008", start="", needs=needs)


_WITH_DEFAULT = """
class Settings(BaseSettings):
    secret_key: str = "dev-secret"  # FAP008 settings-secret-default


SECRET_KEY = Settings().secret_key
"""
_REQUIRED = """
class Settings(BaseSettings):
    key: str


SECRET_KEY = Settings().key
"""
_OWN_LIBRARY = "from pydantic_settings import BaseSettings\n\n"
_PYDANTIC_1 = "from pydantic.v1 import BaseSettings\n\n"

SECRETS = [
    known_key(
        "key in the source",
        'SECRET_KEY = "8dh2hdk39sjdmwl2034jfndkw"  # FAP008 hardcoded-secret\n',
        _FROM_ENVIRONMENT,
        "8dh2hdk39sjdmwl2034jfndkw",
    ),
    known_key(
        "key that is to be changed",
        'SECRET_KEY = "change-me"  # FAP008 hardcoded-secret\n',
        _FROM_ENVIRONMENT,
        "change-me",
    ),
    known_key(
        "key with a fallback",
        'SECRET_KEY = os.getenv("SECRET_KEY", "dev-secret")  # FAP008 secret-fallback\n',
        _FROM_ENVIRONMENT,
        "dev-secret",
    ),
    known_key(
        "key with a fallback, by `or`",
        'SECRET_KEY = os.environ.get("SECRET_KEY") or "supersecret"  # FAP008 secret-fallback\n',
        _FROM_ENVIRONMENT,
        "supersecret",
    ),
    known_key(
        "key with a default in the settings",
        _OWN_LIBRARY + _WITH_DEFAULT,
        _OWN_LIBRARY + _REQUIRED,
        "dev-secret",
        ("pydantic_settings",),
    ),
    known_key(
        "key with a default in settings of Pydantic 1",
        _PYDANTIC_1 + _WITH_DEFAULT,
        _PYDANTIC_1 + _REQUIRED,
        "dev-secret",
    ),
]


def exposing(name: str, bad: str, good: str, answer: Shows, start: str, needs: tuple[str, ...] = ()) -> Pair:
    return pair(name, bad, good, answer, asks("/debug"), code="FAP008", start=start, needs=needs)


_OWN_SETTINGS = """\
from pydantic import Field
from pydantic_settings import BaseSettings

app = FastAPI(openapi_url=None)


class Settings(BaseSettings):
    title: str = "Shop"
    secret_key: str = Field(alias="KEY")


settings = Settings()


"""

EXPOSED = [
    exposing(
        "environment in an answer",
        """
        @app.get("/debug")
        def show_environment() -> dict[str, str]:
            return dict(os.environ)  # FAP008 secret-exposed
        """,
        """
        COMMIT = os.environ.get("COMMIT", "unknown")


        @app.get("/debug")
        def show_version() -> dict[str, str]:
            return {"commit": COMMIT}
        """,
        body("k" * 40),
        "app = FastAPI(openapi_url=None)\n\n\n",
    ),
    exposing(
        "settings in an answer",
        """
        @app.get("/debug")
        def show_settings() -> Settings:
            return settings  # FAP008 secret-exposed
        """,
        """
        @app.get("/debug")
        def show_settings() -> dict[str, str]:
            return {"title": settings.title}
        """,
        body("k" * 40),
        _OWN_SETTINGS,
        ("pydantic_settings",),
    ),
    exposing(
        "secret field of the settings in an answer",
        """
        @app.get("/debug")
        def show_settings() -> dict[str, str]:
            return {"title": settings.title, "key": settings.secret_key}  # FAP008 secret-exposed
        """,
        """
        @app.get("/debug")
        def show_settings() -> dict[str, str]:
            return {"title": settings.title, "key": "set" if settings.secret_key else "missing"}
        """,
        body("k" * 40),
        _OWN_SETTINGS,
        ("pydantic_settings",),
    ),
]

_FAILING = '''

@app.get("/")
def divide(by: int) -> float:
    """The price of the shop's secret recipe."""
    return 1 / by
'''

DEBUG = [
    pair(
        "debug on",
        f"app = FastAPI(openapi_url=None, debug=True)  # FAP008 debug-enabled\n{_FAILING}",
        f"app = FastAPI(openapi_url=None)\n{_FAILING}",
        lambda outcome: "Traceback" in outcome.last.text and "return 1 / by" in outcome.last.text,
        asks(params={"by": "0"}),
        answers=(500,),
        code="FAP008",
        start="",
    ),
    pair(
        "debug on, by a constant",
        f"DEBUG = True\napp = FastAPI(openapi_url=None, debug=DEBUG)  # FAP008 debug-enabled\n{_FAILING}",
        f'DEBUG = os.environ.get("DEBUG") == "1"\napp = FastAPI(openapi_url=None, debug=DEBUG)\n{_FAILING}',
        lambda outcome: "Traceback" in outcome.last.text and "return 1 / by" in outcome.last.text,
        asks(params={"by": "0"}),
        answers=(500,),
        code="FAP008",
        start="",
    ),
]


def read_for_each_request(outcome: Outcome) -> bool:
    return outcome.readings.count("GREETING") == len(outcome.answers)


def reading(
    name: str, bad: str, good: str, shows: Shows = read_for_each_request, start: str = "", needs: tuple[str, ...] = ()
) -> Pair:
    begin = f"app = FastAPI(openapi_url=None)\n{start}\n\n"
    return pair(name, bad, good, shows, asks(), asks(), code="FAP008", start=begin, needs=needs)


_CACHED_SETTINGS = """
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    greeting: str = "hello"
"""

READINGS = [
    reading(
        "environment read in the handler",
        """
        @app.get("/")
        def greet() -> str:
            return os.environ["GREETING"]  # FAP008 env-in-handler
        """,
        """
        GREETING = os.environ["GREETING"]


        @app.get("/")
        def greet() -> str:
            return GREETING
        """,
    ),
    reading(
        "environment read in a dependency",
        """
        def get_greeting() -> str:
            return os.environ["GREETING"]  # FAP008 env-in-handler


        @app.get("/")
        def greet(greeting: Annotated[str, Depends(get_greeting)]) -> str:
            return greeting
        """,
        """
        GREETING = os.environ["GREETING"]


        def get_greeting() -> str:
            return GREETING


        @app.get("/")
        def greet(greeting: Annotated[str, Depends(get_greeting)]) -> str:
            return greeting
        """,
    ),
    reading(
        "variable that is missing",
        """
        @app.get("/")
        def greet() -> str:
            return os.environ["NOT_THERE"]  # FAP008 env-in-handler
        """,
        """
        GREETING = os.environ["GREETING"]


        @app.get("/")
        def greet() -> str:
            return GREETING
        """,
        status(500),
    ),
    reading(
        "settings made for each request",
        """
        def get_settings() -> Settings:
            return Settings()  # FAP008 settings-per-request


        @app.get("/")
        def greet(settings: Annotated[Settings, Depends(get_settings)]) -> str:
            return settings.greeting
        """,
        """
        @lru_cache
        def get_settings() -> Settings:
            return Settings()


        @app.get("/")
        def greet(settings: Annotated[Settings, Depends(get_settings)]) -> str:
            return settings.greeting
        """,
        start=_CACHED_SETTINGS,
        needs=("pydantic_settings",),
    ),
]

PAIRS = [*SECRETS, *EXPOSED, *DEBUG, *READINGS]
