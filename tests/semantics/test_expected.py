"""What tests make of the answers to their requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from types import MappingProxyType

import pytest

from flake8_fastapi.semantics import arguments, facts
from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.suite.expected import Answers
from flake8_fastapi.semantics.suite.frames import Frames
from flake8_fastapi.semantics.suite.kinds import STATUSES, Expected
from flake8_fastapi.semantics.things import Bound, Frame, FunctionThing, LiteralThing, Made
from flake8_fastapi.semantics.values import Evaluator

_HELPERS = """
    import contextlib
    import httpx
    import json
    import pydantic
    from http import HTTPStatus

    OK = (200, 201)
    GONE = HTTPStatus.GONE

    def check(response, expected=200):
        assert response.status_code == expected

    def check_if(response, expected=None):
        if expected is not None:
            assert response.status_code == expected

    def is_fine(response) -> bool:
        return response.status_code in OK

    def fetch(client, path):
        return client.get(path)

    def fetched(client, path):
        response = client.get(path)
        assert response.status_code == 200, response.text
        return response.json()

    def both(client, path):
        response = client.get(path)
        return response.status_code, response.json()

    def fetch_all(client):
        return [client.get("/a") for _ in range(3)]

    def tried(client):
        for _ in range(3):
            response = client.get("/a")
            if response.status_code != 503:
                return response
        return response

    def chosen(client, other):
        if other:
            return client.get("/b")
        return client.get("/a")

    @contextlib.contextmanager
    def opened(client):
        yield client.get("/a")

    async def later(client, path):
        response = await client.get(path)
        return response

    class Item(pydantic.BaseModel):
        id: int

    class Failure(pydantic.BaseModel):
        detail: str

    class Api:
        def __init__(self, client):
            self.client = client

        def create(self, path, status=201):
            response = self.client.post(path)
            assert response.status_code == status
            return response
"""


def walked(ev: Evaluator, frame: Frame, around: tuple[str, ...] = ()) -> Iterator[Frame]:
    """The frames of a function and of all that it calls."""
    yield frame
    function = ev.function(FunctionThing(frame.path, frame.function))
    for site in function.sites if function is not None and frame.function not in around else ():
        for thing in ev.evaluate(site.value.func, frame) if isinstance(site.value, facts.Call) else ():
            owner = thing.owner if isinstance(thing, Bound) else None
            inner = thing.function if isinstance(thing, Bound) else thing
            if isinstance(inner, FunctionThing) and isinstance(site.value, facts.Call):
                env = arguments.bind(ev, inner, Made(site.value, frame), constants=True, owner=owner)
                yield from walked(ev, ev.frame_of(inner, env), (*around, frame.function))


def project(root: Path, body: str, head: str = "def test(client):") -> Project:
    (root / "helpers.py").write_text(dedent(_HELPERS))
    text = "import asyncio, http, httpx, pytest, helpers\nfrom fastapi import status\nfrom http import HTTPStatus\n"
    text += "from helpers import *\nEXPECTED = {'a': 200, 'b': 403}\n\n"
    (root / "test_it.py").write_text(f"{text}{head}\n    " + dedent(body).strip().replace("\n", "\n    ") + "\n")
    (root / "pyproject.toml").write_text("")
    return Project.of(Files.of(str(root / "test_it.py")))


def expected(found: Project, given: Mapping[str, object] = MappingProxyType({})) -> Expected:
    """What the test makes of the answer to the request of `/a`."""
    ev = found.evaluator
    env = tuple((name, LiteralThing(value)) for name, value in given.items())
    start = Frame(str(Path(found.files.root) / "test_it.py"), "test", env)
    frames = list(dict.fromkeys(walked(ev, start)))
    answers = Answers(ev, frames)
    for frame in frames:
        function = ev.function(FunctionThing(frame.path, frame.function))
        for site in function.sites if function is not None else ():
            call = site.value
            if not isinstance(call, facts.Call) or not isinstance(call.func, facts.Attribute) or not call.args:
                continue
            if call.func.name in ("get", "post", "stream") and ev.literal(call.args[0], frame) == "/a":
                return answers.of(call, frame)
    raise AssertionError


_R = "r = client.get('/a')\n"
_RS = "rs = [client.get('/a') for i in range(3)]\n"
_FAILURES = frozenset(range(400, 600))
_FINE = STATUSES - _FAILURES
_CASES: list[tuple[str, set[int] | frozenset[int] | None]] = [
    # How a status is compared.
    ("assert client.get('/a').status_code == 200", {200}),
    (_R + "assert r.status_code == 200", {200}),
    (_R + "assert 200 == r.status_code, r.text", {200}),
    (_R + "assert r.status_code is 200", {200}),
    (_R + "assert r.status_code != 500", STATUSES - {500}),
    (_R + "assert r.status_code in (200, 201)", {200, 201}),
    (_R + "assert r.status_code in [status.HTTP_200_OK, HTTPStatus.CREATED]", {200, 201}),
    (_R + "assert r.status_code in OK", {200, 201}),
    (_R + "assert r.status_code in range(200, 203)", {200, 201, 202}),
    (_R + "assert r.status_code not in {404, 500}", STATUSES - {404, 500}),
    (_R + "assert r.status_code < 400", frozenset(range(100, 400))),
    (_R + "assert 400 > r.status_code", frozenset(range(100, 400))),
    (_R + "assert 200 <= r.status_code < 300", frozenset(range(200, 300))),
    (_R + "assert r.status_code // 100 == 2", frozenset(range(200, 300))),
    (_R + "assert r.status_code < 600", STATUSES),
    (_R + "assert r.status_code == status.HTTP_422_UNPROCESSABLE_ENTITY", {422}),
    (_R + "assert r.status_code == HTTPStatus.NOT_FOUND.value", {404}),
    (_R + "assert r.status_code == http.HTTPStatus.NOT_FOUND", {404}),
    (_R + "assert r.status_code == GONE", {410}),
    (_R + "assert HTTPStatus(r.status_code) == HTTPStatus.OK", {200}),
    (_R + "assert r.status_code == EXPECTED['b']", {403}),
    (_R + "assert r.status_code == EXPECTED[unknown()]", {200, 403}),
    (_R + "assert r.status_code == (200 if unknown() else 403)", {200, 403}),
    (_R + "assert r.status_code == unknown()", None),
    (_R + "assert r.is_success", frozenset(range(200, 300))),
    (_R + "assert not r.is_error", STATUSES - _FAILURES),
    (_R + "assert r.ok is True", None),
    (_R + "assert r.status_code == 200 and r.json()", {200}),
    (_R + "assert r.status_code == 200 or r.status_code == 404", {200, 404}),
    (_R + "assert r.status_code == 200 or 201", STATUSES),
    (_R + "assert r.status_code == 200\nassert r.json() == {}", {200}),
    (_R + "if r.status_code != 200:\n    pytest.fail()", {200}),
    (_R + "if r.status_code >= 400:\n    raise RuntimeError", STATUSES - _FAILURES),
    (_R + "ok = r.status_code == 200\nassert ok", {200}),
    (_R + "code = r.status_code\nassert code == 200", {200}),
    (_R + "code: int = r.status_code\nassert code == 200", {200}),
    (_R + "r.raise_for_status()", frozenset(range(100, 400))),
    ("r = client.get('/a').raise_for_status().json()", frozenset(range(100, 400))),
    (_R + "assert r.status_code == httpx.codes.CREATED", {201}),
    (_R + "assert r.status_code == http.client.NOT_FOUND", {404}),
    (_R + "import requests\nassert r.status_code == requests.codes.ok", {200}),
    # Nothing that says more than that it is looked at.
    (_R + "assert r.json() == {}", None),
    (_R + "assert r.json()['status'] == 404", None),
    (_R + "compare(r)", None),
    (_R + "try:\n    r.raise_for_status()\nexcept httpx.HTTPStatusError as error:\n    print(error)", None),
    (_R + "try:\n    x = r.json()['id']\nexcept KeyError:\n    x = 1\nassert x", None),
    ("try:\n    fetched(client, '/a')\nexcept httpx.HTTPError:\n    print()", None),
    (_R + "match r.status_code:\n    case 422:\n        pass\n    case _:\n        pytest.fail()", None),
    (_R + "assert r.status_code == 200 or unknown()", None),
    (_R + "if r.status_code == 200:\n    print('fine')", None),
    (_R + "if unknown():\n    assert r.status_code == 200", None),
    (_R + "if unknown():\n    return\nassert r.status_code == 200", None),
    (_R + "if r.status_code == 404:\n    pytest.skip()\nassert r.status_code == 200", {200, 404}),
    (_R + "try:\n    assert r.status_code == 200\nexcept AssertionError:\n    print(r)", None),
    ("try:\n    r = client.get('/a')\n    assert r.status_code == 200\nfinally:\n    print(r)", {200}),
    ("with pytest.raises(ValueError):\n    client.get('/a')", None),
    ("try:\n    r = client.get('/a')\nexcept OSError:\n    pytest.skip()\nassert r.status_code == 200", {200}),
    ("for i in range(3):\n    r = client.get('/a')\nassert r.status_code == 429", None),
    (_R + "if unknown():\n    r = client.get('/b')\nassert r.status_code == 200", None),
    (_RS + "assert all(r.status_code != 500 for r in rs)", STATUSES - {500}),
    (_RS + "codes = [r.status_code for r in rs]\nassert all(c == 200 for c in codes)", {200}),
    (_RS + "assert sorted([r.status_code for r in rs]) == [200, 429]", {200, 429}),
    (_RS + "assert any(r.status_code == 200 for r in rs)", None),
    # On conditions.
    (_R + "if unknown():\n    assert r.status_code == 200\nelse:\n    assert r.status_code == 403", {200, 403}),
    (_R + "if unknown():\n    assert r.status_code == 401\n    return\nassert r.status_code == 200", {200, 401}),
    (_R + "if x():\n    check(r, 401)\nelif y():\n    check(r, 403)\nelse:\n    check(r)", {200, 401, 403}),
    (_R + "if x():\n    check(r, 401)\nelif y():\n    check(r, 403)", None),
    (_R + "if x():\n    check(r, 401)\nif y():\n    check(r, 403)", None),

    (_R + "with pytest.raises(httpx.HTTPStatusError):\n    r.raise_for_status()", frozenset(range(300, 600))),
    # What only a success says.
    (_R + "assert r.json()['id'] == 1", _FINE),
    ("token = client.get('/a').json()['access_token']\nclient.get('/b', headers={'x': f'Bearer {token}'})", _FINE),
    ("data = client.get('/a').json()\nassert data['data']['id'] == 1", _FINE),
    ("data = client.get('/a').json()\nfor each in data['items']:\n    check(each)", _FINE),
    (_R + "fetch(client, r.json()['url'])", _FINE),
    ("item = Item(**client.get('/a').json())\nassert item.id == 1", _FINE),
    ("assert Item.model_validate_json(client.get('/a').content).id == 1", _FINE),
    (_R + "assert json.loads(r.text)['id'] == 1", _FINE),
    (_R + "if r.status_code == 200:\n    Item.model_validate(r.json())", None),
    ("assert Failure(**client.get('/a').json()).detail == 'x'", None),
    (_R + "assert r.text[0] == '{'", None),
    (_R + "assert r.json()['data'] == 1", None),
    (_R + "assert r.json()['detail'][0]['loc'] == []", None),
    (_R + "assert r.json()['errors']['id'] == 1", None),
    (_R + "assert r.json().get('id') is None", None),
    (_R + "if r.status_code == 200:\n    assert r.json()['id'] == 1", None),
    (_R + "x = r.json()['id'] if r.status_code == 200 else 1\nassert x", None),
    (_R + "x = 1\nif r.status_code == 200:\n    x = r.json()['id']\nassert x", None),
    (_R + "assert unknown() or r.json()['id']", None),
    ("data = client.get('/a').json() or {'id': 1}\nassert data['id'] == 1", None),
    ("r, x = client.get('/a'), {}\nif r.status_code == 200:\n    x = r.json()\nassert x['id']", None),
    # Which answer it is.
    ("r = client.get('/b')\nr = client.get('/a')\nassert r.status_code == 200", {200}),
    ("if unknown():\n    r = client.get('/a')\nelse:\n    r = client.get('/b')\nassert r.status_code == 200", {200}),
    ("if unknown():\n    r = client.get('/b')\nelse:\n    r = client.get('/a')\nassert r.status_code == 200", {200}),
    ("r = client.get('/a') if unknown() else client.get('/b')\nassert r.status_code == 200", {200}),
    ("with client.stream('/a') as r:\n    assert r.status_code == 200", {200}),
    ("for i in range(3):\n    r = client.get('/a')\n    assert r.status_code == 200", {200}),
    ("for s in (200, 404):\n    r = client.get('/a')\n    assert r.status_code == s", {200, 404}),
    ("for p, s in [('/x', 200), ('/y', 404)]:\n    r = client.get('/a')\n    assert r.status_code == s", {200, 404}),
    ("for p, s in EXPECTED.items():\n    r = client.get('/a')\n    assert r.status_code == s", {200, 403}),
    (_RS + "for r in rs:\n    assert r.status_code == 200", {200}),
    ("rs = []\nfor i in x:\n    rs.append(client.get('/a'))\nfor r in rs:\n    assert r.status_code == 200", {200}),
    (_RS + "assert all([r.status_code == 200 for r in rs])", {200}),
    (_RS + "assert [r.status_code for r in rs] == [200, 200, 429]", {200, 429}),
    (_RS + "assert rs[0].status_code == 200", None),
    ("x, y = client.get('/a'), client.get('/b')\nassert x.status_code == 200\nassert y.status_code == 404", {200}),
    ("y = client.get('/b')\nassert y.status_code == 404\nassert client.get('/a').json() == y.json()", None),
    # unittest.
    (_R + "self.assertEqual(r.status_code, 200)", {200}),
    (_R + "self.assertEqual(404, r.status_code, 'gone')", {404}),
    (_R + "self.assertIn(r.status_code, (200, 404))", {200, 404}),
    (_R + "self.assertTrue(r.status_code == 200)", {200}),
    (_R + "self.assertFalse(r.is_error)", STATUSES - _FAILURES),
    (_R + "self.assertLess(r.status_code, 300)", frozenset(range(100, 300))),
    # Helpers.
    ("check(client.get('/a'))", {200}),
    (_R + "check(r, 404)", {404}),
    (_R + "helpers.check(r, expected=status.HTTP_404_NOT_FOUND)", {404}),
    (_R + "for s in (200,):\n    check(r, s)", {200}),
    (_R + "check_if(r, 404)", {404}),
    (_R + "check_if(r)", None),
    (_R + "assert is_fine(r)", {200, 201}),
    ("r, s = client.get('/a'), client.get('/b')\ncheck(r, 404)\ncheck(s, 200)", {404}),
    ("def inner(response):\n    assert response.status_code == 403\ninner(client.get('/a'))", {403}),
    ("(lambda response: check(response, 403))(client.get('/a'))", {403}),
]  # fmt: skip


@pytest.mark.parametrize(("body", "accepted"), _CASES)
def test_accepted(tmp_path: Path, body: str, accepted: set[int] | None) -> None:
    found = expected(project(tmp_path, body))
    assert found.accepted == (None if accepted is None else frozenset(accepted))
    assert found.is_asserted


@pytest.mark.parametrize(
    ("body", "accepted"),
    [
        # A helper that is called several times: each time something else is made of the answer.
        ("r = fetch(client, '/a')\nassert r.status_code == 200", {200}),
        ("r = helpers.fetch(client, path='/a')\nassert r.status_code == 200", {200}),
        (
            "r = fetch(client, '/a')\nassert r.status_code == 200\nr = fetch(client, '/a')\ncheck(r, 404)",
            {200, 404},
        ),
        ("r = fetch(client, '/a')\nfetch(client, '/a')\nassert r.status_code == 200", {200}),
        ("r = fetch(client, '/a')\nassert r.status_code == 200\ns = fetch(client, '/a')\nassert s.json()", None),
        ("fetched(client, '/a')", {200}),
        ("with pytest.raises(AssertionError):\n    fetched(client, '/a')", None),
        ("code, body = both(client, '/a')\nassert code == 404", {404}),
        ("result = both(client, '/a')\nassert result[0] == 404", {404}),
        ("assert both(client, '/a')[0] == 404", {404}),
        ("assert fetch_all(client)[0].status_code == 200", None),
        ("for each in fetch_all(client):\n    assert each.status_code == 200", {200}),
        ("r = tried(client)\nassert r.status_code == 200", None),
        ("r = chosen(client, unknown())\nassert r.status_code == 200", {200}),
        ("with opened(client) as r:\n    assert r.status_code == 200", {200}),
        ("Api(client).create('/a')", {201}),
        ("api = Api(client)\napi.create('/a', status=409)", {409}),
        ("api = Api(client)\napi.create('/a', 409)\napi.create('/a')", {409}),
        ("assert Api(client).create('/a').json()['id'] == 1", {201}),
        ("def send():\n    return client.get('/a')\nassert send().status_code == 200", {200}),
        ("def send():\n    global r\n    r = client.get('/a')\nsend()", set()),
    ],
)
def test_helpers(tmp_path: Path, body: str, accepted: set[int] | None) -> None:
    found = expected(project(tmp_path, body))
    if accepted == set():
        assert found == Expected(STATUSES, False)
    else:
        assert found == Expected(None if accepted is None else frozenset(accepted), True)


@pytest.mark.parametrize(
    "body",
    [
        "r = await client.get('/a')\nassert r.status_code == 200",
        "assert (await client.get('/a')).status_code == 200",
        "r = await later(client, '/a')\nassert r.status_code == 200",
        "r, s = await asyncio.gather(client.get('/a'), client.get('/b'))\nassert r.status_code == 200",
        "rs = await asyncio.gather(*[client.get('/a') for i in '12'])\nfor r in rs:\n    assert r.status_code == 200",
        "r = await asyncio.wait_for(client.get('/a'), 1)\nassert r.status_code == 200",
        "task = asyncio.create_task(client.get('/a'))\nassert (await task).status_code == 200",
        "async with client.stream('/a') as r:\n    assert r.status_code == 200",
    ],
)
def test_async(tmp_path: Path, body: str) -> None:
    assert expected(project(tmp_path, body, "async def test(client):")).accepted == frozenset({200})


@pytest.mark.parametrize(
    ("given", "accepted"),
    [({"code": 404, "fails": True}, {404}), ({"code": 200, "fails": False}, {200, 201}), ({}, None)],
)
def test_parametrized(tmp_path: Path, given: dict[str, object], accepted: set[int] | None) -> None:
    body = "r = client.get('/a')\nif fails:\n    assert r.status_code == code\nelse:\n    assert r.status_code in OK"
    assert expected(project(tmp_path, body, "def test(client, code, fails):"), given).accepted == accepted


@pytest.mark.parametrize(
    "body",
    [
        "client.get('/a')",
        "r = client.get('/a')",
        "r = client.get('/a')\nprint(r.json())",
        "r = client.get('/a')\nr = client.get('/b')\nassert r.status_code == 200",
        "r = client.get('/a')\nr.status_code == 200",
        "fetch(client, '/a')",
    ],
)
def test_not_looked_at(tmp_path: Path, body: str) -> None:
    assert expected(project(tmp_path, body)) == Expected(STATUSES, False)


@pytest.mark.parametrize(
    "body",
    [
        "r = client.get('/a')\nr = r or r\nr = r.again(r)\nassert r.status_code == 200",
        "def one(r):\n return two(r)\ndef two(r):\n    return one(r)\nassert one(client.get('/a')).is_success",
        "def one():\n    one()\n    return client.get('/a')\nassert one().status_code == 200",
        "x = client.get('/a').json()\n" + "x = [x, x, x]\n" * 60 + "assert x",
        "r = client.get('/a')\nx = y\ny = x\nassert x[0] == y[0] == r.status_code",
        "x = client.get('/a').json()\n" + "if y():\n    x = [x, x]\n" * 60 + "assert x",
        "r = client.get('/a')\n" + "assert r.status_code in [200]\n" * 300,
        "r = client.get('/a')\nassert " + "not " * 200 + "r.status_code == 200",
        "\n".join(f"r{n} = fetch(client, '/a')\nassert r{n}.status_code == 200" for n in range(200)),
    ],
)
def test_hostile(tmp_path: Path, body: str) -> None:
    assert isinstance(expected(project(tmp_path, body)), Expected)


def test_expected_failure(tmp_path: Path) -> None:
    """A test that may fail accepts anything."""
    head = "@pytest.mark.xfail(strict=True)\ndef test(client):"
    assert expected(project(tmp_path, "assert client.get('/a').status_code == 200", head)) == Expected(None, True)


def test_attribute_of_test_case(tmp_path: Path) -> None:
    """What `setUp` gives to an attribute is looked at by the test."""
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "test_it.py").write_text(
        "import unittest\n"
        "class TestIt(unittest.TestCase):\n"
        "    def setUp(self):\n"
        "        self.response = self.client.get('/a')\n"
        "    def test(self):\n"
        "        self.assertEqual(self.response.status_code, 200)\n"
    )
    found = Project.of(Files.of(str(tmp_path / "test_it.py")))
    frames = [Frame(str(tmp_path / "test_it.py"), f"TestIt.{name}") for name in ("setUp", "test")]
    call = next(Frames(found.evaluator, frames).calls(0))
    assert Answers(found.evaluator, frames).of(call, frames[0]).accepted == frozenset({200})
