from __future__ import annotations

import os
from typing import Annotated, Any

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer

from shop.settings import get_settings

SIGNING_KEY = os.getenv("SHOP_SIGNING_KEY", "change-me")

bearer = OAuth2PasswordBearer(tokenUrl="token")


def current_clerk(token: Annotated[str, Depends(bearer)]) -> str:
    try:
        claims: dict[str, Any] = jwt.decode(token, SIGNING_KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError as error:
        raise HTTPException(status_code=401, detail="invalid token") from error
    return str(claims["sub"])


def branch_of(token: Annotated[str, Depends(bearer)]) -> str:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return str(claims["branch"])


def signed_link(path: str) -> str:
    # Fine: the key has no value in the code, so a deployment without one fails at once.
    return jwt.encode({"path": path}, get_settings().link_key.get_secret_value(), algorithm="HS256")


ClerkDep = Annotated[str, Depends(current_clerk)]
BranchDep = Annotated[str, Depends(branch_of)]
