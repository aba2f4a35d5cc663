from uuid import uuid4

import pytest
from httpx import AsyncClient

from .helpers import fetch, write

pytestmark = pytest.mark.anyio


async def test_write_and_read(client: AsyncClient) -> None:
    note = await write(client, "call home")
    response = await fetch(client, note["id"])
    assert response.status_code == 200
    assert response.json()["text"] == "call home"


async def test_list(client: AsyncClient) -> None:
    await write(client)
    response = await client.get("/notes/")
    response.raise_for_status()
    assert len(response.json()) == 1


async def test_export(client: AsyncClient) -> None:
    await write(client, "one")
    async with client.stream("GET", "/notes/export") as response:
        assert response.status_code == 200
        lines = [line async for line in response.aiter_lines()]
    assert lines == ["one"]


async def test_too_long(client: AsyncClient) -> None:
    response = await client.post("/notes/", json={"text": "x" * 41})
    assert response.status_code == 422


async def test_unknown(client: AsyncClient) -> None:
    response = await client.get(f"/notes/{uuid4()}")
    assert response.status_code == 404
    assert (await client.get("/notes/seven")).status_code == 422
