from collections.abc import AsyncIterator

import httpx
import pytest

from notes.service import app, notebook


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://notes.example") as session:
        yield session
    notebook.notes.clear()


@pytest.fixture
async def notes_client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://notes.example/notes/"
    ) as session:
        yield session
    notebook.notes.clear()
