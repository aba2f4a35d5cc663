"""Whether something on the way to a function limits how much a client may send: middleware, callers, dependencies.

The words decide: whoever speaks of sizes there is believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.middleware import middleware
from flake8_fastapi.semantics.middleware.middleware import Added
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.registrations import ROUTE_ROLES
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import ClassThing, FunctionThing, Library, function_of

_LIMIT = re.compile(
    rb"content[-_ ]?length|\.size\b|[\"']size[\"']|\bmax_?\w*(?:size|bytes|length|mb|kb)|(?:size|bytes|length)_?limit"
    rb"|limit_?\w*(?:size|bytes|length)|file_?size|too[ _]?large|\b413\b|\.tell\(",
    re.IGNORECASE,
)
"""What code says that limits how much it takes."""
_NAMED = re.compile(
    r"(?:size|length|bytes|body|upload|content|payload)\w*limit"
    r"|limit\w*(?:size|length|bytes|body|upload|content|payload)"
    r"|max_?(?:upload|body|content|request|file)",
    re.IGNORECASE,
)
_ASKS_SIZE = re.compile(
    r"size|content_?length|upload|max_|body_limit|limit_body|valid\w*_(?:file|image)", re.IGNORECASE
)
_MOST = 60
"""So many callers of callers are asked for a limit."""


def is_limited(project: Project, function: FunctionThing) -> bool:
    """Whether middleware, or a function on the way from the request to this one, speaks of a limit."""
    if _has_limiting_middleware(project):
        return True
    start = FunctionThing(function.path, function.qualname)
    queue, seen = [start], {start}
    for current in queue:
        if (current != start and says_limit(project, current, 2)) or _is_guarded(project, current):
            return True
        for caller in project.loop.callers.of(current):
            if caller.function not in seen and len(seen) < _MOST:
                seen.add(caller.function)
                queue.append(caller.function)
    return False


def says_limit(project: Project, function: FunctionThing, depth: int) -> bool:
    """Whether the text of a function, or of the project's functions that it calls, speaks of a size."""
    known: dict[tuple[str, str, int], bool] = project.memo.setdefault(__name__, {})
    key = function.path, function.qualname, depth
    if key not in known:
        known[key] = False
        known[key] = _LIMIT.search(text_of(project, function)) is not None or _calls_limit(project, function, depth)
    return known[key]


def _calls_limit(project: Project, function: FunctionThing, depth: int) -> bool:
    found = project.evaluator.function(function)
    if found is None or depth <= 1:
        return False
    frame = project.evaluator.frame_of(function)
    for site in found.sites:
        if site.kind == "call" and isinstance(site.value, facts.Call):
            callee = function_of(project.evaluator.certain(site.value.func, frame))
            if callee is not None and says_limit(project, callee, depth - 1):
                return True
    return False


def text_of(project: Project, function: FunctionThing) -> bytes:
    """The lines of a function without comments."""
    found = project.evaluator.function(function)
    if found is None or not found.lines:
        return b""
    first = found.position.line - 1
    lines = project.files.lines(function.path)[first : first + found.lines]
    return b"\n".join(line.partition(b"#")[0] for line in lines)


def _is_guarded(project: Project, function: FunctionThing) -> bool:
    """Whether a decorator on a handler, or a dependency of its route, may limit the size."""
    found = project.evaluator.function(function)
    if found is None:
        return False
    if any(_ASKS_SIZE.search(word) is not None for word in _words_of(found.decorators)):
        return True
    for each in project.loop.roles(function):
        if each.role not in ROUTE_ROLES or each.holder is None or each.call is None or each.frame is None:
            continue
        for dependency in Route(project.evaluator, each, each.holder, project).every_dependency():
            if _ASKS_SIZE.search(dependency.name) is not None:
                return True
            if dependency.function is not None and says_limit(project, dependency.function, 1):
                return True
    return False


def _words_of(decorators: Iterable[Value]) -> Iterator[str]:
    for each in decorators:
        value = each.func if isinstance(each, facts.Call) else each
        while isinstance(value, facts.Attribute):
            yield value.name
            value = value.of
        if isinstance(value, (facts.Name, facts.Local)):
            yield value.name


def _has_limiting_middleware(project: Project) -> bool:
    name = f"{__name__}.middleware"
    if name not in project.memo:
        project.memo[name] = any(_limits(project, each) for each in middleware.of(project))
    return bool(project.memo[name])


def _limits(project: Project, added: Added) -> bool:
    """Whether a middleware may refuse a body for its size; one that is not known is judged by its name."""
    thing = added.thing
    options = " ".join(key for key, _ in added.call.keywords if key is not None)
    names = [options, *(written(value) for value in (added.call.func, *added.call.args[:1]))]
    if isinstance(thing, Library):
        names.append(thing.name)
    if any(_NAMED.search(name) is not None for name in names):
        return True
    if isinstance(thing, ClassThing):
        module = project.facts(thing.path)
        methods = module.functions.items() if module is not None else ()
        found = [FunctionThing(thing.path, name) for name, each in methods if each.owner == thing.qualname]
        return _NAMED.search(thing.qualname) is not None or any(_refuses(project, each) for each in found)
    function = function_of(thing)
    return function is not None and _refuses(project, function)


def _refuses(project: Project, function: FunctionThing) -> bool:
    return _REFUSES.search(text_of(project, function)) is not None


_REFUSES = re.compile(
    rb"content[-_]length[\"')\]]|\b413\b|too[ _]large|max_?(?:upload|body|content|request)", re.IGNORECASE
)
