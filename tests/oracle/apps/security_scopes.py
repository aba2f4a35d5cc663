"""Scopes add up from the outside in, and reach everything below."""

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Security
from fastapi.security import HTTPBearer, OAuth2PasswordBearer, SecurityScopes

SINCE = (0, 123)
READ = "items:read"

oauth2 = OAuth2PasswordBearer(tokenUrl="token", scopes={READ: "Read"})
bearer = HTTPBearer()


def current_user(scopes: SecurityScopes, token: Annotated[str, Depends(oauth2)]) -> str:
    return token


def active_user(user: Annotated[str, Security(current_user, scopes=["me"])]) -> str:
    return user


def admin_user(user: str = Security(active_user, scopes=["admin", READ]), other: str = Depends(bearer)) -> str:
    return user


def siblings(one: str = Security(current_user, scopes=["one"]), two: str = Security(active_user, scopes=["two"])) -> str:
    return one


Reader = Annotated[str, Security(active_user, scopes=[READ])]
Writer = Security(current_user, scopes=("items:write",))

app = FastAPI()
router = APIRouter(prefix="/router", dependencies=[Security(current_user, scopes=["router"])])


@app.get("/none")
def none(user: str = Depends(current_user)) -> None: ...


@app.get("/own")
def own(user: Annotated[str, Security(current_user, scopes=["own"])]) -> None: ...


@app.get("/nested")
def nested(user: str = Security(active_user, scopes=["nested"])) -> None: ...


@app.get("/deep")
def deep(user: str = Security(admin_user, scopes=["deep", "me"])) -> None: ...


@app.get("/siblings")
def with_siblings(user: str = Depends(siblings)) -> None: ...


@app.get("/outer-siblings")
def with_outer(user: str = Security(siblings, scopes=["outer"])) -> None: ...


@app.get("/alias")
def alias(reader: Reader, writer: str = Writer) -> None: ...


@app.get("/decorator", dependencies=[Security(oauth2, scopes=["direct"]), Depends(bearer)])
def decorator() -> None: ...


@router.get("/own", dependencies=[Security(active_user, scopes=["route"])])
def on_router() -> None: ...


app.include_router(router, dependencies=[Security(oauth2, scopes=["include"])])
