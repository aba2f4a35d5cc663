"""The middleware of applications: the order that Starlette itself gives it, and when something is not known."""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.middleware import answering, middleware
from flake8_fastapi.semantics.middleware.middleware import Stack
from flake8_fastapi.semantics.middleware.origins import stranger
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.things import Frame, Instance

HELPERS = """
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware


def add_compression(application: FastAPI) -> None:
    application.add_middleware(GZipMiddleware)


def add_both(application):
    add_compression(application)
    application.add_middleware(TrustedHostMiddleware, allowed_hosts=["*"])


def make_list() -> list[Middleware]:
    return [Middleware(TrustedHostMiddleware), Middleware(GZipMiddleware, minimum_size=10)]


class Service(FastAPI):
    def __init__(self, **options) -> None:
        super().__init__(**options)
        self.add_middleware(GZipMiddleware)
"""
START = """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.middleware.httpsredirect import HTTPSRedirectMiddleware
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware

import helpers_of_middleware as helpers
from helpers_of_middleware import Service, add_both, add_compression, make_list


class Passing(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        return await call_next(request)


async def pass_on(request, call_next):
    return await call_next(request)


"""

APPS = {
    "nothing": "app = FastAPI()",
    "one": "app = FastAPI()\napp.add_middleware(GZipMiddleware)",
    "several": """
app = FastAPI()
app.add_middleware(GZipMiddleware, minimum_size=1)
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
app.add_middleware(middleware_class=Passing)
""",
    "list": "app = FastAPI(middleware=[Middleware(CORSMiddleware), Middleware(GZipMiddleware)])",
    "list and added": """
app = FastAPI(middleware=[Middleware(CORSMiddleware), Middleware(GZipMiddleware)])
app.add_middleware(Passing)
app.add_middleware(HTTPSRedirectMiddleware)
""",
    "list in a variable": """
STACK = [Middleware(CORSMiddleware), Middleware(Passing)]
app = FastAPI(middleware=STACK)
""",
    "list of a function": "app = FastAPI(middleware=make_list())",
    "unpacked options": """
OPTIONS = {"middleware": [Middleware(CORSMiddleware), Middleware(GZipMiddleware)]}
app = FastAPI(**OPTIONS)
""",
    "decorated": """
app = FastAPI()
app.add_middleware(GZipMiddleware)


@app.middleware("http")
async def first(request, call_next):
    return await call_next(request)


@app.middleware("http")
async def second(request, call_next):
    return await call_next(request)


app.add_middleware(CORSMiddleware)
""",
    "decorator called": """
app = FastAPI()
app.middleware("http")(pass_on)
app.add_middleware(CORSMiddleware)
""",
    "decorator called with an object": """
class Tracing:
    async def __call__(self, request, call_next):
        return await call_next(request)


app = FastAPI()
app.middleware("http")(Tracing())
app.add_middleware(CORSMiddleware)
""",
    "function for the base class": """
app = FastAPI()
app.add_middleware(BaseHTTPMiddleware, dispatch=pass_on)
app.add_middleware(CORSMiddleware)
""",
    "helpers": """
app = FastAPI()
app.add_middleware(CORSMiddleware)
add_both(app)
helpers.add_compression(application=app)
app.add_middleware(Passing)
""",
    "factory": """
def create_app():
    application = FastAPI()
    application.add_middleware(CORSMiddleware)

    @application.middleware("http")
    async def inner(request, call_next):
        return await call_next(request)

    add_compression(application)
    return application


app = create_app()
app.add_middleware(Passing)
""",
    "loop": """
app = FastAPI()
for each in (CORSMiddleware, GZipMiddleware, Passing):
    app.add_middleware(each)
""",
    "loop over options": """
app = FastAPI()
for each, options in [(CORSMiddleware, {"allow_origins": ["*"]}), (Passing, {})]:
    app.add_middleware(each, **options)
""",
    "class of the project": """
app = Service(middleware=[Middleware(CORSMiddleware)])
app.add_middleware(Passing)
""",
    "own method": """
class Own(FastAPI):
    def set_up(self):
        self.add_middleware(CORSMiddleware)
        self.add_middleware(Passing)


app = Own()
app.set_up()
app.add_middleware(GZipMiddleware)
""",
    "object that builds": """
class Builder:
    def __init__(self):
        self.app = FastAPI()
        self._add()

    def _add(self):
        self.app.add_middleware(CORSMiddleware)
        add_compression(self.app)


builder = Builder()
app = builder.app
""",
    "another app between": """
app = FastAPI()
app.add_middleware(CORSMiddleware)
other = FastAPI()
other.add_middleware(GZipMiddleware)
app.add_middleware(Passing)
app.mount("/other", other)
""",
    "condition": """
app = FastAPI()
app.add_middleware(CORSMiddleware)
if __name__ != "__main__":
    app.add_middleware(GZipMiddleware)
""",
    "called with another name": """
def register(target, kind):
    target.add_middleware(kind)


app = FastAPI()
register(app, CORSMiddleware)
register(app, kind=Passing)
""",
}

UNKNOWN = {
    "class of a function": "app = FastAPI()\napp.add_middleware(choose())",
    "list of a function": "app = FastAPI(middleware=load())",
    "list that grows": """
STACK = [Middleware(CORSMiddleware)]
STACK.append(choose())
app = FastAPI(middleware=STACK)
""",
    "past the methods": "app = FastAPI()\napp.user_middleware.append(Middleware(choose()))",
}

NOTHING = {
    "method of something else": """
class Bus:
    def add_middleware(self, kind):
        pass


Bus().add_middleware(Passing)
""",
    "decorator of something else": """
import aiohttp.web


@aiohttp.web.middleware
async def other(request, handler):
    return await handler(request)
""",
}


def read(root: Path, source: str) -> Project:
    """The project with this module."""
    (root / "pyproject.toml").write_text('[project]\nname = "x"\n')
    (root / "helpers_of_middleware.py").write_text(HELPERS)
    (root / "main.py").write_text(START + source)
    return Project.of(Files.of(str(root / "main.py")))


def run(root: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The application of the module, running."""
    monkeypatch.syspath_prepend(str(root))
    for name in ("helpers_of_middleware", "main_of_middleware"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    spec = importlib.util.spec_from_file_location("main_of_middleware", root / "main.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.app


def names_of(app: Any) -> list[str]:
    """The middleware of a running application, outermost first."""
    return [_function_or_class(entry.cls, entry.kwargs) for entry in app.user_middleware]


def _function_or_class(cls: Any, options: dict[str, Any]) -> str:
    dispatch = options.get("dispatch")
    named = cls if dispatch is None else dispatch
    return str(getattr(named, "__name__", type(named).__name__))


def stacks_of(project: Project) -> list[Stack]:
    """The middleware of the applications that the module makes; helpers that it does not call are left out."""
    found = middleware.stacks(project)
    return [each for each in found if any(added.app is not None and added.app.origin for added in each.added)]


@pytest.mark.parametrize("form", APPS)
def test_order(tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    project = read(tmp_path, APPS[form])
    found = next(iter(stacks_of(project)), Stack((), True, True))
    assert [each.name for each in found.added] == names_of(run(tmp_path, monkeypatch))
    assert found.is_ordered and found.is_complete
    assert middleware.is_complete(project)


def test_around(tmp_path: Path) -> None:
    """What wraps an app is outside of all that is added to it."""
    source = "inner = FastAPI()\ninner.add_middleware(Passing)\napp = CORSMiddleware(GZipMiddleware(inner))\n"
    (found,) = stacks_of(read(tmp_path, source))
    assert [each.name for each in found.added] == ["CORSMiddleware", "GZipMiddleware", "Passing"]


def test_several_starts(tmp_path: Path) -> None:
    """Two modules that add to one app: which does so first, is not known."""
    more = "from main import GZipMiddleware, app\n\napp.add_middleware(GZipMiddleware)\n"
    (tmp_path / "more.py").write_text(more)
    (found,) = stacks_of(read(tmp_path, "app = FastAPI()\napp.add_middleware(CORSMiddleware)\n"))
    assert {each.name for each in found.added} == {"CORSMiddleware", "GZipMiddleware"}
    assert not found.is_ordered


@pytest.mark.parametrize("form", UNKNOWN)
def test_unknown(tmp_path: Path, form: str) -> None:
    assert not middleware.is_complete(read(tmp_path, UNKNOWN[form]))


@pytest.mark.parametrize("form", NOTHING)
def test_nothing(tmp_path: Path, form: str) -> None:
    project = read(tmp_path, NOTHING[form])
    assert stacks_of(project) == []
    assert middleware.is_complete(project)


def test_app(tmp_path: Path) -> None:
    """The stack of one app, and its options."""
    source = "app = FastAPI()\napp.add_middleware(GZipMiddleware, minimum_size=5)\nother = FastAPI()\n"
    project = read(tmp_path, source + "other.add_middleware(Passing)\nplain = FastAPI()\n")
    ev, path = project.evaluator, str(tmp_path / "main.py")
    stacks: dict[str, Stack] = {}
    for name in ("app", "other", "plain"):
        app = ev.certain(ev.global_reference(path, name), Frame(path))
        assert isinstance(app, Instance)
        stacks[name] = middleware.stack(project, app)
    assert {name: [each.name for each in found.added] for name, found in stacks.items()} == {
        "app": ["GZipMiddleware"],
        "other": ["Passing"],
        "plain": [],
    }
    (compression,) = stacks["app"].added
    given = compression.option(ev, "minimum_size")
    assert given is not None and ev.literal(*given) == 5
    assert compression.option(ev, "compresslevel") is None
    (passing,) = stacks["other"].added
    function = passing.function(ev)
    assert function is not None and function.qualname == "Passing.dispatch"


def test_branches(tmp_path: Path) -> None:
    """Two branches do not run together; a branch and what stands before it do."""
    source = """
app = FastAPI()
app.add_middleware(Passing)
if choose():
    app.add_middleware(CORSMiddleware)
else:
    app.add_middleware(GZipMiddleware)
"""
    project = read(tmp_path, source)
    compression, cors, passing = stacks_of(project)[0].added
    assert not middleware.run_together(project, compression, cors)
    assert middleware.run_together(project, compression, passing)
    assert middleware.run_together(project, passing, cors)


ANSWERING = {
    "returned": ("return JSONResponse({}, status_code=401)", 401),
    "by position": ("return PlainTextResponse('no', 403)", 403),
    "named": ("response = JSONResponse({}, status.HTTP_429_TOO_MANY_REQUESTS)\n        return response", 429),
    "with headers": ("return Response(status_code=401, headers={'WWW-Authenticate': 'Bearer'})", 401),
    "no error": ("return JSONResponse({})", None),
    "redirect": ("return RedirectResponse('/login')", None),
    "status of another": ("return Response(status_code=request.state.status)", None),
    "headers of another": ("return Response(status_code=500, headers=dict(request.headers))", None),
    "with CORS headers": ("return Response(status_code=401, headers={'Access-Control-Allow-Origin': 'x'})", None),
    "raised": ("raise PermissionError", None),
}


@pytest.mark.parametrize("form", ANSWERING)
def test_answering(tmp_path: Path, form: str) -> None:
    answer, expected = ANSWERING[form]
    source = f"""
from fastapi import status
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

app = FastAPI()


@app.middleware("http")
async def check(request, call_next):
    if "x-key" not in request.headers:
        {answer}
    return await call_next(request)
"""
    project = read(tmp_path, source)
    ((added,),) = (each.added for each in stacks_of(project))
    assert answering.status(project, added) == expected


STRANGERS = {
    ".*": "https://attacker.com",
    "https?://.*": "https://attacker.com",
    "^http://.+$": "http://attacker.com",
    r"https://[a-z]+\\.com": None,
    r"https://[a-z]+\.com": "https://attacker.com",
    r"https://.*example\.com": "https://attackerexample.com",
    "https://.*.example.com": "https://attackerexample.com",
    "https://app.example.com": "https://app-example.com",
    "https?://localhost.*": "https://localhost.attacker.com",
    r"http://192\.168\..*": "http://192.168.attacker.com",
    r"https://.*\.example\.com": None,
    r"https://.*\.example\.co\.uk": None,
    r"https://.*example\.co\.uk": "https://attackerexample.co.uk",
    r"https://.*app\.example\.com": None,
    r"https?://(?:127\.0\.0\.1|localhost)(?::300[0-9])?": None,
    r"https://(app|www)\.example\.com": None,
    r"https://app\.example\.com": None,
    "": None,
    "(": None,
}


@pytest.mark.parametrize("pattern", STRANGERS)
def test_strangers(pattern: str) -> None:
    assert stranger(pattern) == STRANGERS[pattern]


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(.*)*x",
        "(?:.|.)*!",
        "(.?)*!",
        ".*" * 9 + "!",
        "(a?b?){30}",
        "((.|.)x?)*!",
        "(" * 140,
        "(.{1,30}){1,30}!",
    ],
)
def test_patterns_end(pattern: str) -> None:
    """Expressions that would take long to match are not tried."""
    began = time.monotonic()
    assert stranger(pattern) is None
    assert time.monotonic() - began < 1
