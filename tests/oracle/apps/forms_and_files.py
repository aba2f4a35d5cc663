"""Forms and files, marked or known by their type."""

from typing import Annotated, Optional

from fastapi import Body, Depends, FastAPI, File, Form, UploadFile

NEEDS = ("python_multipart",)

app = FastAPI()


class Image(UploadFile):
    pass


@app.post("/login")
def login(username: str = Form(), password: str = Form(...), remember: bool = Form(False)) -> None: ...


@app.post("/annotated")
def annotated(name: Annotated[str, Form()], tags: Annotated[list[str], Form(alias="tag")] = []) -> None: ...


@app.post("/upload")
def upload(file: UploadFile) -> None: ...


@app.post("/uploads")
def uploads(files: list[UploadFile]) -> None: ...


@app.post("/maybe")
def maybe(file: UploadFile | None = None, other: Optional[UploadFile] = None) -> None: ...


@app.post("/maybe-many")
def maybe_many(files: list[UploadFile] | None = None) -> None: ...


@app.post("/bytes")
def as_bytes(file: bytes = File(), files: list[bytes] = File(...), small: Annotated[bytes, File()] = b"") -> None: ...


@app.post("/marked")
def marked(file: UploadFile = File(...), files: Annotated[list[UploadFile], File(alias="f")] = []) -> None: ...


@app.post("/subclass")
def subclass(image: Image) -> None: ...


@app.post("/default")
def default(file: UploadFile = None, note: str = Form(None), page: int = 1) -> None: ...  # type: ignore[assignment]


def read_meta(title: Annotated[str, Form()], cover: UploadFile) -> str:
    return title


@app.post("/depends")
def depends(file: UploadFile, meta: Annotated[str, Depends(read_meta)]) -> None: ...


@app.post("/mixed")
def mixed(file: UploadFile, note: str = Body(...)) -> None: ...
