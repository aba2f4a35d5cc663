"""Ways in which a test says that a route refuses a body with 422; each is a module of tests of its own."""

from __future__ import annotations

APPLICATION = """
from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class Thing(BaseModel):
    count: int = Field(gt=0)


@app.post("/things", status_code=201)
def add(thing: Thing) -> Thing:
    return thing
"""

USUAL = """
import pytest
from fastapi.testclient import TestClient

from main import app

client = TestClient(app)
WRONG = {"count": 0}


def test_usual():
    assert client.post("/things", json={"count": 1}).status_code == 201

"""
"""Precedes every case."""

CASES = {
    "plain": """
def test_refused():
    assert client.post("/things", json=WRONG).status_code == 422
""",
    "turned round": """
def test_refused():
    assert 422 == client.post("/things", json=WRONG).status_code
""",
    "constant": """
from fastapi import status

def test_refused():
    assert client.post("/things", json=WRONG).status_code == status.HTTP_422_UNPROCESSABLE_ENTITY
""",
    "enum": """
from http import HTTPStatus

def test_refused():
    assert client.post("/things", json=WRONG).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
""",
    "codes": """
import httpx

def test_refused():
    assert client.post("/things", json=WRONG).status_code == httpx.codes.UNPROCESSABLE_ENTITY
""",
    "codes of requests": """
import requests

def test_refused():
    assert client.post("/things", json=WRONG).status_code == requests.codes.unprocessable_entity
""",
    "one of": """
def test_refused():
    assert client.post("/things", json=WRONG).status_code in (400, 422)
""",
    "range": """
def test_refused():
    response = client.post("/things", json=WRONG)
    assert response.status_code in range(400, 500)
""",
    "between": """
def test_refused():
    assert 400 <= client.post("/things", json=WRONG).status_code < 500
""",
    "hundreds": """
def test_refused():
    assert client.post("/things", json=WRONG).status_code // 100 == 4
""",
    "text of the status": """
def test_refused():
    assert str(client.post("/things", json=WRONG).status_code).startswith("4")
""",
    "not created": """
def test_refused():
    assert client.post("/things", json=WRONG).status_code != 201
""",
    "not a success": """
def test_refused():
    assert not client.post("/things", json=WRONG).is_success
""",
    "client error": """
def test_refused():
    assert client.post("/things", json=WRONG).is_client_error
""",
    "raised": """
import httpx

def test_refused():
    with pytest.raises(httpx.HTTPStatusError) as caught:
        client.post("/things", json=WRONG).raise_for_status()
    assert caught.value.response.status_code == 422
""",
    "caught": """
import httpx

def test_refused():
    try:
        client.post("/things", json=WRONG).raise_for_status()
    except httpx.HTTPStatusError as error:
        assert error.response.status_code == 422
    else:
        pytest.fail("accepted")
""",
    "only the detail": """
def test_refused():
    assert client.post("/things", json=WRONG).json()["detail"][0]["type"] == "greater_than"
""",
    "detail by a function": """
def detail(response):
    return response.json()["detail"]

def test_refused():
    assert detail(client.post("/things", json=WRONG))[0]["loc"] == ["body", "count"]
""",
    "whole answer": """
EXPECTED = {"detail": [{"loc": ["body", "count"]}]}

def test_refused():
    found = client.post("/things", json=WRONG).json()
    assert {"detail": [{"loc": each["loc"]} for each in found["detail"]]} == EXPECTED
""",
    "tuple": """
def test_refused():
    response = client.post("/things", json=WRONG)
    assert (response.status_code, "detail" in response.json()) == (422, True)
""",
    "name": """
def test_refused():
    response = client.post("/things", json=WRONG)
    status = response.status_code
    assert status == 422
""",
    "status from a helper": """
def status_of(body):
    return client.post("/things", json=body).status_code

def test_refused():
    assert status_of(WRONG) == 422
""",
    "parametrized": """
@pytest.mark.parametrize(("count", "status"), [(1, 201), (0, 422)])
def test_refused(count, status):
    assert client.post("/things", json={"count": count}).status_code == status
""",
    "parametrized class": """
from dataclasses import dataclass

@dataclass
class Case:
    count: int
    status: int

@pytest.mark.parametrize("case", [Case(1, 201), Case(0, 422)])
def test_refused(case):
    assert client.post("/things", json={"count": case.count}).status_code == case.status
""",
    "parametrized by a function": """
def cases():
    yield 1, 201
    yield 0, 422

@pytest.mark.parametrize("count, status", list(cases()))
def test_refused(count, status):
    assert client.post("/things", json={"count": count}).status_code == status
""",
    "loop": """
def test_refused():
    for count, status in {1: 201, 0: 422}.items():
        assert client.post("/things", json={"count": count}).status_code == status
""",
    "either": """
@pytest.mark.parametrize("count", [0, 1])
def test_refused(count):
    assert client.post("/things", json={"count": count}).status_code == (201 if count else 422)
""",
    "branches": """
@pytest.mark.parametrize("count", [0, 1])
def test_refused(count):
    response = client.post("/things", json={"count": count})
    if count:
        assert response.status_code == 201
    else:
        assert response.status_code == 422
""",
    "helper": """
def refused(response):
    assert response.status_code == 422

def test_refused():
    refused(client.post("/things", json=WRONG))
""",
    "helper with status": """
def answers(status, **body):
    assert client.post("/things", json=body).status_code == status

def test_refused():
    answers(422, count=0)
""",
    "helper by keyword": """
def add(body, expected=201):
    response = client.post("/things", json=body)
    assert response.status_code == expected
    return response

def test_refused():
    add({"count": 1})
    add(WRONG, expected=422)
""",
    "helper with options": """
def add(body, **options):
    response = client.post("/things", json=body)
    assert response.status_code == options.get("expected", 201)

def test_refused():
    add(WRONG, expected=422)
""",
    "fixture with a helper": """
@pytest.fixture
def check():
    def inner(response, status=422):
        assert response.status_code == status
    return inner

def test_refused(check):
    check(client.post("/things", json=WRONG))
""",
    "method": """
class TestThings:
    def check(self, response, status):
        assert response.status_code == status

    def test_refused(self):
        self.check(client.post("/things", json=WRONG), 422)
""",
    "unittest": """
import unittest

class ThingTest(unittest.TestCase):
    def test_refused(self):
        self.assertEqual(client.post("/things", json=WRONG).status_code, 422)
""",
    "unittest in": """
import unittest

class ThingTest(unittest.TestCase):
    def test_refused(self):
        response = client.post("/things", json=WRONG)
        self.assertIn(response.status_code, {400, 422})
""",
    "unittest true": """
import unittest

class ThingTest(unittest.TestCase):
    def test_refused(self):
        response = client.post("/things", json=WRONG)
        self.assertTrue(response.status_code == 422, response.text)
""",
    "unittest false": """
import unittest

class ThingTest(unittest.TestCase):
    def test_refused(self):
        self.assertFalse(client.post("/things", json=WRONG).is_success)
""",
    "collected": """
def test_refused():
    statuses = [client.post("/things", json={"count": count}).status_code for count in (1, 0)]
    assert statuses == [201, 422]
""",
    "set": """
def test_refused():
    responses = [client.post("/things", json={"count": count}) for count in (1, 0)]
    assert {response.status_code for response in responses} == {201, 422}
""",
    "all": """
def test_refused():
    responses = [client.post("/things", json={"count": count}) for count in (0, -1)]
    assert all(response.status_code == 422 for response in responses)
""",
    "context": """
def test_refused():
    with client.stream("POST", "/things", json=WRONG) as response:
        assert response.status_code == 422
""",
    "walrus": """
def test_refused():
    assert (response := client.post("/things", json=WRONG)).status_code == 422, response.text
""",
    "attribute": """
class TestThings:
    @pytest.fixture(autouse=True)
    def send(self):
        self.response = client.post("/things", json=WRONG)

    def test_refused(self):
        assert self.response.status_code == 422
""",
    "fixture": """
@pytest.fixture
def answer():
    return client.post("/things", json=WRONG)

def test_refused(answer):
    assert answer.status_code == 422
""",
    "raises by hand": """
def test_refused():
    response = client.post("/things", json=WRONG)
    if response.status_code != 422:
        raise AssertionError(response.text)
""",
    "fails by hand": """
def test_refused():
    if client.post("/things", json=WRONG).status_code == 201:
        pytest.fail("accepted")
""",
    "assertion error": """
def add(body):
    response = client.post("/things", json=body)
    assert response.status_code == 201

def test_refused():
    with pytest.raises(AssertionError):
        add(WRONG)
""",
    "expected to fail": """
@pytest.mark.xfail(strict=True)
def test_refused():
    assert client.post("/things", json=WRONG).status_code == 201
""",
    "matched": """
def test_refused():
    match client.post("/things", json=WRONG).status_code:
        case 422:
            pass
        case other:
            pytest.fail(f"{other}")
""",
    "dictionary": """
EXPECTED = {"wrong": 422}

def test_refused():
    assert client.post("/things", json=WRONG).status_code == EXPECTED["wrong"]
""",
    "async": """
import asyncio
import httpx

def test_refused():
    async def send():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as session:
            return await session.post("/things", json=WRONG)

    assert asyncio.run(send()).status_code == 422
""",
    "wrapper": """
class Answer:
    def __init__(self, response):
        self.response = response

    def has(self, status):
        assert self.response.status_code == status
        return self

def test_refused():
    Answer(client.post("/things", json=WRONG)).has(422)
""",
    "wrapper of a client": """
class Api:
    def post(self, body):
        self.last = client.post("/things", json=body)

    def then(self, status):
        assert self.last.status_code == status

def test_refused():
    api = Api()
    api.post(WRONG)
    api.then(422)
""",
    "hook": """
def test_refused():
    seen = []
    hooked = TestClient(app)
    hooked.event_hooks["response"].append(lambda response: seen.append(response.status_code))
    hooked.post("/things", json=WRONG)
    assert seen == [422]
""",
    "reason": """
def test_refused():
    assert client.post("/things", json=WRONG).reason_phrase.startswith("Unprocessable")
""",
    "compared by a library": """
import operator

def test_refused():
    assert operator.eq(client.post("/things", json=WRONG).status_code, 422)
""",
}
