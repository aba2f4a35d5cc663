"""Every marker as a default."""

from fastapi import Body, Cookie, FastAPI, Header, Path, Query
from pydantic import BaseModel


class Item(BaseModel):
    name: str


app = FastAPI()
PAGE = Query(1, ge=1)
TOKEN = Header(..., alias="X-Token")


def page_size(default: int):
    return Query(default, alias="size")


@app.get("/items/{item_id}/{sub}")
def read_item(
    item_id: int = Path(..., ge=1),
    sub: str = Path(title="Sub"),
    q: str = Query(..., alias="item-query"),
    user_agent: str = Header(None),
    x_token: str = Header(..., convert_underscores=False),
    x_alias: str = Header(..., alias="X_Alias"),
    ads_id: str | None = Cookie(default=None),
    tracker: str = Cookie("", alias="__tracker"),
    untyped=Query("x"),
    header=Header(None),
) -> None: ...


@app.get("/shared")
def read_shared(page: int = PAGE, token: str = TOKEN, size: int = page_size(10)) -> None: ...


@app.post("/bodies")
def create(item: Item = Body(...), importance: int = Body(gt=0), note: str = Body("", alias="comment")) -> None: ...


@app.post("/raw")
def create_raw(payload: dict = Body(...), untyped=Body(None)) -> None: ...


@app.post("/embedded")
def create_embedded(item: Item = Body(embed=True)) -> None: ...


@app.post("/media")
def create_media(text: str = Body(..., media_type="text/plain")) -> None: ...
