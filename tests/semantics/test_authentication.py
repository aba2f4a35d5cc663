"""What protects a route: small projects with known answers, compared with what FastAPI answers without credentials."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from clients import needs_client
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.module import Module
from flake8_fastapi.semantics.project import Project, Words
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.security import authentication
from flake8_fastapi.semantics.security.guarding import Protection

HEAD = """
from typing import Annotated
from fastapi import APIRouter, Cookie, Depends, FastAPI, Header, HTTPException, Request, Security, WebSocket
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.security import APIKeyHeader, HTTPBearer, OAuth2PasswordBearer
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from pydantic import BaseModel

scheme = OAuth2PasswordBearer(tokenUrl="token")
lenient = HTTPBearer(auto_error=False)

def get_db():
    yield {}

def current_user(token: str = Depends(scheme)):
    if token != "t":
        raise HTTPException(status_code=401)
    return token

def maybe_user(credentials=Depends(lenient)):
    return credentials.credentials if credentials else None

def paging(page: int = 1):
    return page

def require_role(role: str):
    def checker(user: str = Depends(current_user)):
        return user
    return checker

class Checker:
    def __init__(self, role: str):
        self.role = role
    def __call__(self, request: Request):
        if request.headers.get("x-role") != self.role:
            raise HTTPException(403)

class Service:
    def __init__(self, db=Depends(get_db)):
        self.db = db
    def delete(self, number: int):
        self.db.pop(number, None)

app = FastAPI()
router = APIRouter()
"""
TAIL = "\napp.include_router(router)\n"


def routes_in(folder: Path, modules: Mapping[str, str], name: str = "main.py") -> tuple[Route, ...]:
    (folder / "pyproject.toml").write_text("", encoding="utf-8")
    for path, text in modules.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    main = str(folder / name)
    source = modules[name]
    module = Module(ast.parse(source), main, source, Project(Files.of(main)))
    assert module.facts is not None
    return File(module.project, module.facts, module.source).routes


def protection(folder: Path, source: str, handler: str = "handler") -> Protection:
    found = [each for each in routes_in(folder, {"main.py": source}) if each.name == handler]
    assert len(found) == 1
    return authentication.of_route(found[0])


def handler(parameters: str = "", options: str = "", body: str = "return 1", above: str = "") -> str:
    lines = body.replace("\n", "\n    ")
    return f'@router.get("/x"{options})\n{above}def handler({parameters}):\n    {lines}\n'


MIDDLEWARE = """
class Gate(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        {body}

app.add_middleware(Gate)
"""
REFUSE = 'return JSONResponse({"detail": "who?"}, status_code=401)'

CASES: dict[str, tuple[str, bool | None, str]] = {
    "nothing": (handler(), False, ""),
    "default": (handler("user=Depends(current_user)"), True, "current_user"),
    "annotated": (handler("user: Annotated[str, Depends(current_user)]"), True, "current_user"),
    "alias": ("User = Annotated[str, Depends(current_user)]\n" + handler("user: User"), True, "User"),
    "bare name": ("me = Depends(current_user)\n" + handler("user=me"), True, ""),
    "factory": (handler("user=Depends(require_role('admin'))"), True, "require_role"),
    "instance": (handler("_=Depends(Checker('admin'))"), True, "Checker"),
    "security": (handler("user=Security(current_user, scopes=['a'])"), True, "current_user"),
    "scheme": (handler("token=Depends(scheme)"), True, "scheme"),
    "key": (handler("key=Security(APIKeyHeader(name='x-key'))"), True, "APIKeyHeader"),
    "lenient scheme": (handler("user=Depends(maybe_user)"), None, "maybe_user"),
    "of a dependency": (
        "def store(user=Depends(current_user)):\n    return user\n" + handler("s=Depends(store)"),
        True,
        "store",
    ),
    "sibling dependencies": (handler("db=Depends(get_db), page=Depends(paging)"), False, ""),
    "service": (handler("s: Service = Depends()", body="s.delete(1)"), False, ""),
    "listed": (handler(options=", dependencies=[Depends(current_user)]"), True, "current_user"),
    "listed elsewhere": (handler(options=", dependencies=unknown()"), None, ""),
    "cookie": (handler("session: str = Cookie(None)"), False, ""),
    "cookie of a token": (handler("session_token: str = Cookie(None)"), None, ""),
    "authorization": (handler("authorization: str = Header(None)"), None, ""),
    "request": (handler("request: Request", body="return request.url.path"), False, ""),
    "request read": (handler("request: Request", body="return request.headers.get('x')"), None, ""),
    "body raises": (handler("a: int = 1", body="if a:\n    raise HTTPException(401)"), True, ""),
    "body calls": (
        "def verify_request(request):\n    if not request.headers.get('x'):\n        raise HTTPException(403)\n"
        + handler("request: Request", body="verify_request(request)"),
        True,
        "verify_request",
    ),
    "body raises 404": (handler("a: int = 1", body="if a:\n    raise HTTPException(404)"), False, ""),
    "comment": ("# everybody may see this: no auth\n" + handler(), None, ""),
    "unknown parameter": (handler("user=unknown"), None, ""),
    "unresolved": ("from elsewhere import get_user\n" + handler("user=Depends(get_user)"), None, "get_user"),
    "fastapi-users": (
        "from fastapi_users import FastAPIUsers\nusers = FastAPIUsers(None, [])\n"
        "current = users.current_user(active=True)\n" + handler("user=Depends(current)"),
        True,
        "current",
    ),
    "manager": (
        "from fastapi_login import LoginManager\nmanager = LoginManager('s', '/login')\n"
        + handler("user=Depends(manager)"),
        True,
        "manager",
    ),
    "jwt by hand": (
        "from fastapi_jwt_auth import AuthJWT\n"
        + handler("Authorize: AuthJWT = Depends()", body="Authorize.jwt_required()"),
        True,
        "jwt_required",
    ),
    "jwt not asked": (
        "from fastapi_jwt_auth import AuthJWT\n" + handler("Authorize: AuthJWT = Depends()"),
        None,
        "",
    ),
    "decorator": (
        "import functools\ndef login_required(function):\n    @functools.wraps(function)\n"
        "    def inner(*args, **kwargs):\n        raise HTTPException(401)\n    return inner\n"
        + handler(above="@login_required\n"),
        True,
        "login_required",
    ),
    "harmless decorator": (
        "import functools\ndef timed(function):\n    @functools.wraps(function)\n"
        "    def inner(*args, **kwargs):\n        return function(*args, **kwargs)\n    return inner\n"
        + handler(above="@timed\n"),
        False,
        "",
    ),
    "requires": (
        "from starlette.authentication import requires\n"
        + handler("request: Request", above="@requires('authenticated')\n"),
        True,
        "requires",
    ),
    "unknown decorator": ("from elsewhere import wrapped\n" + handler(above="@wrapped\n"), False, ""),
    "unresolved decorator": (handler(above="@wrapped\n"), None, ""),
    "wrapper": (
        (
            "def protected_route(method, path, scopes):\n    def decorate(function):\n"
            "        return method(path, dependencies=[Depends(current_user)])(function)\n    return decorate\n"
            "@protected_route(router.get, '/x', ['a'])\ndef handler():\n    return 1\n"
        ),
        True,
        "",
    ),
    "router": (
        "router = APIRouter(dependencies=[Depends(current_user)])\n" + handler(),
        True,
        "current_user",
    ),
    "router class": (
        "class UserRouter(APIRouter):\n    def __init__(self, **kwargs):\n"
        "        super().__init__(dependencies=[Depends(current_user)], **kwargs)\nrouter = UserRouter()\n" + handler(),
        True,
        "current_user",
    ),
    "app": ("app = FastAPI(dependencies=[Depends(current_user)])\n" + handler(), True, "current_user"),
    "app of the parent": (
        "parent = FastAPI(dependencies=[Depends(current_user)])\nparent.mount('/sub', app)\n" + handler(),
        False,
        "",
    ),
    "appended": (handler() + "router.dependencies.append(Depends(current_user))\n", None, ""),
    "middleware": (MIDDLEWARE.format(body=REFUSE) + handler(), True, "Gate"),
    "middleware by path": (
        MIDDLEWARE.format(
            body=f"if request.url.path != '/y':\n            {REFUSE}\n        return await call_next(request)"
        )
        + handler(),
        None,
        "Gate",
    ),
    "middleware that reads": (
        MIDDLEWARE.format(
            body="request.state.user = request.headers.get('authorization')\n        return await call_next(request)"
        )
        + handler(),
        False,
        "",
    ),
    "middleware of libraries": (
        "from fastapi.middleware.cors import CORSMiddleware\nfrom fastapi.middleware.gzip import GZipMiddleware\n"
        "app.add_middleware(CORSMiddleware, allow_origins=['https://a.b'])\napp.add_middleware(GZipMiddleware)\n"
        + handler(),
        False,
        "",
    ),
    "authentication middleware": (
        "from starlette.middleware.authentication import AuthenticationMiddleware\n"
        "app.add_middleware(AuthenticationMiddleware, backend=unknown())\n" + handler(),
        None,
        "AuthenticationMiddleware",
    ),
    "view": (
        (
            "from fastapi_utils.cbv import cbv\n@cbv(router)\nclass View:\n    user: str = Depends(current_user)\n"
            "    @router.get('/x')\n    def handler(self):\n        return 1\n"
        ),
        True,
        "",
    ),
    "base of a view": (
        (
            "from fastapi_utils.cbv import cbv\nclass Base:\n    user: str = Depends(current_user)\n"
            "@cbv(router)\nclass View(Base):\n    @router.get('/x')\n    def handler(self):\n        return 1\n"
        ),
        True,
        "",
    ),
    "open view": (
        (
            "from fastapi_utils.cbv import cbv\n@cbv(router)\nclass View:\n    db: dict = Depends(get_db)\n"
            "    @router.get('/x')\n    def handler(self):\n        return 1\n"
        ),
        False,
        "",
    ),
    "body of a token": (
        "class Reset(BaseModel):\n    token: str\n" + handler("reset: Reset").replace("get(", "post("),
        None,
        "",
    ),
    "plain body": (
        "class Item(BaseModel):\n    name: str\n" + handler("item: Item").replace("get(", "post("),
        False,
        "",
    ),
    "redirect to login": (
        "def page_user(request: Request):\n    if not request.cookies.get('session'):\n"
        "        raise HTTPException(303, headers={'Location': '/login'})\n" + handler("user=Depends(page_user)"),
        None,
        "page_user",
    ),
}
FOREIGN = frozenset(
    {
        *("listed elsewhere", "unknown parameter", "unresolved", "fastapi-users", "manager", "jwt by hand"),
        *("jwt not asked", "unknown decorator", "unresolved decorator", "authentication middleware"),
        *("requires", "view", "base of a view", "open view"),
    }
)
"""Cases that do not run, or need a library that is not installed."""


@pytest.mark.parametrize("case", CASES)
def test_of_route(case: str, tmp_path: Path) -> None:
    source, wanted, by = CASES[case]
    found = protection(tmp_path, HEAD + source + TAIL)
    assert found.is_protected is wanted
    assert by in found.by


@needs_client
@pytest.mark.parametrize("case", sorted(CASES.keys() - FOREIGN))
def test_fastapi_agrees(case: str, tmp_path: Path) -> None:
    source, wanted, _ = CASES[case]
    path = tmp_path / f"app_{abs(hash(case))}.py"
    path.write_text(HEAD + source + TAIL, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
        client = TestClient(module.app, raise_server_exceptions=False)
        method = "POST" if ".post(" in source else "GET"
        json = {"name": "a", "token": "a"} if method == "POST" else None
        status = client.request(method, "/x", json=json, follow_redirects=False).status_code
    finally:
        del sys.modules[path.stem]
    if wanted is True:
        assert status in (401, 403)
    elif wanted is False:
        assert status not in (401, 403, 422)


def test_other_modules(tmp_path: Path) -> None:
    modules = {
        "deps.py": HEAD + "User = Annotated[str, Depends(current_user)]\nAnyone = Annotated[dict, Depends(get_db)]\n",
        "orders.py": "import deps\nfrom deps import Anyone, User as Caller, APIRouter\n"
        "router = APIRouter()\n"
        "@router.get('/a')\ndef closed(user: Caller): ...\n"
        "@router.get('/b')\ndef closed_too(user: deps.User): ...\n"
        "@router.get('/c')\ndef opened(db: Anyone): ...\n",
        "main.py": "from fastapi import FastAPI\nimport orders\napp = FastAPI()\napp.include_router(orders.router)\n",
    }
    found = {each.name: authentication.of_route(each) for each in routes_in(tmp_path, modules, "orders.py")}
    assert {name: each.is_protected for name, each in found.items()} == {
        "closed": True,
        "closed_too": True,
        "opened": False,
    }
    assert found["closed"].by == "Caller"


@pytest.mark.parametrize(
    ("included", "wanted"),
    [
        ("app.include_router(orders.router)", False),
        ("app.include_router(orders.router, dependencies=[Depends(deps.current_user)])", True),
        (("app.include_router(orders.router)\napp.include_router(orders.router, prefix='/v2', "
         "dependencies=[Depends(deps.current_user)])"), None),
        (("outer = deps.APIRouter(dependencies=[Depends(deps.current_user)])\nouter.include_router(orders.router)\n"
         "app.include_router(outer)"), True),
        ("def setup(app: FastAPI):\n    app.include_router(orders.router)", False),
        ("def setup(app: FastAPI):\n    app.include_router(orders.router, dependencies=[Depends(deps.current_user)])",
         None),
        ("", None),
    ],
)  # fmt: skip
def test_inclusions(included: str, wanted: bool | None, tmp_path: Path) -> None:
    modules = {
        "deps.py": HEAD,
        "orders.py": "from deps import APIRouter\nrouter = APIRouter()\n@router.get('/a')\ndef handler(): ...\n",
        "main.py": "from fastapi import Depends, FastAPI\nimport deps\nimport orders\napp = FastAPI()\n" + included,
    }
    (route,) = routes_in(tmp_path, modules, "orders.py")
    assert authentication.of_route(route).is_protected is wanted


def test_apps_in_tests_do_not_count(tmp_path: Path) -> None:
    modules = {
        "deps.py": HEAD,
        "orders.py": "from deps import APIRouter\nrouter = APIRouter()\n@router.get('/a')\ndef handler(): ...\n",
        "main.py": "from fastapi import Depends, FastAPI\nimport deps\nimport orders\n"
        "app = FastAPI(dependencies=[Depends(deps.current_user)])\napp.include_router(orders.router)\n",
        "tests/conftest.py": "from fastapi import FastAPI\nimport orders\napp = FastAPI()\n"
        "app.include_router(orders.router)\n",
    }
    (route,) = routes_in(tmp_path, modules, "orders.py")
    assert authentication.of_route(route).is_protected is True


def test_words_of_the_user(tmp_path: Path) -> None:
    source = "from elsewhere import gate, Caller\n" + handler("a=Depends(gate)")
    (route,) = (each for each in routes_in(tmp_path, {"main.py": HEAD + source + TAIL}) if each.name == "handler")
    assert authentication.of_route(route).is_protected is None
    route.project.use((), words=Words(auth_dependencies=("ga*",)))
    assert authentication.of_route(route).is_protected is True


@pytest.mark.parametrize(
    ("path", "name", "wanted"),
    [
        ("/login", "handler", True),
        ("/health", "handler", True),
        ("/webhooks/stripe", "handler", True),
        ("/reset-password", "handler", True),
        ("/orders", "register_customer", True),
        ("/orders/{order_id}/status", "set_status", False),
        ("/orders", "create_order", False),
        ("/tokenizers", "create", False),
        ("/refreshments", "create", False),
        ("/open/x", "create", True),
    ],
)
def test_is_public(path: str, name: str, wanted: bool, tmp_path: Path) -> None:
    source = f"@app.post('{path}')\ndef {name}(): ...\n"
    (route,) = routes_in(tmp_path, {"main.py": HEAD + source})
    route.project.use((), words=Words(public_paths=("/open/*",)))
    assert authentication.is_public(route, route.project) is wanted


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("app = FastAPI()\n@app.get('/')\ndef handler(db=Depends(get_db)): ...\ndef get_db(): ...\n", False),
        (HEAD + handler("user=Depends(current_user)"), True),
        (HEAD + MIDDLEWARE.format(body=REFUSE), True),
    ],
)
def test_project_has_authentication(source: str, wanted: bool, tmp_path: Path) -> None:
    main = tmp_path / "main.py"
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    main.write_text("from fastapi import Depends, FastAPI\n" + source, encoding="utf-8")
    project = Project(Files.of(str(main)))
    assert authentication.project_has_authentication(project) is wanted
