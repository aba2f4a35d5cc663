"""The configuration of the shop: what is read from the environment, and what should be."""

from __future__ import annotations

import os
from enum import Enum
from functools import lru_cache

from pydantic import Field, PostgresDsn, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from starlette.config import Config

config = Config(".env")

SECRET_KEY = "b7c1f2a94e5d4c0f8a6b3d2e1f0a9b8c"  # BAD hardcoded-secret
ADMIN_PASSWORD = "change-me"  # BAD hardcoded-secret
aws_access_key_id = "AKIAQ3EGRZ6XHJ5TNWK2"  # BAD hardcoded-secret
DATABASE_URL = "postgresql+asyncpg://shop:t0psecret@db.internal.shop.net:5432/shop"  # BAD credentials-in-url
BROKER_URL = "amqp://worker:w0rkerpass@queue.internal.shop.net:5672//"  # BAD credentials-in-url

JWT_SECRET = os.getenv("JWT_SECRET", "dev-secret")  # BAD secret-fallback
API_KEY = os.environ.get("SHOP_API_KEY", default="sh0p-k3y!")  # BAD secret-fallback
SESSION_SECRET = config("SESSION_SECRET", default="please-change")  # BAD secret-fallback
SMTP_PASSWORD = os.environ.get("SMTP_PASSWORD") or "mailpass1"  # BAD secret-fallback


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_prefix="SHOP_")

    title: str = "Shop"
    secret_key: str = "insecure-default-key"  # BAD settings-secret-default
    refresh_token_secret: SecretStr = SecretStr("refresh-me")  # BAD settings-secret-default
    stripe_api_key: str = Field(default="stripe-test-key-1")  # BAD settings-secret-default
    cors_origins: list[str] = ["*"]
    signing_secret: str = "changethis"  # GOOD refused below

    # Right: required, or nothing that opens a door.
    jwt_private_key: SecretStr  # GOOD required
    webhook_secret: SecretStr | None = None  # GOOD absent
    smtp_password: str = ""  # GOOD empty
    redis_url: str = "redis://localhost:6379/0"  # GOOD no password
    database_url: PostgresDsn = Field(...)  # GOOD required

    # Right: words of secrets, values that are none.
    access_token_expire_minutes: int = 30  # GOOD a duration
    token_url: str = "/auth/token"  # GOOD an address
    password_min_length: int = 12  # GOOD a length
    password_reset_path: str = "/reset-password"  # GOOD a path
    secret_key_file: str = "/run/secrets/key"  # GOOD a file
    token_type: str = "bearer"  # GOOD a scheme
    api_key_header: str = "X-API-Key"  # GOOD a header's name
    max_tokens: int = 4096  # GOOD a number


@lru_cache
def get_settings() -> Settings:
    return Settings()


settings = get_settings()

ACCESS_TOKEN_EXPIRE_MINUTES = 60  # GOOD a duration
TOKEN_URL = "/api/v1/auth/token"  # GOOD an address
PASSWORD_FIELD = "password"  # GOOD a field's name
JWT_SECRET_ENV_VAR = "SHOP_JWT_SECRET"  # GOOD a variable's name
WEBHOOK_SECRET_PREFIX = "whsec_"  # GOOD a prefix
SESSION_COOKIE_NAME = "shop_session"  # GOOD a cookie's name
API_KEY_HEADER = "X-Shop-Key"  # GOOD a header's name
SECRET_PLACEHOLDER = "<your-secret-key>"  # GOOD a placeholder
DEFAULT_API_KEY = "{api_key}"  # GOOD a placeholder
REDACTED_PASSWORD = "********"  # GOOD a mask
PASSWORD_PATTERN = r"^(?=.*\d).{12,}$"  # GOOD a pattern
ALGORITHM = "HS256"  # GOOD no secret
SQLITE_URL = "sqlite:///./shop.db"  # GOOD no password
LOCAL_DATABASE_URL = "postgresql://postgres:postgres@localhost:5432/shop"  # GOOD only on the developer's machine
EXPORT_TOKEN = os.environ["EXPORT_TOKEN"]  # GOOD required
MAIL_TOKEN = os.getenv("MAIL_TOKEN")  # GOOD without a default
HASH_SECRET = os.getenv("HASH_SECRET", "")  # GOOD empty
TOKEN_ISSUER = os.getenv("TOKEN_ISSUER", "https://shop.net")  # GOOD an address
PASSWORD_HASHER = os.getenv("PASSWORD_HASHER", "argon2")  # GOOD an algorithm


class GrantType(str, Enum):
    PASSWORD = "password"  # GOOD an enum's member
    REFRESH_TOKEN = "refresh_token"  # GOOD an enum's member
    API_KEY = "api_key"  # GOOD an enum's member


def database_url(user: str, password: str, host: str) -> str:
    return f"postgresql://{user}:{password}@{host}/shop"  # GOOD nothing but parameters


def check_settings(current: Settings) -> None:
    if current.signing_secret == "changethis":  # GOOD refuses it
        raise RuntimeError("set SHOP_SIGNING_SECRET")


check_settings(settings)
