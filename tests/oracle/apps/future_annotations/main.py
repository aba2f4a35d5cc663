"""Annotations as strings, all of them; some only for the type checker, where FastAPI does not read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Optional

from deps import Limits, Token, get_db
from fastapi import BackgroundTasks, Depends, FastAPI, Header, Query, Request
from models import Item, Page

if TYPE_CHECKING:
    from database import Session
    from models import Hidden

app = FastAPI()


@app.get("/items/{item_id}")
def read_item(item_id: int, request: Request, q: Annotated[str | None, Query()] = None) -> Item:
    return Item(name=q or "")


@app.post("/items")
def create_item(item: Item, tasks: BackgroundTasks, token: Token, x_a: Annotated[int, Header()]) -> Optional[Item]:
    return item


@app.get("/items")
def list_items(limits: Annotated[Limits, Depends()]) -> Page[Item]:
    return Page(items=[])


@app.get("/session")
def read_session(db: Session = Depends(get_db)) -> None: ...


@app.get("/model", response_model=Item)
def read_model(db: Session = Depends(get_db)) -> Hidden:
    return db.get("model")  # type: ignore[no-any-return]


@app.get("/bare", response_model=list[Item])
def read_bare(limits: Limits = Depends()):  # type: ignore[no-untyped-def]
    return []
