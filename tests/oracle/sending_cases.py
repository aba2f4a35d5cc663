"""Ways in which a test sends `GET /rare`, from the usual to the hidden ones; each is a module of tests of its own."""

from __future__ import annotations

import addressing_cases

APPLICATION = """
from fastapi import FastAPI
from fastapi.responses import RedirectResponse

app = FastAPI()


@app.get("/usual")
def usual() -> int:
    return 1


@app.get("/common")
def common() -> int:
    return 1


@app.get("/other")
def other() -> int:
    return 1


@app.get("/rare")
def rare() -> int:
    return 2


@app.get("/never")
def never() -> int:
    return 3


@app.get("/moved")
def moved() -> RedirectResponse:
    return RedirectResponse("/rare")
"""

USUAL = """
import pytest
from fastapi.testclient import TestClient

from main import app

client = TestClient(app)


def test_usual():
    assert client.get("/usual").status_code == 200
    assert client.get("/common").status_code == 200
    assert client.get("/other").status_code == 200

"""
"""Precedes every case. It requests half of the routes: where fewer are tested, no route is reported."""

CASES = {
    "plain": """
def test_rare():
    assert client.get("/rare").status_code == 200
""",
    "built": """
def test_rare():
    request = client.build_request("GET", "/rare")
    assert client.send(request).status_code == 200
""",
    "request object": """
import httpx

def test_rare():
    assert client.send(httpx.Request("GET", "http://testserver/rare")).status_code == 200
""",
    "method taken out": """
def test_rare():
    get = client.get
    assert get("/rare").status_code == 200
""",
    "method by name": """
def test_rare():
    assert getattr(client, "ge" + "t")("/rare").status_code == 200
""",
    "method caller": """
from operator import methodcaller

def test_rare():
    assert methodcaller("get", "/rare")(client).status_code == 200
""",
    "partial": """
from functools import partial

def test_rare():
    rare = partial(client.get, "/rare")
    assert rare().status_code == 200
""",
    "partial request": """
from functools import partial

get = partial(client.request, "GET")

def test_rare():
    assert get("/rare").status_code == 200
""",
    "lambda": """
send = lambda path: client.get(path)

def test_rare():
    assert send("/rare").status_code == 200
""",
    "lambda without argument": """
def test_rare():
    rare = lambda: client.get("/rare")
    assert rare().status_code == 200
""",
    "mapped": """
def test_rare():
    for response in map(client.get, ["/rare"]):
        assert response.status_code == 200
""",
    "comprehension": """
def test_rare():
    assert [client.get(f"/{name}").status_code for name in ("rare", "usual")] == [200, 200]
""",
    "threads": """
from concurrent.futures import ThreadPoolExecutor

def test_rare():
    with ThreadPoolExecutor() as pool:
        assert pool.submit(client.get, "/rare").result().status_code == 200
""",
    "thread target": """
import threading

def test_rare():
    seen = []
    thread = threading.Thread(target=lambda: seen.append(client.get("/rare")))
    thread.start()
    thread.join()
    assert seen[0].status_code == 200
""",
    "nested function": """
def test_rare():
    def send():
        return client.get("/rare")

    assert send().status_code == 200
""",
    "generator": """
def answers(*paths):
    for path in paths:
        yield client.get(path)

def test_rare():
    for response in answers("/rare"):
        assert response.status_code == 200
""",
    "decorator": """
def visiting(path):
    def wrap(test):
        def wrapped():
            test(client.get(path))
        wrapped.__name__ = test.__name__
        return wrapped
    return wrap

@visiting("/rare")
def test_rare(response):
    assert response.status_code == 200
""",
    "decorator that keeps the name": """
import functools

def visits(test):
    @functools.wraps(test)
    def wrapped():
        assert client.get("/rare").status_code == 200
        test()
    return wrapped

@visits
def test_rare():
    assert True
""",
    "context manager": """
from contextlib import contextmanager

@contextmanager
def visiting(path):
    yield client.get(path)

def test_rare():
    with visiting("/rare") as response:
        assert response.status_code == 200
""",
    "context class": """
class Visit:
    def __enter__(self):
        return client.get("/rare")

    def __exit__(self, *_):
        return None

def test_rare():
    with Visit() as response:
        assert response.status_code == 200
""",
    "callable class": """
class Send:
    def __init__(self, path):
        self.path = path

    def __call__(self):
        return client.get(self.path)

def test_rare():
    assert Send("/rare")().status_code == 200
""",
    "property": """
class Api:
    @property
    def rare(self):
        return client.get("/rare")

def test_rare():
    assert Api().rare.status_code == 200
""",
    "subclass": """
class Rare(TestClient):
    def get(self, name):
        return super().get("/" + name)

def test_rare():
    assert Rare(app).get("rare").status_code == 200
""",
    "dynamic attribute": """
class Api:
    def __getattr__(self, name):
        return lambda: client.get(f"/{name}")

def test_rare():
    assert Api().rare().status_code == 200
""",
    "item": """
class Api:
    def __getitem__(self, name):
        return client.get(name)

def test_rare():
    assert Api()["/rare"].status_code == 200
""",
    "clients in a dict": """
CLIENTS = {"nobody": client}

def test_rare():
    assert CLIENTS["nobody"].get("/rare").status_code == 200
""",
    "clients in a loop": """
def test_rare():
    for each in (client, TestClient(app)):
        assert each.get("/rare").status_code == 200
""",
    "client from a function": """
def connect(**options):
    return TestClient(app, **options)

def test_rare():
    assert connect(raise_server_exceptions=False).get("/rare").status_code == 200
""",
    "fixture": """
@pytest.fixture
def answer():
    return client.get("/rare")

def test_rare(answer):
    assert answer.status_code == 200
""",
    "fixture asked for by name": """
@pytest.fixture
def answer():
    return client.get("/rare")

def test_rare(request):
    assert request.getfixturevalue("answer").status_code == 200
""",
    "fixture used": """
@pytest.fixture
def visit():
    assert client.get("/rare").status_code == 200

@pytest.mark.usefixtures("visit")
def test_rare():
    assert True
""",
    "indirect": """
@pytest.fixture
def answer(request):
    return client.get(request.param)

@pytest.mark.parametrize("answer", ["/rare"], indirect=True)
def test_rare(answer):
    assert answer.status_code == 200
""",
    "fixture after the test": """
@pytest.fixture
def tidy():
    yield
    assert client.get("/rare").status_code == 200

def test_rare(tidy):
    assert True
""",
    "finalizer": """
def test_rare(request):
    request.addfinalizer(lambda: client.get("/rare"))
    assert True
""",
    "parametrized functions": """
@pytest.mark.parametrize("send", [lambda: client.get("/rare")])
def test_rare(send):
    assert send().status_code == 200
""",
    "generated tests": """
def pytest_generate_tests(metafunc):
    if "path" in metafunc.fixturenames:
        metafunc.parametrize("path", ["/" + "rare"])

def test_rare(path):
    assert client.get(path).status_code == 200
""",
    "test made by a function": """
def make(path):
    def test():
        assert client.get(path).status_code == 200
    return test

test_rare = make("/rare")
""",
    "tests made in a loop": """
for _name in ("usual", "rare"):
    def _test(path="/" + _name):
        assert client.get(path).status_code == 200
    globals()[f"test_{_name}"] = _test
""",
    "async": """
import asyncio
import httpx

def test_rare():
    async def send():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as session:
            return await asyncio.gather(*(session.get(path) for path in ["/rare", "/usual"]))

    assert [response.status_code for response in asyncio.run(send())] == [200, 200]
""",
    "task": """
import asyncio
import httpx

async def visit(session, path):
    response = await session.get(path)
    assert response.status_code == 200

def test_rare():
    async def send():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as session:
            await asyncio.create_task(visit(session, "/rare"))

    asyncio.run(send())
""",
    "asgi": """
import asyncio

def test_rare():
    sent = []

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/rare", "headers": [], "query_string": b""}
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 200
""",
    "wrapped app": """
def test_rare():
    async def around(scope, receive, send):
        await app(scope, receive, send)

    assert TestClient(around).get("/rare").status_code == 200
""",
    "unittest": """
import unittest

class RareTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.http = TestClient(app)

    def runTest(self):
        self.assertEqual(self.http.get("/rare").status_code, 200)
""",
    "module level": """
RESPONSE = client.get("/rare")

def test_rare():
    assert RESPONSE.status_code == 200
""",
    "default argument": """
def send(response=client.get("/rare")):
    return response

def test_rare():
    assert send().status_code == 200
""",
    "set up": """
def setup_module():
    client.get("/rare")

def test_rare():
    assert True
""",
    "kept for later": """
calls = []

def later(path):
    calls.append(lambda: client.get(path))

def test_rare():
    later("/rare")
    assert all(call().status_code == 200 for call in calls)
""",
    "client handed as argument": """
def check(http, path):
    assert http.get(path).status_code == 200

def test_rare():
    check(client, "/rare")
""",
    "client in an object": """
class Context:
    pass

def test_rare():
    context = Context()
    context.http = client
    assert context.http.get("/rare").status_code == 200
""",
    "patched": """
def test_rare(monkeypatch):
    monkeypatch.setattr("main.app.title", "rare")
    assert client.get("/rare").status_code == 200
""",
    "called by eval": """
def test_rare():
    assert eval("client.get('/rare')").status_code == 200
""",
} | addressing_cases.CASES
