"""Regular expressions for origins: whether one lets in a site that anybody may own.

Starlette matches the whole origin. The expression is tried on such origins, made from the names of hosts in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_ANYBODY = ("attacker.com", "attacker.net", "attacker.org", "attacker.io", "attacker.dev", "evil.example")
_SCHEMES = ("https://", "http://")
_PORTS = ("", ":8000")
_LONGEST = 300
_MOST_REPEATS = 4
"""Matching takes as many steps as the origin is long, to this power."""
_MOST_OPTIONAL = 10
_HOST = re.compile(r"(?<![\\\w-])[A-Za-z0-9][A-Za-z0-9-]*(?:\\?\.[A-Za-z0-9-]+)*")
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "net", "org"})
"""Below these, in the domain of a country, names are registered: `example.co.uk`."""
_ESCAPED = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]")
_NESTED = re.compile(r"\((?:\?(?::|P<\w+>))?[^()]*[*+?}|][^()]*\)[*+{]")
_GROUP = re.compile(r"\([^()]*\)")


def stranger(pattern: str) -> str | None:
    """An origin that the expression matches though anybody may own it; None if there is none, or it is not known."""
    if not _is_cheap(pattern):
        return None
    try:
        compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return None
    for host in dict.fromkeys((*_ANYBODY, *_lookalikes(pattern))):
        for scheme in _SCHEMES:
            for port in _PORTS:
                if compiled.fullmatch(f"{scheme}{host}{port}") is not None:
                    return f"{scheme}{host}{port}"
    return None


def _is_cheap(pattern: str) -> bool:
    """Whether matching ends soon: nothing within a repetition may match in several ways, and there are few of them."""
    plain = _ESCAPED.sub("x", pattern)
    if len(pattern) > _LONGEST or plain.count("*") + plain.count("+") + plain.count("{") > _MOST_REPEATS:
        return False
    if plain.count("?") > _MOST_OPTIONAL or "(?P=" in plain or re.search(r"\\\d", pattern) is not None:
        return False
    while _GROUP.search(plain) is not None:
        if _NESTED.search(plain) is not None:
            return False
        # What a group may match in several ways, the text in its place may.
        plain = _GROUP.sub(lambda match: "y+" if re.search(r"[*+}|]|[^(]\?", match[0]) else "y", plain)
    return True


def _lookalikes(pattern: str) -> Iterator[str]:
    """Hosts that look like those in the expression: with something before or behind, or in the place of a dot."""
    for match in _HOST.finditer(pattern):
        written = match[0].replace("\\.", "/")
        labels = re.split(r"[./]", written)
        host = ".".join(labels)
        if len(labels) > 1 or host == "localhost":
            yield f"{host}.attacker.com"
            yield f"{host}.1.attacker.com"
        size = 3 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else 2
        if len(labels) == size and labels[-1].isalpha():
            yield f"attacker{host}"
            yield f"attacker-{host}"
        elif len(labels) > size and labels[-1].isalpha():
            # An unescaped dot matches any character: `app.example.com` matches `app-example.com`.
            domain = ".".join(labels[-size:])
            front = written[: -len(domain)]
            if front.endswith("."):
                looks_like = front.replace(".", "-").replace("/", ".") + domain
                yield from (looks_like, f"www.{looks_like}")
