"""Which routes never answer, because what was registered before them takes every request that they match.

Starlette asks the routes in the order of registration, and the first whose path and method both fit answers: a route
that fits only by its path hides nothing. FastAPI answers 422 where a parameter does not validate, it asks no further.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from flake8_fastapi.semantics import types
from flake8_fastapi.semantics.facts import Attribute, Call, Name, Position, Value
from flake8_fastapi.semantics.graph import Graph, Inclusion
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.structure.serving import Entry, Serving
from flake8_fastapi.semantics.things import Frame, Instance, Made, Origin, Thing

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_REORDERING = ("insert", "remove", "pop", "sort", "reverse", "clear")
_REORDERS = re.compile(
    rb"\.routes\b(?:\[[^\]\n]*\])?\s*=[^=]|\.routes\.(?:%s)\(" % "|".join(_REORDERING).encode()
    + rb"|\bdel\s+[\w.]+\.routes\b|\bsorted\([\w.]+\.routes\b"
)
"""`app.router.routes.insert(0, …)`: the order is no longer that of registration."""
_Home = tuple[str, Position]
"""Where an app or router is made, whatever it is given."""
_RESTRICTING = ("pattern", "regex", "min_length", "max_length")
_MANY = 3
"""Something that hides so many stands in the wrong place itself."""


class Hidden(NamedTuple):
    """Something that never answers."""

    entry: Entry
    by: Entry
    """What answers instead; of several, of which each takes some of the methods, the first."""
    is_duplicate: bool
    """Whether both match exactly the same paths."""
    inclusion: Inclusion | None = None
    """The inclusion that brings it, where nothing that it brings ever answers."""

    @property
    def is_same_route(self) -> bool:
        """Whether it is hidden by itself: its router is included twice."""
        return self.entry.route is not None and self.entry.route == self.by.route

    @property
    def is_same_handler(self) -> bool:
        """Whether both call the same function."""
        mine, other = self.entry.route, self.by.route
        return mine is not None and other is not None and mine.registration.function == other.registration.function

    @property
    def is_on_one_router(self) -> bool:
        """Whether both are routes of the same app or router."""
        mine, other = self.entry.route, self.by.route
        chained = self.entry.chain or self.by.chain
        return mine is not None and other is not None and not chained and mine.frame.path == other.frame.path


class Fault(NamedTuple):
    """What one person mends in one place."""

    kind: Literal["route", "inclusion", "wide"]
    """A route that is hidden; an inclusion that brings nothing but copies; something that hides all that follows."""
    made: Made
    """The call to mend: of the hidden route, the inclusion, or what hides the others."""
    hidden: tuple[Hidden, ...]

    @property
    def is_duplicate(self) -> bool:
        """Whether the same is registered twice."""
        return self.kind != "wide" and all(found.is_duplicate for found in self.hidden)


def faults(project: Project) -> tuple[Fault, ...]:
    """What never answers in the apps and routers of a project, each once."""
    graph = project.graph
    known: tuple[Fault, ...] | None = graph.memo.get("unmatched")
    if known is None:
        reordered = None if _has_own_matching(project) else _reordered(project)
        found = tuple(_grouped(_search(project, reordered))) if reordered is not None else ()
        # An app of the tests is no concern: they see for themselves what answers.
        known = tuple(fault for fault in found if not project.files.is_test(fault.made.frame.path))
        graph.memo["unmatched"] = known
    return known


def _grouped(hidden: Sequence[Hidden]) -> Iterator[Fault]:
    by_winner: dict[tuple[int, Frame], list[Hidden]] = {}
    again: dict[Inclusion, list[Hidden]] = {}
    for found in hidden:
        if not found.is_duplicate:
            by_winner.setdefault((id(found.by.made.call), found.by.made.frame), []).append(found)
        elif found.inclusion is not None:
            again.setdefault(found.inclusion, []).append(found)
        else:
            yield Fault("route", found.entry.made, (found,))
    for group in by_winner.values():
        by = group[0].by
        if by.is_mount or (not by.own_page and len(group) >= (2 if by.is_wide else _MANY)):
            yield Fault("wide", by.made, tuple(group))
        else:
            yield from (Fault("route", found.entry.made, (found,)) for found in group)
    for inclusion, group in again.items():
        if len(group) > 1 or group[0].is_same_route:
            yield Fault("inclusion", Made(inclusion.call, inclusion.frame), tuple(group))
        else:
            yield Fault("route", group[0].entry.made, tuple(group))


def _reordered(project: Project) -> frozenset[_Home] | None:
    """Where the apps and routers are made whose routes are put in another order; None where that is not certain."""
    files = project.files
    found: set[_Home] = set()
    for path in files.mentioning("routes"):
        changes = _REORDERS.findall(files.text(path) or b"") if not files.is_test(path) else ()
        origins = [_origin(thing) for thing in _reordered_in(project, path)] if changes else []
        if len(origins) < len(changes) or None in origins:
            return None
        found.update(origin[:2] for origin in origins if origin is not None)
    return frozenset(found)


def _origin(thing: Thing | None) -> Origin | None:
    return thing.origin if isinstance(thing, Instance) else None


def _reordered_in(project: Project, path: str) -> Iterator[Thing | None]:
    """Whose routes the calls in a module reorder: `app.routes.remove(…)`, `app.router.routes.insert(…)`."""
    module = project.facts(path)
    for name in _REORDERING if module is not None else ():
        for qualname, site in module.mentions.get(name, ()) if module is not None else ():
            method = site.value.func if isinstance(site.value, Call) else None
            routes = method.of if isinstance(method, Attribute) and method.name == name else None
            if isinstance(routes, Attribute) and routes.name == "routes":
                holder = routes.of
                if isinstance(holder, Attribute) and holder.name == "router":
                    holder = holder.of
                yield project.evaluator.certain(holder, Frame(path, qualname))


def _has_own_matching(project: Project) -> bool:
    """Whether something in the project changes how a route matches."""
    for path in project.files.mentioning("matches"):
        module = project.facts(path)
        classes = module.classes.values() if module is not None else ()
        if any("matches" in cls.attributes and any(map(_is_route, cls.bases)) for cls in classes):
            return True
    return False


def _is_route(base: Value) -> bool:
    return isinstance(base, (Name, Attribute)) and base.name.endswith("Route")


def _search(project: Project, reordered: frozenset[_Home]) -> tuple[Hidden, ...]:
    serving = Serving(project)
    best: dict[tuple[int, Frame, int], Hidden] = {}
    for holder in serving.graph.holders.values():
        if reordered and not reordered.isdisjoint(_related(serving, holder)):
            continue
        for found in _among(list(serving.entries(holder))):
            entry = found.entry
            again = id(entry.chain[0].call) if entry.chain and found.is_same_route else 0
            key = (id(entry.made.call), entry.made.frame, again)
            known = best.get(key)
            if known is None or len(entry.chain) < len(known.entry.chain):
                best[key] = found
    return tuple(found for found in best.values() if not _is_served_elsewhere(serving, found))


def _related(serving: Serving, holder: Instance) -> Iterator[_Home]:
    """An app or router, all that it includes, and all that include it: where each is made."""
    graph = serving.graph
    for step in (_included, _including):
        seen: set[Origin] = set()
        pending = [holder]
        while pending:
            each = pending.pop()
            if each.origin is not None and each.origin not in seen:
                seen.add(each.origin)
                yield each.origin[:2]
                pending.extend(step(graph, each))


def _included(graph: Graph, holder: Instance) -> list[Instance]:
    return [each.child for each in graph.inclusions(holder)]


def _including(graph: Graph, holder: Instance) -> list[Instance]:
    return [each.holder for each in graph.parents(holder)]


def _is_served_elsewhere(serving: Serving, found: Hidden) -> bool:
    """Whether its router is also included in another place, where it may answer; tests do not count.

    What is included twice in the same place answers, once.
    """
    if found.is_same_route:
        return False
    return any(
        other.call is not inclusion.call and not serving.project.files.is_test(other.frame.path)
        for inclusion in found.entry.chain
        for other in serving.graph.parents(inclusion.child)
    )


def _among(entries: Sequence[Entry]) -> Iterator[Hidden]:
    """What is hidden by something else that the same app or router serves, but not by the same inclusion."""
    index = _Index()
    hidden: list[Hidden] = []
    for entry in sorted(entries, key=lambda entry: entry.place.turn if entry.place is not None else ()):
        found = index.hiding(entry)
        if found is not None:
            hidden.append(found)
        index.add(entry)
    brought = Counter(entry.chain[0] for entry in entries if entry.chain)
    lost = Counter(found.entry.chain[0] for found in hidden if found.entry.chain)
    for found in hidden:
        inclusion = found.entry.chain[0] if found.entry.chain else None
        whole = inclusion is not None and brought[inclusion] == lost[inclusion]
        yield found._replace(inclusion=inclusion) if whole else found


class _Index:
    """What was registered so far, by what it can match."""

    def __init__(self) -> None:
        self._by_shape: dict[tuple[tuple[bool, str], ...], list[Entry]] = {}
        self._by_head: dict[str, list[Entry]] = {}

    def add(self, entry: Entry) -> None:
        """Something registered next."""
        if not entry.is_settled:
            return
        self._by_shape.setdefault(entry.pattern.shape, []).append(entry)
        if not entry.pattern.is_static:
            self._by_head.setdefault(entry.pattern.head, []).append(entry)

    def hiding(self, entry: Entry) -> Hidden | None:
        """What takes every request that would come to something registered now."""
        left = entry.methods
        first: Entry | None = None
        for other in self._candidates(entry):
            if not _precedes(other, entry):
                continue
            taken = other.methods is None or (left is not None and bool(left & other.methods))
            if not taken or not other.pattern.covers(entry.pattern):
                continue
            first = first or other
            left = left - other.methods if left is not None and other.methods is not None else frozenset()
            if not left:
                return Hidden(entry, first, not first.own_page and first.pattern.shape == entry.pattern.shape)
        return None

    def _candidates(self, entry: Entry) -> Iterator[Entry]:
        """What may match all that it matches; the same path first."""
        pattern = entry.pattern
        yield from self._by_shape.get(pattern.shape, ())
        for length in range(len(pattern.head) + 1):
            for other in self._by_head.get(pattern.head[:length], ()):
                if other.pattern.shape != pattern.shape:
                    yield other


def _precedes(other: Entry, entry: Entry) -> bool:
    """Whether the other is certainly there, and before this one, whenever this one is."""
    if other.place is None or entry.place is None:
        return other.place is None
    if other.place.root != entry.place.root or not other.place.conditions <= entry.place.conditions:
        return False
    if other.step == entry.step:
        # One call includes several routers in the turns of its loop. What one router holds is compared there.
        return bool(other.chain and entry.chain) and other.chain[0].child != entry.chain[0].child
    return not other.place.loops & entry.place.loops


# -- what answers instead


def refused(found: Hidden) -> str | None:
    """The text for which FastAPI answers 422, because the parameter that gets it has another type; None if it runs."""
    return next((text for name, text in given(found).items() if _refuses(found, name, text)), None)


def given(found: Hidden) -> dict[str, str]:
    """What the parameters of the route that answers get from the literal text of the hidden one."""
    return found.by.pattern.values(found.entry.pattern)


def takes(found: Hidden, name: str, text: str) -> bool:
    """Whether the route that answers certainly takes this text for a parameter."""
    route = found.by.route
    if route is None or not route.is_operation:
        return True
    return all(
        each.kind == "path"
        and (each.type is None or each.type.is_named("builtins.str", *(("builtins.int",) if text.isdecimal() else ())))
        and not any(each.option(keyword) is not None for keyword in _RESTRICTING)
        for each in _path_parameters(route, name)
    )


def _refuses(found: Hidden, name: str, text: str) -> bool:
    route = found.by.route
    if route is None or not route.is_operation:
        return False
    for parameter in _path_parameters(route, name):
        if parameter.kind == "path" and parameter.type is not None:
            members = types.members(parameter.type)
            return bool(members) and all(_is_foreign(member, text) for member in members)
    return False


def _path_parameters(route: Route, name: str) -> list[Parameter]:
    return [each for each in route.parameters_under(frozenset({name})) if each.name == name]


def _is_foreign(member: types.Type, text: str) -> bool:
    """Whether no value of a type is written like this."""
    if member.is_named("builtins.int"):
        return any(character.isalpha() for character in text)
    if member.is_named("builtins.float", "decimal.Decimal"):
        return any(character.isalpha() for character in text) and text.lower() not in ("nan", "inf", "infinity")
    if member.is_named("uuid.UUID", "datetime.date", "datetime.datetime"):
        return not any(character.isdigit() for character in text)
    return False
