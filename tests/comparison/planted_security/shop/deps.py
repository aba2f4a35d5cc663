"""Who is it: the dependencies of the shop."""

from __future__ import annotations

import hmac
from typing import Annotated

import jwt
from fastapi import Depends, HTTPException, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer, OAuth2PasswordBearer
from pydantic import BaseModel

from shop.config import EXPORT_TOKEN, settings

oauth2_scheme = OAuth2PasswordBearer(tokenUrl="token")  # GOOD an address
bearer = HTTPBearer(auto_error=False)
api_key_header = APIKeyHeader(name="X-Shop-Key")
PRIVATE_KEY = settings.jwt_private_key.get_secret_value()
VERIFY = False


class User(BaseModel):
    id: int
    name: str
    is_admin: bool = False


USERS = {"ann": User(id=1, name="ann", is_admin=True), "bob": User(id=2, name="bob")}


def get_current_user(token: Annotated[str, Depends(oauth2_scheme)]) -> User:
    try:
        claims = jwt.decode(token, PRIVATE_KEY, algorithms=["HS256"])  # GOOD verified
    except jwt.PyJWTError:
        raise HTTPException(status_code=401) from None
    user = USERS.get(claims["sub"])
    if user is None:
        raise HTTPException(status_code=401)
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


def get_admin(user: CurrentUser) -> User:
    if not user.is_admin:
        raise HTTPException(status_code=403)
    return user


def get_trusting_user(token: Annotated[str, Depends(oauth2_scheme)]) -> User:
    claims = jwt.decode(token, options={"verify_signature": False})  # BAD jwt-unverified
    return User(id=int(claims["id"]), name=str(claims["sub"]))


def get_careless_user(token: Annotated[str, Depends(oauth2_scheme)]) -> User:
    claims = jwt.decode(  # BAD jwt-unverified
        token, PRIVATE_KEY, algorithms=["HS256"], options={"verify_signature": VERIFY, "verify_exp": True}
    )
    return User(id=int(claims["id"]), name=str(claims["sub"]))


def get_optional_user(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> User | None:
    if credentials is None:
        return None
    return get_current_user(credentials.credentials)


OptionalUser = Annotated[User | None, Depends(get_optional_user)]


def require_export_token(request: Request) -> None:
    if not hmac.compare_digest(request.headers.get("X-Export", ""), EXPORT_TOKEN):  # GOOD constant time
        raise HTTPException(status_code=403)


def require_partner(key: Annotated[str, Security(api_key_header)]) -> None:
    if key == settings.stripe_api_key:  # BAD timing-unsafe-compare
        return
    raise HTTPException(status_code=403)


def issue_token(user: User) -> str:
    return jwt.encode({"sub": user.name, "id": user.id}, PRIVATE_KEY, algorithm="HS256")  # GOOD from the settings


def issue_report_token(user: User) -> str:
    return jwt.encode({"sub": user.name}, "report-signing-key", algorithm="HS256")  # BAD hardcoded-secret


def read_expiry(user: CurrentUser, token: Annotated[str, Depends(oauth2_scheme)]) -> int:
    claims = jwt.decode(token, options={"verify_signature": False})  # GOOD verified just before, for the user
    return int(claims["exp"]) - user.id
