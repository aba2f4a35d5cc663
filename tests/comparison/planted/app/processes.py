"""Child processes."""

from __future__ import annotations

import os
import subprocess
from subprocess import check_output

from fastapi import APIRouter

router = APIRouter(prefix="/processes")


@router.get("/run")
async def run() -> int:
    return subprocess.run(["true"]).returncode  # BAD process


@router.get("/check-output")
async def output() -> bytes:
    return check_output(["true"])  # BAD process


@router.get("/popen")
async def popen() -> None:
    subprocess.Popen(["true"])  # BAD process


@router.get("/communicate")
async def communicate(process: int) -> None:
    child = start()
    child.communicate()  # BAD process


def start() -> subprocess.Popen[bytes]:
    raise NotImplementedError


@router.get("/system")
async def system() -> int:
    return os.system("true")  # BAD process


@router.get("/os-popen")
async def os_popen() -> None:
    os.popen("true")  # BAD process


@router.get("/waitpid")
async def waitpid() -> None:
    os.waitpid(0, 0)  # BAD process


@router.get("/spawn")
async def spawn() -> None:
    os.spawnl(os.P_WAIT, "/bin/true", "true")  # BAD process
