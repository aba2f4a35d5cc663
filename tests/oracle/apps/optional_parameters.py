"""What makes a parameter optional is its default, never its type."""

from typing import Annotated, Optional, Union

from fastapi import Body, Cookie, FastAPI, Header, Path, Query

app = FastAPI()
LIMIT = 10


@app.get("/types")
def types(
    a: int | None,
    b: Optional[int],
    c: Union[int, str, None],
    d: int | None = None,
    e: Optional[int] = None,
    f: Union[int, str] = 0,
    g: int = None,  # type: ignore[assignment]
    h: int = LIMIT,
) -> None: ...


@app.get("/markers")
def markers(
    a: int = Query(),
    b: int = Query(...),
    c: int | None = Query(None),
    d: int = Query(default=1),
    e: int | None = Query(default=None),
    f: int = Query(default=...),
    g: list[int] = Query(default_factory=list),
    h: int | None = Query(),
    i: int = Query(LIMIT, gt=0),
    x_token: str | None = Header(None),
    session: str = Cookie(...),
) -> None: ...


@app.get("/annotated/{key}")
def annotated(
    key: Annotated[str, Path(min_length=1)],
    a: Annotated[int, Query()],
    b: Annotated[int, Query()] = 1,
    c: Annotated[int | None, Query()] = None,
    d: Annotated[int | None, Query] = None,
    e: Annotated[int, "metadata"] = LIMIT,
    f: Annotated[int, "metadata"] = ...,  # type: ignore[assignment]
    x_token: Annotated[str | None, Header()] = None,
    session: Annotated[str, Cookie()] = "",
) -> None: ...


@app.post("/body")
def body(name: str = Body(...), age: int = Body(1), note: Annotated[str, Body()] = "") -> None: ...


@app.post("/only-body")
def only_body(name: Annotated[str | None, Body(embed=True)] = None) -> None: ...
