from __future__ import annotations

from functools import lru_cache

from pydantic import BaseModel


class Admin(BaseModel):
    prefix: str = "/admin"


class Settings(BaseModel):
    name: str = "settings"
    API_V1_STR: str = "/api/v1"
    admin: Admin = Admin()


settings = Settings()


@lru_cache
def get_settings() -> Settings:
    return Settings()
