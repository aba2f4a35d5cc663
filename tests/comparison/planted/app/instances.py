"""Methods of clients that were made somewhere else."""

from __future__ import annotations

from typing import Annotated

import httpx
import requests
import urllib3
from fastapi import APIRouter, Depends

from app import clients
from app.clients import Gateway, gateway, get_client

router = APIRouter(prefix="/instances")
session = requests.Session()
ClientDep = Annotated[httpx.Client, Depends(get_client)]


@router.get("/local")
async def local() -> int:
    client = httpx.Client()
    return client.get("https://example.com").status_code  # BAD http


@router.get("/with")
async def with_target() -> int:
    with httpx.Client() as client:
        return client.get("https://example.com").status_code  # BAD http


@router.get("/chained")
async def chained() -> int:
    return requests.Session().get("https://example.com").status_code  # BAD http


@router.get("/urllib3")
async def pool() -> int:
    manager = urllib3.PoolManager()
    return manager.request("GET", "https://example.com").status  # BAD http


@router.get("/module-level")
async def module_level() -> int:
    return session.get("https://example.com").status_code  # BAD http


@router.get("/other-module")
async def other_module() -> int:
    return clients.http.get("https://example.com").status_code  # BAD http


@router.get("/dependency")
async def dependency(client: ClientDep) -> int:
    return client.get("https://example.com").status_code  # BAD http


@router.get("/attribute")
async def attribute() -> int:
    return await gateway.charge()


@router.get("/method")
async def method() -> int:
    return gateway.refund()  # BAD chain


@router.get("/injected")
async def injected(service: Annotated[Gateway, Depends()]) -> int:
    return service.refund()  # BAD chain
