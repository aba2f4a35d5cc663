"""Addresses that are written out where the file at hand calls another service."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import taint as tables
from flake8_fastapi.semantics import reached
from flake8_fastapi.semantics.code import start
from flake8_fastapi.semantics.facts import Position
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.nodes import last_name
from flake8_fastapi.semantics.things import FunctionThing, library_name

_NAMES = tables.URL_VERBS | tables.URL_SECOND | {name.rpartition(".")[2] for name in tables.URL_OPENERS}
_ADDRESS = re.compile(r"(?:https?|wss?)://([^\s/{}?#]+)(?=([/?#])?)")
_INTERNAL = re.compile(r"[^.]+|.*:\d+|(?:\d+\.){3}\d+")
"""Hosts of one's own network: no domain, a port, or a number."""
_READING = frozenset({"get", "head", "options", "request", "stream"} | _NAMES - tables.URL_VERBS)
_OWN = frozenset({"headers", "auth", "cookies", "json", "data", "content", "files", "cert"})
"""Keywords that a call has which uses an account, or sends what is one's own: of such a service there are several,
for tests and for customers. What anyone may read is the same for all environments."""


class Address(NamedTuple):
    """An address in a call."""

    position: Position
    origin: str
    """Its scheme and host."""


def of(file: File) -> Iterator[Address]:
    """The addresses that calls of HTTP clients are given as literals while requests are served."""
    if not _NAMES & file.facts.mentions.keys():
        return
    for node in ast.walk(file.source.tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, (ast.Attribute, ast.Name)):
            continue
        for argument in (*node.args[:2], *(each.value for each in node.keywords if each.arg == "url")):
            found = _literal(argument)
            if found is not None and _may_differ(node, found) and _is_client(file, node) and _is_served(file, node):
                yield Address(start(argument), found.group())


def _literal(node: ast.expr) -> re.Match[str] | None:
    """The scheme and host of an address of which both are written out: not `f"https://api.{domain}"`."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    text = parts[0].value if parts and isinstance(parts[0], ast.Constant) else None
    found = _ADDRESS.match(text) if isinstance(text, str) else None
    return found if found is not None and (len(parts) == 1 or found.group(2)) else None


def _may_differ(node: ast.Call, found: re.Match[str]) -> bool:
    """Whether another environment may want to call something else."""
    keywords = {each.arg for each in node.keywords}
    return (
        last_name(node.func) not in _READING
        or not _OWN.isdisjoint(keywords)
        or _INTERNAL.fullmatch(found.group(1)) is not None
    )


def _is_served(file: File, node: ast.Call) -> bool:
    function = file.source.frame(node).function
    return reached.thing_by_request(file.project, FunctionThing(file.path, function)) is not None


def _is_client(file: File, node: ast.Call) -> bool:
    name = library_name(file.source.thing(node.func))
    parent, _, last = name.rpartition(".")
    return name in tables.URL_OPENERS or (f"{parent}." in tables.URL_CALLERS and last in _NAMES)
