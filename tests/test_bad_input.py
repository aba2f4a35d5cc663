"""Input that no linter likes: flake8's own error or silence, no traceback, and other files' findings stay.

All through the real flake8 command, with the checks that crash raising instead of being contained.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness import REPOSITORY

GOOD = """\
import time

from fastapi import FastAPI
{extra}
app = FastAPI()


@app.get("/")
async def index() -> None:
    time.sleep(1)
{body}
"""
FINDING = re.compile(r"good\.py:\d+:5: FAP002 .*\[blocking-call\]")
# Far more than any test here needs; a hang must end the test, not the whole run.
TIMEOUT = 120

# The script, not `python -m flake8`: that would put the linted folder on `sys.path`.
SCRIPT = shutil.which("flake8", path=str(Path(sys.executable).parent))


def good(module: str | None = None) -> str:
    """A module with one finding, which also imports and calls something of the given module."""
    if module is None:
        return GOOD.format(extra="", body="")
    return GOOD.format(extra=f"\nfrom {module} import helper", body="    helper()")


def flake8(folder: Path, *arguments: str, stdin: bytes | None = None) -> list[str]:
    """The reports; flake8 must neither crash nor complain."""
    assert SCRIPT is not None, "flake8 is not installed beside this Python"
    done = subprocess.run(
        [SCRIPT, "--isolated", "--select=FAP,E9", *arguments],
        cwd=folder,
        input=b"" if stdin is None else stdin,
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    output, complaint = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    assert complaint == ""
    assert "Traceback" not in output
    assert done.returncode == (1 if output else 0)
    return output.splitlines()


def assert_finding_kept(reports: list[str]) -> None:
    assert [report for report in reports if "good.py" in report and FINDING.search(report)], reports


SYNTAX_ERRORS = {
    "syntax error": b"def helper(:\n    pass\n",
    "unclosed bracket": b"helper = (1,\n",
    "wrong indentation": b"def helper():\n    a = 1\n  b = 2\n",
    "too many brackets": b"helper = " + b"(" * 300 + b"1" + b")" * 300 + b"\n",
    "too many levels": b"".join(b" " * level + b"if 1:\n" for level in range(150)),
    "another language": b"{'a': 1}}\n<html>\n",
    "not a program at all": bytes(range(1, 256)) * 40,
}
# flake8 reads these as Latin-1 and is content.
BROKEN_ENCODINGS = {
    "broken encoding": b"# -*- coding: utf-8 -*-\nhelper = '\xff\xfe\xfa'\n",
    "unknown encoding": b"# -*- coding: klingon -*-\nhelper = 1\n",
    "two encodings": b"\xef\xbb\xbf# -*- coding: latin-1 -*-\nhelper = 1\n",
}
# flake8 itself ends with a traceback on these, on some Pythons: they only come as neighbours.
TOO_MUCH_FOR_FLAKE8 = {
    "encoding that is not for text": b"# -*- coding: hex -*-\nhelper = 1\n",
    "null bytes": b"helper = 1\0\n",
    "UTF-16": "helper = 1\n".encode("utf-16"),
    "3,000 levels": b"".join(b" " * level + b"if 1:\n" for level in range(3000)) + b" " * 3000 + b"pass\n",
    "5,000 terms": b"helper = " + b" + ".join([b"1"] * 5000) + b"\n",
    "5,000 attributes": b"import x\nhelper = x" + b".y" * 5000 + b"\n",
    "5,000 negations": b"helper = " + b"not " * 5000 + b"1\n",
    "1,000 calls": b"import x\nhelper = x" + b"()" * 1000 + b"\n",
    "3,000 branches": b"if 1:\n    helper = 1\n" + b"elif 1:\n    helper = 1\n" * 3000,
    "1,000 lambdas": b"helper = " + b"lambda: " * 1000 + b"1\n",
    "90 functions in each other": b"".join(b" " * level + b"def helper():\n" for level in range(90))
    + b" " * 90
    + b"pass\n",
}


@pytest.mark.parametrize("name", [*SYNTAX_ERRORS, *BROKEN_ENCODINGS])
def test_unreadable_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_bytes({**SYNTAX_ERRORS, **BROKEN_ENCODINGS}[name])
    (tmp_path / "good.py").write_text(good())
    reports = flake8(tmp_path, "bad.py", "good.py")
    assert_finding_kept(reports)
    assert not [report for report in reports if report.startswith("bad.py") and "FAP" in report]
    if name in SYNTAX_ERRORS:
        assert [report for report in reports if report.startswith("bad.py") and ": E9" in report]


@pytest.mark.parametrize("name", [*SYNTAX_ERRORS, *BROKEN_ENCODINGS, *TOO_MUCH_FOR_FLAKE8])
def test_unreadable_neighbour(name: str, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_bytes({**SYNTAX_ERRORS, **BROKEN_ENCODINGS, **TOO_MUCH_FOR_FLAKE8}[name])
    (tmp_path / "good.py").write_text(good("bad"))
    reports = flake8(tmp_path, "good.py")
    assert_finding_kept(reports)
    assert len(reports) == 1, "what cannot be read is unknown"


def test_long_expressions(tmp_path: Path) -> None:
    """As deep as flake8's own checks can go."""
    (tmp_path / "good.py").write_text(
        good()
        + "\n\n@app.get('/deep')\nasync def deep(a) -> None:\n"
        + "    a" + ".b" * 100 + "()\n"
        + "    a" + "()" * 100 + "\n"
        + "    time.sleep(" + "-" * 100 + "1)\n"
        + "    print(" + " + ".join(["a"] * 300) + ")\n"
        + "    print([" + ", ".join(["a()"] * 5000) + "])\n"
        + "    if a:\n        pass\n"
        + "    elif a:\n        pass\n" * 100
        + "".join("    " + " " * level + "if a:\n" for level in range(15))
        + " " * 20 + "time.sleep(1)\n"
    )  # fmt: skip
    reports = flake8(tmp_path, "good.py")
    names = [report.rpartition(" ")[2] for report in reports]
    assert [name for name in names if name not in ("[fat-handler]", "[untested-app]")] == ["[blocking-call]"] * 3


def neighbour_folder(path: Path) -> None:
    path.mkdir()


def neighbour_dangling(path: Path) -> None:
    path.symlink_to("nowhere.py")


def neighbour_loop(path: Path) -> None:
    back = path.with_name(f"back_to_{path.name}")
    path.symlink_to(back)
    back.symlink_to(path)


def neighbour_pipe(path: Path) -> None:
    os.mkfifo(path)


def neighbour_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def neighbour_forbidden(path: Path) -> None:
    path.write_text("def helper(): ...\n")
    path.chmod(0)


@pytest.mark.skipif(os.name != "posix", reason="needs links, pipes and devices")
@pytest.mark.parametrize(
    "make",
    [
        neighbour_folder,
        neighbour_dangling,
        neighbour_loop,
        neighbour_pipe,
        neighbour_device,
        neighbour_forbidden,
    ],
)
@pytest.mark.parametrize("package", [False, True], ids=["module", "package"])
def test_strange_neighbour(make: object, package: bool, tmp_path: Path) -> None:
    """Neither the module that is imported nor one that only lies there may hang or crash the run."""
    assert callable(make)
    for path in (tmp_path / "bad.py", tmp_path / "unused.py"):
        make(path)
    if package:
        (tmp_path / "pack").mkdir()
        make(tmp_path / "pack" / "__init__.py")
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "good.py").write_text(good("pack.bad" if package else "bad"))
    reports = flake8(tmp_path, "good.py")
    assert_finding_kept(reports)
    assert len(reports) == 1


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_folder_loops(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "two").symlink_to(tmp_path / "one")
    (tmp_path / "good.py").write_text(good("again.again.again.one.two.two.missing"))
    reports = flake8(tmp_path, "good.py")
    assert_finding_kept(reports)


def test_linked_project_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "good.py").write_text(good("helpers"))
    (tmp_path / "real" / "helpers.py").write_text("import time\n\n\ndef helper():\n    time.sleep(1)\n")
    (tmp_path / "link").symlink_to("real")
    reports = flake8(tmp_path, "link/good.py")
    assert_finding_kept(reports)
    assert [report for report in reports if "[blocking-helper]" in report]


def test_empty_project(tmp_path: Path) -> None:
    assert flake8(tmp_path) == []
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "empty.py").write_text("")
    (tmp_path / "blank.py").write_text("\n\n\n")
    (tmp_path / "comment.py").write_text("# nothing")
    assert flake8(tmp_path) == []


@pytest.mark.parametrize("text", ["", "[project", "\0", "[project]\nname = 1\ndependencies = {}\n"])
def test_broken_metadata(text: str, tmp_path: Path) -> None:
    """The project's own metadata may be as broken as its modules."""
    for name in ("pyproject.toml", "requirements.txt", "setup.py"):
        (tmp_path / name).write_text(text)
    (tmp_path / "good.py").write_text(good())
    assert_finding_kept(flake8(tmp_path, "good.py"))


def test_file_outside_any_project(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(good())
    (tmp_path / "elsewhere").mkdir()
    assert_finding_kept(flake8(tmp_path / "elsewhere", "../good.py"))
    assert_finding_kept(flake8(Path("/"), str(tmp_path / "good.py")))


@pytest.mark.parametrize("name", [None, "missing/folder/good.py", "good.py", "/", ".", "..", "a\nb.py", "x" * 5000])
def test_stdin(name: str | None, tmp_path: Path) -> None:
    arguments = [] if name is None else [f"--stdin-display-name={name}"]
    source = good("helpers") + "\n\nfrom . import models\nfrom .. import *\n"
    reports = flake8(tmp_path, *arguments, "-", stdin=source.encode())
    assert "[blocking-call]" in "".join(reports)


@pytest.mark.parametrize("source", [b"", b"\n", b"def (", b"\xef\xbb\xbf", b"\r\r\n\x0c"])
def test_bad_stdin(source: bytes, tmp_path: Path) -> None:
    reports = flake8(tmp_path, "-", stdin=source)
    assert not [report for report in reports if "FAP" in report]


def test_relative_imports_above_the_root(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(good("." * 200 + "helpers"))
    assert_finding_kept(flake8(tmp_path, "good.py"))


def test_huge_file(tmp_path: Path) -> None:
    """50,000 lines, 5,000 of them handlers."""
    handlers = (
        f"@app.get('/{n}')\nasync def handler_{n}(a: int, b: str = 'x') -> int:\n"
        "    values = [a, 1, 2]\n    total = sum(values)\n    if total > 10:\n        total = 10\n"
        "    for value in values:\n        total += value\n    return total\n\n"
        for n in range(5000)
    )
    (tmp_path / "good.py").write_text(good() + "".join(handlers))
    assert_finding_kept(flake8(tmp_path, "good.py"))


HOSTILE = {
    "a module that imports itself": {
        "helpers.py": "import helpers\nfrom helpers import *\nfrom helpers import helper\n"
    },
    "modules that import each other": {
        "helpers.py": "from other import helper\nfrom other import *\n",
        "other.py": "from helpers import helper\nfrom helpers import *\n",
    },
    "names that stand for each other": {"helpers.py": "a = b\nb = c\nc = a\nhelper = a\nhelper = helper\n"},
    "a class that is its own base": {"helpers.py": "class helper(helper): ...\nclass A(B): ...\nclass B(A): ...\n"},
    "cyclic inheritance across modules": {
        "helpers.py": "from other import B\n\n\nclass A(B): ...\n\n\ndef helper():\n    A().run()\n",
        "other.py": "from helpers import A\n\n\nclass B(A): ...\n",
    },
    "a long line of classes": {
        "helpers.py": "class C0:\n    def run(self): ...\n\n\n"
        + "".join(f"class C{n}(C{n - 1}): ...\n" for n in range(1, 3000))
        + "def helper():\n    C2999().run()\n"
    },
    "diamonds": {
        "helpers.py": "class A0: ...\nclass B0: ...\n"
        + "".join(f"class A{n}(A{n - 1}, B{n - 1}): ...\nclass B{n}(A{n - 1}, B{n - 1}): ...\n" for n in range(1, 40))
        + "def helper():\n    A39().run()\n"
    },
    "functions that call each other in a ring": {
        "helpers.py": "".join(f"def f{n}():\n    f{(n + 1) % 3000}()\n    f{(n + 7) % 3000}()\n" for n in range(3000))
        + "helper = f0\n"
    },
    "a function that returns itself": {"helpers.py": "def helper():\n    return helper()()()\nhelper = helper()\n"},
    "decorators of themselves": {"helpers.py": "@helper\n@other\ndef helper(): ...\n@other\ndef other(f): ...\n"},
    "a dependency of itself": {
        "helpers.py": "from fastapi import Depends\n\n\ndef helper(x=Depends(helper)): ...\n"
        "def helper(x=Depends(lambda: helper)): ...\n"
    },
    "a model of itself": {
        "helpers.py": "from pydantic import BaseModel\n\n\nclass M(BaseModel):\n    m: 'M'\n"
        "    n: 'list[M]'\n    o: 'not ( valid'\n\n\ndef helper(m: M = M(m=M())):\n    m.m.m.m.n\n"
    },
    "a router in itself": {
        "helpers.py": "from fastapi import APIRouter\n\nrouter = APIRouter()\nrouter.include_router(router)\n"
        "router = router\n\n\ndef helper(): ...\n"
    },
    "an alias that grows": {"helpers.py": "x = [1]\n" + "x = [x, x]\n" * 200 + "helper = x\n"},
    "unions that grow": {
        "helpers.py": "def f0(): ...\n"
        + "".join(f"f{n} = f{n - 1} if f{n - 1}() else f{n - 1}\n" for n in range(1, 200))
        + "helper = f199\n"
    },
    "calls that multiply": {
        "helpers.py": "def f0(): ...\n"
        + "".join(f"def f{n}(): return f{n - 1}() or f{n - 1}()\n" for n in range(1, 200))
        + "helper = f199\n"
    },
    "values in themselves": {
        "helpers.py": "from fastapi import APIRouter\n\nrouter = APIRouter()\nx = [1]\nx = [x, *x]\nd = {'d': 1, **d}\n"
        "d['d'] = d\nx.append(x)\n\n\n@router.get('/x')\ndef helper():\n    y = [d]\n    y = {'y': y, 'x': x, **d}\n"
        "    y['y'] = [y, helper()]\n    return {'a': y, 'b': [y for y in y], 'c': helper() or y}\n"
    },
    "tables, sessions and queries of themselves": {
        "helpers.py": "from fastapi import APIRouter, Depends\nfrom sqlalchemy import select\n"
        "from sqlalchemy.orm import DeclarativeBase, Mapped, Session, relationship, sessionmaker\n\n"
        "router = APIRouter()\nmaker = sessionmaker(maker)\n\n\nclass Base(DeclarativeBase): ...\nclass T(T, Base):\n"
        "    __tablename__ = 't'\n    t: Mapped['T'] = relationship('T', back_populates='t')\n"
        "    u = relationship(u)\n\n\n"
        "def helper(db=None):\n    db = Session(db) or maker(db) or helper(db)\n    yield from helper(db)\n\n\n"
        "@router.get('/t', response_model=list[T])\ndef ts(db: Session = Depends(helper)):\n    q = select(T)\n"
        "    for _ in q:\n        q = q.where(q).union(q, select(q))\n    q = [db.scalars(q).all(), q]\n"
        "    with db as db, db.begin() as db:\n        db.add(db.commit(db))\n    return q or ts(db)\n"
    },
    "exceptions of themselves": {
        "helpers.py": "from fastapi import APIRouter, HTTPException\n\nrouter = APIRouter()\n\n\n"
        "class E(F, HTTPException): ...\nclass F(E):\n    def __init__(self, code=E(F())):\n"
        "        super().__init__(F(code))\n        self.status_code = self.status_code\n\n\n"
        "caught = (E, F)\ncaught = (caught, *caught)\n\n\n@router.get('/e')\ndef helper():\n    try:\n        try:\n"
        "            raise helper() from E\n        except caught as e:\n            raise e from helper()\n"
        "    except helper as e:\n        raise E(F(e)) from e\n    except Exception as e:\n"
        "        return helper() or {'e': e}\n"
        "    finally:\n        helper()\n"
    },
    "odd names": {"helpers.py": "__all__ = [helper, 1, None, *x] + y\n__slots__ = ()\nhelper: 'helper' = helper\n"},
    # Without a null byte: on Python before 3.12 pyflakes itself ends the run on one in a quoted annotation.
    "a string that is no annotation": {
        "helpers.py": "def helper(a: '', b: '(', c: 'x' * 9, *d: '1 +', **e: ...): ...\n"
    },
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_project(name: str, tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(good("helpers"))
    for file, text in HOSTILE[name].items():
        (tmp_path / file).write_text(text)
    assert_finding_kept(flake8(tmp_path, "good.py"))
    # All of it in one file too, where the handler stands among it.
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "good.py").write_text(good() + "    helper()\n\n\n" + "\n\n".join(HOSTILE[name].values()))
    assert_finding_kept(flake8(alone, "--select=FAP", "good.py"))


@pytest.mark.parametrize("length", [500, 5000])
def test_long_chain(length: int, tmp_path: Path) -> None:
    calls = "".join(f"def f{n}():\n    f{n + 1}()\n\n\n" for n in range(1, length))
    (tmp_path / "helpers.py").write_text(
        f"import time\n\n\n{calls}def f{length}():\n    time.sleep(1)\n\n\nhelper = f1\n"
    )
    (tmp_path / "good.py").write_text(good("helpers"))
    reports = flake8(tmp_path, "good.py")
    assert_finding_kept(reports)
    helper = [report for report in reports if "[blocking-helper]" in report]
    assert len(helper) == 1 or length > 1000, "a chain that no person writes may be given up"
    assert all(len(report) < 300 for report in helper)


def test_long_sum_in_a_neighbour(tmp_path: Path) -> None:
    """More terms than calls may be nested: the facts of the module are not lost."""
    (tmp_path / "helpers.py").write_text(
        "import time\n\nTEXT = " + " + ".join(['"a"'] * 900) + "\n\n\ndef helper():\n    time.sleep(1)\n"
    )
    (tmp_path / "good.py").write_text(good("helpers"))
    reports = flake8(tmp_path, "good.py")
    assert_finding_kept(reports)
    assert [report for report in reports if "[blocking-helper]" in report]


def test_modules_named_like_the_standard_library(tmp_path: Path) -> None:
    for name in (
        "asyncio",
        "ast",
        "typing",
        "dataclasses",
        "pathlib",
        "functools",
        "astroid",
        "flake8",
        "pydantic",
    ):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('this module must not be imported')\n")
    (tmp_path / "good.py").write_text(good("asyncio"))
    assert_finding_kept(flake8(tmp_path, "good.py"))
    assert_finding_kept(flake8(tmp_path))


def test_linted_code_is_never_executed(tmp_path: Path) -> None:
    package = tmp_path / "pack"
    package.mkdir()
    (tmp_path / "pyproject.toml").write_text("")
    sentinel = tmp_path / "executed"
    bomb = f"open({str(sentinel)!r}, 'a').write(__name__)\n"
    for name in ("setup.py", "conftest.py", "sitecustomize.py", "helpers.py", "numpy.py", "gi.py", "six.py"):
        (tmp_path / name).write_text(bomb + "def helper(): ...\n")
    for name in ("__init__.py", "__main__.py", "models.py", "attr.py"):
        (package / name).write_text(bomb)
    (tmp_path / "good.py").write_text(
        bomb
        + good("helpers")
        + "\nimport pack.models, pack.attr, numpy, gi\nfrom pack import *\nfrom pack.models import Gone\n"
    )
    assert_finding_kept(flake8(tmp_path, "good.py"))
    assert_finding_kept(flake8(tmp_path))
    assert not sentinel.exists()
