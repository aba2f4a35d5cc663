from __future__ import annotations

from functools import lru_cache

from pydantic import SecretStr
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str = "sqlite:///shop.db"
    rates_url: str = "https://rates.example.com/latest"
    accounts_url: str = "https://accounts.example.com"
    mail_host: str = "localhost"
    link_key: SecretStr


@lru_cache
def get_settings() -> Settings:
    return Settings()
