"""Whether a function turns away who it does not know: by what it raises, answers, reads and calls.

Yes needs evidence: it refuses. No needs its code, and that of the functions of the project that it calls, to be free of
every word about credentials. All else is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from flake8_fastapi.knowledge import security as tables
from flake8_fastapi.semantics import classes, facts
from flake8_fastapi.semantics.errors import exceptions, raised, statuses
from flake8_fastapi.semantics.errors.raised import Raised
from flake8_fastapi.semantics.facts import FunctionFacts, Position
from flake8_fastapi.semantics.things import Bound, ClassThing, FunctionThing, Partial, Thing

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_DEEPEST = 3
"""How many calls deep a function is looked into."""
_MOST_CALLED = 60
"""How many functions that it calls are looked at; with more it is unknown what happens in them."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BRACKET = re.compile(rb"[()\[\]{}]")
_KEY = __name__


def snake(name: str) -> str:
    """`getCurrentUser` and `get-current-user` as `get_current_user`."""
    return _HUMP.sub("_", name).lower().replace("-", "_")


def sounds(name: str) -> bool:
    """Whether a name sounds like authentication or authorization."""
    return tables.AUTH_NAME.search(snake(name)) is not None


def is_named(project: Project, *names: str) -> bool:
    """Whether the user says that something of one of these names, last or dotted, authenticates."""
    patterns = project.words.auth_dependencies
    given = {each for name in names for each in (name, name.rpartition(".")[2]) if name}
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in given)


def any_of(verdicts: Iterable[bool | None]) -> bool | None:
    """One yes is enough; no takes all to be no."""
    found = set(verdicts)
    return True if True in found else None if None in found else False


# -- functions


def refuses(project: Project, function: FunctionThing) -> bool | None:
    """Whether a function turns away clients that it does not know."""
    memo = project.memo.setdefault(_KEY, {})
    key = (function.path, function.qualname)
    if key not in memo:
        memo[key] = None
        memo[key] = _refuses(project, function)
    verdict: bool | None = memo[key]
    return verdict


def _refuses(project: Project, function: FunctionThing) -> bool | None:
    found = project.evaluator.function(function)
    if found is None:
        return None
    if is_named(project, found.name):
        return True
    if any(_is_refusal(project, each) for each in _raised(project, function, found)):
        return True
    if _answers_with_refusal(project, function, found):
        return True
    if sounds(found.name) and found.raises:
        return True
    return None if sounds(found.name) or is_telling(project, function) else False


def answers(project: Project, function: FunctionThing) -> bool:
    """Whether a function certainly answers 401 or 403 to some: the name of an exception alone does not count."""
    found = project.evaluator.function(function)
    if found is None:
        return False
    refused = any(_has_refusing_status(project, each) for each in _raised(project, function, found))
    return refused or _answers_with_refusal(project, function, found)


def turns_away(project: Project, function: FunctionThing) -> bool:
    """The same, where the name of an exception counts, and that of the function does not."""
    found = project.evaluator.function(function)
    if found is None:
        return False
    is_refusal = any(_is_refusal(project, each) for each in _raised(project, function, found))
    return is_refusal or _answers_with_refusal(project, function, found)


def _raised(project: Project, function: FunctionThing, found: FunctionFacts) -> Iterator[Raised]:
    ev = project.evaluator
    if not found.is_generator:
        yield from raised.escaping(ev, function)
        return
    frame = ev.frame_of(function)
    for statement in found.raises:
        thing = ev.certain(statement.value, frame) if statement.value is not None else None
        cls = exceptions.cls_of(thing)
        if thing is not None and cls is not None:
            yield Raised(cls, thing, function.path, statement.start)


def _is_refusal(project: Project, found: Raised) -> bool:
    return tables.AUTH_EXCEPTION.search(found.name) is not None or _has_refusing_status(project, found)


def _has_refusing_status(project: Project, found: Raised) -> bool:
    answer = statuses.of(project, found)
    return answer is not None and answer.status in tables.REFUSALS


def _answers_with_refusal(project: Project, function: FunctionThing, found: FunctionFacts) -> bool:
    """`return JSONResponse({"detail": "…"}, status_code=401)`"""
    ev = project.evaluator
    frame = ev.frame_of(function)
    things = (ev.certain(value, frame) for value in found.returned if isinstance(value, (facts.Call, facts.Local)))
    return any(statuses.of_response(ev, thing) in tables.REFUSALS for thing in things)


# -- what it may look at


def is_telling(project: Project, function: FunctionThing) -> bool:
    """Whether the code of a function, or of what it calls, has a word about credentials."""
    seen: set[tuple[str, str]] = set()
    return _is_telling(project, function, _DEEPEST, seen) or len(seen) > _MOST_CALLED


def _is_telling(project: Project, function: FunctionThing, depth: int, seen: set[tuple[str, str]]) -> bool:
    key = (function.path, function.qualname)
    if key in seen or len(seen) > _MOST_CALLED:
        return False
    is_called = bool(seen)
    seen.add(key)
    found = project.evaluator.function(function)
    if found is None or _has_words(project, function, found, is_called=is_called):
        return True
    if depth == 0:
        return False
    return any(_is_telling(project, each, depth - 1, seen) for each in _called(project, function, found))


def _has_words(project: Project, function: FunctionThing, found: FunctionFacts, *, is_called: bool) -> bool:
    """What a function that is called has in its signature nobody asks for."""
    memo = project.memo.setdefault(f"{_KEY}.words", {})
    key = (function.path, function.qualname, is_called)
    if key not in memo:
        whole = text(project, function.path, found)
        begin = _end_of_signature(whole) if is_called else 0
        memo[key] = _tells(whole[begin:])
    known: bool = memo[key]
    return known


def _end_of_signature(code: bytes) -> int:
    """Where the parentheses of a `def` are closed."""
    depth = 0
    for match in _BRACKET.finditer(code):
        depth += 1 if match[0] in b"([{" else -1
        if depth == 0:
            return match.end()
    return 0


def text(project: Project, path: str, found: FunctionFacts) -> bytes:
    """The lines of a function, from its `def` on."""
    first = found.position.line - 1
    return b"\n".join(project.files.lines(path)[first : first + max(found.lines, 1)])


def is_introduced(project: Project, path: str, decorator: Position, found: FunctionFacts) -> bool:
    """Whether the decorators of a function, or the comments above them, have a word about credentials."""
    lines = project.files.lines(path)
    first = decorator.line - 1
    while first > 0 and lines[first - 1].lstrip().startswith(b"#"):
        first -= 1
    return _tells(b"\n".join(lines[first : found.position.line - 1]))


def _tells(code: bytes) -> bool:
    """Whether a text has a word about credentials."""
    return (
        tables.AUTH_TEXT.search(code) is not None
        and tables.AUTH_TEXT.search(tables.NOT_TELLING.sub(b"", code)) is not None
    )


def _called(project: Project, function: FunctionThing, found: FunctionFacts) -> Iterator[FunctionThing]:
    """The functions of the project that it calls; of a class that it makes the constructor."""
    ev = project.evaluator
    frame = ev.frame_of(function)
    for site in found.sites:
        if site.kind == "call" and isinstance(site.value, facts.Call):
            yield from functions_of(project, ev.certain(site.value.func, frame))


def functions_of(project: Project, thing: Thing | None) -> Iterator[FunctionThing]:
    """The functions of the project that run when a thing is called."""
    if isinstance(thing, (Bound, Partial)):
        yield from functions_of(project, thing.function)
    elif isinstance(thing, FunctionThing):
        yield thing
    elif isinstance(thing, ClassThing):
        made = (classes.method(project.evaluator, thing, name) for name in ("__init__", "__post_init__", "__new__"))
        yield from (each for each in made if each is not None)


def nested(project: Project, function: FunctionThing) -> Iterator[FunctionThing]:
    """A function with those inside it: a decorator with its wrapper."""
    module = project.facts(function.path)
    for qualname in module.functions if module is not None else ():
        if qualname == function.qualname or qualname.startswith(f"{function.qualname}."):
            yield FunctionThing(function.path, qualname)


def methods(project: Project, cls: ClassThing) -> Iterator[FunctionThing]:
    """The methods of a class, and of the classes of the project above it."""
    for base in classes.mro(project.evaluator, cls)[0]:
        module = project.facts(base.path) if isinstance(base, ClassThing) else None
        for found in module.functions.values() if module is not None else ():
            if isinstance(base, ClassThing) and found.owner == base.qualname:
                yield FunctionThing(base.path, found.qualname)
