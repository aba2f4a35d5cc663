"""The layout of a project: where it keeps its layers, so that code can be sent there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple
from weakref import WeakKeyDictionary

from flake8_fastapi.knowledge import layout as tables
from flake8_fastapi.knowledge.layout import Kind
from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.functions import Function


class _Place(NamedTuple):
    """A folder or module that holds a layer, by its path from the root of the project."""

    parts: tuple[str, ...]
    is_folder: bool
    rank: int
    """How telling its name is, from 0."""

    @property
    def text(self) -> str:
        return "/".join(self.parts) + ("/" if self.is_folder else "")


def place_for(files: Files, path: str, kind: Kind) -> str:
    """Where code of this layer that stands in a file should go: `app/services/`, `models.py`.

    An existing place near the file where there is one, else a new one that looks like the project.
    """
    folders, name = files.parts(path)
    here = tuple(folders)
    for place in sorted(_places(files, kind), key=lambda each: _distance(each, here)):
        if not _is_near(place, here, name):
            continue
        parent = place.parts[:-1]
        if parent == here[: len(parent)] or parent[-1] in tables.SHARED:
            return place.text
        if name in files.names(os.path.join(files.root, *parent)):
            # One package for each feature, each with the same modules.
            return place._replace(parts=(*here, place.parts[-1])).text
    return _new(files, here, kind)


def beside(files: Files, path: str, kind: Kind) -> str:
    """The same, as seen from the folder of the file where it lies in there."""
    folder = "/".join((*files.parts(path)[0], ""))
    found = place_for(files, path, kind)
    return found.removeprefix(folder) if folder != found else found


def routers_for(files: Files, path: str) -> str:
    """The folder for further routers like the one in a file: its own, if that holds routers already."""
    folders, name = files.parts(path)
    here = os.path.dirname(path)
    beside = (files.text(os.path.join(here, each)) or b"" for each in files.names(here) if each != name)
    is_of_routers = any(tables.HOLDS["routes"].search(text) for text in beside)
    if folders and (is_of_routers or _is_of_routes(files, tuple(folders))):
        return "/".join(folders) + "/"
    found = place_for(files, path, "routes")
    return found if found.endswith("/") else "/".join((*folders, tables.NEW["routes"], ""))


def _is_near(place: _Place, here: tuple[str, ...], name: str) -> bool:
    """Whether a place stands in a folder around the file, in one of those for everybody, or in a like package."""
    if place.parts == here[: len(place.parts)] or place.parts == (*here, name):
        return False
    apart = place.parts[_shared(place, here) : -1]
    return not apart or (len(apart) == 1 and (apart[0] in tables.SHARED or len(here) == len(place.parts) - 1))


def _distance(place: _Place, here: tuple[str, ...]) -> tuple[int, int, int, tuple[str, ...]]:
    shared = _shared(place, here)
    return len(place.parts) - 1 - shared, -shared, place.rank, place.parts


def _shared(place: _Place, here: tuple[str, ...]) -> int:
    """How many folders a place has in common with a file."""
    pairs = zip(place.parts[:-1], here, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _new(files: Files, here: tuple[str, ...], kind: Kind) -> str:
    above = [number for number in range(len(here)) if _is_of_routes(files, here[: number + 1])]
    base = here[: above[-1]] if above else here
    while base and _is_of_routes(files, base):
        base = base[:-1]
    is_packaged = base != here
    return _Place((*base, tables.NEW[kind] if is_packaged else f"{tables.NEW[kind]}.py"), is_packaged, 0).text


def _is_of_routes(files: Files, folder: tuple[str, ...]) -> bool:
    """Whether a folder is one for routes, not a whole application that is called so."""
    if tables.ROUTE_FOLDERS.fullmatch(folder[-1]) is None:
        return False
    inner, outer = (files.names(os.path.join(files.root, *parts)) for parts in (folder, folder[:-1]))
    return tables.STARTS.isdisjoint(inner) or not tables.STARTS.isdisjoint(outer)


_known: WeakKeyDictionary[Files, dict[Kind, tuple[_Place, ...]]] = WeakKeyDictionary()


def _places(files: Files, kind: Kind) -> tuple[_Place, ...]:
    """The places of a project that hold a layer."""
    known = _known.setdefault(files, {})
    if kind not in known:
        known[kind] = tuple(_find(files, kind))
    return known[kind]


def _find(files: Files, kind: Kind) -> dict[_Place, None]:
    names = {name: rank for rank, name in enumerate(tables.PLACES[kind])}
    found: dict[_Place, None] = {}
    for path in files.paths():
        for place in _named(files, path, names):
            if place not in found and _holds(files, path, kind):
                found[place] = None
    return found


def _holds(files: Files, path: str, kind: Kind) -> bool:
    text = files.text(path) or b""
    if is_aside(files, path) or tables.HOLDS[kind].search(text) is None:
        return False
    return kind == "routes" or tables.HOLDS["routes"].search(text) is None


def _named(files: Files, path: str, names: dict[str, int]) -> Iterator[_Place]:
    """The folders of a file, and the file itself, that have one of these names."""
    folders, name = files.parts(path)
    for place, folder in enumerate(folders):
        if folder in names:
            yield _Place(tuple(folders[: place + 1]), True, names[folder])
    stem = name.removesuffix(".py")
    if stem in names:
        yield _Place((*folders, name), False, names[stem])


# -- what is no part of the application


def is_aside(files: Files, path: str) -> bool:
    """Whether a file belongs to tests, examples, documentation or scripts, by its name or folder."""
    return files.is_test(path) or not tables.ASIDE.isdisjoint(files.parts(path)[0])


def is_kept(files: Files, path: str) -> bool:
    """Whether a person keeps the file as part of the application: it is neither aside nor generated nor a notebook."""
    return not is_aside(files, path) and is_by_hand(files, path)


def is_by_hand(files: Files, path: str) -> bool:
    """Whether neither a generator nor a notebook wrote a file."""
    return _is_by_hand(files.text(path) or b"")


@lru_cache(maxsize=512)
def _is_by_hand(text: bytes) -> bool:
    """Whether neither a notebook nor a generator wrote a text; asked once for each handler of a file."""
    return tables.NOTEBOOK.search(text) is None and tables.GENERATED.search(text[:2_000]) is None


def is_of_application(function: Function) -> bool:
    """Whether a function stands in such a file."""
    return is_kept(function.project.files, function.thing.path)
