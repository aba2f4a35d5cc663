"""The decorator called as a function, also in a loop."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, WebSocket

app = FastAPI()
router = APIRouter(prefix="/links")


async def redirect(slug: str) -> str:
    return slug


def shared() -> str:
    return "shared"


async def talk(websocket: WebSocket) -> None:
    await websocket.accept()


router.get("/{slug}", include_in_schema=False)(redirect)
router.post("/{slug}")(redirect)
handler = router.put("/named")(shared)
app.websocket("/ws")(talk)

for path in ("/first", "/second"):
    app.get(path)(shared)

app.include_router(router)
