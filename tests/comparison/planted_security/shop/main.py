"""The applications of the shop, one for each way to set one up."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable

import uvicorn
from fastapi import Depends, FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware

from shop.config import settings
from shop.deps import get_admin, get_current_user
from shop.routers import accounts, admin, debug, files, orders, partners, search, uploads

ANY_ORIGIN = ["*"]
ORIGINS = ["https://shop.net", "https://admin.shop.net"]
DEBUG_DEFAULT = True

app = FastAPI(openapi_url=os.environ.get("OPENAPI_URL"))  # GOOD configured
app.add_middleware(  # BAD cors-any-origin-with-credentials
    CORSMiddleware, allow_origins=["*"], allow_credentials=True, allow_methods=["*"], allow_headers=["*"]
)
app.include_router(accounts.router)
app.include_router(files.router)
app.include_router(orders.router)
app.include_router(partners.router)
app.include_router(search.router)
app.include_router(uploads.router)
app.include_router(debug.router)
app.include_router(admin.router, prefix="/admin", dependencies=[Depends(get_admin)])

partner_app = FastAPI(docs_url=None, redoc_url=None)  # BAD docs-half-disabled
partner_app.add_middleware(  # BAD cors-any-origin-with-credentials
    CORSMiddleware, allow_origins=[*ORIGINS, *ANY_ORIGIN], allow_credentials=True
)
partner_app.include_router(partners.router)

store_app = FastAPI(
    openapi_url=None,
    middleware=[
        Middleware(  # BAD cors-any-origin-with-credentials
            CORSMiddleware, allow_origin_regex="https?://.*", allow_credentials=True
        )
    ],
)
store_app.include_router(orders.router)

settings_app = FastAPI(openapi_url=None)
settings_app.add_middleware(  # BAD cors-any-origin-with-credentials
    CORSMiddleware, allow_origins=settings.cors_origins, allow_credentials=True
)
settings_app.include_router(orders.router)

failing_app = FastAPI(openapi_url=None, debug=True)  # BAD debug-enabled
constant_app = FastAPI(openapi_url=None, debug=DEBUG_DEFAULT)  # BAD debug-enabled


class KeyRequired(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        if "X-Shop-Key" not in request.headers:
            return JSONResponse({"detail": "no key"}, status_code=401)
        return await call_next(request)


keyed_app = FastAPI(openapi_url=None)
keyed_app.add_middleware(CORSMiddleware, allow_origins=ORIGINS)  # BAD cors-order
keyed_app.add_middleware(KeyRequired)

listed_app = FastAPI(
    openapi_url=None,
    middleware=[
        Middleware(KeyRequired),
        Middleware(CORSMiddleware, allow_origins=ORIGINS),  # BAD cors-order
    ],
)

# Right ways to do the same.

public_app = FastAPI(openapi_url=None)
public_app.add_middleware(CORSMiddleware, allow_origins=["*"])  # EITHER without credentials
closed_app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)  # GOOD all of it is off
closed_app.add_middleware(CORSMiddleware, allow_origins=ORIGINS, allow_credentials=True)  # GOOD named sites
said_app = FastAPI(docs_url="/manual")  # GOOD said
said_app.add_middleware(CORSMiddleware, allow_origins=ANY_ORIGIN, allow_credentials=False)  # EITHER without credentials
guarded_app = FastAPI(openapi_url=None, dependencies=[Depends(get_current_user)])
guarded_app.add_middleware(  # GOOD one domain
    CORSMiddleware, allow_origin_regex=r"https://[a-z]+\.shop\.net", allow_credentials=True
)
zipped_app = FastAPI(openapi_url=None)
zipped_app.add_middleware(CORSMiddleware, allow_origins=ORIGINS)  # GOOD the other passes everything on
zipped_app.add_middleware(GZipMiddleware)
outer_app = FastAPI(openapi_url=None)
outer_app.add_middleware(KeyRequired)
outer_app.add_middleware(CORSMiddleware, allow_origins=ORIGINS)  # GOOD outermost
switched_app = FastAPI(openapi_url=None, debug=os.environ.get("DEBUG") == "1")  # GOOD configured

if __name__ == "__main__":
    uvicorn.run("shop.main:app", host="127.0.0.1", reload=True)  # GOOD only when run by hand
