"""Which applications serve their docs and their schema to anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from flake8_fastapi.knowledge import documentation as tables
from flake8_fastapi.semantics import applications, facts, holders
from flake8_fastapi.semantics.config import constants
from flake8_fastapi.semantics.facts import Position, Value
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.security import around
from flake8_fastapi.semantics.things import Frame, Instance, Library, LiteralThing
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_URLS = ("docs_url", "redoc_url", "openapi_url")
_PAGES = ("docs_url", "redoc_url")
_SHOWN = re.compile(rb"(?:\burl|href|\bsrc|fetch)\s*[=:(]\s*[\\\"'`]{1,2}[^\s\"'`]{0,80}openapi\.json")
"""A page or a link that leads to the schema."""
_USED = re.compile(rb"openapi\.json|\.openapi\(\)")
"""Code that does something with the schema."""


class Half(NamedTuple):
    """An application that has no pages of docs, and still serves the schema they show."""

    position: Position
    path: str
    """Where the schema is."""
    is_conditional: bool
    """The pages are off in some environments only."""


def half_disabled(file: File) -> Iterator[Half]:
    """The applications of a file that hide the docs and not the schema."""
    for app in applications.made_in(file):
        made = app.made
        if made is None or not isinstance(app.type, Library) or _has_pages(file.project):
            continue
        ways = [_off(file.ev, made.call, page, made.frame) for page in _PAGES]
        schema = _schema(file.ev, made.call, made.frame)
        if schema is not None and all(ways) and _shows_any(file.project, app):
            yield Half(made.call.start, schema, "sometimes" in ways)


def unsaid(file: File) -> Iterator[Position]:
    """The applications of a file that serve docs and schema without a word about it, in the whole of the project."""
    for app in applications.made_in(file):
        if app.made is None or _is_said(file.project):
            continue
        said = any(holders.constructor_argument(file.ev, app, url) is not None for url in _URLS)
        if not said and not file.project.graph.parents(app) and _shows_any(file.project, app):
            yield app.made.call.start


def _is_said(project: Project) -> bool:
    """Whether the project speaks of its docs or its schema anywhere: another place than the constructor may decide."""
    key = f"{__name__}.said"
    if key not in project.memo:
        used = (_USED.search(project.files.text(path) or b"") for path in _paths(project, "openapi"))
        words = (*_URLS, *tables.PAGES, *tables.WANTED)
        project.memo[key] = any(_outside_tests(project, word) for word in words) or any(used)
    found: bool = project.memo[key]
    return found


def _has_pages(project: Project) -> bool:
    """Whether the project serves pages of its own that show the schema."""
    key = f"{__name__}.pages"
    if key not in project.memo:
        shown = (_SHOWN.search(project.files.text(path) or b"") for path in _paths(project, "openapi"))
        project.memo[key] = any(_outside_tests(project, word) for word in tables.PAGES) or any(shown)
    found: bool = project.memo[key]
    return found


def _paths(project: Project, word: str) -> list[str]:
    return [path for path in project.files.mentioning(word) if not project.files.is_test(path)]


def _outside_tests(project: Project, word: str) -> bool:
    return bool(_paths(project, word))


def _shows_any(project: Project, app: Instance) -> bool:
    """Whether the schema holds a route, and no middleware may stand before it."""
    if around.of_app(project, app)[0] is not False:
        return False
    shown = project.graph.application(app).operations
    return any(each.mount == "" and each.is_hidden is False for each in shown)


def _schema(ev: Evaluator, call: facts.Call, frame: Frame) -> str | None:
    """Where the schema certainly is; None if it is nowhere, or that depends."""
    found = holders.written(ev, call, "openapi_url", frame)
    if found is None:
        return tables.SCHEMA
    text = constants.text(ev, *found)
    return text or None


def _off(ev: Evaluator, call: facts.Call, page: str, frame: Frame) -> Literal["always", "sometimes"] | None:
    """Whether a page of docs is off; None if it is not, or that is not known."""
    found = holders.written(ev, call, page, frame)
    if found is None:
        return None
    value, where = found
    known = constants.of(ev, value, where)
    if known is not None and not known.is_default:
        return None if known.value else "always"
    return "sometimes" if _may_be_none(ev, value, where) else None


def _may_be_none(ev: Evaluator, value: Value, frame: Frame) -> bool:
    """`"/docs" if settings.DEBUG else None`"""
    value = facts.undeclared(value)
    if isinstance(value, facts.Either):
        return any(_may_be_none(ev, each, frame) for each in value.values)
    if facts.is_none(value):
        return True
    things = ev.evaluate(value, frame)
    return len(things) > 1 and LiteralThing(None) in things


def environment_setting(project: Project) -> str | None:
    """The name by which the project tells production from development; None if it does not."""
    key = f"{__name__}.environment"
    if key not in project.memo:
        found = (
            name for name in tables.ENVIRONMENTS for path in _paths(project, name) if _is_setting(project, path, name)
        )
        project.memo[key] = next(found, None)
    name: str | None = project.memo[key]
    return name


def _is_setting(project: Project, path: str, name: str) -> bool:
    """Whether a module has a global or a field of this name, or reads it from the environment."""
    module = project.facts(path)
    if module is None:
        return False
    if name in module.names or any(name in cls.attributes for cls in module.classes.values()):
        return True
    return (
        re.search(rb"(?:getenv|environ(?:\.get)?|config)\W{1,3}" + name.encode(), project.files.text(path) or b"")
        is not None
    )
