"""Texts of which some parts are not known: what `f"/users/{user_id}"` says, and what methods of texts make of it."""

from __future__ import annotations

import itertools
import re
import string
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from flake8_fastapi.semantics import texts

MOST = 400
"""How many texts one expression may be: a loop over as many paths; beyond, it counts as unknown."""
_DIRECTIVE = re.compile(r"%(?:%|\((\w+)\)[sd]|[sd])")


class Gap(NamedTuple):
    """A part that is not known."""

    name: str = ""
    """What the source calls it: the last name of a variable, attribute, function or key."""
    is_key: bool = False
    """It is a number or a UUID."""


Text = tuple["str | Gap", ...]
"""Known and unknown parts; neighbouring known ones are joined."""
Texts = tuple[Text, ...]
"""What an expression may be; never empty."""


def unknown(name: str = "", is_key: bool = False) -> Texts:
    """A text of which nothing is known but what it is called."""
    return ((Gap(name, is_key),),)


def plain(text: object) -> Texts:
    """A text that is known."""
    found = texts.joined((text,))
    return ((found,),) if found is not None else unknown()


def one(parts: Iterable[str | Gap]) -> Text:
    """A text from its parts."""
    found: list[str | Gap] = []
    for part in parts:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        elif part != "":
            found.append(part)
    return tuple(found)


def whole(text: Text) -> str | None:
    """The text, if it is known from one end to the other."""
    return "".join(part for part in text if isinstance(part, str)) if not _has_gaps(text) else None


def _has_gaps(text: Text) -> bool:
    return any(isinstance(part, Gap) for part in text)


def merged(found: Iterable[Texts]) -> Texts:
    """What one of several expressions may be."""
    seen = tuple(dict.fromkeys(text for each in found for text in each))
    return seen if 0 < len(seen) <= MOST else unknown()


def together(parts: Sequence[Texts]) -> Texts:
    """What several expressions are, one after the other."""
    count = 1
    for part in parts:
        count *= len(part)
        if count > MOST:
            return unknown()
    found = tuple(dict.fromkeys(one(itertools.chain(*each)) for each in itertools.product(*parts)))
    return found if all(_length(text) <= texts.LONGEST for text in found) else unknown()


def _length(text: Text) -> int:
    return sum(len(part) for part in text if isinstance(part, str))


def joined(separator: Texts, parts: Sequence[Texts]) -> Texts:
    """`separator.join(parts)`"""
    between = [separator] * len(parts)
    return together([each for pair in zip(between, parts, strict=True) for each in pair][1:]) if parts else plain("")


def appended(parts: Sequence[Texts]) -> Texts:
    """`urljoin(base, path)`, `posixpath.join(…)`: a part that begins with a slash replaces what stands before."""
    found = plain("")
    for part in parts:
        if found == plain("") or all(text and isinstance(text[0], str) and text[0].startswith("/") for text in part):
            found = part
        else:
            found = joined(plain("/"), [trimmed("rstrip", found, "/"), part])
    return found


# -- templates


def filled(template: Texts, args: Sequence[Texts], named: Mapping[str, Texts]) -> Texts:
    """`template.format(*args, **named)`"""
    return merged(_filled(text, args, named) for text in template)


def _filled(template: Text, args: Sequence[Texts], named: Mapping[str, Texts]) -> Texts:
    parts: list[Texts] = []
    place = itertools.count()
    for part in template:
        if isinstance(part, Gap):
            parts.append(((part,),))
            continue
        try:
            fields = list(string.Formatter().parse(part))
        except ValueError:
            return unknown()
        for literal, field, _, _ in fields:
            parts.append(plain(literal))
            if field is not None:
                parts.append(_field(field, next(place) if field == "" else -1, args, named))
    return together(parts)


def _field(field: str, place: int, args: Sequence[Texts], named: Mapping[str, Texts]) -> Texts:
    index = int(field) if field.isascii() and field.isdecimal() and len(field) < 4 else place
    if 0 <= index < len(args):
        return args[index]
    return named.get(field) or unknown(re.split(r"\W", field)[-1])


def formatted(template: Texts, values: Sequence[Texts] | None, named: Mapping[str, Texts]) -> Texts:
    """`template % values`; `values` is None where it is not known how many there are."""
    return merged(_formatted(text, values, named) for text in template)


def _formatted(template: Text, values: Sequence[Texts] | None, named: Mapping[str, Texts]) -> Texts:
    parts: list[Texts] = []
    place = itertools.count()
    for part in template:
        if isinstance(part, Gap):
            parts.append(((part,),))
            continue
        end = 0
        for found in _DIRECTIVE.finditer(part):
            parts.append(plain(part[end : found.start()]))
            end = found.end()
            if found[0] == "%%":
                parts.append(plain("%"))
            elif found[1]:
                parts.append(named.get(found[1]) or unknown(found[1]))
            else:
                index = next(place)
                parts.append(values[index] if values is not None and index < len(values) else unknown())
        parts.append(plain(part[end:]))
    return together(parts)


# -- methods


def replaced(of: Texts, old: Texts, new: Texts) -> Texts:
    """`of.replace(old, new)`"""
    sought = whole(old[0]) if len(old) == 1 else None
    if not sought:
        return unknown()
    return merged(_replaced(text, sought, new) for text in of)


def _replaced(text: Text, old: str, new: Texts) -> Texts:
    parts: list[Texts] = []
    for part in text:
        if isinstance(part, Gap):
            parts.append(((part,),))
        else:
            parts.append(joined(new, [plain(piece) for piece in part.split(old)]))
    return together(parts)


def trimmed(method: str, of: Texts, given: str | None) -> Texts:
    """`of.strip(given)`, `of.removesuffix(given)` and the like; what is not known stays as it is."""
    return tuple(_trimmed(method, text, given) for text in of)


def _trimmed(method: str, text: Text, given: str | None) -> Text:
    parts = list(text)
    first, last = (parts[0], parts[-1]) if parts else ("", "")
    if method in ("lstrip", "strip") and isinstance(first, str):
        parts[0] = first.lstrip(given)
    elif method == "removeprefix" and isinstance(first, str):
        parts[0] = first.removeprefix(given or "")
    last = parts[-1] if parts else ""
    if method in ("rstrip", "strip") and isinstance(last, str):
        parts[-1] = last.rstrip(given)
    elif method == "removesuffix" and isinstance(last, str):
        parts[-1] = last.removesuffix(given or "")
    return one(parts)


def cased(method: str, of: Texts) -> Texts:
    """`of.lower()`, `of.upper()`"""
    return tuple(tuple(_cased(method, part) for part in text) for text in of)


def _cased(method: str, part: str | Gap) -> str | Gap:
    if isinstance(part, Gap):
        return part
    return part.lower() if method == "lower" else part.upper()
