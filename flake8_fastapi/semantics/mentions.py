"""An index of the calls in a module by the last name of what they call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.facts import FunctionFacts, Site, Value


def of(
    functions: Iterable[FunctionFacts], bound: Mapping[str, tuple[Value, ...]]
) -> dict[str, tuple[tuple[str, Site], ...]]:
    """Name -> (qualified name of the function around the call, site). The result of a call goes by the name `()`."""
    found: dict[str, list[tuple[str, Site]]] = {}
    for function in functions:
        for site in function.sites:
            if isinstance(site.value, facts.Call):
                for name in _called_names(site.value.func, function.locals, bound):
                    found.setdefault(name, []).append((function.qualname, site))
    return {name: tuple(sites) for name, sites in found.items()}


def _called_names(
    func: Value, local: Mapping[str, tuple[Value, ...]], bound: Mapping[str, tuple[Value, ...]]
) -> Iterable[str]:
    """The last name of what is called, and what it is called where it is imported from; `()` for a call's result."""
    if isinstance(func, facts.Attribute):
        return (func.name,)
    if isinstance(func, facts.Call):
        return ("()",)
    if isinstance(func, facts.Name):
        bindings = bound.get(func.name, ())
    elif isinstance(func, facts.Local):
        bindings = local.get(func.name, ())
    else:
        return ()
    imported = {binding.name for binding in bindings if isinstance(binding, facts.Import) and binding.name}
    return {func.name, *imported}
