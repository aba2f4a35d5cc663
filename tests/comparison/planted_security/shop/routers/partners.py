"""What partners may ask for: tokens that are looked at, and tokens that are not."""

from __future__ import annotations

import functools
import hmac
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer, OAuth2PasswordBearer

from shop.config import EXPORT_TOKEN
from shop.deps import CurrentUser, User, get_careless_user, get_trusting_user, require_export_token, require_partner

router = APIRouter(prefix="/partners")
oauth2_scheme = OAuth2PasswordBearer(tokenUrl="token")
bearer = HTTPBearer()
key_header = APIKeyHeader(name="X-Partner-Key")


@router.get("/invoices/{number}")
def show_invoice(number: int, token: Annotated[str, Depends(oauth2_scheme)]) -> str:  # BAD unverified-token
    return f"invoice {number}"


@router.delete("/invoices", dependencies=[Depends(bearer)])  # BAD unverified-token
def delete_invoices() -> str:
    return "gone"


def get_partner_key(key: Annotated[str, Security(key_header)]) -> str:
    return key


@router.get("/prices/{number}", dependencies=[Depends(get_partner_key)])  # BAD unverified-token
def show_price(number: int) -> int:
    return number * 2


def check_partner_key(key: Annotated[str, Security(key_header)]) -> str:
    if not hmac.compare_digest(key, EXPORT_TOKEN):  # GOOD compared
        raise HTTPException(status_code=403)
    return key


@router.get("/stock/{number}", dependencies=[Depends(check_partner_key)])  # GOOD compared
def show_stock(number: int) -> int:
    return number * 3


@router.get("/exports", dependencies=[Depends(require_export_token)])
def list_exports() -> list[int]:
    return [1]


@router.get("/offers", dependencies=[Depends(require_partner)])
def list_offers() -> list[int]:
    return [1]


@router.get("/trusted")
def list_trusted(user: Annotated[User, Depends(get_trusting_user)]) -> str:
    return user.name


@router.get("/careless")
def list_careless(user: Annotated[User, Depends(get_careless_user)]) -> str:
    return user.name


def verify_credentials(credentials: HTTPAuthorizationCredentials) -> None:
    if not hmac.compare_digest(credentials.credentials, EXPORT_TOKEN):
        raise HTTPException(status_code=401)


@router.get("/reports")
def list_reports(credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> list[str]:
    verify_credentials(credentials)  # GOOD compared in the body
    return ["report 1"]


@router.get("/orders")
def list_orders(user: CurrentUser, token: Annotated[str, Depends(oauth2_scheme)]) -> str:  # GOOD verified for the user
    return f"{user.name} {len(token)}"


def require_admin(handler: Callable[..., str]) -> Callable[..., str]:
    @functools.wraps(handler)
    def guarded(request: Request, user: CurrentUser) -> str:
        if not user.is_admin:
            raise HTTPException(status_code=403)
        return handler(request, user)

    return guarded


@require_admin  # BAD dead-decorator
@router.get("/statistics")
def show_statistics(request: Request, user: CurrentUser) -> str:
    return f"{request.url} {user.name}"


@lru_cache  # BAD dead-decorator
@router.get("/totals")
def show_totals() -> int:
    return 1


@router.get("/statistics/admin")
@require_admin  # GOOD below the route
def show_admin_statistics(request: Request, user: CurrentUser) -> str:
    return f"{request.url} {user.name}"


@router.get("/totals/all")
@router.get("/totals/each")  # GOOD two routes
def show_each_total() -> int:
    return 1
