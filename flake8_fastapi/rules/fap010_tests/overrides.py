"""Overrides of dependencies: leaked-override, overridden-factory, mock-as-dependency, patched-dependency."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics import handed
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.suite import keys, leaks, lookups, mocks, overrides, patches
from flake8_fastapi.semantics.suite.keys import Fault
from flake8_fastapi.semantics.suite.leaks import Leak
from flake8_fastapi.semantics.suite.patches import Patch
from flake8_fastapi.visitor import Finding, check, fitting, short


@check
def leaked_override(file: File) -> Iterator[Finding]:
    """An override stays set after the test that needs it, and a later test gets it without asking.

    All tests of a run share an application that a module makes when it is imported, and so its `dependency_overrides`.
    Where two modules of tests set the same entry at their top level, all tests run with that of the module that is
    imported last, unless both are written alike.

    Not reported: overrides that the test, its fixtures or their teardown take back (`monkeypatch.setitem` and
    `patch.dict` do), applications made for each test, and overrides that all later tests which need them set again.

    Bad::

        # app/main.py
        from fastapi import Depends, FastAPI

        def get_user() -> str:
            return "ann"

        app = FastAPI()

        @app.get("/me")
        def me(user: str = Depends(get_user)) -> str:
            return user

        # tests/test_me.py
        from fastapi.testclient import TestClient

        from app.main import app, get_user

        client = TestClient(app)

        def test_fake():
            app.dependency_overrides[get_user] = lambda: "bob"  # FAP010
            assert client.get("/me").json() == "bob"

        def test_real():
            assert client.get("/me").json() == "ann"

    Good::

        # app/main.py
        from fastapi import Depends, FastAPI

        def get_user() -> str:
            return "ann"

        app = FastAPI()

        @app.get("/me")
        def me(user: str = Depends(get_user)) -> str:
            return user

        # tests/test_me.py
        from fastapi.testclient import TestClient

        from app.main import app, get_user

        client = TestClient(app)

        def test_fake(monkeypatch):
            monkeypatch.setitem(app.dependency_overrides, get_user, lambda: "bob")
            assert client.get("/me").json() == "bob"

        def test_real():
            assert client.get("/me").json() == "ann"
    """
    for leak in leaks.of_module(file.project, file.path):
        yield Finding(leak.override.start, _leaking(leak, file))


def _leaking(leak: Leak, file: File) -> str:
    key = f"`{short(handed.text_of(leak.override.key), 30)}`"
    if leak.victim is None:
        folders, rival = file.project.files.parts(leak.rival)
        where = f"`{short('/'.join((*folders, rival)), 40)}`"
        return fitting(
            f"{where} also overrides {key} when it is imported, before any test runs: this one is lost; use a fixture",
            f"{where} also overrides {key} before any test runs: this one is lost; use a fixture",
        )
    name = leak.victim.qualname.rpartition(".")[2]
    if leak.victim.path != file.path:
        name = f"{file.project.files.parts(leak.victim.path)[1]}::{name}"
    what = f"the override of {key} is never undone: `{short(name, 50)}` gets it too"
    return fitting(f"{what}; remove it in a fixture after `yield`", f"{what}; undo it after `yield`", what)


@check
def overridden_factory(file: File) -> Iterator[Finding]:
    """The key of an override is not what `Depends` holds, so FastAPI calls the real dependency.

    FastAPI looks for the very object that `Depends` was handed. `require("admin")` makes a new one at each call,
    `require` itself is no dependency, and neither is an `Annotated` alias, a lambda, or a function of a service that
    routes call by themselves. The test runs with the real thing, whatever its override says.

    Not reported: factories that keep what they return (`lru_cache`), objects that compare equal (dataclasses), keys of
    libraries, keys that are not known, and functions of a service that the file also patches where they are called.

    Bad::

        # app/main.py
        from fastapi import Depends, FastAPI

        def require(role: str):
            def check(x_role: str) -> str:
                return role if x_role == role else "guest"
            return check

        app = FastAPI()

        @app.get("/role")
        def role(role: str = Depends(require("admin"))) -> str:
            return role

        # tests/test_role.py
        from fastapi.testclient import TestClient

        from app.main import app, require

        def test_role(monkeypatch):
            monkeypatch.setitem(app.dependency_overrides, require("admin"), lambda: "fake")  # FAP010
            assert TestClient(app).get("/role").json() == "fake"

    Good::

        # app/main.py
        from fastapi import Depends, FastAPI

        def require(role: str):
            def check(x_role: str) -> str:
                return role if x_role == role else "guest"
            return check

        require_admin = require("admin")
        app = FastAPI()

        @app.get("/role")
        def role(role: str = Depends(require_admin)) -> str:
            return role

        # tests/test_role.py
        from fastapi.testclient import TestClient

        from app.main import app, require_admin

        def test_role(monkeypatch):
            monkeypatch.setitem(app.dependency_overrides, require_admin, lambda: "fake")
            assert TestClient(app).get("/role").json() == "fake"
    """
    for override in overrides.of_module(file.project, file.path):
        fault = keys.fault(file.project, override)
        if fault is not None:
            yield Finding(override.start, _unused(fault))


def _unused(fault: Fault) -> str:
    name = f"`{short(fault.name, 40)}`"
    words = {
        "fresh": (f"`{short(fault.name, 36)}(…)` makes a new object", "override the one that `Depends` holds"),
        "result": (f"`{short(fault.name, 36)}(…)` calls the dependency", f"override {name} itself"),
        "lambda": ("no `Depends` holds this new lambda", "the key is the function that `Depends` was given"),
        "marker": (f"{name} is no dependency but a marker of one", "the key is what it calls"),
        "alias": (f"{name} is an annotation, not what its `Depends` calls", "the key is that function"),
        "text": (f"the text {name} is no dependency", "the key is the function itself"),
        "factory": (f"`Depends` holds what {name} returned, not {name}", "override that function"),
        "class": (f"`Depends` holds an object of {name}, not the class", "override that object"),
        "nowhere": (f"no `Depends` holds {name}", "patch it where it is called"),
    }
    what, instead = words[fault.kind]
    return fitting(
        f"{what}: this override is never used, the real one runs; {instead}",
        f"{what}: this override is never used; {instead}",
        f"{what}: this override is never used",
    )


@check
def mock_as_dependency(file: File) -> Iterator[Finding]:
    """A bare `Mock` takes the place of a dependency, and requests are refused with 422.

    FastAPI reads the signature of what it calls. That of a mock is `(*args, **kwargs)`, which makes `args` and `kwargs`
    two required query parameters of every route that needs the dependency.

    Not reported: mocks with the `spec` of a function, `create_autospec`, mocks with a `__signature__` of their own, and
    files that send `args` and `kwargs` with their requests.

    Bad::

        # app/main.py
        from fastapi import Depends, FastAPI

        def get_user() -> str:
            return "ann"

        app = FastAPI()

        @app.get("/me")
        def me(user: str = Depends(get_user)) -> str:
            return user

        # tests/test_me.py
        from unittest.mock import Mock

        from fastapi.testclient import TestClient

        from app.main import app, get_user

        def test_me(monkeypatch):
            monkeypatch.setitem(app.dependency_overrides, get_user, Mock(return_value="bob"))  # FAP010
            assert TestClient(app).get("/me").json() == "bob"

    Good::

        # app/main.py
        from fastapi import Depends, FastAPI

        def get_user() -> str:
            return "ann"

        app = FastAPI()

        @app.get("/me")
        def me(user: str = Depends(get_user)) -> str:
            return user

        # tests/test_me.py
        from fastapi.testclient import TestClient

        from app.main import app, get_user

        def test_me(monkeypatch):
            monkeypatch.setitem(app.dependency_overrides, get_user, lambda: "bob")
            assert TestClient(app).get("/me").json() == "bob"
    """
    for override in overrides.of_module(file.project, file.path):
        name = mocks.name_of(file.source, override.value, override.frame)
        if name:
            yield Finding(override.start, _refused(name, handed.text_of(override.key)))


def _refused(mock: str, key: str) -> str:
    shown = f"for `{short(key, 30)}` " if key else ""
    return fitting(
        f"bare `{mock}` {shown}asks for query parameters `args` and `kwargs`: requests get 422; wrap it in a `lambda`",
        f"bare `{mock}` asks for query parameters `args` and `kwargs`: requests get 422; wrap it in a `lambda`",
    )


@check
def patched_dependency(file: File) -> Iterator[Finding]:
    """A patch of a dependency comes too late: `Depends` holds the function since the module was imported.

    `patch("app.deps.get_user")` gives the name another value, and nothing looks it up again: routes keep calling the
    real function. `app.dependency_overrides` is what FastAPI looks into.

    Not reported: names that something also calls while requests are served, in their module or as an attribute of it;
    patches around an application that is built, or a module that may be imported, only then.

    Bad::

        # app/deps.py
        def get_user() -> str:
            return "ann"

        # app/main.py
        from fastapi import Depends, FastAPI

        from app.deps import get_user

        app = FastAPI()

        @app.get("/me")
        def me(user: str = Depends(get_user)) -> str:
            return user

        # tests/test_me.py
        from unittest.mock import patch

        from fastapi.testclient import TestClient

        from app.main import app

        def test_me():
            with patch("app.deps.get_user", return_value="bob"):  # FAP010
                assert TestClient(app).get("/me").json() == "bob"

    Good::

        # app/deps.py
        def get_user() -> str:
            return "ann"

        # app/main.py
        from fastapi import Depends, FastAPI

        from app.deps import get_user

        app = FastAPI()

        @app.get("/me")
        def me(user: str = Depends(get_user)) -> str:
            return user

        # tests/test_me.py
        from unittest.mock import patch

        from fastapi.testclient import TestClient

        from app.deps import get_user
        from app.main import app

        def test_me():
            with patch.dict(app.dependency_overrides, {get_user: lambda: "bob"}):
                assert TestClient(app).get("/me").json() == "bob"
    """
    for patch in patches.of_module(file.project, file.path):
        if lookups.comes_too_late(file.project, patch):
            yield Finding(patch.call.start, _too_late(patch))


def _too_late(patch: Patch) -> str:
    what = f"patching `{short(patch.name, 36)}` changes nothing: `Depends` already holds it"
    return fitting(f"{what}; set it in `app.dependency_overrides`", what)
