"""Small applications in two versions: one that an attacker gets something from, and the right way to do the same.

The first version shows at run time what the attacker gets and has a mark where the linter reports it; the second does
not, and the linter is silent. FOLDER, in a source or in the parameters of a request, is a folder that the application
may serve and write to; `private.txt` lies beside it.
"""

from __future__ import annotations

import base64
import hmac
import json
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpx

KEY = "k" * 40
"""The key that the environment holds at run time."""
PRIVATE = "for the staff only"
"""What `private.txt` holds."""
EVIL = "https://evil.test"
LARGE = 3_000_000
"""The size of a large upload."""

IMPORTS = """\
import hmac
import os
import shutil
import sqlite3
import uuid
from collections.abc import Awaitable, Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Annotated, Any
from urllib.request import urlopen

from fastapi import APIRouter, Cookie, Depends, FastAPI, Form, Header, HTTPException, Request, Response, UploadFile
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer, OAuth2PasswordBearer
from pydantic import BaseModel, SecretStr
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware

"""

USERS = """\
app = FastAPI(openapi_url=None)
KEY = os.environ["KEY"]


def signed(name: str) -> str:
    return hmac.new(KEY.encode(), name.encode(), "sha256").hexdigest()


def current_user(credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> str:
    name, _, signature = credentials.credentials.partition(".")
    if not hmac.compare_digest(signature, signed(name)):
        raise HTTPException(status_code=401)
    return name


"""


class Step(NamedTuple):
    """A request; the client keeps its cookies from one to the next."""

    url: str
    method: str = "GET"
    options: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Outcome:
    """What became of the requests."""

    answers: tuple[httpx.Response, ...]
    written: frozenset[str]
    """The files that appeared beside the folder that the application may write to."""
    largest_read: int
    """How much of an upload was read at once."""
    readings: tuple[str, ...]
    """The variables of the environment that were read while requests were served."""

    @property
    def last(self) -> httpx.Response:
        return self.answers[-1]

    @property
    def access_log(self) -> str:
        """What a server writes to its access log of these requests, for everybody who may read it."""
        return "\n".join(f"{answer.request.method} {answer.request.url.raw_path!r}" for answer in self.answers)


Shows = Callable[[Outcome], bool]


@dataclass(frozen=True)
class Pair:
    name: str
    code: str
    bad: str
    good: str
    shows: Shows
    """Whether an outcome is that of the fault."""
    steps: tuple[Step, ...]
    answers: tuple[int, ...]
    """The statuses that the good version may answer the last request with."""
    needs: tuple[str, ...] = ()
    """Libraries that it imports."""
    options: tuple[str, ...] = ()


def pair(
    name: str,
    bad: str,
    good: str,
    shows: Shows,
    *steps: Step,
    answers: tuple[int, ...] = (200,),
    code: str = "FAP009",
    start: str = USERS,
    needs: tuple[str, ...] = (),
    enable: str = "",
) -> Pair:
    wrong, right = (IMPORTS + start + textwrap.dedent(text).lstrip("\n") for text in (bad, good))
    options = (f"--fastapi-enable={enable}",) if enable else ()
    return Pair(name, code, wrong, right, shows, steps or (Step("/"),), answers, needs, options)


def status(*codes: int) -> Shows:
    return lambda outcome: outcome.last.status_code in codes


def body(text: str) -> Shows:
    return lambda outcome: text in outcome.last.text


def leaves(name: str) -> Shows:
    return lambda outcome: name in outcome.written


def evil_site_reads(outcome: Outcome) -> bool:
    """Whether a browser hands the answer to a page of another site that asked with the user's cookies."""
    wanted = {"access-control-allow-origin": EVIL, "access-control-allow-credentials": "true"}
    return wanted.items() <= dict(outcome.last.headers).items()


def hidden_from_the_site(outcome: Outcome) -> bool:
    """Whether a browser keeps the answer from the page that may ask: it reports a network error instead."""
    return "access-control-allow-origin" not in outcome.last.headers


def script_reads_the_cookie(outcome: Outcome) -> bool:
    return "httponly" not in outcome.answers[0].headers["set-cookie"].lower()


def cookie_in_clear_text(outcome: Outcome) -> bool:
    """Whether the client sends the cookie over plain HTTP too."""
    return outcome.last.request.url.scheme == "http" and "cookie" in outcome.last.request.headers


def read_whole(outcome: Outcome) -> bool:
    return outcome.largest_read >= LARGE


def _part(content: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def jwt(key: str | None, **claims: Any) -> dict[str, str]:
    """The header with a JWT signed with that key; unsigned without one."""
    text = f"{_part({'alg': 'HS256' if key else 'none', 'typ': 'JWT'})}.{_part(claims)}"
    signature = hmac.digest(key.encode(), text.encode(), "sha256") if key else b""
    return {"Authorization": f"Bearer {text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"}


def signed(name: str, key: str = KEY) -> dict[str, str]:
    """The header with a token such as `USERS` expects it."""
    return {"Authorization": f"Bearer {name}.{hmac.new(key.encode(), name.encode(), 'sha256').hexdigest()}"}


def asks(url: str = "/", method: str = "GET", **options: Any) -> Step:
    return Step(url, method, options)


def uploads(file_name: str, content: bytes = b"hello") -> Step:
    return asks("/files", "POST", files={"file": (file_name, content)})
