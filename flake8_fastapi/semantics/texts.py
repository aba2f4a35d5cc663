"""Putting texts together as Python does, without what a hostile source could make of it: widths of a billion."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

LONGEST = 20_000
"""A longer text is data, not configuration; it is not put together."""
_PLAIN = re.compile(r"(?:[^{}]|\{\{|\}\}|\{\w*\})*")
"""A template of plain fields: no widths, attributes, items or conversions."""


def filled(template: str, args: Sequence[object], named: Mapping[str, object]) -> str | None:
    """`template.format(*args, **named)`; None for what is no plain template, or does not fit."""
    if len(template) > LONGEST or not _PLAIN.fullmatch(template) or not _are_short((*args, *named.values())):
        return None
    try:
        return template.format(*args, **named)
    except (IndexError, KeyError, ValueError):
        return None


def formatted(template: str, values: Sequence[object]) -> str | None:
    """`template % values` for `%s` and `%d` without widths; None for anything else."""
    if len(template) > LONGEST or not _are_short(values):
        return None
    if template.count("%") != template.count("%s") + template.count("%d"):
        return None
    try:
        return template % tuple(values)
    except (TypeError, ValueError):
        return None


def joined(parts: Sequence[object], separator: str = "") -> str | None:
    """The parts as texts, with a separator between them; None where that is too long."""
    try:
        found = [str(part) for part in parts]
    except ValueError:
        # A number of more digits than Python writes.
        return None
    length = sum(map(len, found)) + len(separator) * len(found)
    return separator.join(found) if length <= LONGEST else None


def replaced(text: str, old: str, new: str) -> str | None:
    """`text.replace(old, new)`; None where that is too long, or `old` is empty."""
    if not old or len(text) + text.count(old) * len(new) > LONGEST:
        return None
    return text.replace(old, new)


def _are_short(values: Sequence[object]) -> bool:
    return all(isinstance(each, int) or (isinstance(each, str) and len(each) <= LONGEST) for each in values)


# -- methods of texts, with their arguments as known


def _split(text: str, args: list[object], named: dict[str, object]) -> object:
    separator = args[0] if args else None
    if named or len(args) > 1 or not (separator is None or (isinstance(separator, str) and separator)):
        return None
    return tuple(text.split(separator))


def _join(text: str, args: list[object], named: dict[str, object]) -> object:
    parts = args[0] if len(args) == 1 and not named else None
    found = [each for each in parts if isinstance(each, str)] if isinstance(parts, tuple) else []
    return joined(found, text) if isinstance(parts, tuple) and len(found) == len(parts) else None


def _replace(text: str, args: list[object], named: dict[str, object]) -> object:
    found = [each for each in args if isinstance(each, str)]
    return replaced(text, *found) if len(found) == len(args) == 2 and not named else None


def _lower(text: str, args: list[object], named: dict[str, object]) -> object:
    return text.lower() if not args and not named else None


def _upper(text: str, args: list[object], named: dict[str, object]) -> object:
    return text.upper() if not args and not named else None


METHODS: dict[str, Callable[[str, list[object], dict[str, object]], object]] = {
    "split": _split, "join": _join, "format": filled, "replace": _replace, "lower": _lower, "upper": _upper,
}  # fmt: skip
"""What methods of a text give; None where that is not known."""
