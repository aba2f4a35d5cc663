"""Which origins an application lets in from other web sites, as far as that is certain."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.knowledge.middleware import CORS, CORS_METHODS
from flake8_fastapi.semantics import classes, facts
from flake8_fastapi.semantics.config import constants, staging
from flake8_fastapi.semantics.config.constants import Known
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.middleware import middleware
from flake8_fastapi.semantics.middleware.middleware import Added
from flake8_fastapi.semantics.middleware.origins import stranger
from flake8_fastapi.semantics.things import ClassThing, Frame
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_Reader = Callable[[Evaluator, Value, Frame], Known | None]
_ANY = "*"
_TRIMMING = frozenset({"strip", "rstrip", "lstrip", "lower"})


class Policy(NamedTuple):
    """What a `CORSMiddleware` lets in."""

    added: Added
    open_to: str | None
    """An origin that anybody may use and that is let in: `*`, or one that the regular expression matches."""
    credentials: bool | None
    """Whether cookies may be sent; None if that is unknown."""
    is_default: bool
    """Settings may say otherwise."""


def of(project: Project, path: str) -> tuple[Policy, ...]:
    """The policies that a file adds, each once."""
    ev = project.evaluator
    here = (each for each in middleware.of(project) if each.path == path and is_cors(ev, each))
    found = (_policy(ev, each) for each in here if not _is_for_development(project, each))
    return tuple({each.added.position: each for each in found}.values())


def is_cors(ev: Evaluator, added: Added) -> bool:
    """Whether this is Starlette's `CORSMiddleware`, or a class of the project that leaves it as it is."""
    if not added.is_a(ev, CORS):
        return False
    cls = added.thing
    return not isinstance(cls, ClassThing) or all(classes.lookup(ev, cls, each) is None for each in CORS_METHODS)


def _is_for_development(project: Project, added: Added) -> bool:
    """Whether a condition asks where the service runs before this is added."""
    return any(staging.is_asked(project, each.path, each.position) for each in added.trail)


def _policy(ev: Evaluator, added: Added) -> Policy:
    listed, pattern = _given(ev, added, "allow_origins", _any), _given(ev, added, "allow_origin_regex", _matched)
    found = listed or pattern
    credentials = _credentials(ev, added)
    is_default = any(each is not None and each.is_default for each in (found, credentials))
    return Policy(
        added,
        str(found.value) if found is not None else None,
        bool(credentials.value) if credentials is not None else None,
        is_default,
    )


def _given(ev: Evaluator, added: Added, keyword: str, read: _Reader) -> Known | None:
    found = added.option(ev, keyword)
    return read(ev, *found) if found is not None else None


def _credentials(ev: Evaluator, added: Added) -> Known | None:
    found = added.option(ev, "allow_credentials")
    return constants.of(ev, *found) if found is not None else Known(False)


def _any(ev: Evaluator, value: Value, frame: Frame) -> Known | None:
    """`*` where it certainly is among the origins. A text is searched for it too, as Starlette does."""
    value = facts.undeclared(value)
    if isinstance(value, facts.Either):
        ways = [_any(ev, each, frame) for each in value.values]
        if ways and all(each is not None for each in ways):
            return Known(_ANY, any(each is not None and each.is_default for each in ways))
    if isinstance(value, facts.Display) and value.kind == "each":
        source = _gone_through(ev, value, frame)
        return _any(ev, source, frame) if source is not None else None
    for element in constants.items(ev, value, frame) or ():
        if element is not None and element.value == _ANY:
            return element
    known = constants.of(ev, value, frame)
    if known is not None and isinstance(known.value, str) and _ANY in known.value:
        return Known(_ANY, known.is_default)
    return None


def _gone_through(ev: Evaluator, each: facts.Display, frame: Frame) -> Value | None:
    """The list that a comprehension takes over whole: `[origin.strip() for origin in origins]`."""
    if each.is_filtered or len(each.items) != 1:
        return None
    item = each.items[0]
    while isinstance(item, facts.Call) and isinstance(item.func, facts.Attribute) and item.func.name in _TRIMMING:
        item = item.func.of
    bound: tuple[Value, ...] = ()
    module = ev.module(frame.path)
    if isinstance(item, facts.Local):
        bound = ev.bindings(item, frame)
    elif isinstance(item, facts.Name) and module is not None:
        bound = module.names.get(item.name, ())
    source = item if isinstance(item, facts.Iterated) else bound[0] if len(bound) == 1 else None
    return source.of if isinstance(source, facts.Iterated) else None


def _matched(ev: Evaluator, value: Value, frame: Frame) -> Known | None:
    known = constants.of(ev, value, frame)
    found = stranger(known.value) if known is not None and isinstance(known.value, str) else None
    return Known(found, known.is_default) if known is not None and found is not None else None
