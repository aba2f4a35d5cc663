from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.middleware.cors import CORSMiddleware

from shop.db import Base, engine
from shop.routers import accounts, catalogue, office, orders, reports, reviews, stock


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    await run_in_threadpool(Base.metadata.create_all, engine)
    yield


app = FastAPI(title="Shop", lifespan=lifespan)
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True, allow_methods=["*"])
app.include_router(accounts.router)
app.include_router(catalogue.router)
app.include_router(office.router)
app.include_router(orders.router)
app.include_router(reports.router)
app.include_router(reviews.router)
app.include_router(stock.router)


def write_audit_line(line: str) -> None:
    with open("audit.log", "a") as audit:
        audit.write(line)


@app.middleware("http")
async def audit(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    write_audit_line(f"{request.method} {request.url.path} {response.status_code}\n")
    return response
