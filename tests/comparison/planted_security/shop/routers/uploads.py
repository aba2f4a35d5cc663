"""Files that the client sends."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

from fastapi import APIRouter, HTTPException, UploadFile

router = APIRouter(prefix="/uploads")
FOLDER = Path("/srv/shop/uploads")
MOST = 5_000_000


@router.post("/joined")
def joined(file: UploadFile) -> str:
    with open(os.path.join(FOLDER, file.filename or "x"), "wb") as target:  # BAD upload-path
        shutil.copyfileobj(file.file, target)
    return "saved"


@router.post("/slash")
def slash(file: UploadFile) -> str:
    target = FOLDER / f"{file.filename}"
    with target.open("wb") as stream:  # BAD upload-path
        shutil.copyfileobj(file.file, stream)
    return "saved"


@router.post("/whole")
async def whole(file: UploadFile) -> int:
    content = await file.read()  # BAD unbounded-upload
    return len(content)


@router.post("/own-name")
def own_name(file: UploadFile) -> str:
    with open(FOLDER / f"{uuid.uuid4().hex}.bin", "wb") as target:  # GOOD an own name
        shutil.copyfileobj(file.file, target)
    return file.filename or ""


@router.post("/base-name")
def base_name(file: UploadFile) -> str:
    with open(FOLDER / Path(file.filename or "x").name, "wb") as target:  # GOOD only the name
        shutil.copyfileobj(file.file, target)
    return "saved"


@router.post("/limited")
async def limited(file: UploadFile) -> int:
    if file.size is None or file.size > MOST:
        raise HTTPException(status_code=413)
    content = await file.read()  # GOOD tested before
    return len(content)


@router.post("/chunks")
async def chunks(file: UploadFile) -> int:
    size = 0
    while chunk := await file.read(64 * 1024):  # GOOD in pieces
        size += len(chunk)
        if size > MOST:
            raise HTTPException(status_code=413)
    return size


@router.post("/beginning")
async def beginning(file: UploadFile) -> int:
    content = await file.read(MOST + 1)  # GOOD limited
    return len(content)
