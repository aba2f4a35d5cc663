"""What a client chooses and where it goes: small handlers with known answers, and the facts that these rest on."""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from fastapi import FastAPI, UploadFile

from clients import needs_client
from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.module import Module
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.taint import sinks, taint
from flake8_fastapi.semantics.taint.sinks import Harm

HEAD = """
import ast, os, re, shlex, shutil, subprocess, uuid, json
import pathlib
from enum import Enum
from pathlib import Path as P
from typing import Annotated, Any, Literal, Optional
from uuid import UUID, uuid4
from fastapi import (
    APIRouter, Body, Cookie, Depends, FastAPI, File, Form, Header, HTTPException, Path, Query, Request, UploadFile,
)
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, RedirectResponse
from pydantic import BaseModel, Field, StringConstraints, constr, field_validator
from sqlalchemy import text
from werkzeug.utils import secure_filename
import asyncio, aiofiles, httpx
from helpers import folder_of, keep, Store, checked, read_it, Filter

BASE = P("files")
PREFIX = "files/"
ALLOWED = {"a": "a.txt"}
app = FastAPI()

class Colour(str, Enum):
    RED = "red"

class Item(BaseModel):
    name: str
    count: int
    kind: Literal["a"]
    code: str = Field(pattern="^[a-z]+$")
    seen: str
    tags: list[str]
    parts: list["Item"]

    @field_validator("seen")
    @classmethod
    def look(cls, value: str) -> str:
        return value

def local(name: str) -> P:
    return BASE / name

def refused(name: str) -> None:
    if "/" in name:
        raise ValueError(name)

def find_other(name: str) -> None:
    if os.getenv("STOPPED"):
        raise ValueError(name)

def row_of(name: str) -> None:
    ROWS.filter(name=name).one()

class Known:
    def __init__(self, name: str) -> None:
        refused(name)

class Kept:
    def __init__(self, name: str) -> None:
        self.name = name

def given_name(name: str = Query("x")) -> str:
    return name
"""
HELPERS = """
from pathlib import Path
BASE = Path("x")

def folder_of(name):
    return BASE / name

def keep(name, text):
    with open(BASE / name, "w") as file:
        file.write(text)

def checked(name):
    if ".." in name:
        raise ValueError
    return BASE / name

async def read_it(path):
    return Path(path).read_text()

class Store:
    def __init__(self, root):
        self.root = root

    def read(self, name):
        return (self.root / name).read_text()

class Filter:
    def __init__(self, name: str = "x", size: int = 1):
        self.name = name
        self.size = size
"""


def harms(folder: Path, source: str, *, head: str = HEAD) -> tuple[Harm, ...]:
    """What the function `f` does with what a client chose."""
    (folder / "helpers.py").write_text(HELPERS, encoding="utf-8")
    return harms_in(folder, {"main.py": f"{head}\n{source}\n"})


def harms_in(folder: Path, modules: Mapping[str, str], name: str = "f") -> tuple[Harm, ...]:
    for path, text in modules.items():
        (folder / path).write_text(text, encoding="utf-8")
    main, source = str(folder / "main.py"), modules["main.py"]
    project = Project(Files.of(main))
    module = Module(ast.parse(source), main, source, project)
    return sinks.of(Function(project, main, name, module))


def shown(found: tuple[Harm, ...]) -> list[str]:
    return [f"{each.use} {each.deed} {each.tainted.parameter}".replace("  ", " ").strip() for each in found]


@pytest.mark.parametrize(
    ("parameters", "text", "wanted"),
    [
        ("name: str", "name", "name"),
        ("name", "name", "name"),
        ("name: str | None = None", "name", "name"),
        ("name: Optional[str] = None", "name", "name"),
        ("name: Annotated[str, Query(max_length=50)]", "name", "name"),
        ("name: str = Form(...)", "name", "name"),
        ("name: str = Header()", "name", "name"),
        ("name: Annotated[str, Cookie()]", "name", "name"),
        ("name: str = Body(embed=True)", "name", "name"),
        ("name: pathlib.Path", "name", "name"),
        ("names: list[str] = Query()", "names[0]", "names[]"),
        ("data: dict", "data['name']", "data['name']"),
        ("data: dict[str, str]", "data.get('name')", "data['name']"),
        ("data: Any = Body()", "data['a']['b']", "data['a']['b']"),
        ("item: Item", "item.name", "item.name"),
        ("item: Item", "item.tags[0]", "item.tags[]"),
        ("item: Item", "item.model_dump()['name']", "item.name"),
        ("request: Request", "request.query_params['name']", "request.query_params['name']"),
        ("request: Request", "request.headers.get('x-name')", "request.headers['x-name']"),
        ("request: Request", "request.cookies['name']", "request.cookies['name']"),
        ("request: Request", "(await request.json())['name']", "request.json()['name']"),
        ("request: Request", "(await request.form())['name']", "request.form()['name']"),
        ("request: Request", "(await request.form())['file'].filename", "request.form()['file'].filename"),
        ("request: Request", "request.url.path", "request.url.path"),
        ("file: UploadFile", "file.filename", "file.filename"),
        ("file: UploadFile = File(...)", "file.filename or 'x'", "file.filename"),
        ("files: list[UploadFile]", "files[0].filename", "files[].filename"),
        ("name: str = Depends(given_name)", "name", "name"),
        ("each: Filter = Depends()", "each.name", "each.name"),
        ("item: Item = Depends()", "item.name", "item.name"),
        ("name: int", "name", ""),
        ("name: float", "name", ""),
        ("name: bool", "name", ""),
        ("name: UUID", "name", ""),
        ("name: Colour", "name.value", ""),
        ("name: Literal['a', 'b']", "name", ""),
        ("name: str = Query(pattern='^[a-z]+$')", "name", ""),
        ("name: Annotated[str, Query(regex='^[a-z]+$')]", "name", ""),
        ("name: Annotated[str, StringConstraints(pattern='^[a-z]+$')]", "name", ""),
        ("name: constr(pattern='^[a-z]+$')", "name", ""),
        ("name: Annotated[str, unknown()]", "name", ""),
        ("name: unknown", "name", ""),
        ("names: list[int] = Query()", "names[0]", ""),
        ("item: Item", "item.count", ""),
        ("item: Item", "item.kind", ""),
        ("item: Item", "item.code", ""),
        ("item: Item", "item.seen", ""),
        ("item: Item", "item.model_dump()['count']", ""),
        ("each: Filter = Depends()", "each.size", ""),
        ("name: str = Depends(unknown)", "name", ""),
        ("request: Request", "request.state.name", ""),
        ("request: Request", "request.method", ""),
        ("request: Request", "request.client.host", ""),
        ("file: UploadFile", "file.size", ""),
    ],
)
def test_sources(tmp_path: Path, parameters: str, text: str, wanted: str) -> None:
    body = f"    chosen = {text}\n    return FileResponse(f'files/{{chosen}}')"
    found = harms(tmp_path, f"@app.post('/f')\nasync def f({parameters}):\n{body}")
    assert [each.tainted.parameter for each in found] == ([wanted] if wanted else [])


@pytest.mark.parametrize(
    ("path", "is_found"),
    [
        ("/f/{name:path}", True),
        ("/f/{name}", False),
        ("/f/{other}", True),
        ("/f/{name:int}", False),
        (None, False),
    ],
)
def test_path_parameters_without_convertor_hold_no_slash(tmp_path: Path, path: str | None, is_found: bool) -> None:
    written = repr(path) if path is not None else "unknown"
    found = harms(tmp_path, f"@app.get({written})\ndef f(name: str):\n    return FileResponse(BASE / name)")
    assert bool(found) is is_found


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("open(name)", ["path read name"]),
        ("open(BASE / name, 'wb')", ["path write name"]),
        ("open(f'files/{name}.txt', mode='a')", ["path write name"]),
        ("path = os.path.join('files', name)\n    open(path)", ["path read name"]),
        ("path = BASE.joinpath(name)\n    path.read_text()", ["path read name"]),
        ("path = P('files', name)\n    path.unlink()", ["path delete name"]),
        ("(BASE / name).with_suffix('.txt').write_bytes(b'')", ["path write name"]),
        ("open('files/' + name)", ["path read name"]),
        ("open(PREFIX + name)", ["path read name"]),
        ("open('files/%s' % name)", ["path read name"]),
        ("open('files/{}'.format(name))", ["path read name"]),
        ("open('files/{name}.txt'.format(name=name))", ["path read name"]),
        ("open('/'.join(['files', name]))", ["path read name"]),
        ("path = 'files/'\n    path += name\n    open(path)", ["path read name"]),
        ("name = name.strip().lower()\n    open(name)", ["path read name"]),
        ("with aiofiles.open(BASE / name) as file: pass", ["path read name"]),
        ("shutil.rmtree(BASE / name)", ["path delete name"]),
        ("os.remove(os.path.join(PREFIX, name))", ["path delete name"]),
        ("shutil.copy('a', BASE / name)", ["path write name"]),
        ("await run_in_threadpool(os.remove, BASE / name)", ["path delete name"]),
        ("await asyncio.to_thread(open, BASE / name)", ["path read name"]),
        ("local(name).read_text()", ["path read name"]),
        ("open(folder_of(name))", ["path read name"]),
        ("keep(name, 'x')", ["path write name"]),
        ("await read_it(BASE / name)", ["path read name"]),
        ("await read_it(path=BASE / name)", ["path read name"]),
        ("Store(BASE).read(name)", ["path read name"]),
        ("for each in [name]:\n        open(each)", ["path read name"]),
        ("open(P(name).parent / 'x')", ["path read name"]),
        ("open(str(name))", ["path read name"]),
        ("open(os.path.abspath(f'files/7_{name}'))", ["path read name"]),
        ("open(json.loads(name)['path'])", ["path read name['path']"]),
        ("open(f'files/7_{name}')", []),
        ("open(f'{unknown}{name}')", []),
        ("open(P(name).name)", []),
        ("open(os.path.basename(name))", []),
        ("open(BASE / secure_filename(name))", []),
        ("open(ALLOWED[name])", []),
        ("open(ALLOWED.get(name, 'x'))", []),
        ("open(f'files/{len(name)}')", []),
        ("open(f'files/{int(name)}')", []),
        ("open(f'files/{uuid4()}')", []),
        ("open(name.replace('..', ''))", []),
        ("open(re.sub('[^a-z]', '', name))", []),
        ("open(checked(name))", []),
        ("open(unknown(name))", []),
        ("open('files/a.' + name.split('.')[-1])", []),
        ("name = uuid4().hex\n    open(name)", []),
        ("lambda: open(name)", []),
    ],
)
def test_ways_to_a_path(tmp_path: Path, body: str, wanted: list[str]) -> None:
    assert shown(harms(tmp_path, f"@app.get('/f')\nasync def f(name: str):\n    {body}")) == wanted


@pytest.mark.parametrize(
    ("check", "is_found"),
    [
        ("pass", True),
        ("if not name:\n        raise HTTPException(400)", True),
        ("if name is None:\n        raise HTTPException(400)", True),
        ("if not os.path.exists(path):\n        raise HTTPException(404)", True),
        ("if not path.is_file():\n        raise HTTPException(404)", True),
        ("if not name.endswith('.txt'):\n        raise HTTPException(400)", True),
        ("if name.split('.')[-1] not in ('txt',):\n        raise HTTPException(400)", True),
        ("if path.suffix != '.txt':\n        raise HTTPException(400)", True),
        ("if len(name) > 100:\n        raise HTTPException(400)", True),
        ("print(name)", True),
        ("logger.info(name)", True),
        ("held = unknown()\n    held.name = name\n    if held is None:\n        raise HTTPException(400)", True),
        ("find_other(name)", True),
        ("row_of(name)", False),
        ("Known(name)", False),
        ("Kept(name)", True),
        ("Colour(name)", False),
        ("held = unknown()\n    held.name = name\n    if not held.is_good:\n        raise HTTPException(400)", False),
        ("if other:\n        if '..' in name:\n            raise HTTPException(400)", True),
        ("if '..' in other:\n        raise HTTPException(400)", True),
        ("if '..' in name:\n        raise HTTPException(400)", False),
        ("if '/' in name or name.startswith('.'):\n        raise HTTPException(400)", False),
        ("if name not in ALLOWED:\n        raise HTTPException(404)", False),
        ("if name.lower() not in ALLOWED:\n        raise HTTPException(404)", False),
        ("if '..' in name.split('/'):\n        raise HTTPException(404)", False),
        ("assert name in ALLOWED", False),
        ("if not re.fullmatch('[a-z]+', name):\n        raise HTTPException(400)", False),
        ("found = re.match('[a-z]+$', name)\n    if found is None:\n        raise HTTPException(400)", False),
        ("if not path.resolve().is_relative_to(BASE):\n        raise HTTPException(400)", False),
        ("path.resolve().relative_to(BASE)", False),
        (
            "real = os.path.realpath(path)\n    if not real.startswith('/files'):\n        raise HTTPException(400)",
            False,
        ),
        ("if os.path.commonpath(['/files', path]) != '/files':\n        raise HTTPException(400)", False),
        ("refused(name)", False),
        ("unknown(name)", False),
        ("ALLOWED[name]", False),
        ("UUID(name)", False),
        ("is_good = name in ALLOWED\n    if not is_good:\n        raise HTTPException(400)", False),
        ("if any(each in name for each in ('/', '..')):\n        raise HTTPException(400)", False),
        ("match name:\n        case 'a': pass\n        case _: raise HTTPException(400)", False),
    ],
)
def test_checks(tmp_path: Path, check: str, is_found: bool) -> None:
    body = f"    path = BASE / name\n    {check}\n    return path.read_text()"
    assert bool(harms(tmp_path, f"@app.get('/f')\ndef f(name: str, other: str = ''):\n{body}")) is is_found


def test_a_check_after_the_sink_is_too_late(tmp_path: Path) -> None:
    body = "    found = open(name)\n    if '..' in name:\n        raise HTTPException(400)\n    return found.read()"
    assert shown(harms(tmp_path, f"@app.get('/f')\ndef f(name: str):\n{body}")) == ["path read name"]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("db.execute(text(f\"select * from t where a = '{name}'\"))", ["sql run name"]),
        ("db.execute(text('select * from t where a = ' + name))", ["sql run name"]),
        ("db.execute('select * from t where a = %s' % name)", ["sql run name"]),
        ("db.execute('select * from t where a = {}'.format(name))", ["sql run name"]),
        ("query = f'select a from t order by {name}'\n    db.fetch_all(query)", ["sql run name"]),
        ("query = 'select a from t'\n    query += f' order by {name}'\n    db.execute(query)", ["sql run name"]),
        ("db.execute(text('select * from t where a = :name'), {'name': name})", []),
        ("db.execute('select * from t where a = ?', (name,))", []),
        ("db.execute(name)", []),
        ("search.execute(f'find {name}')", []),
        ("if name not in ('a', 'b'): raise HTTPException(400)\n    db.execute(f'select a from t order by {name}')", []),
        ("db.execute(f'select a from t order by {ALLOWED[name]}')", []),
        ("db.execute(f'select a from t where a = {int(name)}')", []),
        ("db.execute(\"select a from t where b like '%s%%'\" % name)", ["sql run name"]),
        ("db.execute('select a from t where b = %s and c > %d' % (name, 1))", ["sql run name"]),
        ("db.execute('select a from t where b = %(b)s' % name)", []),
        ("db.execute('select a from t where b = %d' % name)", []),
        ("os.system('ls ' + name)", ["command shell name"]),
        ("os.popen(cmd=f'ls {name}')", ["command shell name"]),
        ("subprocess.run(f'ls {name}', shell=True)", ["command shell name"]),
        ("subprocess.run(args=f'ls {name}', shell=True)", ["command shell name"]),
        ("await run_in_threadpool(subprocess.run, f'ls {name}', shell=True)", ["command shell name"]),
        ("await asyncio.create_subprocess_shell(f'ls {name}')", ["command shell name"]),
        ("subprocess.run(['sh', '-c', f'ls {name}'])", ["command shell name"]),
        ("subprocess.run(['/usr/bin/bash', '-lc', name])", ["command shell name"]),
        ("await asyncio.create_subprocess_exec('python', '-c', name)", ["command python name"]),
        ("subprocess.run([name])", ["command program name"]),
        ("subprocess.run(name)", ["command program name"]),
        ("subprocess.run([name] + ['-x'])", ["command program name"]),
        ("eval(name)", ["command python name"]),
        ("exec(f'x = {name}')", ["command python name"]),
        ("subprocess.run(['ls', name])", []),
        ("subprocess.run(['ls', '-c', name])", []),
        ("subprocess.run(['ls'] + [name])", []),
        ("subprocess.run(f'ls {name}')", []),
        ("subprocess.run(f'ls {name}', shell=False)", []),
        ("subprocess.run(f'ls {name}', shell=unknown)", []),
        ("subprocess.run(f'ls {shlex.quote(name)}', shell=True)", []),
        ("subprocess.run(shlex.split(f'ls {name}'))", []),
        ("if name in ALLOWED:\n        os.system(name)", []),
        ("ast.literal_eval(name)", []),
        ("db.eval(name)", []),
        ("httpx.get(name)", ["url name"]),
        ("httpx.get(f'https://{name}/x')", ["url name"]),
        ("httpx.get(f'https://example.com/{name}')", []),
        ("return RedirectResponse(name)", ["redirect name"]),
        ("return RedirectResponse(f'/x?{name}')", []),
    ],
)
def test_other_sinks(tmp_path: Path, body: str, wanted: list[str]) -> None:
    assert shown(harms(tmp_path, f"@app.get('/f')\nasync def f(name: str, db: Any = Depends()):\n    {body}")) == wanted


def test_services_of_other_modules_are_named(tmp_path: Path) -> None:
    (found,) = harms(tmp_path, "@app.get('/f')\ndef f(name: str):\n    keep(name, 'x')")
    assert (found.through, found.sink, found.position.line) == ("keep", "open()", HEAD.count("\n") + 4)


def test_an_upload_is_reported_where_it_is_opened_only(tmp_path: Path) -> None:
    service = "from fastapi import UploadFile\ndef f(file: UploadFile):\n    open(f'x/{file.filename}', 'wb')\n"
    head = "from fastapi import FastAPI, UploadFile\nimport main\napp = FastAPI()\n"
    handler = f"{head}@app.post('/x')\ndef f(file: UploadFile):\n    main.f(file)\n"
    assert shown(harms_in(tmp_path, {"main.py": service, "other.py": handler})) == ["path write file.filename"]
    assert harms_in(tmp_path, {"main.py": handler.replace("main", "service"), "service.py": service}) == ()


def test_sources_of_an_expression(tmp_path: Path) -> None:
    source = "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/')\ndef f(a: str, b: int):\n    return (a, b)\n"
    (tmp_path / "main.py").write_text(source, encoding="utf-8")
    project = Project(Files.of(str(tmp_path / "main.py")))
    tree = ast.parse(source)
    function = Function(
        project, str(tmp_path / "main.py"), "f", Module(tree, str(tmp_path / "main.py"), source, project)
    )
    assert function.code is not None
    (first, second) = function.code.returns()[0].value.elts  # type: ignore[union-attr]
    found = taint.of(function).sources(first)
    assert found is not None
    assert (found.parameter, found.kind) == ("a", "query")
    assert taint.of(function).sources(second) is None


# -- the facts


def client() -> object:
    try:
        from fastapi.testclient import TestClient
    except (ImportError, RuntimeError):
        pytest.skip("no test client")
    app = FastAPI()

    @app.get("/plain/{name}")
    def plain(name: str) -> str:
        return name

    @app.get("/whole/{name:path}")
    def whole(name: str) -> str:
        return name

    @app.post("/upload")
    def upload(file: UploadFile) -> str:
        return file.filename or ""

    return TestClient(app)


@needs_client
def test_what_starlette_hands_over() -> None:
    web = client()
    get, post = web.get, web.post  # type: ignore[attr-defined]
    assert get("/plain/..%2F..%2Fetc").status_code == 404
    assert get("/whole/..%2F..%2Fetc").json() == "../../etc"
    assert get("/whole/%2Fetc").json() == "/etc"
    for name in ("../../x", "/etc/x"):
        assert post("/upload", files={"file": (name, b"")}).json() == name


def test_text_before_in_the_same_segment_keeps_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    evil = "../../out"
    with pytest.raises(FileNotFoundError):
        (tmp_path / f"files/7_{evil}").write_text("")
    assert os.path.normpath(f"{tmp_path}/files/7_../{evil}") == str(tmp_path / "out")
    (tmp_path / "files/../out").write_text("")
    assert (tmp_path / "out").exists()
