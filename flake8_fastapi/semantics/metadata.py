"""Reading the metadata of a project: `pyproject.toml`, lock files, files of settings.

Each with a reader of our own: `tomllib` is missing from Python 3.10, and the answer must not depend on the Python that
asks. A file that is broken says what can still be read of it.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterator

_MOST_BYTES = 8_000_000
"""Lock files of large projects have 2 MB; a larger file is no metadata."""


def text(path: str) -> str:
    """The text of a file, empty for one that cannot be read; what is no text in it becomes a replacement mark."""
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _MOST_BYTES:
            return ""
        with open(path, "rb") as file:
            content = file.read(_MOST_BYTES)
    except (OSError, ValueError):
        return ""
    # `pip freeze > requirements.txt` in PowerShell writes UTF-16.
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    found = content.decode("utf-16" if is_wide else "utf-8-sig", "replace")
    return found.replace("\r\n", "\n").replace("\r", "\n")


# -- TOML

_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?(?:"""|\Z)'
    r"|'''.*?(?:'''|\Z)"
    r'|"(?:[^"\\\n]|\\[^\n])*"?'
    r"|'[^'\n]*'?"
    r"|\#[^\n]*"
    r"|[\n\[\]{}=,.]"
    r"""|[^\s\[\]{}=,."'#]+""",
    re.DOTALL,
)
"""A string that never ends is one token, so that every text is read in one go."""
_MOST_KEYS = 20
"""Real metadata nests less deeply."""


def strings(toml: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """The strings of a TOML text, each with the keys that lead to it; those of an array have the keys of the array."""
    table: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    opened: list[tuple[str, tuple[str, ...]]] = []
    """The brackets that are open, each with the keys before it; a header's is `[[`."""
    in_key = True
    for token in (match[0] for match in _TOKEN.finditer(toml)):
        inside = opened[-1][0] if opened else ""
        if token[0] == "#" or token == ".":
            continue
        if token == "\n":
            if not inside or inside == "[[":
                opened.clear()
                keys, in_key = table, True
        elif token in "[{":
            if token == "[" and in_key and not opened:
                opened.append(("[[", ()))
                table = keys = ()
            elif inside != "[[":
                opened.append((token, keys))
                in_key = token == "{"
        elif token in "]}":
            if inside == "[[":
                table = keys
            elif opened:
                keys = opened.pop()[1]
                in_key = False
        elif token == "=":
            in_key = False
        elif token == ",":
            in_key = inside == "{"
            keys = opened[-1][1] if opened else table
        elif in_key:
            keys = (*keys[:_MOST_KEYS], _unquoted(token))
        elif token[0] in "\"'" and keys:
            yield keys, _unquoted(token)


def _unquoted(token: str) -> str:
    for quote in ('"""', "'''", '"', "'"):
        if token.startswith(quote) and len(token) >= 2 * len(quote):
            return token[len(quote) : -len(quote)]
    return token
