"""The shape of one family of libraries, and two helpers to write its tables briefly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Family(NamedTuple):
    """The tables of some libraries; the meaning of each is written in the package itself."""

    aliases: Mapping[str, str] = {}
    bases: Mapping[str, tuple[str, ...]] = {}
    returns: Mapping[str, str] = {}
    attributes: Mapping[str, str] = {}
    items: Mapping[str, str] = {}
    any_attribute: Mapping[str, str] = {}
    enters: Mapping[str, str] = {}
    iterates: Mapping[str, str] = {}
    coroutines: frozenset[str] = frozenset()
    async_clients: frozenset[str] = frozenset()
    nested_loops: Mapping[str, str] = {}
    no_wait: Mapping[str, tuple[int, str, object]] = {}


def to(target: str, *sources: str) -> dict[str, str]:
    """Every source leads to the same target."""
    return dict.fromkeys(sources, target)


def each(owner: str, names: str, target: str) -> dict[str, str]:
    """Every ``owner.name`` leads to the same target; names are separated by blanks."""
    return {f"{owner}.{name}": target for name in names.split()}


def moved(source: str, target: str, names: str) -> dict[str, str]:
    """Every ``source.name`` is ``target.name``."""
    return {f"{source}.{name}": f"{target}.{name}" for name in names.split()}


def members(owner: str, names: str) -> frozenset[str]:
    """Every ``owner.name``."""
    return frozenset(f"{owner}.{name}" for name in names.split())
