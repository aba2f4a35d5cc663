"""Where requests go: the paths that the URL of a request may have, with holes where they are not known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from flake8_fastapi.semantics.facts import Attribute, Call, Value
from flake8_fastapi.semantics.suite import pieces, reading
from flake8_fastapi.semantics.suite.kinds import ANYTHING, KEY, SEGMENT, Hole, Target
from flake8_fastapi.semantics.suite.pieces import Gap, Text
from flake8_fastapi.semantics.things import Frame
from flake8_fastapi.semantics.values import Evaluator

Pairs = tuple[tuple[frozenset[str] | None, Target], ...]
"""Methods (None if unknown) and the path to which they go."""

_WIDE = re.compile(
    r"path|url|uri|endpoint|route|quer(?:y|ies)|param|suffix|prefix|address|location|href|link|resource(?!_id)"
    r"|^qs$|args?$"
)
"""Names of what may hold slashes or a query."""
_KEYS = re.compile(r"(?:^|_)(?:id|ids|uid|uuid|guid|pk|idx|index|num|number|count|page|year|month|day)\d*$")
"""Names of numbers and identifiers, which are no words that a path spells out."""
_IDENTIFIERS = re.compile(r"(?:^|_)(?:id|uuid|guid|pk)$")
"""Names of what is a segment even at the beginning of a URL."""
_SEPARATORS = "/-_.:~@=,+$!'();"
"""What may stand before a part that is formatted into the middle of a segment."""


def of(ev: Evaluator, value: Value, frame: Frame, base_url: str | Target | None = None) -> tuple[Target, ...]:
    """The paths that the URL of a request may have; several where it is one of several, as in a loop.

    `base_url` is that of the client, or its path.
    """
    base = base_url if isinstance(base_url, tuple) else path_of((base_url or "",))
    found = (_joined(base, text) for text in reading.texts(ev, value, frame))
    return tuple(dict.fromkeys(found))


def pairs(
    ev: Evaluator, call: Call, methods: frozenset[str] | None, url: Value, frame: Frame, base_url: Target | None = None
) -> Pairs:
    """The same with the methods of each: `for method, path in …: client.request(method, path)` sends pairs."""
    written = _method(call) if methods is not None and len(methods) > 1 else None
    if written is None:
        return tuple((methods, target) for target in of(ev, url, frame, base_url))
    found: dict[tuple[frozenset[str] | None, Target], None] = {}
    for names, paths in reading.turns(ev, (written, url), frame):
        known = [pieces.whole(name) for name in names]
        upper = frozenset(name.upper() for name in known if name is not None)
        for path in paths:
            found[upper if None not in known else methods, _joined(base_url or (), path)] = None
    return tuple(found)


def _method(call: Call) -> Value | None:
    """What names the method: `client.request(method, url)`, `getattr(client, method)(url)`."""
    if isinstance(call.func, Call):
        return call.func.argument(1)
    is_general = isinstance(call.func, Attribute) and call.func.name in ("request", "stream")
    return call.argument(0, "method") if is_general else call.keyword("method")


def host(ev: Evaluator, value: Value, frame: Frame) -> frozenset[str | None]:
    """The hosts (with ports) that a URL names: empty text for one that names none, None for one that is not known."""
    return frozenset(_host(text) for text in reading.texts(ev, value, frame))


def _host(text: Text) -> str | None:
    split = _split(text)
    if split is None:
        return None if text and isinstance(text[0], Gap) else ""
    return pieces.whole(split[0])


def _split(text: Text) -> tuple[Text, Text] | None:
    """The host of a URL, and what follows it; None where it has no scheme."""
    start = 1 if text and isinstance(text[0], Gap) else 0
    first = text[start] if len(text) > start else ""
    scheme, separator, rest = first.partition("://") if isinstance(first, str) else ("", "", "")
    if not separator or "/" in scheme or (start and scheme):
        return None
    parts = (rest, *text[start + 1 :])
    for place, part in enumerate(parts):
        found = re.search(r"[/?#]", part) if isinstance(part, str) else None
        if found is not None and isinstance(part, str):
            host = (*parts[:place], part[: found.start()])
            return pieces.one(host), pieces.one((part[found.start() :], *parts[place + 1 :]))
    return pieces.one(parts), ()


def path_of(text: Text) -> Target:
    """The path of a URL, as it is written: not decoded, and relative if the URL is."""
    split = _split(text)
    return tuple(_holes(_without_query(split[1] if split is not None else text)))


def _joined(base: Target, text: Text) -> Target:
    """As httpx does: a relative URL goes below the base, also if it begins with a slash."""
    found = path_of(text)
    if found and isinstance(found[0], Hole) and found[0].is_wide:
        return _normalized(found)
    front = () if _split(text) is not None else base
    return _normalized((*_stripped(front), "/", *_begun(found)))


def _stripped(base: Target) -> Target:
    last = base[-1] if base else ""
    return (*base[:-1], last.rstrip("/")) if isinstance(last, str) and base else base


def _begun(path: Target) -> Target:
    first = path[0] if path else ""
    return (first.lstrip("/"), *path[1:]) if isinstance(first, str) and path else path


def _normalized(path: Target) -> Target:
    found: list[str | Hole] = []
    for part in path:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        elif part != "" and not (part == ANYTHING and found and found[-1] == ANYTHING):
            found.append(part)
    decoded = [unquote(_without_dots(part)) if isinstance(part, str) else part for part in found]
    return tuple(decoded) or ("/",)


def _without_dots(path: str) -> str:
    """`/a/../b` is `/b`."""
    if "/." not in path:
        return path
    kept: list[str] = []
    parts = path.split("/")
    for part in parts:
        if part == ".." and kept and kept != [""]:
            kept.pop()
        elif part not in (".", ".."):
            kept.append(part)
    return "/".join(kept) + ("/" if parts[-1] in (".", "..") else "")


def _without_query(text: Text) -> Text:
    for place, part in enumerate(text):
        found = re.search(r"[?#]", part) if isinstance(part, str) else None
        if found is not None and isinstance(part, str):
            return pieces.one((*text[:place], part[: found.start()]))
    return text


def _holes(text: Text) -> Iterator[str | Hole]:
    before = ""
    for place, part in enumerate(text):
        if isinstance(part, str):
            yield part
            before = part[-1:]
        else:
            yield KEY if not place and _IDENTIFIERS.search(part.name.lower()) else _hole(part, before)
            before = ""


def _hole(gap: Gap, before: str) -> Hole:
    name = gap.name.lower()
    is_glued = not before or before not in _SEPARATORS
    if before and (gap.is_key or (not is_glued and (_KEYS.search(name) or gap.name.endswith(("Id", "ID"))))):
        return KEY
    return ANYTHING if is_glued or _WIDE.search(name) else SEGMENT
