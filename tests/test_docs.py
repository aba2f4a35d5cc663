"""What the documentation says is true: docstring examples, the README's table, the form of messages."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from flake8_fastapi.rules import registry
from harness import REPOSITORY, Fixture, lint_fixture, lint_project

# What an example may use without a word: the statement that binds the name. Later ones may need earlier ones.
PREAMBLE = {
    "annotations": "from __future__ import annotations",
    "asyncio": "import asyncio",
    "functools": "import functools",
    "io": "import io",
    "json": "import json",
    "os": "import os",
    "shutil": "import shutil",
    "subprocess": "import subprocess",
    "time": "import time",
    "cache": "from functools import cache",
    "lru_cache": "from functools import lru_cache",
    "asynccontextmanager": "from contextlib import asynccontextmanager",
    "datetime": "from datetime import datetime",
    "Path": "from pathlib import Path",
    "Annotated": "from typing import Annotated",
    "Any": "from typing import Any",
    "Iterator": "from collections.abc import Iterator",
    "AsyncIterator": "from collections.abc import AsyncIterator",
    "anyio": "import anyio",
    "bcrypt": "import bcrypt",
    "httpx": "import httpx",
    "uvicorn": "import uvicorn",
    "pandas": "import pandas",
    "redis": "import redis",
    "requests": "import requests",
    "aiofiles": "import aiofiles",
    "APIRouter": "from fastapi import APIRouter",
    "BackgroundTasks": "from fastapi import BackgroundTasks",
    "wraps": "from functools import wraps",
    "jwt": "import jwt",
    "HTTPBearer": "from fastapi.security import HTTPBearer",
    "HTTPAuthorizationCredentials": "from fastapi.security import HTTPAuthorizationCredentials",
    "OAuth2PasswordBearer": "from fastapi.security import OAuth2PasswordBearer",
    "Depends": "from fastapi import Depends",
    "FastAPI": "from fastapi import FastAPI",
    "HTTPException": "from fastapi import HTTPException",
    "Request": "from fastapi import Request",
    "Response": "from fastapi import Response",
    "UploadFile": "from fastapi import UploadFile",
    "WebSocket": "from fastapi import WebSocket",
    "WebSocketDisconnect": "from fastapi import WebSocketDisconnect",
    "CORSMiddleware": "from fastapi.middleware.cors import CORSMiddleware",
    "BaseHTTPMiddleware": "from starlette.middleware.base import BaseHTTPMiddleware",
    "RequestResponseEndpoint": "from starlette.middleware.base import RequestResponseEndpoint",
    "run_in_threadpool": "from fastapi.concurrency import run_in_threadpool",
    "jsonable_encoder": "from fastapi.encoders import jsonable_encoder",
    "StreamingResponse": "from fastapi.responses import StreamingResponse",
    "FileResponse": "from fastapi.responses import FileResponse",
    "JSONResponse": "from fastapi.responses import JSONResponse",
    "BaseModel": "from pydantic import BaseModel",
    "Field": "from pydantic import Field",
    "BaseSettings": "from pydantic_settings import BaseSettings",
    "create_engine": "from sqlalchemy import create_engine",
    "func": "from sqlalchemy import func",
    "text": "from sqlalchemy import text",
    "select": "from sqlalchemy import select",
    "IntegrityError": "from sqlalchemy.exc import IntegrityError",
    "OperationalError": "from sqlalchemy.exc import OperationalError",
    "AsyncSession": "from sqlalchemy.ext.asyncio import AsyncSession",
    "DeclarativeBase": "from sqlalchemy.orm import DeclarativeBase",
    "async_sessionmaker": "from sqlalchemy.ext.asyncio import async_sessionmaker",
    "create_async_engine": "from sqlalchemy.ext.asyncio import create_async_engine",
    "Mapped": "from sqlalchemy.orm import Mapped",
    "mapped_column": "from sqlalchemy.orm import mapped_column",
    "Session": "from sqlalchemy.orm import Session",
    "sessionmaker": "from sqlalchemy.orm import sessionmaker",
    "selectinload": "from sqlalchemy.orm import selectinload",
    "relationship": "from sqlalchemy.orm import relationship",
    "ForeignKey": "from sqlalchemy import ForeignKey",
    "Base": "class Base(DeclarativeBase): pass",
    "Query": "from fastapi import Query",
    "Header": "from fastapi import Header",
    "SessionLocal": 'SessionLocal = sessionmaker(create_engine("sqlite://"))',
    "get_db": "def get_db() -> Iterator[Session]:\n    with SessionLocal() as db:\n        yield db",
    "AsyncSessionLocal": (
        'AsyncSessionLocal = async_sessionmaker(create_async_engine("sqlite+aiosqlite://"), expire_on_commit=False)'
    ),
    "get_async_db": (
        "async def get_async_db() -> AsyncIterator[AsyncSession]:\n"
        "    async with AsyncSessionLocal() as db:\n"
        "        yield db"
    ),
    "Order": "class Order(Base):\n    __tablename__ = 'orders'\n    id: Mapped[int] = mapped_column(primary_key=True)",
    "logging": "import logging",
    "logger": "logger = logging.getLogger(__name__)",
    "app": "app = FastAPI()",
    "router": "router = APIRouter()",
}
_BLOCK = re.compile(r"^(Bad|Good)::\n((?:[ \t]+.*\n|\n)+)", re.MULTILINE)
_SET = re.compile(r"`(--fastapi-[a-z-]+=\w+)`")
"""An option with which the examples of a check are linted: a handler of 51 statements is no example."""
_FILE = re.compile(r"# ([\w/]+\.py)")
"""The first line of a file in an example that is more than one, such as `# tests/test_orders.py`."""
_MARK = re.compile(r"#.*?\b(FAP\d{3})\b(?:\s+([a-z0-9-]+(?:,\s*[a-z0-9-]+)*))?")


def examples(doc: str) -> list[tuple[str, str]]:
    text = inspect.cleandoc(doc) + "\n"
    return [(match[1], inspect.cleandoc("\n" + match[2])) for match in _BLOCK.finditer(text)]


def files_of(source: str) -> dict[str, str]:
    """The files of an example; lines that stand before any name belong to `main.py`."""
    found: dict[str, list[str]] = {"main.py": []}
    name = "main.py"
    for line in source.splitlines():
        match = _FILE.fullmatch(line)
        name = match[1] if match else name
        found.setdefault(name, []).append(line)
    return {name: "\n".join(lines) for name, lines in found.items() if lines}


def with_preamble(source: str) -> tuple[str, int]:
    """The example with the imports it leaves out, and how many lines were put before it."""
    tree = ast.parse(source)
    bound = {alias.asname or alias.name.partition(".")[0] for node in ast.walk(tree) for alias in _aliases(node)}
    bound |= {
        node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    }
    bound |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    wanted = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - bound | {"FastAPI"}
    lines: list[str] = []
    for name, statement in reversed(PREAMBLE.items()):
        if name in wanted:
            lines.insert(0, statement)
            wanted |= {node.id for node in ast.walk(ast.parse(statement)) if isinstance(node, ast.Name)} - bound
    return "\n".join([*lines, source, ""]), sum(statement.count("\n") + 1 for statement in lines)


def _aliases(node: ast.AST) -> list[ast.alias]:
    return node.names if isinstance(node, (ast.Import, ast.ImportFrom)) else []


@pytest.mark.parametrize("name", sorted(registry()))
def test_docstring_examples(name: str, tmp_path: Path) -> None:
    check = registry()[name]
    blocks = examples(check.doc)
    assert {kind for kind, _ in blocks} == {"Bad", "Good"}, f"{name} needs a `Bad::` and a `Good::` block"
    options = [f"--fastapi-enable={name}", *_SET.findall(check.doc)]
    for number, (kind, source) in enumerate(blocks):
        written = files_of(source)
        marks = {mark for file, text in written.items() for mark in marks_of(name, file, text)}
        assert bool(marks) == (kind == "Bad"), f"the {kind} example of {name} has {len(marks)} marks"
        whole = {file: with_preamble(text) for file, text in written.items()}
        texts = {file: text for file, (text, _) in whole.items()}
        found = lint_project(texts, tmp_path / f"{kind}{number}", *options)
        places = {(each.file, each.line - whole[each.file][1], each.code, each.name) for each in found}
        shown = "\n".join((*texts.values(), *(each.text for each in found)))
        assert places == marks, f"{kind} example of {name}\n{shown}"


def marks_of(name: str, file: str, text: str) -> Iterator[tuple[str, int, str, str]]:
    """The findings that an example of a check announces in one of its files."""
    for line, content in enumerate(text.splitlines(), 1):
        if match := _MARK.search(content):
            for each in re.split(r",\s*", match[2] or name):
                yield file, line, match[1], each


def test_docstring_begins_with_a_sentence() -> None:
    for name, check in registry().items():
        first = inspect.cleandoc(check.doc).partition("\n\n")[0]
        assert first.endswith("."), f"{name}: {first}"


def readme_checks() -> list[tuple[str, str, str]]:
    """Rows of the README's tables that hold a code, a check's name in backticks, and `on` or `off`."""
    rows = []
    code = ""
    for line in (REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.lstrip().startswith("|") else []
        codes = [match[0] for cell in cells if (match := re.fullmatch(r"`?(FAP\d{3})`?", cell))]
        names = [match[1] for cell in cells if (match := re.fullmatch(r"`([a-z]+(?:-[a-z0-9]+)*)`", cell))]
        states = [match[1] for cell in cells if (match := re.fullmatch(r"\**`?(on|off)`?\**", cell))]
        code = codes[0].strip("`") if codes else code
        if names and states:
            rows.append((code, names[0], states[0]))
    return rows


def test_readme_lists_the_checks() -> None:
    known = {(check.code, name, "off" if check.optional else "on") for name, check in registry().items()}
    listed = readme_checks()
    assert len(listed) == len(set(listed)), "a check is listed twice"
    assert set(listed) == known


def test_messages(fixture: Fixture, tmp_path: Path) -> None:
    """One line, `FAP002 what; what to do [name]`, of at most 160 characters, or 200 where names are long."""
    for found in lint_fixture(fixture, tmp_path):
        text = found.text
        assert text.isprintable(), text
        assert text == " ".join(text.split()), text
        assert text.startswith(f"{found.code} "), text
        assert text.endswith(f" [{found.name}]"), text
        quoted = sum(len(part) for part in re.findall(r"`([^`]*)`", text))
        assert len(text) <= (200 if quoted > 40 else 160), f"{len(text)} characters: {text}"
