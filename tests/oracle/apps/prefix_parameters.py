"""A parameter in a prefix is a path parameter where the router is included with it, and only there."""

from fastapi import APIRouter, Depends, FastAPI, Path


def current_org(org_id: str) -> str:
    return org_id


def current_team(team: int = Path(ge=1), org: str = Depends(current_org)) -> int:
    return team


app = FastAPI()
items = APIRouter(prefix="/items")
teams = APIRouter(prefix="/{org_id}/teams/{team}", dependencies=[Depends(current_team)])


@items.get("/{item_id}")
def read_item(item_id: int, org_id: str = "default", page: int = 1) -> None: ...


@items.get("", dependencies=[Depends(current_org)])
def list_items() -> None: ...


@teams.get("/members/{page}")
def list_members(org_id: str, page: int) -> None: ...


app.include_router(items)
app.include_router(items, prefix="/orgs/{org_id}")
app.include_router(items, prefix="/pages/{page:int}", dependencies=[Depends(current_org)])
app.include_router(teams)
