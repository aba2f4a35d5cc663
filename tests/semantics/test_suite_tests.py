"""Which tests a project has, and how they are run: compared with what pytest itself collects."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.project import Project, Words
from flake8_fastapi.semantics.suite import configuration, kinds, senders, tests
from flake8_fastapi.semantics.suite.kinds import Written
from flake8_fastapi.semantics.things import Env, LiteralThing, Thing

MARKED = {"pyproject.toml": '[project]\nname = "shop"\n'}


def project(folder: Path, files: Mapping[str, str], words: Words | None = None) -> Project:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(content).lstrip("\n"))
    found = Project(Files(str(folder)))
    found.use((), words=words)
    return found


def collected(found: Project) -> Counter[str]:
    """The ids of tests as pytest writes them, each with the number of its runs."""
    ids: Counter[str] = Counter()
    for path in configuration.files(found):
        for test in tests.of_module(found, path):
            owner = f"{test.owner.qualname.replace('.', '::')}::" if test.owner is not None else ""
            name = test.qualname.rpartition(".")[2].rstrip("'")
            ids[f"{os.path.relpath(path, found.files.root)}::{owner}{name}"] += len(test.runs)
    return ids


def collected_by_pytest(folder: Path) -> Counter[str]:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTEST_ADDOPTS": "", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)
    return Counter(
        re.sub(r"\[.*", "", line) for line in done.stdout.split("\n") if "::" in line and "Warning" not in line
    )


HEAD = """import pytest
from parameterized import parameterized
LISTED = [1, 2]
ONE = pytest.param(1, 2)
TABLE = {"/x": 200}
GROWN = [1]
GROWN.append(2)
"""
DEFAULT = ["backend/test_c.py", "tests/test_d.py", "e2e/test_e.py"]

PROJECTS: dict[str, dict[str, str]] = {
    "functions": {
        "tests/test_users.py": """
            import pytest
            from pytest import fixture as given

            @pytest.fixture
            def test_user():
                return 1

            @given(name="other")
            def test_other():
                return 1

            def test_list(test_user): ...
            async def test_async(): ...
            def testing(): ...
            def helper_test(): ...
            def test_twice(): ...
            def test_twice(): ...
            def test_outer():
                def test_inner(): ...
            if True:
                def test_branch(): ...
            test_value = 3
        """,
        "tests/users_test.py": "def test_list(): ...",
        "tests/users_tests.py": "def test_list(): ...",
        "tests/conftest.py": "def test_list(): ...",
        "build/lib/tests/test_copy.py": "def test_list(): ...",
    },
    "classes": {
        "tests/__init__.py": "",
        "tests/base.py": """
            import unittest

            class Shared:
                def test_shared(self): ...
                def helper(self): ...

            class CaseBase(unittest.TestCase):
                def test_based(self): ...

            class TestPlain:
                def test_plain(self): ...
        """,
        "tests/test_classes.py": """
            import unittest
            from unittest import IsolatedAsyncioTestCase
            import pytest
            from . import base
            from .base import Shared, TestPlain

            class TestUsers(Shared):
                @pytest.fixture
                def test_user(self): ...
                def test_list(self): ...
                @staticmethod
                def test_static(): ...
                @property
                def test_property(self): ...
                class TestNested:
                    def test_inner(self): ...
                class Nested:
                    def test_hidden(self): ...

            class TestMade:
                def __init__(self): ...
                def test_hidden(self): ...

            class TestOff:
                __test__ = False
                def test_hidden(self): ...

            class Users(Shared):
                def test_hidden(self): ...

            class UsersCase(base.CaseBase):
                def setUp(self): ...
                def test_own(self): ...
                def testing(self): ...
                def check(self): ...

            class AsyncUsers(IsolatedAsyncioTestCase):
                async def test_async(self): ...
        """,
    },
    "imported": {
        "tests/__init__.py": "",
        "tests/cases.py": """
            def test_star(): ...
            def test_named(): ...
            def _test_private(): ...
        """,
        "tests/test_star.py": "from tests.cases import *",
        "tests/test_named.py": "from tests.cases import test_named",
        "tests/test_off.py": "__test__ = False\ndef test_list(): ...",
    },
    "parametrized": {
        "tests/__init__.py": "",
        "tests/paths.py": 'PATHS = ("/a", "/b", "/c")\nPREFIX = "/api"\n',
        "tests/test_paths.py": """
            import http
            import pytest
            from pytest import mark, param
            from .paths import PATHS, PREFIX

            METHODS = ["get", "post"]
            NAMES = ["one", "two"]
            USERS = mark.parametrize("user", ["admin", "guest"])
            pytestmark = mark.parametrize("version", ["v1"])

            @pytest.mark.parametrize("method", METHODS)
            @pytest.mark.parametrize("path, status", [
                ("/a", 200),
                param(f"{PREFIX}/b", http.HTTPStatus.OK, id="b"),
                *[("/c", 404)],
            ])
            def test_stacked(version, method, path, status): ...

            @pytest.mark.parametrize("path", PATHS)
            def test_constants(version, path): ...

            @pytest.mark.parametrize(("path", "status"), {"/a": 200, "/b": 404}.items())
            def test_items(version, path, status): ...

            @pytest.mark.parametrize(argnames=["one", "two"], argvalues=list(zip(METHODS, NAMES)))
            def test_zipped(version, one, two): ...

            @USERS
            def test_alias(version, user): ...

            def cases(name):
                return pytest.mark.parametrize(name, METHODS)

            @cases("method")
            def test_made(version, method): ...

            @mark.parametrize("kind", ["a", "b"])
            class TestKinds:
                pytestmark = [mark.filterwarnings("ignore"), USERS]

                @mark.parametrize("path", [*PATHS, "/d"])
                def test_kinds(self, version, kind, user, path): ...

                def test_kind(self, version, kind, user): ...
        """,
    },
    "configured": {
        "pyproject.toml": """
            [project]
            name = "shop"

            [tool.pytest.ini_options]
            minversion = "6.0"
            testpaths = ["checks"]
            python_files = ["check_*.py", "*_spec.py"]  # and no other
            python_classes = ["Check", "*Spec"]
            python_functions = [
                "check_*",
                "it",
            ]
        """,
        "checks/check_users.py": """
            class CheckUsers:
                def check_list(self): ...
                def test_list(self): ...

            class UserSpec:
                def it_lists(self): ...

            class TestUsers:
                def check_list(self): ...

            def check_one(): ...
            def checking(): ...
        """,
        "checks/users_spec.py": "def it_lists(): ...",
        "checks/test_users.py": "def check_one(): ...",
    },
    "configured in an INI file": {
        "setup.cfg": "[tool:pytest]\npython_files = never.py\n",
        "tox.ini": """
            [tox]
            envlist = py

            [pytest]
            # python_files = never.py
            python_files =
                check_*.py
                verify_*.py
            python_functions = verify
        """,
        "tests/check_a.py": "def verify(): ...",
        "tests/verify_b.py": "def verify_b(): ...\ndef test_b(): ...",
        "tests/test_c.py": "def verify_c(): ...",
    },
}


@pytest.mark.parametrize("name", PROJECTS)
def test_collected_as_by_pytest(name: str, tmp_path: Path) -> None:
    found = project(tmp_path, {**MARKED, **PROJECTS[name]})
    expected = collected_by_pytest(tmp_path)
    assert expected
    assert collected(found) == expected


def run(folder: Path, source: str) -> kinds.Test:
    """The one test of a file."""
    found = project(folder, {**MARKED, "tests/test_it.py": source})
    (test,) = tests.of_module(found, str(folder / "tests" / "test_it.py"))
    return test


def values(env: Env) -> dict[str, object]:
    return {name: thing.value if isinstance(thing, LiteralThing) else type(thing) for name, thing in env}


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ('@pytest.mark.parametrize("a", [1, 2])', [{"a": 1}, {"a": 2}]),
        ('@pytest.mark.parametrize("a,b", [(1, "x")])', [{"a": 1, "b": "x"}]),
        ('@pytest.mark.parametrize("a", [pytest.param(1, id="one", marks=pytest.mark.xfail)])', [{"a": 1}]),
        ('@pytest.mark.parametrize("a,b", [ONE])', [{"a": 1, "b": 2}]),
        ('@pytest.mark.parametrize("a", LISTED + [3])', [{"a": 1}, {"a": 2}, {"a": 3}]),
        ('@pytest.mark.parametrize("a", TABLE)', [{"a": "/x"}]),
        ('@pytest.mark.parametrize("a", sorted(LISTED))', [{"a": 1}, {"a": 2}]),
        ('@pytest.mark.parametrize("a", [None])', [{"a": None}]),
        ('@pytest.mark.parametrize("a,b", [("/x", 1)], indirect=["b"])', [{"a": "/x"}]),
        ('@pytest.mark.parametrize("a", ["/x"], indirect=True)', [{}]),
        ('@pytest.mark.parametrize("a", ["/x"], indirect=False)', [{"a": "/x"}]),
        ('@parameterized.expand([("/x", 200)])', [{"a": "/x", "b": 200}]),
        ('@pytest.mark.asyncio\n@pytest.mark.skipif(True, reason="no")', [{}]),
    ],
)
def test_runs(marks: str, expected: list[dict[str, object]], tmp_path: Path) -> None:
    test = run(tmp_path, f"{HEAD}{marks}\ndef test_it(self_or_a, a=0, b=0): ...\n")
    assert [values(env) for env in test.runs] == expected
    assert test.is_complete


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        # What a value is, others may still tell: one run with the expression.
        ('@pytest.mark.parametrize("a", unknown())', [{"a": Written}]),
        ('@pytest.mark.parametrize("a", GROWN)', [{"a": Written}]),
        ('@pytest.mark.parametrize("a", range(200))', [{"a": Written}]),
        ('@pytest.mark.parametrize("a", [f"/{each}" for each in LISTED])', [{"a": Written}]),
        ('@pytest.mark.parametrize("a", [*unknown(), 1])', [{"a": Written}]),
        ("@pytest.mark.parametrize(unknown, [1])", [{}]),
        ("@given(a=text())", [{}]),
        ("@schema.parametrize()", [{}]),
        (f'@pytest.mark.parametrize("a", {list(range(150))})', [{"a": Written}]),
    ],
)
def test_incomplete_runs(marks: str, expected: list[dict[str, object]], tmp_path: Path) -> None:
    test = run(tmp_path, f"{HEAD}{marks}\ndef test_it(a): ...\n")
    assert [values(env) for env in test.runs] == expected
    assert not test.is_complete


def test_unknown_value_among_known_ones(tmp_path: Path) -> None:
    mark = '@pytest.mark.parametrize("a,b", [(unknown(), 1), other, ("/x", 2)])'
    test = run(tmp_path, f"{HEAD}{mark}\ndef test_it(a, b): ...\n")
    assert [values(env)["a"] for env in test.runs] == [Written, Thing, "/x"]


def test_many_runs_keep_every_value(tmp_path: Path) -> None:
    marks = "\n".join(f'@pytest.mark.parametrize("p{index}", {list(range(30))})' for index in range(8))
    names = ", ".join(f"p{index}" for index in range(8))
    test = run(tmp_path, f"{HEAD}{marks}\ndef test_it({names}): ...\n")
    assert len(test.runs) == 30
    assert {thing for env in test.runs for _, thing in env} == {LiteralThing(value) for value in range(30)}
    assert not test.is_complete


def test_inherited_by_several_classes(tmp_path: Path) -> None:
    source = """
        class Shared:
            def test_list(self): ...
        class TestA(Shared): ...
        class TestB(Shared):
            def test_list(self): ...
    """
    found = project(tmp_path, {**MARKED, "test_it.py": source})
    tested = tests.of_module(found, str(tmp_path / "test_it.py"))
    owners = [(test.qualname, test.owner.qualname if test.owner is not None else None) for test in tested]
    assert owners == [("Shared.test_list", "TestA"), ("TestB.test_list", "TestB")]


@pytest.mark.parametrize("name", ["conftest.py", "tests/conftest.py", "tests/test_it.py"])
def test_generated_runs_are_unknown(name: str, tmp_path: Path) -> None:
    hook = "def pytest_generate_tests(metafunc): ...\n"
    files = {**MARKED, "tests/test_it.py": "", "tests/conftest.py": "", name: hook}
    files["tests/test_it.py"] += "def test_it(): ...\n"
    found = project(tmp_path, files)
    assert [test.is_complete for test in tests.of_module(found, str(tmp_path / "tests/test_it.py"))] == [False]


def test_generated_runs(tmp_path: Path) -> None:
    hook = """
        def pytest_generate_tests(metafunc):
            if "status" in metafunc.fixturenames:
                metafunc.parametrize("status", [401, 403])
            metafunc.parametrize("other", [1])
            if metafunc.function:
                metafunc.parametrize("role", ["admin"])
            else:
                metafunc.parametrize("role", ["guest"])
    """
    source = "def test_it(status, role): ...\ndef test_plain(): ...\n"
    files = {**MARKED, "hooks.py": hook, "tests/test_it.py": source}
    tested = tests.of_module(project(tmp_path, files), str(tmp_path / "tests/test_it.py"))
    runs = [[values(env) for env in test.runs] for test in tested]
    assert runs == [[{"status": 401}, {"status": 403}], [{}]]


@pytest.mark.parametrize(
    "source",
    [
        "class TestA(TestB):\n    def test_a(self): ...\nclass TestB(TestA):\n    def test_b(self): ...\n",
        "class TestA:\n    class TestB(TestA):\n        def test_it(self): ...\n",
        "class TestA:\n    class TestB(TestA): ...\n    class TestC(TestA): ...\n    class TestD(TestA): ...\n",
        "from test_it import *\nfrom test_it import test_it\n",
        "test_a = test_b\ntest_b = test_a\n",
        "MARK = MARK\n@MARK\ndef test_it(): ...\n",
        "def mark():\n    return mark()\n@mark()\ndef test_it(a): ...\n",
        "pytestmark = [pytestmark]\ndef test_it(): ...\n",
        'import pytest\nA = [*B]\nB = [*A]\n@pytest.mark.parametrize("a", A)\ndef test_it(a): ...\n',
    ],
)
def test_circles_end(source: str, tmp_path: Path) -> None:
    found = project(tmp_path, {**MARKED, "test_it.py": source})
    tests.of_module(found, str(tmp_path / "test_it.py"))


def test_many_star_imports(tmp_path: Path) -> None:
    names = [f"test_{number}" for number in range(12)]
    stars = "".join(f"from {name} import *\n" for name in names)
    found = project(tmp_path, {**MARKED, **{f"{name}.py": f"{stars}def {name}(): ...\n" for name in names}})
    assert len(tests.of_module(found, str(tmp_path / "test_0.py"))) == 12


# -- which files


def asked(folder: Path, files: Mapping[str, str], words: Words | None = None) -> list[str]:
    found = project(folder, {**MARKED, **files}, words)
    return [os.path.relpath(path, folder) for path in configuration.files(found)]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"pytest.ini": "[pytest]\npython_files: check_*.py\n"}, ["backend/check_a.py", "tests/check_b.py"]),
        ({"pytest.ini": ""}, DEFAULT),
        ({"pytest.ini": "[pytest]\ntestpaths = tests\n"}, DEFAULT),
        (
            {"pytest.ini": "[pytest]\ntestpaths = tests\npython_files = *.py\n"},
            ["tests/check_b.py", "tests/test_d.py", "tests/tool.py"],
        ),
        ({"tox.ini": "[tox]\nskipsdist = true\n"}, DEFAULT),
        (
            {"backend/pytest.ini": "[pytest]\npython_files = check_*.py\n"},
            ["backend/check_a.py", "tests/test_d.py", "e2e/test_e.py"],
        ),
        ({"pytest.toml": '[pytest]\npython_files = ["check_a.py"]\n'}, ["backend/check_a.py"]),
        ({"pyproject.toml": '[tool.pytest]\npython_files = ["check_b.py"]\n'}, ["tests/check_b.py"]),
        (
            {"pyproject.toml": "[tool.pytest.ini_options]\npython_files = 'tests/check_*.py tool.py'\n"},
            ["tests/check_b.py", "tests/tool.py"],
        ),
        ({"pyproject.toml": "[tool.pytest.ini_options\npython_files = [[["}, DEFAULT),
        ({"pyproject.toml": "[tool.pytest.ini_options]\npython_files = 3\n"}, DEFAULT),
        ({"pytest.ini": "[pytest]\npython_files = [z-a]*.py\n"}, []),
        ({"setup.cfg": "[tool:pytest]\npython_files\n = check_a.py\n"}, ["backend/check_a.py"]),
        (
            {"tests/unit/tests.py": "import unittest\nclass A(unittest.TestCase): ...\n"},
            [*DEFAULT, "tests/unit/tests.py"],
        ),
    ],
)
def test_files(files: Mapping[str, str], expected: list[str], tmp_path: Path) -> None:
    names = ("backend/check_a.py", "backend/test_c.py", "tests/check_b.py", "tests/test_d.py", "tests/tool.py")
    layout = dict.fromkeys((*names, "e2e/test_e.py", "app/main.py", "dist/test_x.py"), "")
    assert sorted(asked(tmp_path, {**layout, **files})) == sorted(expected)


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        (("e2e",), ["e2e/login.py", "e2e/deep/users.py"]),
        (("e2e/*.py",), ["e2e/login.py", "e2e/deep/users.py"]),
        (("smoke.py", "./e2e/login.py"), ["smoke.py", "e2e/login.py"]),
        ((), []),
    ],
)
def test_option(option: tuple[str, ...], expected: list[str], tmp_path: Path) -> None:
    layout = dict.fromkeys(("e2e/login.py", "e2e/deep/users.py", "smoke.py", "app/main.py"), "")
    assert sorted(asked(tmp_path, layout, Words(tests=option))) == sorted(expected)


def test_conftests(tmp_path: Path) -> None:
    names = (
        "conftest.py",
        "tests/conftest.py",
        "tests/api/conftest.py",
        "tests/unit/conftest.py",
        "tests/api/test_a.py",
    )
    found = project(tmp_path, {**MARKED, **dict.fromkeys(names, "")})
    served = configuration.conftests(found, str(tmp_path / "tests/api/test_a.py"))
    assert [os.path.relpath(path, tmp_path) for path in served] == [
        "tests/api/conftest.py", "tests/conftest.py", "conftest.py",
    ]  # fmt: skip


# -- which files may send requests

SUITE = {
    "tests/__init__.py": "",
    "tests/conftest.py": """
        import pytest
        from fastapi.testclient import TestClient
        from tests.api import Api
        from tests.made import *

        @pytest.fixture
        def client(): return TestClient(app)

        @pytest.fixture
        def shop(client): return Api(client)

        @pytest.fixture
        def logged_in(shop): return shop.login()

        @pytest.fixture
        def settings(): return {}
    """,
    "tests/api.py": """
        class Api:
            def login(self): return self.client.post("/login")

        def answer(client): return client.get("/")

        def number(): return 1

        def test_root(client): client.get("/")
    """,
    "tests/made/__init__.py": "from .users import *",
    "tests/made/users.py": """
        import pytest

        @pytest.fixture(scope="module")
        def registered(client): return client.post("/register")
    """,
    "tests/steps.py": "from tests import api\ndef walk(client): return api.answer(client)\n",
}


@pytest.mark.parametrize(
    ("source", "is_found"),
    [
        ('def test_it(client): client.get("/")', True),
        ('def test_it(ac): ac.get("/users")', True),
        ("def test_it(client): getattr(client, METHOD)(PATH)", True),
        ('def test_it(client):\n    with client.websocket_connect("/ws"): ...', True),
        ("def test_it(shop): shop.login()", True),
        ("def test_it(logged_in): ...", True),
        ("def test_it(registered): ...", True),
        ("from tests.api import test_root", True),
        ("from tests.steps import walk\ndef test_it(it): walk(it)", True),
        ("from tests import steps\ndef test_it(it): steps.walk(it)", True),
        ("from tests.api import (\n    answer,\n)\ndef test_it(it): answer(it)", True),
        ("import tests.api\ndef test_it(): tests.api.number()", False),
        ("def test_it(settings): assert not settings", False),
        ("def walk(): ...\ndef test_it(): walk()", False),
        ("def test_it(): assert {}.get(1) is None", False),
    ],
)
def test_files_that_send(source: str, is_found: bool, tmp_path: Path) -> None:
    found = project(tmp_path, {**MARKED, **SUITE, "tests/test_it.py": source})
    assert [os.path.basename(path) for path in senders.files(found)] == ["test_it.py"] * is_found
