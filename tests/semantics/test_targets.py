"""Targets: the paths that the URL of a request may have. `*` is a segment, `#` a key, `**` anything."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.suite import targets
from flake8_fastapi.semantics.suite.kinds import Hole, Target
from flake8_fastapi.semantics.things import Frame
from harness import MARKER_FILE, MARKER_TEXT

_APP = """
    from fastapi import APIRouter, FastAPI

    router = APIRouter(prefix="/v2")

    @router.get("/users/{user_id}")
    def read_user(user_id: int) -> int:
        return user_id

    @router.get("/files/{path:path}", name="files")
    def read_file(path: str) -> str:
        return path

    app = FastAPI()
    app.include_router(router, prefix="/api")
"""
_URLS = """
    from pydantic_settings import BaseSettings

    class Settings(BaseSettings):
        prefix: str = "/api/v1"

    settings = Settings()
    USERS = f"{settings.prefix}/users"
    TABLE = {"one": USERS + "/{}", "all": USERS}
    PATHS = ["/a", "/b"]

    def users_item(item_id):
        \"\"\"One user.\"\"\"
        return f"{USERS}/{item_id}"

    def nested(item_id):
        return users_item(item_id) + "/posts"

    def joined(*parts):
        return "/".join(["/base", *parts])

    def handed_on(first, *others):
        return joined(first, *others)

    def mapped(*parts):
        return "/".join(["/base"] + [str(part) for part in parts])

    def generated(*parts):
        return "/".join(("/base", *(str(part) for part in parts)))

    def endless(*parts):
        return endless(endless(*parts, "b"))

    def recursive(depth):
        return recursive(depth - 1) + "/x" if depth else "/"
"""
_CONFTEST = """
    import pytest

    @pytest.fixture
    def base():
        return "/fixed"

    @pytest.fixture
    def user_url(base, user):
        yield f"{base}/users/{user.id}"
"""
_HEAD = """
    import uuid
    from dataclasses import dataclass
    from enum import Enum
    from urllib.parse import quote, urlencode, urljoin

    import urls
    from app import app
    from urls import PATHS, TABLE, USERS, settings, users_item

    BASE = "http://localhost:8000"

    class Urls(str, Enum):
        LOGIN = "/login"

    @dataclass
    class User:
        id: int
        slug: str = ""

    class Page:
        def __init__(self, client, url):
            self.client = client
            self.url = url + "/page"

        @property
        def edit(self):
            return f"{self.url}/edit"

        def item(self, number):
            return f"{self.url}/{number}"

    class TestUsers:
        url = "/class/users"

        def detail(self, pk):
            return f"{self.url}/{pk}/"
"""


def _show(target: Target) -> str:
    return "".join(part if isinstance(part, str) else _hole(part) for part in target)


def _hole(hole: Hole) -> str:
    return "**" if hole.is_wide else "#" if hole.is_key else "*"


def _project(folder: Path, body: str, signature: str) -> tuple[Project, str]:
    """A project with a test of this body, and the path of its module."""
    head = dedent(_HEAD)
    owner = "    " if "self" in signature else ""
    text = f"{head}\n{owner}def test_it({signature}):\n{indent(dedent(body).strip(), owner + '    ')}\n"
    modules = {"app": _APP, "urls": _URLS, "conftest": _CONFTEST, "test_it": text}
    for name, source in modules.items():
        (folder / f"{name}.py").write_text(dedent(source))
    (folder / MARKER_FILE).write_text(MARKER_TEXT)
    return Project(Files(str(folder))), str(folder / "test_it.py")


def _targets(folder: Path, body: str, signature: str, base_url: str = "") -> set[str]:
    """The targets of what `send` is given in this test."""
    project, path = _project(folder, body, signature)
    module = project.facts(path)
    assert module is not None
    ((function, site),) = module.mentions["send"]
    assert isinstance(site.value, facts.Call)
    found = targets.of(project.evaluator, site.value.args[0], Frame(path, function), base_url)
    return set(map(_show, found))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('send("/users")', {"/users"}),
        ('send("users/")', {"/users/"}),
        ('send("")', {"/"}),
        ('send("/users?page=2#top")', {"/users"}),
        ('send("/a%20b/c")', {"/a b/c"}),
        ('send("/static/../etc/passwd")', {"/etc/passwd"}),
        ("send(USERS)", {"/api/v1/users"}),
        ("send(urls.USERS)", {"/api/v1/users"}),
        ('send(f"{settings.prefix}/items/")', {"/api/v1/items/"}),
        ('send(settings.prefix + "/items")', {"/api/v1/items"}),
        # A formatted part.
        ('send(f"/users/{name}")', {"/users/*"}),
        ('send(f"/users/{name}/posts")', {"/users/*/posts"}),
        ('send(f"/users/{user_id}")', {"/users/#"}),
        ('send(f"/users/{user.id}")', {"/users/#"}),
        ("send(f\"/users/{created['id']}\")", {"/users/#"}),
        ('send(f"/users/{uuid.uuid4()}")', {"/users/#"}),
        ('send(f"/users/{User(3).slug}")', {"/users/*"}),
        ('send(f"/users/{name}.json")', {"/users/*.json"}),
        ('send(f"/users/user-{name}")', {"/users/user-*"}),
        ('send(f"/users/{name:>5}")', {"/users/*"}),
        ('send(f"/users/{3}")', {"/users/3"}),
        # What may hold slashes or a query.
        ('send(f"/users{name}")', {"/users**"}),
        ('send(f"/{endpoint}")', {"/**"}),
        ('send(f"/users/{get_path()}")', {"/users/**"}),
        ('send(f"{prefix}/users/{user_id}")', {"**/users/#"}),
        ("send(anything)", {"**"}),
        ("send(user_id)", {"/#"}),
        ('send(f"{name}{user_id}")', {"**"}),
        ("send(unknown())", {"**"}),
        ("send(response.headers['location'])", {"**"}),
        ('send(f"/users?{urlencode(query)}")', {"/users"}),
        ('send(f"/users?name={name}")', {"/users"}),
        # Other ways to put a text together.
        ('send("/users/" + name)', {"/users/*"}),
        ('send("/users/" + str(user_id))', {"/users/#"}),
        ('send("/users/%s/posts" % name)', {"/users/*/posts"}),
        ('send("/users/%s/%d" % (name, 3))', {"/users/*/3"}),
        ('send("/users/%(key)s" % {"key": name})', {"/users/*"}),
        ('send("/users/{}/{}".format(name, 3))', {"/users/*/3"}),
        ('send("/users/{name}".format(name=name))', {"/users/*"}),
        ('send("/users/{0}/{0}".format(name))', {"/users/*/*"}),
        ('send("/users/{user_id}".replace("{user_id}", str(name)))', {"/users/*"}),
        ('send("/".join(["/users", name, "posts"]))', {"/users/*/posts"}),
        ('send(urljoin(BASE, f"/users/{name}"))', {"/users/*"}),
        ('send(urljoin("http://test/api/", "users"))', {"/api/users"}),
        ('send(f"/users/{quote(name)}")', {"/users/*"}),
        ('send(USERS.rstrip("/") + "/me")', {"/api/v1/users/me"}),
        ("send(Urls.LOGIN)", {"/login"}),
        ("send(Urls.LOGIN.value)", {"/login"}),
        ('send(TABLE["all"])', {"/api/v1/users"}),
        ('send(TABLE["one"].format(name))', {"/api/v1/users/*"}),
        ("send(PATHS[1])", {"/b"}),
        # Hosts.
        ('send(f"{BASE}/users")', {"/users"}),
        ('send(f"http://{host}:{port}/users/{name}")', {"/users/*"}),
        ('send(f"{scheme}://{host}/users")', {"/users"}),
        ('send("http://test")', {"/"}),
        # Functions.
        ("send(users_item(3))", {"/api/v1/users/3"}),
        ("send(users_item(name))", {"/api/v1/users/*"}),
        ("send(urls.nested(user_id))", {"/api/v1/users/#/posts"}),
        ("send((urls.nested if flag else users_item)(1))", {"/api/v1/users/1", "/api/v1/users/1/posts"}),
        ('send((lambda key: f"/x/{key}")(name))', {"/x/*"}),
        ('send(Page(client, f"/h/{name}").url)', {"/h/*/page"}),
        ('send(Page(client, f"/h/{name}").edit)', {"/h/*/page/edit"}),
        ('send(Page(client, "/h").item(user_id))', {"/h/page/#"}),
        ('send(urls.joined("a", name))', {"/base/a/*"}),
        ("send(urls.joined())", {"/base"}),
        ('send(urls.joined(*["a", "b"], "c"))', {"/base/a/b/c"}),
        ("send(urls.joined(*unknown))", {"/base**"}),
        ('send(urls.handed_on("x", name, "y"))', {"/base/x/*/y"}),
        ('send(urls.mapped("x", 3))', {"/base/x/3"}),
        ('send(urls.generated("x", 3))', {"/base/x/3"}),
        ('send("/".join(str(part) for part in ("", "a", name)))', {"/a/*"}),
        ('send("/x/" + "/".join(part for part in PATHS if part))', {"/x/**"}),
        # Names of routes.
        ('send(app.url_path_for("read_user", user_id=3))', {"/api/v2/users/3"}),
        ('send(app.url_path_for("read_user", user_id=user.id))', {"/api/v2/users/#"}),
        ('send(app.router.url_path_for("files", path="a/b"))', {"/api/v2/files/a/b"}),
        ('send(app.url_path_for("files", path=name))', {"/api/v2/files/*"}),
        ('send(str(request.url_for("read_user", user_id=3)))', {"/api/v2/users/3"}),
        ('send(app.url_path_for("nobody"))', {"**"}),
        ("send(app.url_path_for(name))", {"**"}),
        # One of several, and all of a loop.
        ('send("/a" if flag else "/b")', {"/a", "/b"}),
        ('path = "/a"\nif flag:\n    path += "/b"\nsend(path)', {"/a", "/a/b"}),
        ("for path in PATHS:\n    send(path)", {"/a", "/b"}),
        ('for path in ("/a", f"/b/{name}"):\n    send(path)', {"/a", "/b/*"}),
        ('for method, path in [("GET", "/a"), ("POST", "/b")]:\n    send(path)', {"/a", "/b"}),
        ('for number, (path, _) in enumerate([("/a", 1), ("/b", 2)]):\n    send(path)', {"/a", "/b"}),
        ('for path, status in zip(["/a", "/b"], [200, 404]):\n    send(path)', {"/a", "/b"}),
        ('for path, status in {"/a": 1, "/b": 2}.items():\n    send(path)', {"/a", "/b"}),
        ('for path in {"/a": 1, "/b": 2}:\n    send(path)', {"/a", "/b"}),
        ('for name in ["a", "b"]:\n    send(f"/x/{name}")', {"/x/a", "/x/b"}),
        ('for number in range(3):\n    send(f"/x/{number}")', {"/x/#"}),
        ("for route in app.routes:\n    send(route.path)", {"**"}),
        ('[send(path) for path in ["/a", "/b"]]', {"/a", "/b"}),
        # What never ends.
        ("send(urls.endless('a'))", {"**"}),
        ("send(urls.recursive(3))", {"/", "/x", "**/x/x"}),
        ("path = path + '/x'\nsend(path)", {"**/x"}),
        ('parts = ["/a"]\nwhile flag:\n    parts = [*parts, *parts]\nsend("/".join(parts))', {"**"}),
        ('parts = ["/a"]\nparts = [*parts, "b"]\nsend("/".join(parts))', {"/a/b"}),
        ('path = "/a"\nwhile flag:\n    path = path + "/b"\nsend(path)', {"/a", "/a/b", "**/b"}),
    ],
)
def test_expressions(tmp_path: Path, body: str, expected: set[str]) -> None:
    found = _targets(tmp_path, body, "client, name, user, user_id, flag, host, port, scheme, prefix, endpoint")
    assert found == expected


@pytest.mark.parametrize(
    ("signature", "body", "expected"),
    [
        ("user_url", "send(user_url)", {"/fixed/users/#"}),
        ("user_url", 'send(user_url + "/posts")', {"/fixed/users/#/posts"}),
        ("base, name", 'send(f"{base}/{name}")', {"/fixed/*"}),
        ("self", "send(self.url)", {"/class/users"}),
        ("self, name", "send(self.detail(name))", {"/class/users/*/"}),
        ("nobody", 'send(f"/users/{nobody}")', {"/users/*"}),
        ("number: int", 'send(f"/users/{number}")', {"/users/#"}),
    ],
)
def test_parameters(tmp_path: Path, signature: str, body: str, expected: set[str]) -> None:
    assert _targets(tmp_path, body, signature) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('for method, path in [("GET", "/a"), ("put", "/b")]:\n    client.request(method, path)', {"GET /a", "PUT /b"}),
        ('for path in ["/a", "/b"]:\n    client.request("GET" if flag else "PUT", path)', {"GET|PUT /a", "GET|PUT /b"}),
        ('for method in ["get", "put"]:\n    getattr(client, method)("/a")', {"GET|PUT /a"}),
        (
            'for i, (name, verb) in enumerate([("a", "get"), ("b", "put")]):\n    getattr(client, verb)(f"/{name}")',
            {"GET /a", "PUT /b"},
        ),
    ],
)
def test_pairs(tmp_path: Path, body: str, expected: set[str]) -> None:
    project, path = _project(tmp_path, body, "client, flag")
    module = project.facts(path)
    assert module is not None
    call = module.functions["test_it"].sites[-1].value
    assert isinstance(call, facts.Call)
    methods = frozenset({"GET", "PUT"})
    found = targets.pairs(project.evaluator, call, methods, call.args[-1], Frame(path, "test_it"))
    assert {f"{'|'.join(sorted(names or ()))} {_show(target)}" for names, target in found} == expected


@pytest.mark.parametrize(
    ("base_url", "url", "expected"),
    [
        ("http://test", "/users", "/users"),
        ("http://test/", "users", "/users"),
        ("http://test/api/v1", "/users", "/api/v1/users"),
        ("http://test/api/v1/", "users/1", "/api/v1/users/1"),
        ("http://test/api", "", "/api/"),
        ("http://test/api", "http://other/users", "/users"),
    ],
)
def test_base_url(tmp_path: Path, base_url: str, url: str, expected: str) -> None:
    httpx = pytest.importorskip("httpx")
    assert _targets(tmp_path, f"send({url!r})", "client", base_url) == {expected}
    request = httpx.Client(base_url=base_url).build_request("GET", url)
    assert request.url.path == expected
