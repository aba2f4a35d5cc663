"""URLs that the file at hand writes out together with a password."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import secrets
from flake8_fastapi.semantics.code import start
from flake8_fastapi.semantics.config import literals, names, refusals
from flake8_fastapi.semantics.facts import Position
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.nodes import last_name

_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<user>[^\s:/@?#\"'<>]*):(?P<password>[^\s/@?#\"'<>]+)"
    r"@(?P<host>\[[0-9a-f:]+\]|[^\s:/?#,\"'<>]+)",
    re.IGNORECASE,
)
_MENTION = re.compile(rb"://[^\s/@\"']*@")
_LONGEST = 2_000
_MOST_WORDS = 3
"""A text with more words is one for readers, in which a URL is an example."""
_STAND_IN = "{}"
"""What stands for a part of a text that is not known."""


class Login(NamedTuple):
    """A URL with a password."""

    position: Position
    host: str


def of(file: File) -> Iterator[Login]:
    """The URLs of a file that hold a password that works, each password once."""
    if literals.extent(file) == "nothing" or _MENTION.search(file.project.files.text(file.path) or b"") is None:
        return
    told: set[str] = set()
    for node, text in _texts(file):
        found = _URL.search(text) if "@" in text and len(text) <= _LONGEST else None
        if found is None or found["password"] in told or not _works(found) or len(text.split()) > _MOST_WORDS:
            continue
        if literals.is_shown(file, node) or literals.is_for_development(file, node) or refusals.is_refused(file, text):
            continue
        told.add(found["password"])
        yield Login(start(node), found["host"])


def _texts(file: File) -> Iterator[tuple[ast.expr, str]]:
    """The texts of a file; what is filled into an f-string is known if it is a constant."""
    for node in literals.of(file).texts:
        around = file.source.parent(node)
        if not isinstance(around, ast.JoinedStr):
            yield node, node.value if isinstance(node.value, str) else ""
        elif around.values[0] is node:
            yield around, "".join(_part(file, each) for each in around.values)


def _part(file: File, node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    value = node.value if isinstance(node, ast.FormattedValue) else node
    if names.is_secret(last_name(value)):
        # That constant is reported itself.
        return _STAND_IN
    return literals.known_text(file, value) or _STAND_IN


def _works(found: re.Match[str]) -> bool:
    user, password, host = found["user"], found["password"], found["host"].lower()
    if found["scheme"].lower().startswith("sqlite") or _is_filled_in(password) or host in secrets.LOCAL_HOSTS:
        return False
    if host.endswith(secrets.EXAMPLE_HOSTS) or host in secrets.WORDS_FOR_HOST:
        return False
    if password.lower() in secrets.WORDS_FOR_PASSWORD or names.is_dummy(password):
        return False
    if "." in host and not _is_filled_in(host):
        return True
    # A container by its name: what people write for it is a password of their own machine.
    return password.lower() not in (user.lower(), host) and names.is_random(password)


def _is_filled_in(part: str) -> bool:
    return names.is_placeholder(part) or part.startswith(("%", "$", ":"))
