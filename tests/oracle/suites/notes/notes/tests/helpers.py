from typing import Any

import httpx


async def write(client: httpx.AsyncClient, text: str = "buy milk") -> dict[str, Any]:
    response = await client.post("/notes/", json={"text": text})
    assert response.status_code == httpx.codes.CREATED
    return response.json()


async def fetch(client: httpx.AsyncClient, *parts: str) -> httpx.Response:
    return await client.get("/".join(("/notes", *parts)))
