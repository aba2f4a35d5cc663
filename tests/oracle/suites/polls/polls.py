from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, Field

app = FastAPI()


class Vote(BaseModel):
    choice: int = Field(ge=1, le=3)


def voter(x_voter: str | None = Header(default=None)) -> str:
    if x_voter is None:
        raise HTTPException(401, "who are you?")
    return x_voter


@app.get("/polls")
async def list_polls(page: int = 1) -> list[int]:
    return [page]


@app.get("/polls/{poll_id}")
async def read_poll(poll_id: int) -> dict[str, int]:
    if poll_id > 9:
        raise HTTPException(404, "no such poll")
    return {"poll": poll_id}


@app.post("/polls/{poll_id}/votes", status_code=201)
async def vote(poll_id: int, vote: Vote, name: str = Depends(voter)) -> dict[str, str | int]:
    return {"poll": poll_id, "choice": vote.choice, "name": name}


@app.get("/polls/{poll_id}/votes")
async def list_votes(poll_id: int, name: str = Depends(voter)) -> list[str]:
    return [name]


@app.delete("/polls/{poll_id}/votes")
async def withdraw(poll_id: int, name: str = Depends(voter)) -> dict[str, str]:
    return {"withdrawn": name}


@app.put("/polls/{poll_id}")
async def change_poll(poll_id: int, name: str = Depends(voter)) -> dict[str, str]:
    return {"changed": name}


@app.get("/winners/{year}")
async def winner(year: int) -> dict[str, int]:
    return {"year": year}


@app.get("/winners/{year}/photo")
async def photo(year: int) -> dict[str, int]:
    return {"year": year}
