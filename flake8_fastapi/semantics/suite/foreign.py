"""Tests that may send requests in ways that are not read: with other libraries, by a shell, from another base."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flake8_fastapi.semantics.operations import Operation
from flake8_fastapi.semantics.suite import configuration

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_SENDERS = (
    *("aiohttp", "grequests", "pycurl", "urlopen", "urllib3", "websockets", "socketio"),
    *("HTTPConnection", "HTTPSConnection", "curl", "wget"),
)
_LIBRARIES = ("requests", "httpx")
_FUNCTION = re.compile(
    rb"\bfrom[ \t]+(?:requests|httpx)[ \t]+import[ \t]*(?:\([^)]*|[^\n]*)\b"
    rb"(?:get|post|put|patch|delete|head|options|request|stream)\b"
)
"""`from requests import get`"""
_MOVED = re.compile(rb"\.base_url[ \t]*=(?!=)")
"""A client whose paths start elsewhere from here on."""

_DRIVERS = ("playwright", "selenium", "locust", "behave", "pytest_bdd", "pactman", "pact", "molotov", "robot")
"""Libraries by which tests request whatever a page, a scenario or a contract does."""


def is_driven(project: Project) -> bool:
    """Whether a file of tests imports what requests by itself."""
    files = project.files
    return any(
        _imports(files.text(path), word) for word in _DRIVERS for path in files.mentioning(word) if files.is_test(path)
    )


def _imports(text: bytes | None, library: str) -> bool:
    return (
        re.search(rb"^[ \t]*(?:from|import)[ \t]+" + library.encode() + rb"\b", text or b"", re.MULTILINE) is not None
    )


def files(project: Project) -> tuple[str, ...]:
    """The files of tests that may send such requests."""
    key = f"{__name__}.files"
    found = project.memo.get(key)
    if found is None:
        found = project.memo[key] = tuple(_files(project))
    assert isinstance(found, tuple)
    return found


def _files(project: Project) -> set[str]:
    files = project.files
    found = {path for word in _SENDERS for path in files.mentioning(word)}
    importing = {path for word in _LIBRARIES for path in files.mentioning(word)}
    found |= {path for path in importing if _FUNCTION.search(files.text(path) or b"")}
    found |= {path for path in files.mentioning("base_url") if _MOVED.search(files.text(path) or b"")}
    return {path for path in found if configuration.is_of_tests(project, path)}


def may_request(project: Project, operation: Operation) -> bool:
    """Whether such a file names the last part of an operation's path that is no parameter."""
    fixed = [part for part in (operation.path or "").split("/") if part and "{" not in part]
    name = fixed[-1].encode("utf-8", "surrogatepass") if fixed else b""
    return any(name in (project.files.text(path) or b"") for path in files(project))
