from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, WebSocket
from pydantic import BaseModel, Field

from desk.settings import Settings, get_settings

SettingsDep = Annotated[Settings, Depends(get_settings)]


def check_token(settings: SettingsDep, x_token: Annotated[str, Header()]) -> None:
    if x_token != settings.token:
        raise HTTPException(403, "wrong token")


class Ticket(BaseModel):
    title: str = Field(max_length=30)
    is_open: bool = True


def make_router() -> APIRouter:
    router = APIRouter()
    tickets: list[Ticket] = []

    @router.get("/tickets")
    def list_tickets(only_open: bool = False) -> list[Ticket]:
        return [ticket for ticket in tickets if ticket.is_open or not only_open]

    @router.post("/tickets", status_code=201, dependencies=[Depends(check_token)])
    def open_ticket(ticket: Ticket) -> Ticket:
        tickets.append(ticket)
        return ticket

    @router.get("/tickets/{number}")
    def read_ticket(number: int) -> Ticket:
        if not 0 < number <= len(tickets):
            raise HTTPException(404, "no such ticket")
        return tickets[number - 1]

    @router.post("/tickets/{number}/close", dependencies=[Depends(check_token)])
    def close_ticket(number: int) -> dict[str, int]:
        return {"closed": number}

    @router.websocket("/chat/{room}")
    async def chat(websocket: WebSocket, room: str) -> None:
        await websocket.accept()
        await websocket.send_text(f"welcome to {room}")
        await websocket.close()

    @router.websocket("/alarms")
    async def alarms(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close()

    return router
