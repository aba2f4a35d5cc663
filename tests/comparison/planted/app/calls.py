"""Known blocking functions, called in the handler itself."""

from __future__ import annotations

import socket
import time
import urllib.request
from time import sleep as pause

import httpx
import requests
import requests as http
import urllib3
from fastapi import APIRouter
from requests import post

router = APIRouter(prefix="/calls")


@router.get("/sleep")
async def sleep() -> None:
    time.sleep(1)  # BAD sleep


@router.get("/sleep-alias")
async def sleep_alias() -> None:
    pause(1)  # BAD sleep


@router.get("/sleep-rebound")
async def sleep_rebound() -> None:
    wait = time.sleep
    wait(1)  # BAD sleep


@router.get("/requests")
async def requests_get() -> int:
    return requests.get("https://example.com").status_code  # BAD http


@router.get("/requests-alias")
async def requests_alias() -> int:
    return http.put("https://example.com").status_code  # BAD http


@router.get("/requests-from")
async def requests_from() -> int:
    return post("https://example.com").status_code  # BAD http


@router.get("/requests-local")
async def requests_local() -> int:
    import requests as r

    return r.head("https://example.com").status_code  # BAD http


@router.get("/httpx")
async def httpx_get() -> int:
    return httpx.get("https://example.com").status_code  # BAD http


@router.get("/httpx-stream")
async def httpx_stream() -> int:
    with httpx.stream("GET", "https://example.com") as answer:  # BAD http
        return answer.status_code


@router.get("/urllib")
async def urllib_open() -> int:
    return urllib.request.urlopen("https://example.com").status  # BAD http


@router.get("/urllib3")
async def urllib3_request() -> int:
    return urllib3.request("GET", "https://example.com").status  # BAD http


@router.get("/dns")
async def dns() -> str:
    return socket.gethostbyname("example.com")  # BAD net


@router.get("/connect")
async def connect() -> None:
    socket.create_connection(("example.com", 80))  # BAD net


@router.get("/input")
async def prompt() -> str:
    return input("name? ")  # BAD stdin
