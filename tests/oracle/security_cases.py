"""Authentication that does not hold (FAP009), each with the right way beside it."""

from __future__ import annotations

from security_pairs import (
    Pair,
    asks,
    body,
    cookie_in_clear_text,
    jwt,
    pair,
    script_reads_the_cookie,
    signed,
    status,
)

_SIBLINGS = """
router = APIRouter(prefix="/items")
User = Annotated[str, Depends(current_user)]


@router.get("/")
def list_items(user: User) -> list[str]:
    return [user]


@router.get("/{number}")
def show_item(number: int, user: User) -> str:
    return f"{number} of {user}"


@router.post("/")
def add_item(user: User) -> str:
    return user


@router.put("/{number}")
def change_item(number: int, user: User) -> str:
    return f"{number} of {user}"


@router.patch("/{number}")
def mend_item(number: int, user: User) -> str:
    return f"{number} of {user}"


"""
_OPEN_DELETE = """@router.delete("/{number}")%s
def delete_item(number: int%s) -> str:
    return f"{number} is gone"


app.include_router(router%s)
"""

UNPROTECTED = [
    pair(
        "a route forgotten among protected ones",
        _SIBLINGS + _OPEN_DELETE % ("  # FAP009 unprotected-route", "", ""),
        _SIBLINGS + _OPEN_DELETE % ("", ", user: User", ""),
        lambda outcome: [answer.status_code in (401, 403) for answer in outcome.answers] == [True, True, False],
        asks("/items/"),
        asks("/items/1", "PUT"),
        asks("/items/1", "DELETE"),
        answers=(401, 403),
    ),
    pair(
        "a route forgotten, or protected where the router is included",
        _SIBLINGS + _OPEN_DELETE % ("  # FAP009 unprotected-route", "", ""),
        _SIBLINGS + _OPEN_DELETE % ("", "", ", dependencies=[Depends(current_user)]"),
        lambda outcome: [answer.status_code in (401, 403) for answer in outcome.answers] == [True, False],
        asks("/items/", "POST"),
        asks("/items/1", "DELETE"),
        answers=(401, 403),
    ),
]

_ORDERS = """
from sqlalchemy import ForeignKey, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[str] = mapped_column(primary_key=True)


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))


engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
Base.metadata.create_all(engine)
with Session(engine) as setup:
    setup.add_all([User(id="ann"), User(id="bob"), Order(id=1, user_id="bob")])
    setup.commit()


@app.get("/orders")
def list_orders(user: Annotated[str, Depends(current_user)]) -> list[int]:
    with Session(engine) as session:
        return list(session.scalars(select(Order.id).where(Order.user_id == user).limit(9)))


@app.get("/orders/{number}")
def show_order(number: int, user: Annotated[str, Depends(current_user)]) -> str:
    with Session(engine) as session:
"""

SCOPES = [
    pair(
        "row of another user",
        f"""{_ORDERS}
        order = session.get(Order, number)  # FAP009 unscoped-query
        if order is None:
            raise HTTPException(status_code=404)
        return f"order of {{order.user_id}}"
""",
        f"""{_ORDERS}
        order = session.get(Order, number)
        if order is None or order.user_id != user:
            raise HTTPException(status_code=404)
        return f"order of {{order.user_id}}"
""",
        body("order of bob"),
        asks("/orders/1", headers=signed("ann")),
        answers=(404,),
        enable="unscoped-query",
    ),
    pair(
        "nobody asked who it is",
        """
        @app.get("/reports")  # FAP009 require-auth
        def list_reports() -> list[str]:
            return ["report 1"]
        """,
        """
        @app.get("/reports")
        def list_reports(user: Annotated[str, Depends(current_user)]) -> list[str]:
            return [f"report of {user}"]
        """,
        status(200),
        asks("/reports"),
        answers=(401, 403),
        enable="require-auth",
    ),
]

_OAUTH = 'oauth2_scheme = OAuth2PasswordBearer(tokenUrl="token")\n\n\n'
_NONSENSE = {"Authorization": "Bearer nonsense"}

TOKENS = [
    pair(
        "bearer token that nobody looks at",
        _OAUTH
        + """
@app.get("/invoices/{number}")
def show_invoice(
    number: int,
    token: Annotated[str, Depends(oauth2_scheme)],  # FAP009 unverified-token
) -> str:
    return f"invoice {number}"
""",
        _OAUTH
        + """
def verified(token: Annotated[str, Depends(oauth2_scheme)]) -> str:
    name, _, signature = token.partition(".")
    if not hmac.compare_digest(signature, signed(name)):
        raise HTTPException(status_code=401)
    return name


@app.get("/invoices/{number}")
def show_invoice(number: int, name: Annotated[str, Depends(verified)]) -> str:
    return f"invoice {number}"
""",
        status(200),
        asks("/invoices/1", headers=_NONSENSE),
        answers=(401,),
    ),
    pair(
        "credentials that are only required",
        """
        @app.delete("/", dependencies=[Depends(HTTPBearer())])  # FAP009 unverified-token
        def delete_all() -> str:
            return "gone"
        """,
        """
        @app.delete("/", dependencies=[Depends(current_user)])
        def delete_all() -> str:
            return "gone"
        """,
        status(200),
        asks("/", "DELETE", headers=_NONSENSE),
        answers=(401,),
    ),
    pair(
        "API key that is never compared",
        """
        api_key_header = APIKeyHeader(name="X-API-Key")


        def get_api_key(key: Annotated[str, Depends(api_key_header)]) -> str:
            return key


        @app.get("/invoices/{number}", dependencies=[Depends(get_api_key)])  # FAP009 unverified-token
        def show_invoice(number: int) -> str:
            return f"invoice {number}"
        """,
        """
        api_key_header = APIKeyHeader(name="X-API-Key")


        def get_api_key(key: Annotated[str, Depends(api_key_header)]) -> str:
            if not hmac.compare_digest(key, KEY):
                raise HTTPException(status_code=403)
            return key


        @app.get("/invoices/{number}", dependencies=[Depends(get_api_key)])
        def show_invoice(number: int) -> str:
            return f"invoice {number}"
        """,
        status(200),
        asks("/invoices/1", headers={"X-API-Key": "nonsense"}),
        answers=(403,),
    ),
    pair(
        "user that may be None, read as if never",
        """
        class User(BaseModel):
            name: str


        def get_user(
            credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))],
        ) -> User | None:
            if credentials is None:
                return None
            return User(name=current_user(credentials))


        @app.get("/")
        def show_profile(user: Annotated[User, Depends(get_user)]) -> str:
            return user.name  # FAP009 optional-auth-unchecked
        """,
        """
        class User(BaseModel):
            name: str


        def get_user(
            credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))],
        ) -> User | None:
            if credentials is None:
                return None
            return User(name=current_user(credentials))


        @app.get("/")
        def show_profile(user: Annotated[User | None, Depends(get_user)]) -> str:
            if user is None:
                raise HTTPException(status_code=401)
            return user.name
        """,
        status(500),
        answers=(401,),
    ),
    pair(
        "user that may be None, never looked at",
        """
        def get_user(
            credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))],
        ) -> str | None:
            if credentials is None:
                return None
            return current_user(credentials)


        @app.delete("/items/{number}")
        def delete_item(
            number: int,
            user: Annotated[str | None, Depends(get_user)],  # FAP009 optional-auth-unchecked
        ) -> str:
            return f"{number} is gone"
        """,
        """
        def get_user(
            credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))],
        ) -> str:
            if credentials is None:
                raise HTTPException(status_code=401)
            return current_user(credentials)


        @app.delete("/items/{number}")
        def delete_item(number: int, user: Annotated[str, Depends(get_user)]) -> str:
            return f"{number} is gone"
        """,
        status(200),
        asks("/items/1", "DELETE"),
        answers=(401,),
    ),
]

_REQUIRE_ADMIN = """
def require_admin(handler: Callable[..., str]) -> Callable[..., str]:
    @wraps(handler)
    def guarded(request: Request) -> str:
        if not hmac.compare_digest(request.headers.get("X-Key", ""), KEY):
            raise HTTPException(status_code=403)
        return handler(request)

    return guarded


"""

DECORATORS = [
    pair(
        "guard above the route",
        _REQUIRE_ADMIN
        + """
@require_admin  # FAP009 dead-decorator
@app.get("/")
def statistics(request: Request) -> str:
    return "1 user"
""",
        _REQUIRE_ADMIN
        + """
@app.get("/")
@require_admin
def statistics(request: Request) -> str:
    return "1 user"
""",
        status(200),
        answers=(403,),
    ),
    pair(
        "cache above the route",
        """
        counted: list[int] = []


        @lru_cache  # FAP009 dead-decorator
        @app.get("/")
        def statistics() -> int:
            counted.append(1)
            return len(counted)
        """,
        """
        counted: list[int] = []


        @app.get("/")
        @lru_cache
        def statistics() -> int:
            counted.append(1)
            return len(counted)
        """,
        body("2"),
        asks(),
        asks(),
    ),
]


def decoding(name: str, bad: str, good: str, forged: dict[str, str]) -> Pair:
    """A token that the attacker has made is accepted, or not."""
    start = """
import jwt

app = FastAPI(openapi_url=None)
KEY = os.environ["KEY"]
VERIFY = False
bearer = HTTPBearer()


"""
    reading = """
def get_name(credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> str:
    try:
        claims = %s
    except jwt.PyJWTError:
        raise HTTPException(status_code=401) from None
    return str(claims["sub"])


@app.get("/")
def show_profile(name: Annotated[str, Depends(get_name)]) -> str:
    return name
"""
    wrong, right = (reading % text for text in (bad, good))
    step = asks(headers=forged)
    return pair(name, wrong, right, body("admin"), step, answers=(401,), start=start, needs=("jwt",))


_DECODED = 'jwt.decode(credentials.credentials, KEY, algorithms=["HS256"])'

JWT = [
    decoding(
        "signature not verified",
        """jwt.decode(  # FAP009 jwt-unverified
            credentials.credentials, KEY, algorithms=["HS256"], options={"verify_signature": False}
        )""",
        _DECODED,
        jwt("the attacker's own key, of 32 characters and more", sub="admin"),
    ),
    decoding(
        "signature not verified, no key at all",
        """jwt.decode(  # FAP009 jwt-unverified
            credentials.credentials, options={"verify_signature": False}
        )""",
        _DECODED,
        jwt(None, sub="admin"),
    ),
    decoding(
        "signature not verified, by a constant",
        """jwt.decode(  # FAP009 jwt-unverified
            credentials.credentials, KEY, algorithms=["HS256"], options={"verify_signature": VERIFY}
        )""",
        _DECODED,
        jwt("the attacker's own key, of 32 characters and more", sub="admin"),
    ),
]

_COOKIE = """
@app.get("/")
def show_cookie(session: Annotated[str, Cookie()] = "") -> str:
    return session


@app.post("/login")
def log_in(response: Response) -> str:
"""
_FLAGGED = """
    response.set_cookie("session", signed("ann"), httponly=True, secure=True, samesite="lax")
    return "welcome"
"""

COOKIES = [
    pair(
        "cookie that scripts read",
        f"""{_COOKIE}
    response.set_cookie("session", signed("ann"), secure=True)  # FAP009 insecure-cookie
    return "welcome"
""",
        _COOKIE + _FLAGGED,
        script_reads_the_cookie,
        asks("/login", "POST"),
    ),
    pair(
        "cookie that travels in clear text",
        f"""{_COOKIE}
    response.set_cookie("session", signed("ann"), httponly=True)  # FAP009 insecure-cookie
    return "welcome"
""",
        _COOKIE + _FLAGGED,
        cookie_in_clear_text,
        asks("/login", "POST"),
        asks(),
    ),
]

QUERIES = [
    pair(
        "password in the query",
        """
        @app.post("/login")
        def log_in(name: str, password: str) -> str:  # FAP009 credential-in-query
            return "welcome" if hmac.compare_digest(password, KEY) else "no"
        """,
        """
        class Login(BaseModel):
            name: str
            password: SecretStr


        @app.post("/login")
        def log_in(login: Login) -> str:
            return "welcome" if hmac.compare_digest(login.password.get_secret_value(), KEY) else "no"
        """,
        lambda outcome: "hunter2" in outcome.access_log and outcome.last.status_code == 200,
        # What a caller of either sends; the right one does not ask for the query.
        asks("/login", "POST", params={"name": "ann", "password": "hunter2"}),
        answers=(422,),
    ),
    pair(
        "new password in the query",
        """
        @app.post("/reset")
        def reset_password(token: Annotated[str, Form()], new_password: str) -> str:  # FAP009 credential-in-query
            return "done"
        """,
        """
        @app.post("/reset")
        def reset_password(token: Annotated[str, Form()], new_password: Annotated[str, Form()]) -> str:
            return "done"
        """,
        lambda outcome: "new_password=hunter2" in outcome.access_log and outcome.last.status_code == 200,
        asks("/reset", "POST", params={"new_password": "hunter2"}, data={"token": "t"}),
        answers=(422,),
    ),
]

PAIRS = [*UNPROTECTED, *SCOPES, *TOKENS, *DECORATORS, *JWT, *COOKIES, *QUERIES]
