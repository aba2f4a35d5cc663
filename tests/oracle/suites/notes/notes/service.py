from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field


class NoteIn(BaseModel):
    text: str = Field(min_length=1, max_length=40)


class Note(NoteIn):
    id: UUID


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.is_started = True
    yield
    app.state.is_started = False


class Notebook:
    """The routes of one notebook."""

    def __init__(self) -> None:
        self.notes: dict[UUID, Note] = {}
        self.router = APIRouter()
        self.router.add_api_route("/", self.list, methods=["GET"])
        self.router.add_api_route("/", self.add, methods=["POST"], status_code=201)
        self.router.add_api_route("/export", self.export, methods=["GET"])
        self.router.add_api_route("/{note_id}", self.read, methods=["GET"])
        self.router.add_api_route("/{note_id}", self.remove, methods=["DELETE"], status_code=204)
        self.router.add_api_route("/{note_id}/history", self.history, methods=["GET"])

    async def list(self) -> list[Note]:
        return [*self.notes.values()]

    async def add(self, data: NoteIn) -> Note:
        note = Note(id=uuid4(), text=data.text)
        self.notes[note.id] = note
        return note

    async def export(self) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            for note in self.notes.values():
                yield f"{note.text}\n"

        return StreamingResponse(lines(), media_type="text/plain")

    async def read(self, note_id: UUID) -> Note:
        if note_id not in self.notes:
            raise HTTPException(404, "no such note")
        return self.notes[note_id]

    async def remove(self, note_id: UUID) -> None:
        self.notes.pop(note_id, None)

    async def history(self, note_id: UUID) -> dict[str, UUID]:
        return {"note": note_id}


notebook = Notebook()
app = FastAPI(lifespan=lifespan)
app.include_router(notebook.router, prefix="/notes")


@app.get("/ready")
async def ready(request: Request) -> dict[str, bool]:
    return {"ready": getattr(request.app.state, "is_started", False)}


@app.get("/authors")
async def authors() -> dict[str, str]:
    return {"authors": "us"}
