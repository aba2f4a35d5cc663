"""What `Depends` holds in a project: the keys by which FastAPI looks into `dependency_overrides`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.semantics import facts, hints
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.markers import NAMES
from flake8_fastapi.semantics.things import ClassThing, Frame, FunctionThing, Instance, Thing, function_of

if TYPE_CHECKING:
    from flake8_fastapi.semantics.facts import ModuleFacts
    from flake8_fastapi.semantics.project import Project

Key = tuple[str, str]
"""A function or class by file and qualified name."""


class Held(NamedTuple):
    """All that `Depends` and `Security` are handed anywhere."""

    things: Mapping[Key, frozenset[str]]
    """Functions, methods and classes that are held themselves, with the modules that hand them to `Depends`."""
    makers: frozenset[Key]
    """Functions that return what is held, and classes of which instances are held."""


def of(project: Project) -> Held:
    """What the project's markers hold, as far as that is known."""
    found = project.memo.get("suite.held")
    if found is None:
        things: dict[Key, frozenset[str]] = {}
        makers: set[Key] = set()
        for path, thing in _callees(project):
            key = key_of(thing)
            if key is not None:
                things[key] = things.get(key, frozenset()) | {path}
            makers.update(_makers(project, thing))
        found = project.memo["suite.held"] = Held(things, frozenset(makers))
    assert isinstance(found, Held)
    return found


def key_of(thing: Thing | None) -> Key | None:
    """The function or class that a thing is; None for anything else."""
    found = thing if isinstance(thing, ClassThing) else function_of(thing)
    return (found.path, found.qualname) if found is not None else None


def _makers(project: Project, thing: Thing) -> Iterator[Key]:
    if isinstance(thing, Instance) and isinstance(thing.type, ClassThing):
        yield thing.type.path, thing.type.qualname
    found = project.evaluator.function(thing) if isinstance(thing, FunctionThing) else None
    if found is not None and found.parent is not None and isinstance(thing, FunctionThing):
        yield thing.path, found.parent


def _callees(project: Project) -> Iterator[tuple[str, Thing]]:
    for path in sorted({path for name in NAMES for path in project.files.mentioning(name)}):
        module = project.facts(path)
        for marker, annotation, frame in _markers(project, module) if module is not None else ():
            for thing in Dependency(project.evaluator, marker, annotation, frame).callees:
                yield path, thing


def _markers(project: Project, module: ModuleFacts) -> Iterator[tuple[Instance, facts.Value | None, Frame]]:
    """The markers of a module, those without argument with the annotation that says what they call."""
    has_bare = False
    for name in NAMES:
        for qualname, site in module.mentions.get(name, ()):
            frame = Frame(module.path, qualname)
            found = project.evaluator.certain(site.value, frame)
            if isinstance(found, Instance) and hints.is_marker(found):
                has_bare = has_bare or (isinstance(site.value, facts.Call) and not site.value.args)
                yield found, None, frame
    for function in module.functions.values() if has_bare else ():
        frame = Frame(module.path, function.parent or facts.MODULE)
        for parameter in function.parameters:
            marker = hints.dependency_marker(project.evaluator, parameter.annotation, parameter.default, frame)
            if marker is not None:
                yield marker, parameter.annotation, frame


# -- what nothing holds


def is_nowhere(project: Project, name: str, *, is_method: bool) -> bool:
    """Whether every mention of a function, or `.name` of a method, is a call of it: then no `Depends` holds it.

    Its definition, imports, keys of `dependency_overrides`, and tests that say no `Depends` aside. Any other mention,
    in a comment too, may hold it.
    """
    return not any(
        _handed_on(name, is_method).search(_aside(name).sub(b"", text))
        for path in project.files.mentioning(name)
        if (text := project.files.text(path)) and (_MARKED.search(text) or not project.files.is_test(path))
    )


_MARKED = re.compile(rb"\b(?:" + "|".join(NAMES).encode() + rb")\(")


@lru_cache(maxsize=256)
def _handed_on(name: str, is_method: bool) -> re.Pattern[bytes]:
    """A mention of a name that is no call; in the body of its class a method has no dot."""
    before = rb"(?:\.\s*|\(\s*|=\s*)" if is_method else b""
    return re.compile(before + _word(name) + (rb"(?!\s*[(=])" if is_method else rb"(?!\s*\()"))


@lru_cache(maxsize=256)
def _aside(name: str) -> re.Pattern[bytes]:
    """Imports, and overrides of a name."""
    return re.compile(
        rb"^[ \t]*from[ \t]+[\w.]+[ \t]+import[ \t]*(?:\([^)]*\)|[^\n(]*)"
        rb"|dependency_overrides(?:\[\s*|\.\w+\(\s*|\s*,\s*)(?:\{\s*)?(?:\w+\.)*" + _word(name),
        re.MULTILINE,
    )


def _word(name: str) -> bytes:
    return rb"\b" + re.escape(name.encode()) + rb"\b"
