"""Fixtures and clients of a test suite: which calls send a request, by which client, to which application."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.suite import fixtures, sending, targets
from flake8_fastapi.semantics.suite.kinds import Hole
from flake8_fastapi.semantics.things import Frame, Instance, Library, LiteralThing, Thing

APP = """
from fastapi import FastAPI

app = FastAPI()
admin = FastAPI()


def create_app():
    return FastAPI()
"""
HEADER = """
import os
from functools import partial
from operator import methodcaller

import aiohttp
import httpx
import pytest
import pytest_asyncio
import requests
from asgi_lifespan import LifespanManager
from fastapi.testclient import TestClient
from httpx import ASGITransport, AsyncClient

from app.main import admin, app, create_app
"""


def project_of(folder: Path, sources: Mapping[str, str]) -> Project:
    for name, source in {"pyproject.toml": "", "app/__init__.py": "", "app/main.py": APP, **sources}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return Project(Files(str(folder)))


def shown(found: sending.Sent, project: Project, frame: Frame) -> str:
    """`GET /users app`: methods, path and application of a request."""
    made = found.client.app.origin if found.client.app is not None else None
    names = {4: "app", 5: "admin", 9: "new"}
    paths = {
        "".join("*" if isinstance(part, Hole) else part for part in target)
        for target in targets.of(project.evaluator, found.url, frame, found.client.base_url)
    }
    methods = ",".join(sorted(found.methods)) if found.methods is not None else "?"
    app = "live" if found.client.is_live else names[made.end.line] if made is not None else "-"
    return f"{methods} {','.join(sorted(paths))} {app}"


def sent(project: Project, path: Path) -> list[str]:
    """The requests of the tests in a file, in their order."""
    module = project.facts(str(path))
    assert module is not None
    found = []
    for qualname, function in module.functions.items():
        frame = Frame(str(path), qualname)
        for site in function.sites if "test" in qualname else ():
            call = site.value if site.kind == "call" else None
            request = sending.request_of(project.evaluator, call, frame) if isinstance(call, facts.Call) else None
            if request is not None:
                found.append(shown(request, project, frame))
    return found


def requests_of(folder: Path, source: str, **others: str) -> list[str]:
    """The requests of the tests in this source, with these other modules beside it."""
    files = {"tests/__init__.py": "", "tests/test_it.py": HEADER + source}
    files |= {f"tests/{name}.py": HEADER + text for name, text in others.items()}
    return sent(project_of(folder, files), folder / "tests/test_it.py")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("TestClient(app).get('/a')", ["GET /a app"]),
        ("TestClient(app=admin).post('/a')", ["POST /a admin"]),
        ("TestClient(create_app()).delete(url='/a')", ["DELETE /a new"]),
        ("c = TestClient(app)\n    c.put('/a')\n    c.patch('/b')", ["PUT /a app", "PATCH /b app"]),
        ("with TestClient(app) as c:\n        c.head('/a')", ["HEAD /a app"]),
        ("TestClient(app, 'http://x/v1').options('/a')", ["OPTIONS /v1/a app"]),
        ("TestClient(app).request('GET', '/a')", ["GET /a app"]),
        ("TestClient(app).request(method='post', url='/a')", ["POST /a app"]),
        ("TestClient(app).request(unknown(), '/a')", ["? /a app"]),
        ("with TestClient(app).stream('GET', '/a') as r:\n        r.read()", ["GET /a app"]),
        ("with TestClient(app).websocket_connect('/ws') as ws:\n        ws.send_json({})", ["WEBSOCKET /ws app"]),
        ("getattr(TestClient(app), 'post')('/a')", ["POST /a app"]),
        ("for m in ('get', 'put'):\n        getattr(TestClient(app), m)('/a')", ["GET,PUT /a app"]),
        ("f = TestClient(app).post\n    f('/a')", ["POST /a app"]),
        ("partial(TestClient(app).get, '/a')()", ["GET /a app"]),
        ("partial(TestClient(app).request, 'PUT')('/a')", ["PUT /a app"]),
        ("methodcaller('put', '/a')(TestClient(app))", ["PUT /a app"]),
        ("get('/a')", ["GET /a app"]),
        ("c = TestClient(app)\n    r = c.build_request('GET', '/a')\n    c.send(r)", ["GET /a app"]),
        ("TestClient(app).get(*args)", ["GET * app"]),
        ("TestClient(app).cookies.get('/a')", []),
        ("TestClient(app).headers.get('/a')", []),
        ("TestClient(app).get", []),
        ("TestClient(unknown()).get('/a')", ["GET /a -"]),
        ("TestClient(Middleware(app)).get('/a')", ["GET /a -"]),
        ("(TestClient(app) if x else TestClient(app)).get('/a')", ["GET /a app"]),
        ("(TestClient(app) if x else TestClient(admin)).get('/a')", ["GET /a -"]),
        ("c = TestClient(app)\n    c = TestClient(admin)\n    c.get('/a')", ["GET /a admin"]),
        ("app.get('/a')", []),
        ("{}.get('/a')", []),
        ("os.environ.get('/a')", []),
        ("unknown().get('/a')", ["GET */a -"]),
    ],
)
def test_calls(tmp_path: Path, source: str, expected: list[str]) -> None:
    header = "get = partial(TestClient(app).request, 'GET')\n\n"
    assert requests_of(tmp_path, f"{header}def test():\n    {source}\n") == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("AsyncClient(transport=ASGITransport(app=app), base_url='http://test')", ["GET /a app"]),
        ("AsyncClient(transport=ASGITransport(app), base_url='http://test/v1')", ["GET /v1/a app"]),
        ("AsyncClient(transport=ASGITransport(app), base_url=unknown())", ["GET */a app"]),
        ("AsyncClient(app=admin, base_url='http://test')", ["GET /a admin"]),
        ("AsyncClient(transport=unknown())", ["GET /a -"]),
        ("AsyncClient(transport=httpx.MockTransport(lambda request: None))", []),
        ("AsyncClient(base_url='http://localhost:8000')", ["GET /a live"]),
        ("AsyncClient(base_url='https://api.vendor.com')", []),
        ("AsyncClient(**unknown())", ["GET */a -"]),
        ("aiohttp.ClientSession('http://localhost:8000')", ["GET /a live"]),
    ],
)
def test_async_clients(tmp_path: Path, source: str, expected: list[str]) -> None:
    body = f"async def test():\n    async with {source} as c:\n        await c.get('/a')\n"
    assert requests_of(tmp_path, body) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("'http://localhost:8000/a'", ["GET /a live"]),
        ("'http://127.0.0.1/a'", ["GET /a live"]),
        ("'http://192.168.0.3:80/a'", ["GET /a live"]),
        ("'http://[::1]:80/a'", ["GET /a live"]),
        ("'http://backend:8000/a'", ["GET /a live"]),
        ("'https://api.github.com/a'", []),
        ("'https://user:secret@8.8.8.8/a'", []),
        ("BASE + '/a'", ["GET /a live"]),
        ("f'{BASE}/a'", ["GET /a live"]),
        ("f'{unknown()}/a'", ["GET */a live"]),
    ],
)
@pytest.mark.parametrize("called", ["requests", "requests.Session()", "httpx", "httpx.Client()"])
def test_live_servers(tmp_path: Path, called: str, url: str, expected: list[str]) -> None:
    source = f"BASE = os.getenv('BASE', 'http://localhost:8000')\n\ndef test():\n    {called}.get({url})\n"
    assert requests_of(tmp_path, source) == expected


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("client.get('/a')", ["GET */a -"]),
        ("my_client.post(f'/a/{x}')", ["POST */a/* -"]),
        ("ac.get('/a')", ["GET */a -"]),
        ("client.request('PUT', '/a')", ["PUT */a -"]),
        ("self.client.get('/a')", ["GET */a -"]),
        ("make_client().get('/a')", ["GET */a -"]),
        ("getattr(client, 'get')('/a')", ["GET */a -"]),
        ("client.get(unknown)", ["GET * -"]),
        ("client.get('key')", []),
        ("client.get()", []),
        ("client.agents.get('/a')", []),
        ("redis_client.get('/a')", []),
        ("mock_client.get('/a')", []),
        ("cache.get('/a')", []),
        ("session.get('/a')", ["GET */a -"]),
        ("authorized.get('/a')", ["GET */a -"]),
        ("authorized.get('a')", []),
        ("authorized.get(unknown)", []),
        ("router.get('/a')", []),
    ],
)
def test_what_is_named_like_a_client(tmp_path: Path, call: str, expected: list[str]) -> None:
    assert requests_of(tmp_path, f"def test(x):\n    {call}\n") == expected


CLASSES = """
class Plain(TestClient):
    pass


class WithUser(TestClient):
    def __init__(self, application, user):
        super().__init__(application, base_url="http://x/v1")
        self.user = user


class Counted(TestClient):
    def __init__(self, limit, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.limit = limit


class Passing(TestClient):
    def request(self, method, url, **kwargs):
        return super().request(method, url, headers={}, **kwargs)


class Handing(TestClient):
    def request(self, *args, **kwargs):
        kwargs.setdefault("headers", {})
        return super().request(*args, **kwargs)


class Rewriting(TestClient):
    def request(self, method, url, **kwargs):
        return super().request(method, "/v1" + url, **kwargs)


class Own(TestClient):
    def get(self, path):
        return super().get("/v1" + path)


class Wrapped:
    def __init__(self, client):
        self.client = client

    def get(self, path):
        return self.client.get(path)


class Middleware:
    def __init__(self, inner):
        self.inner = inner
"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Plain(app).get('/a')", ["GET /a app"]),
        ("WithUser(admin, 1).get('/a')", ["GET /v1/a admin"]),
        ("Counted(1, admin).get('/a')", ["GET /a admin"]),
        ("Counted(app=app, limit=1, base_url='http://x/v1').get('/a')", ["GET /v1/a app"]),
        ("Passing(app).get('/a')", ["GET /a app"]),
        ("Handing(app).get('/a')", ["GET /a app"]),
        ("Rewriting(app).get('/a')", ["GET * app"]),
        ("Own(app).get('/a')", []),
        ("Own(app).post('/a')", ["POST /a app"]),
        ("Wrapped(TestClient(app)).get('/a')", []),
        ("Wrapped(TestClient(app)).client.get('/a')", ["GET /a app"]),
        ("TestClient(Middleware(app)).get('/a')", ["GET /a app"]),
    ],
)
def test_classes_of_the_project(tmp_path: Path, source: str, expected: list[str]) -> None:
    """A method of a wrapper is no request: the call in it is."""
    assert requests_of(tmp_path, f"{CLASSES}\ndef test():\n    {source}\n") == expected


UNITTEST = """
import unittest


class Base(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shared = TestClient(admin)

    def setUp(self):
        self.client = TestClient(app)


class TestOne(Base):
    def test_a(self):
        self.client.get("/a")
        self.shared.get("/b")


class TestTwo:
    client = TestClient(app)

    def test_c(self):
        self.client.get("/c")


class TestThree:
    @pytest.fixture(autouse=True)
    def _prepare(self, admin_client):
        self.client = admin_client

    @pytest.fixture
    def admin_client(self):
        return TestClient(admin)

    def test_d(self):
        self.client.get("/d")
"""


def test_clients_of_classes(tmp_path: Path) -> None:
    assert requests_of(tmp_path, UNITTEST) == ["GET /a app", "GET /b admin", "GET /c app", "GET /d admin"]


FIXTURES = """
@pytest.fixture
def application():
    return app


@pytest.fixture(name="client")
def make_client(application):
    with TestClient(application) as c:
        yield c


@pytest_asyncio.fixture
async def ac(application):
    async with LifespanManager(application) as manager:
        async with AsyncClient(transport=ASGITransport(app=manager.app), base_url="http://test") as c:
            yield c


@pytest.fixture
def get(client):
    def send(path):
        return client.get(path)
    return send


@pytest.fixture
def made(application):
    def make(prefix=""):
        return TestClient(application, base_url="http://x" + prefix)
    return make


@pytest.fixture(params=["/p", pytest.param("/q", id="q")])
def path(request):
    return request.param


@pytest.fixture
def requested(request):
    return request.getfixturevalue("client")


@pytest.fixture
def annotated() -> TestClient:
    return unknown()
"""


OF_CLASS = """
class TestIt:
    @pytest.fixture
    def client(self):
        return TestClient(admin)

    def test(self, client):
        client.get("/a")
"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def test(client):\n    client.get('/a')", ["GET /a app"]),
        ("async def test(ac):\n    await ac.get('/a')", ["GET /a app"]),
        ("def test(get):\n    get('/a')", []),
        ("def test(made):\n    made().get('/a')\n    made('/v1').get('/a')", ["GET /a app", "GET /v1/a app"]),
        ("def test(client, path):\n    client.get(path)", ["GET /p,/q app"]),
        ("def test(requested):\n    requested.get('/a')", ["GET /a app"]),
        ("def test(request):\n    request.getfixturevalue('client').get('/a')", ["GET /a app"]),
        ("def test(annotated):\n    annotated.get('/a')", ["GET /a -"]),
        ("def test(make_client):\n    make_client.get('/a')", ["GET */a -"]),
        ("def helper_of_test(client):\n    client.get('/a')", ["GET */a -"]),
        # The module replaces what the client is made of.
        (
            "@pytest.fixture\ndef application():\n    return admin\n\ndef test(client):\n    client.get('/a')",
            ["GET /a admin"],
        ),
        # It takes the one of the same name from further up.
        (
            "@pytest.fixture\ndef client(client):\n    return client\n\ndef test(client):\n    client.get('/a')",
            ["GET /a app"],
        ),
        (
            OF_CLASS,
            ["GET /a admin"],
        ),
    ],
)
def test_fixtures(tmp_path: Path, source: str, expected: list[str]) -> None:
    assert requests_of(tmp_path, source + "\n", conftest=FIXTURES) == expected


@pytest.mark.parametrize(
    ("conftest", "plugin"),
    [
        ("from tests.shared import client, application", "shared"),
        ("from tests.shared import *", "shared"),
        ("from .shared import *", "shared"),
        ("from tests.shared import make_client as renamed, application", "shared"),
        ("pytest_plugins = ['tests.shared']", "shared"),
        ("pytest_plugins = 'tests.shared'", "shared"),
    ],
)
def test_where_fixtures_come_from(tmp_path: Path, conftest: str, plugin: str) -> None:
    source = "def test(client):\n    client.get('/a')\n"
    renamed = FIXTURES.replace("def make_client", "def client").replace('(name="client")', "")
    text = FIXTURES if "make_client" in conftest else renamed
    assert requests_of(tmp_path, source, conftest=conftest + "\n", **{plugin: text}) == ["GET /a app"]


def test_factories_of_fixtures(tmp_path: Path) -> None:
    source = (
        "def client_of(application):\n    @pytest.fixture\n    def client():\n        return TestClient(application)\n"
        "    return client\n\nfirst = client_of(app)\nsecond = client_of(admin)\n\n"
        "def test(first, second):\n    first.get('/a')\n    second.get('/b')\n"
    )
    assert requests_of(tmp_path, source) == ["GET /a app", "GET /b admin"]


def test_fixtures_that_need_each_other_end(tmp_path: Path) -> None:
    conftest = (
        "@pytest.fixture\ndef client(other):\n    return other\n\n@pytest.fixture\ndef other(client):\n"
        "    return client\n\n@pytest.fixture\ndef alone(alone):\n    return alone\n\nfrom .conftest import *\n"
        "pytest_plugins = ['tests.conftest', 'tests.test_it']\n"
    )
    source = "from tests.conftest import *\n\ndef test(client, alone):\n    client.get('/a')\n    alone.get('/a')\n"
    assert requests_of(tmp_path, source, conftest=conftest) == ["GET */a -", "GET */a -"]


USED = """
pytestmark = pytest.mark.usefixtures("path")


@pytest.fixture(autouse=True)
def always(application):
    return application


@pytest.mark.usefixtures("annotated")
class TestIt:
    @pytest.mark.usefixtures("get")
    def test(self, made):
        pass
"""


def test_what_a_test_uses(tmp_path: Path) -> None:
    files = {"tests/test_it.py": HEADER + USED, "tests/conftest.py": HEADER + FIXTURES}
    project = project_of(tmp_path, files)
    path = str(tmp_path / "tests/test_it.py")
    names = [each.qualname for each in fixtures.used(project, path, "TestIt.test")]
    assert names == ["always", "get", "path", "annotated", "made"]
    frames = [each.function for each in fixtures.frames(project, path, "TestIt.test")]
    assert frames == ["always", "get", "path", "annotated", "made", "application", "make_client"]


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("plugin.Client", ["GET */a -"]),
        ("Mock", []),
        ("dict", []),
        ("TestClient", ["GET /a -"]),
    ],
)
def test_annotated_fixtures_of_plugins(tmp_path: Path, annotation: str, expected: list[str]) -> None:
    source = f"from unittest.mock import Mock\nimport plugin\n\ndef test(client: {annotation}):\n    client.get('/a')\n"
    assert requests_of(tmp_path, source) == expected


def test_parameters_of_other_functions_are_not_fixtures(tmp_path: Path) -> None:
    """A helper is called with arguments, and code that is no test has no fixtures."""
    files = {
        "tests/conftest.py": HEADER + FIXTURES,
        "app/client.py": "def testing(client):\n    return client\n",
        "tests/helpers.py": "def send(client):\n    return client\n",
    }
    project = project_of(tmp_path, files)
    for name, qualname in (("app/client.py", "testing"), ("tests/helpers.py", "send")):
        module = project.facts(str(tmp_path / name))
        assert module is not None
        function = module.functions[qualname]
        assert not project.evaluator.evaluate(function.returned[0], Frame(module.path, qualname))


def test_params_of_fixtures_are_known(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"tests/conftest.py": HEADER + FIXTURES})
    module = project.facts(str(tmp_path / "tests/conftest.py"))
    assert module is not None
    found = project.evaluator.evaluate(module.functions["path"].returned[0], Frame(module.path, "path"))
    assert found == (LiteralThing("/p"), LiteralThing("/q"))
    given: tuple[Thing, ...] = project.evaluator.evaluate(
        module.functions["path"].parameters[0], Frame(module.path, "path")
    )
    assert {each.type for each in given if isinstance(each, Instance)} == {Library("pytest.FixtureRequest")}
