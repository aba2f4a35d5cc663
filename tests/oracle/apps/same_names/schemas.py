from pydantic import BaseModel


class Member(BaseModel):
    name: str


class Params(BaseModel):
    limit: int = 10
