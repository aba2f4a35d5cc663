"""Classes and functions of the same name in several modules: imports decide."""

import orm
import schemas
from fastapi import Depends, FastAPI
from guards import admin, user
from orm import Member as MemberRow
from schemas import Member

app = FastAPI()


@app.get("/members", response_model=list[Member])
def list_members(current: MemberRow = Depends(user.current)) -> list[MemberRow]:
    return []


@app.post("/members")
def create_member(member: schemas.Member, current: orm.Member = Depends(admin.current)) -> schemas.Member:
    return member


@app.get("/params")
def read_params(params: orm.Params = Depends(), others: schemas.Params = Depends()) -> None: ...
