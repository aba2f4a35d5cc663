"""Files."""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path
from typing import TextIO

from fastapi import APIRouter, UploadFile

router = APIRouter(prefix="/files")
FOLDER = Path("/srv/data")


@router.get("/open")
async def builtin_open() -> None:
    open("data.txt")  # BAD file


@router.get("/with-open")
async def with_open() -> None:
    with open("data.txt"):  # BAD file
        pass


@router.get("/io-open")
async def io_open() -> None:
    io.open("data.txt")  # BAD file


@router.get("/path-open")
async def path_open(name: str) -> None:
    path = FOLDER / name
    path.open()  # BAD file


@router.get("/read-text")
async def read_text() -> str:
    return Path("data.txt").read_text()  # BAD file


@router.get("/write-bytes")
async def write_bytes() -> None:
    FOLDER.joinpath("data.bin").write_bytes(b"")  # BAD file


@router.get("/parameter")
async def parameter() -> str:
    return await show(FOLDER)


async def show(path: Path) -> str:
    return path.read_text()  # BAD file


@router.get("/walk")
async def walk() -> int:
    count = 0
    for _ in os.walk("/srv/data"):  # BAD file
        count += 1
    return count


@router.get("/copy")
async def copy() -> None:
    shutil.copytree("a", "b")  # BAD file


@router.post("/upload")
async def upload(file: UploadFile) -> bytes:
    return file.file.read()  # BAD file


@router.get("/handle")
async def handle() -> str:
    return await rest(io.StringIO())


async def rest(text: io.StringIO) -> str:
    return text.read()  # GOOD in memory


@router.get("/exists")
async def exists() -> bool:
    return os.path.exists("data.txt")  # METADATA


@router.get("/path-exists")
async def path_exists() -> bool:
    return Path("data.txt").exists()  # METADATA


@router.get("/makedirs")
async def makedirs() -> None:
    os.makedirs("data", exist_ok=True)  # METADATA
