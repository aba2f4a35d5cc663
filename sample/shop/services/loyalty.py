from __future__ import annotations

from functools import lru_cache

import httpx

from shop.settings import get_settings


@lru_cache
async def programme(name: str) -> str:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{get_settings().accounts_url}/programmes/{name}")
        return answer.text


async def points(customer: str) -> int:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{get_settings().accounts_url}/points/{customer}")
        return int(answer.text)
