from pydantic import BaseModel


class Settings(BaseModel):
    token: str = "open"
    greeting: str = "hello"


def get_settings() -> Settings:
    return Settings()
