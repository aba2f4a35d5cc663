"""Ways in which a test says that it means `/rare`; each is the end of a module of tests."""

from __future__ import annotations

CASES = {
    "keyword": """
def test_rare():
    assert client.get(url="/rare").status_code == 200
""",
    "request keywords": """
def test_rare():
    assert client.request(url="/rare", method="get").status_code == 200
""",
    "options": """
def test_rare():
    options = {"method": "GET", "url": "/rare"}
    assert client.request(**options).status_code == 200
""",
    "positional options": """
def test_rare():
    arguments = ["GET", "/rare"]
    assert client.request(*arguments).status_code == 200
""",
    "url object": """
import httpx

def test_rare():
    assert client.get(httpx.URL("http://testserver/rare")).status_code == 200
""",
    "url copied": """
import httpx

def test_rare():
    url = httpx.URL("http://testserver/usual").copy_with(path="/rare")
    assert client.get(url).status_code == 200
""",
    "absolute": """
def test_rare():
    assert client.get("http://testserver/rare?page=1#top").status_code == 200
""",
    "fixture of parameters": """
@pytest.fixture(params=["/usual", "/rare"])
def path(request):
    return request.param

def test_rare(path):
    assert client.get(path).status_code == 200
""",
    "parametrized names": """
@pytest.mark.parametrize("name", ["usual", "rare"])
def test_rare(name):
    assert client.get("/" + name).status_code == 200
""",
    "every route": """
def test_rare():
    for route in app.routes:
        if route.path == "/rare":
            assert client.get(route.path).status_code == 200
""",
    "schema": """
def test_rare():
    for path in client.get("/openapi.json").json()["paths"]:
        if path == "/rare":
            assert client.get(path).status_code == 200
""",
    "path from a file": """
import json
from pathlib import Path

def test_rare(tmp_path):
    (tmp_path / "paths.json").write_text('["/rare"]')
    for path in json.loads((tmp_path / "paths.json").read_text()):
        assert client.get(path).status_code == 200
""",
    "path from the environment": """
import os

def test_rare(monkeypatch):
    monkeypatch.setenv("RARE", "/rare")
    assert client.get(os.environ["RARE"]).status_code == 200
""",
    "path from an answer": """
def test_rare():
    location = client.get("/moved", follow_redirects=False).headers["location"]
    assert client.get(location).status_code == 200
""",
    "followed redirect": """
def test_rare():
    assert client.get("/moved").json() == 2
""",
    "path of parts": """
def test_rare():
    assert client.get("/".join(["", "rare"])).status_code == 200
    assert client.get("/%s" % "rare").status_code == 200
    assert client.get("/{}".format("rare")).status_code == 200
""",
    "path replaced": """
def test_rare():
    assert client.get("/usual".replace("usual", "rare")).status_code == 200
""",
    "path in a template": """
from string import Template

def test_rare():
    assert client.get(Template("/$name").substitute(name="rare")).status_code == 200
""",
    "path in an enum": """
from enum import Enum

class Path(str, Enum):
    RARE = "/rare"

def test_rare():
    assert client.get(Path.RARE.value).status_code == 200
""",
    "path of a dataclass": """
from dataclasses import dataclass

@dataclass
class Case:
    path: str
    status: int = 200

@pytest.mark.parametrize("case", [Case("/usual"), Case(path="/rare")])
def test_rare(case):
    assert client.get(case.path).status_code == case.status
""",
    "path built up": """
def test_rare():
    path = "/"
    path += "rare"
    assert client.get(path).status_code == 200
""",
    "path of either": """
def test_rare():
    for is_rare in (True, False):
        assert client.get("/rare" if is_rare else "/usual").status_code == 200
""",
    "popped": """
def test_rare():
    paths = ["/rare", "/usual"]
    while paths:
        assert client.get(paths.pop()).status_code == 200
""",
    "zipped": """
def test_rare():
    for path, status in zip(["/usual", "/rare"], [200, 200]):
        assert client.get(path).status_code == status
""",
    "items of a dict": """
EXPECTED = {"/usual": 200, "/rare": 200}

def test_rare():
    for path, status in EXPECTED.items():
        assert client.get(path).status_code == status
""",
    "another base": """
def test_rare():
    rare = TestClient(app, base_url="http://testserver/rare")
    assert rare.get("").status_code in (200, 307)
    assert rare.get("/").status_code == 200
""",
    "base set later": """
def test_rare():
    other = TestClient(app)
    other.base_url = "http://testserver/rare"
    assert other.get("/").status_code == 200
""",
    "mounted app": """
from fastapi import FastAPI

def test_rare():
    outer = FastAPI()
    outer.mount("/inner", app)
    assert TestClient(outer).get("/inner/rare").status_code == 200
""",
    "router in another app": """
from fastapi import FastAPI

def test_rare():
    outer = FastAPI()
    outer.include_router(app.router, prefix="/v1")
    assert TestClient(outer).get("/v1/rare").status_code == 200
""",
    "inherited": """
class Base:
    path = "/usual"

    def test_rare(self):
        assert client.get(self.path).status_code == 200

class TestRare(Base):
    path = "/rare"
""",
    "dispatch table": """
ACTIONS = {"read": ("get", "/rare")}

def act(name):
    method, path = ACTIONS[name]
    return getattr(client, method)(path)

def test_rare():
    assert act("read").status_code == 200
""",
    "star arguments": """
def send(*parts, **options):
    return client.request("GET", "/" + "/".join(parts), **options)

def test_rare():
    assert send("rare", headers={}).status_code == 200
""",
    "handed through": """
def first(path):
    return second(path)

def second(url):
    return third(url)

def third(target):
    return client.get(target)

def test_rare():
    assert first("/rare").status_code == 200
""",
}
