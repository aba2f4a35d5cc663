import pytest
from httpx import AsyncClient

pytestmark = pytest.mark.anyio


@pytest.fixture
async def note_id(notes_client: AsyncClient) -> str:
    response = await notes_client.post("/", json={"text": "relative"})
    return response.json()["id"]


async def test_remove(notes_client: AsyncClient, note_id: str) -> None:
    assert (await notes_client.delete(note_id)).status_code == 204
    gone = await notes_client.get(f"/{note_id}")
    assert gone.status_code == 404


async def test_ready(client: AsyncClient) -> None:
    responses = [await client.get("/ready") for _ in range(2)]
    for response in responses:
        assert response.status_code == 200
