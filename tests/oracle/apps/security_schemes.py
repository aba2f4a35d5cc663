"""Every security scheme: it takes the request, so none of them adds a parameter."""

from typing import Annotated, Optional

from fastapi import Depends, FastAPI, HTTPException, Request, Security
from fastapi.security import (
    APIKeyCookie,
    APIKeyHeader,
    APIKeyQuery,
    HTTPAuthorizationCredentials,
    HTTPBasic,
    HTTPBasicCredentials,
    HTTPBearer,
    HTTPDigest,
    OAuth2AuthorizationCodeBearer,
    OAuth2PasswordBearer,
    OAuth2PasswordRequestForm,
    OpenIdConnect,
)
from fastapi.security.base import SecurityBase

NEEDS = ("python_multipart",)


class JWTBearer(HTTPBearer):
    def __init__(self, role: str = "user", auto_error: bool = True) -> None:
        super().__init__(auto_error=auto_error)
        self.role = role

    async def __call__(self, request: Request, x_extra: str = "") -> Optional[HTTPAuthorizationCredentials]:
        credentials = await super().__call__(request)
        if credentials is None:
            raise HTTPException(403)
        return credentials


class Tenant(SecurityBase):
    async def __call__(self, tenant: str) -> str:
        return tenant


oauth2 = OAuth2PasswordBearer(tokenUrl="token")
code = OAuth2AuthorizationCodeBearer(authorizationUrl="authorize", tokenUrl="token")
bearer = HTTPBearer()
basic = HTTPBasic()
header_key = APIKeyHeader(name="X-Key")
query_key = APIKeyQuery(name="key")
cookie_key = APIKeyCookie(name="session", auto_error=False)
Token = Annotated[str, Depends(oauth2)]

app = FastAPI()


def current_user(token: Token, key: str = Security(header_key)) -> str:
    return token + key


@app.post("/token")
def login(form: OAuth2PasswordRequestForm = Depends()) -> None: ...


@app.post("/token-annotated")
def login_annotated(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> None: ...


@app.get("/oauth2")
def with_oauth2(token: Token, code: str = Depends(code)) -> None: ...


@app.get("/http")
def with_http(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)],
    user: HTTPBasicCredentials = Depends(basic),
    digest: HTTPAuthorizationCredentials = Depends(HTTPDigest()),
) -> None: ...


@app.get("/keys")
def with_keys(header: str = Depends(header_key), query: str = Security(query_key), cookie: str = Depends(cookie_key)) -> None: ...


@app.get("/inline", dependencies=[Depends(HTTPBearer()), Depends(OpenIdConnect(openIdConnectUrl="/openid"))])
def inline() -> None: ...


@app.get("/user")
def with_user(user: str = Depends(current_user)) -> None: ...


@app.get("/own", dependencies=[Depends(JWTBearer("admin"))])
def own(tenant: str = Security(Tenant(), scopes=["tenant"])) -> None: ...
