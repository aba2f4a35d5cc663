"""What the client chose, as far as it is known: texts with its parts in them, and objects that hold such texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from flake8_fastapi.semantics.things import ClassThing
from flake8_fastapi.semantics.types import Type

Kind = Literal["path", "query", "header", "cookie", "body", "form", "file name", "request"]
What = Literal["any", "list", "model", "upload", "request", "url", "form", "form field", "object"]
_MOST_PARTS = 40
_MOST_SHAPES = 6


@dataclass(frozen=True, slots=True)
class Tainted:
    """A text that the client chose."""

    parameter: str
    """Where it comes from, as the source writes it: `name`, `file.filename`, `item.path`."""
    kind: Kind
    root: str = ""
    """The parameter of the handler."""
    safe: frozenset[str] = frozenset()
    """For what it is harmless: "path", "sql"."""
    names: frozenset[str] = frozenset()
    """The variables of the function at hand that it went through, dotted."""


Part = str | Tainted | None
"""Of a text: what is constant, what the client chose, and None for what is not known."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text or path."""

    parts: tuple[Part, ...]
    is_path: bool = False
    """It was made as a path: by `Path(…)` or `/`."""


@dataclass(frozen=True, slots=True)
class Holder:
    """An object that holds what the client sent."""

    what: What
    tainted: Tainted
    type: Type | None = None
    """For a model its class; for a list that of its items."""
    cls: ClassThing | None = None
    given: tuple[tuple[str, tuple[Text | Holder, ...]], ...] = ()
    """For an object of a class of the project: what its constructor is given."""


Shape = Text | Holder
Shapes = tuple[Shape, ...]
"""What a value may be, of what the client chose; empty if nothing of it certainly is the client's."""


def as_text(shape: Shape) -> Text | None:
    """The text that a value is; what may be anything may be a text."""
    if isinstance(shape, Text):
        return shape
    return Text((shape.tainted,)) if shape.what in ("any", "form field") else None


def tainted_in(shape: Shape) -> tuple[Tainted, ...]:
    """The parts that the client chose."""
    if isinstance(shape, Holder):
        return (shape.tainted,)
    return tuple(part for part in shape.parts if isinstance(part, Tainted))


def text_of(parts: Iterable[Part], is_path: bool = False) -> Text:
    """A text of these parts, with constant ones put together."""
    found: list[Part] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, str) and isinstance(last, str) and found:
            found[-1] = last + part
        elif part != "":
            found.append(part)
    return Text(tuple(found[:_MOST_PARTS]), is_path)


def limited(shapes: Iterable[Shape]) -> Shapes:
    """The shapes in which the client has a part, each once."""
    return tuple(dict.fromkeys(each for each in shapes if tainted_in(each)))[:_MOST_SHAPES]


def changed(shape: Shape, change: Callable[[Tainted], Tainted]) -> Shape:
    """The shape with each part of the client's changed."""
    if isinstance(shape, Holder):
        return replace(shape, tainted=change(shape.tainted))
    return Text(tuple(change(part) if isinstance(part, Tainted) else part for part in shape.parts), shape.is_path)


def named(shapes: Shapes, name: str) -> Shapes:
    """The shapes once a variable holds them."""
    return tuple(changed(each, lambda found: replace(found, names=found.names | {name})) for each in shapes)


def safe_for(tainted: Tainted, *uses: str) -> Tainted:
    """The text once it is harmless for a use."""
    return replace(tainted, safe=tainted.safe | frozenset(uses))


def unsafe_again(tainted: Tainted) -> Tainted:
    """The text once it is decoded: what was no path may be one."""
    return replace(tainted, safe=tainted.safe - {"path"})


def at_segment_starts(text: Text) -> tuple[Tainted, ...]:
    """The parts of a path that begin a segment and that the client chose: `../` in them leads out of the folder.

    After other text in the same segment it does not: `open("uploads/7_../../x")` fails, for `7_..` is no folder. Where
    the whole path is the client's to choose, what follows adds nothing.
    """
    found: list[Tainted] = []
    before: Part = "/"
    for place, part in enumerate(text.parts):
        is_start = isinstance(before, str) and before.endswith(("/", "\\"))
        if isinstance(part, Tainted) and "path" not in part.safe and is_start:
            found.append(part)
            if place == 0:
                break
        before = part
    return tuple(found)


def normalized(text: Text) -> Text:
    """A path without `x/..`: what follows other text in its segment leads out as well."""
    parts: list[Part] = []
    for part in text.parts:
        if isinstance(part, Tainted) and "path" not in part.safe and parts:
            parts.append("/")
        parts.append(part)
    return text_of(parts, text.is_path)
