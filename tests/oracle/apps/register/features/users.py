from __future__ import annotations

from fastapi import FastAPI


def register(app: FastAPI) -> None:
    @app.get("/users")
    def list_users() -> list[str]:
        return []

    @app.get("/users/{user_id}")
    async def read_user(user_id: int) -> int:
        return user_id
