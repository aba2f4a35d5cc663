"""What `except` clauses make of what they catch: small functions with known answers."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from flake8_fastapi.semantics.errors import catching
from flake8_fastapi.semantics.errors.catching import Catch, End
from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.module import Module
from flake8_fastapi.semantics.project import Project

HEAD = """
import logging, sys, traceback
from http import HTTPStatus
from fastapi import FastAPI, HTTPException, Response, status
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel
from helpers import Missing, Teapot, envelope, fail, fixed, note, refuse, shorten

logger = logging.getLogger(__name__)
FAILED = 503

class Result(BaseModel):
    error: str

def f(response: Response, db, rows):
    for row in rows:
        try:
            work(row)
        except Exception as e:
            BODY
    return None
"""
HELPERS = """
import logging
from pydantic import BaseModel
from fastapi import HTTPException
from fastapi.responses import JSONResponse

class Missing(HTTPException):
    def __init__(self, what):
        super().__init__(status_code=404, detail=f"{what} is missing")

class Teapot(HTTPException):
    def __init__(self, error):
        super().__init__(418, "tea")

class Envelope(BaseModel):
    error: str

def envelope(code, message):
    body = Envelope(error=message).model_dump()
    return JSONResponse(status_code=code, content=body)

def fixed(error):
    return JSONResponse({"error": "failed"}, 500)

def shorten(error):
    return unknown(error)

def fail(code, error):
    raise HTTPException(code, detail=f"failed: {error}")

def refuse(error):
    raise HTTPException(status_code=500)

def note(error):
    logging.error(error)
"""


def catch_in(folder: Path, body: str) -> Catch:
    text = HEAD.replace("BODY", body.replace("\n", f"\n{' ' * 12}"))
    (folder / "helpers.py").write_text(HELPERS, encoding="utf-8")
    (folder / "main.py").write_text(text, encoding="utf-8")
    path = str(folder / "main.py")
    project = Project(Files.of(path))
    return catching.of(Function(project, path, "f", Module(ast.parse(text), path, text, project)))[0]


def shown(end: End) -> str:
    text = f" {end.text.kind}" if end.text is not None else ""
    asked = " asked" if end.is_asked else ""
    payload = "" if end.payload in ("exception", "nothing") else f" {end.payload}"
    return f"{end.kind}{payload} {end.status}{text}{asked}"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("raise", "raises again None"),
        ("raise e", "raises again None"),
        ("raise e from None", "raises again None"),
        ("raise e.with_traceback(None)", "raises again None"),
        ("raise HTTPException(500)", "raises 500"),
        ("raise HTTPException(500) from e", "raises 500"),
        ("raise HTTPException(status_code=status.HTTP_502_BAD_GATEWAY)", "raises 502"),
        ("raise HTTPException(HTTPStatus.BAD_REQUEST)", "raises 400"),
        ("raise HTTPException(FAILED)", "raises 503"),
        ("raise Missing('x')", "raises 404"),
        ("raise Missing(str(e))", "raises 404 text"),
        ("raise Teapot(str(e))", "raises 418"),
        ("raise ValueError(str(e))", "raises None"),
        ("raise HTTPException(500, str(e))", "raises 500 text"),
        ("raise HTTPException(500, repr(e))", "raises 500 text"),
        ("raise HTTPException(500, f'failed: {e}')", "raises 500 text"),
        ("raise HTTPException(500, f'failed: {str(e)}')", "raises 500 text"),
        ("raise HTTPException(500, 'failed: ' + str(e))", "raises 500 text"),
        ("raise HTTPException(500, 'failed: %s' % e)", "raises 500 text"),
        ("raise HTTPException(500, 'failed: %s %s' % (db, e))", "raises 500 text"),
        ("raise HTTPException(500, 'failed: {}'.format(e))", "raises 500 text"),
        ("raise HTTPException(500, {'error': str(e).strip()})", "raises 500 text"),
        ("raise HTTPException(500, e.args[0])", "raises 500 text"),
        ("raise HTTPException(500, traceback.format_exc())", "raises 500 traceback"),
        ("raise HTTPException(500, headers={'X-Error': str(e)})", "raises 500 text"),
        ("raise HTTPException(500, e.code)", "raises 500"),
        ("raise HTTPException(500, type(e).__name__)", "raises 500"),
        ("raise HTTPException(500, f'{type(e).__name__}')", "raises 500"),
        ("raise HTTPException(500, shorten(str(e)))", "raises 500"),
        ("message = f'failed: {e}'\nraise HTTPException(500, message)", "raises 500 text"),
        ("message = str(e)\nmessage = 'failed'\nraise HTTPException(500, message)", "raises 500"),
        ("return None", "returns None"),
        ("return {'error': str(e)}", "returns body None text"),
        ("return {'error': 'failed'}, 500", "returns body None"),
        ("return Result(error=str(e))", "returns body None text"),
        ("response.status_code = 500\nreturn Result(error=str(e))", "returns body 500 text"),
        ("return JSONResponse({'error': str(e)}, 500)", "returns response 500 text"),
        ("return JSONResponse(content={'error': str(e)}, status_code=422)", "returns response 422 text"),
        ("return JSONResponse({'error': 'failed'})", "returns response 200"),
        ("return RedirectResponse('/')", "returns response 307"),
        ("return envelope(500, str(e))", "returns response 500 text"),
        ("return envelope(500, 'failed')", "returns response 500"),
        ("return fixed(e)", "returns response 500"),
        ("return unknown(str(e))", "returns unknown None"),
        ("fail(500, e)", "raises 500 text"),
        ("refuse(e)", "raises 500"),
        ("sys.exit(1)", "raises None"),
        ("pass", "falls through None"),
        ("continue", "continues None"),
        ("break", "continues None"),
        ("for x in rows:\n    continue", "falls through None"),
        (
            "if isinstance(e, OSError):\n    raise HTTPException(400, str(e))\nraise",
            "raises 400 text asked, raises again None",
        ),
        ("if 'x' in str(e):\n    return 1\nelse:\n    raise", "returns body None asked, raises again None"),
        ("try:\n    db.rollback()\nexcept OSError:\n    raise\nraise", "raises None, raises again None"),
    ],
)  # fmt: skip
def test_ends(body: str, wanted: str, tmp_path: Path) -> None:
    assert ", ".join(map(shown, catch_in(tmp_path, body).ends)) == wanted


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("pass", False),
        ("db.rollback()", False),
        ("work(rows)", False),
        ("logger.error(e)", True),
        ("logger.exception('failed')", True),
        ("logging.getLogger().info('failed')", True),
        ("print(e)", True),
        ("traceback.print_exc()", True),
        ("sentry_sdk.capture_exception(e)", True),
        ("self.logger.bind(x=1).warning('failed')", True),
        ("note(e)", True),
        ("log_error(e)", True),
        ("logError(e)", True),
        ("def later():\n    print(e)", False),
    ],
)
def test_logs(body: str, wanted: bool, tmp_path: Path) -> None:
    assert catch_in(tmp_path, body).logs is wanted


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("raise HTTPException(500, str(e))", False),
        ("raise HTTPException(500, str(e) if settings.debug else 'failed')", True),
        ("if ENVIRONMENT == 'dev':\n    return str(e)\nraise", True),
    ],
)
def test_mode(body: str, wanted: bool, tmp_path: Path) -> None:
    assert catch_in(tmp_path, body).depends_on_mode is wanted


def test_asks(tmp_path: Path) -> None:
    assert catch_in(tmp_path, "if hasattr(e, 'code'):\n    raise").asks
    assert not catch_in(tmp_path, "if rows:\n    raise").asks


def test_a_text_returned_behind_the_clause(tmp_path: Path) -> None:
    text = "result = {'error': str(e)}"
    catch = catch_in(tmp_path, text)
    assert [shown(end) for end in catch.ends] == ["falls through None"]
    assert [use.kind for use in catch.text_uses] == ["text"]
