from pydantic import BaseModel


class Settings(BaseModel):
    API_PREFIX: str = "/api/v2"
    TITLE: str = "Weather"


settings = Settings()
