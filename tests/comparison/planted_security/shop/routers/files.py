"""Files that the client names."""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse
from pydantic import BaseModel

router = APIRouter(prefix="/files")
FOLDER = Path("/srv/shop/files")


class Language(str, Enum):
    ENGLISH = "en"
    GERMAN = "de"


class Report(BaseModel):
    name: str


@router.get("/joined")
def joined(name: str) -> str:
    with open(os.path.join(FOLDER, name)) as source:  # BAD path-traversal
        return source.read()


@router.get("/sent/{name:path}")
def sent(name: str) -> FileResponse:
    return FileResponse(FOLDER / name)  # BAD path-traversal


@router.post("/reports")
def show_report(report: Report) -> str:
    path = FOLDER / "reports" / f"{report.name}.txt"
    return path.read_text()  # BAD path-traversal


@router.delete("/")
def delete(name: str) -> None:
    os.remove(f"/srv/shop/files/{name}")  # BAD path-traversal


@router.get("/named")
def named(name: str) -> str:
    return (FOLDER / Path(name).name).read_text()  # GOOD only the name


@router.get("/base")
def base(name: str) -> FileResponse:
    return FileResponse(FOLDER / os.path.basename(name))  # GOOD only the name


@router.get("/resolved/{name:path}")
def resolved(name: str) -> FileResponse:
    path = (FOLDER / name).resolve()
    if not path.is_relative_to(FOLDER):
        raise HTTPException(status_code=404)
    return FileResponse(path)  # GOOD inside


@router.get("/listed")
def listed(name: str) -> str:
    if name not in os.listdir(FOLDER):
        raise HTTPException(status_code=404)
    return (FOLDER / name).read_text()  # GOOD one of the folder


@router.get("/numbered/{number}")
def numbered(number: int) -> str:
    return (FOLDER / f"{number}.txt").read_text()  # GOOD a number


@router.get("/texts/{language}")
def texts(language: Language) -> str:
    return (FOLDER / f"{language.value}.txt").read_text()  # GOOD one of two


@router.get("/about")
def about() -> str:
    return (FOLDER / "about.txt").read_text()  # GOOD a constant
